import {
  ErrorDomain,
  ErrorNumber,
  SecretEventLifecycleType as Event,
  SecretEventID,
  SecretUsageType,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_LIST_ALL_SECRETS,
  REMOTE_PROC_CONNECT_LIST_SECRETS,
  REMOTE_PROC_CONNECT_NUM_OF_SECRETS,
  REMOTE_PROC_SECRET_DEFINE_XML,
  REMOTE_PROC_SECRET_EVENT_LIFECYCLE,
  REMOTE_PROC_SECRET_EVENT_VALUE_CHANGED,
  REMOTE_PROC_SECRET_GET_VALUE,
  REMOTE_PROC_SECRET_GET_XML_DESC,
  REMOTE_PROC_SECRET_LOOKUP_BY_USAGE,
  REMOTE_PROC_SECRET_LOOKUP_BY_UUID,
  REMOTE_PROC_SECRET_SET_VALUE,
  REMOTE_PROC_SECRET_UNDEFINE,
  type RemoteNonnullSecret,
} from "../../protocol/generated/remote/index.js";
import type { EventBoard } from "../event-board.js";
import { passesFilters } from "../filters.js";
import { ObjectTable } from "../object-table.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { readSecret, type SecretConfig } from "./document.js";

/** A password, a key or the like, under a UUID. */
interface TestSecret {
  readonly name: string;
  readonly uuid: string;
  config: SecretConfig;
  value: Uint8Array | undefined;
}

const no = (number: number, detail: string): Error => refuse(number, ErrorDomain.SECRET, detail);

/** A secret as it is from the beginning. */
export interface SecretSeed {
  readonly xml: string;
  readonly value?: Uint8Array;
}

/** Secrets, as libvirt's secret driver keeps them: its test driver has none. */
export class SecretDriver {
  readonly routes: readonly TestRoute[];
  private readonly board: EventBoard;
  private readonly table = new ObjectTable<TestSecret>();

  constructor(board: EventBoard) {
    this.board = board;
    const { table } = this;
    this.routes = [
      handle(REMOTE_PROC_CONNECT_NUM_OF_SECRETS, () => ({ num: table.size })),
      handle(REMOTE_PROC_CONNECT_LIST_SECRETS, ({ maxuuids }) => ({
        uuids: Array.from(table, ({ uuid }) => uuid).slice(0, maxuuids),
      })),
      handle(REMOTE_PROC_CONNECT_LIST_ALL_SECRETS, ({ needResults, flags }) => {
        const listed = Array.from(table).filter(({ config }) => passes(config, flags));
        return { secrets: needResults === 0 ? [] : listed.map(told), ret: listed.length };
      }),
      handle(REMOTE_PROC_SECRET_LOOKUP_BY_UUID, ({ uuid }) => ({ secret: told(this.get({ uuid })) })),
      handle(REMOTE_PROC_SECRET_LOOKUP_BY_USAGE, ({ usageType, usageID }) => {
        const secret = this.used(usageType, usageID);
        if (secret === undefined)
          throw no(ErrorNumber.NO_SECRET, `no secret with matching usage '${usageID}'`);
        return { secret: told(secret) };
      }),
      handle(REMOTE_PROC_SECRET_DEFINE_XML, ({ xml }) => ({ secret: told(this.define(xml)) })),
      handle(REMOTE_PROC_SECRET_GET_XML_DESC, ({ secret }) => ({
        xml: this.get(secret).config.document.format(),
      })),
      handle(REMOTE_PROC_SECRET_SET_VALUE, ({ secret: which, value }) => {
        const secret = this.get(which);
        secret.value = value.slice();
        this.board.tell({
          subject: "secret",
          event: SecretEventID.VALUE_CHANGED,
          object: secret.uuid,
          procedure: REMOTE_PROC_SECRET_EVENT_VALUE_CHANGED,
          message: (callbackID) => ({ callbackID, secret: told(secret) }),
        });
      }),
      handle(REMOTE_PROC_SECRET_GET_VALUE, ({ secret: which }, { session }) => {
        const { config, uuid, value } = this.get(which);
        if (session.opened?.readOnly === true) throw no(ErrorNumber.OPERATION_DENIED, "secret is private");
        if (config.private) throw no(ErrorNumber.INVALID_SECRET, "secret is private");
        if (value === undefined) {
          throw no(ErrorNumber.NO_SECRET, `secret '${uuid}' does not have a value`);
        }
        return { value };
      }),
      handle(REMOTE_PROC_SECRET_UNDEFINE, ({ secret: which }) => {
        const secret = this.get(which);
        table.delete(secret);
        this.tell(secret, Event.UNDEFINED);
      }),
    ];
  }

  private get({ uuid }: Pick<RemoteNonnullSecret, "uuid">): TestSecret {
    const secret = this.table.withUuid(uuid);
    if (secret !== undefined) return secret;
    throw no(ErrorNumber.NO_SECRET, `no secret with matching uuid '${uuid}'`);
  }

  private used(usageType: number, usageID: string): TestSecret | undefined {
    return Array.from(this.table).find(
      ({ config }) => config.usageType === usageType && config.usageID === usageID,
    );
  }

  /** What {@link seed} would take to put the same here: ephemeral secrets do not last. */
  keep(): readonly SecretSeed[] {
    return Array.from(this.table)
      .filter(({ config }) => !config.ephemeral)
      .map(({ config, value }) => ({ xml: config.document.format(), ...(value !== undefined && { value }) }));
  }

  /** Puts a secret here, as if it had always been. */
  seed({ xml, value }: SecretSeed): void {
    this.define(xml).value = value;
  }

  private define(xml: string): TestSecret {
    const config = readSecret(xml);
    const { uuid, usageType, usageID } = config;
    const old = this.table.withUuid(uuid);
    if (old !== undefined) checkRedefinition(old.config, config);
    const other = usageType === SecretUsageType.NONE ? undefined : this.used(usageType, usageID);
    if (other !== undefined && other !== old) {
      const detail = `a secret with UUID ${other.uuid} already defined for use with ${usageID}`;
      throw no(ErrorNumber.INTERNAL_ERROR, detail);
    }
    const secret = old ?? { name: uuid, uuid, config, value: undefined };
    secret.config = config;
    if (old === undefined) this.table.add(secret);
    this.tell(secret, Event.DEFINED);
    return secret;
  }

  private tell(secret: TestSecret, event: number): void {
    const subject = told(secret);
    this.board.tell({
      subject: "secret",
      event: SecretEventID.LIFECYCLE,
      object: secret.uuid,
      procedure: REMOTE_PROC_SECRET_EVENT_LIFECYCLE,
      message: (callbackID) => ({ callbackID, secret: subject, event, detail: 0 }),
    });
  }
}

/** A secret keeps what it is used for, and stays private. */
function checkRedefinition(old: SecretConfig, config: SecretConfig): void {
  if (old.usageType !== config.usageType || old.usageID !== config.usageID) {
    const detail = `a secret with UUID ${old.uuid} is already defined for use with ${old.usageID}`;
    throw no(ErrorNumber.INTERNAL_ERROR, detail);
  }
  if (old.private && !config.private) {
    throw no(ErrorNumber.INTERNAL_ERROR, "cannot change private flag on existing secret");
  }
}

function told({ uuid, config: { usageType, usageID } }: TestSecret): RemoteNonnullSecret {
  return { uuid, usageType, usageID };
}

function passes(config: SecretConfig, flags: number): boolean {
  return passesFilters(flags, [
    [
      [0x1, config.ephemeral],
      [0x2, !config.ephemeral],
    ],
    [
      [0x4, config.private],
      [0x8, !config.private],
    ],
  ]);
}
