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
import { randomUuid } from "../random.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { readDocument, uuidOf, type XmlElement } from "../xml/index.js";

/** A password, a key or the like, under a UUID. */
interface TestSecret {
  readonly name: string;
  readonly uuid: string;
  config: XmlElement;
  value: Uint8Array | undefined;
}

/** Kinds of use, and the element that says what it is used for. */
const USAGES: Readonly<Record<string, { readonly type: number; readonly element: string }>> = {
  none: { type: SecretUsageType.NONE, element: "" },
  volume: { type: SecretUsageType.VOLUME, element: "volume" },
  ceph: { type: SecretUsageType.CEPH, element: "name" },
  iscsi: { type: SecretUsageType.ISCSI, element: "target" },
  tls: { type: SecretUsageType.TLS, element: "name" },
  vtpm: { type: SecretUsageType.VTPM, element: "name" },
};

const no = (number: number, detail: string): Error => refuse(number, ErrorDomain.SECRET, detail);

function usageOf(config: XmlElement): { readonly usageType: number; readonly usageID: string } {
  const usage = USAGES[config.get("type", "usage") ?? "none"];
  return { usageType: usage?.type ?? 0, usageID: config.textOf(`usage/${usage?.element ?? ""}`) ?? "" };
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
      handle(REMOTE_PROC_SECRET_GET_XML_DESC, ({ secret }) => ({ xml: this.get(secret).config.format() })),
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
        if (config.get("private") === "yes") throw no(ErrorNumber.INVALID_SECRET, "secret is private");
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
    return Array.from(this.table).find(({ config }) => {
      const usage = usageOf(config);
      return usage.usageType === usageType && usage.usageID === usageID;
    });
  }

  private define(xml: string): TestSecret {
    const config = readDocument(xml, "secret", ErrorDomain.SECRET);
    const given = config.textOf("uuid");
    const malformed = (): Error => no(ErrorNumber.XML_ERROR, "malformed uuid element");
    const uuid = given === undefined ? randomUuid() : uuidOf(given, malformed);
    const type = config.get("type", "usage");
    if (type !== undefined && USAGES[type] === undefined) {
      throw no(ErrorNumber.XML_ERROR, `unknown secret usage type ${type}`);
    }
    config.ensure("uuid").text = uuid;
    for (const flag of ["ephemeral", "private"]) config.set(flag, config.get(flag) ?? "no");
    config.sort(["ephemeral", "private"], ["uuid", "description", "usage"]);
    const { usageType, usageID } = usageOf(config);
    const other = usageType === SecretUsageType.NONE ? undefined : this.used(usageType, usageID);
    if (other !== undefined && other.uuid !== uuid) {
      const detail = `a secret with UUID ${other.uuid} already defined for use with ${usageID}`;
      throw no(ErrorNumber.INTERNAL_ERROR, detail);
    }
    const old = this.table.withUuid(uuid);
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

function told({ uuid, config }: TestSecret): RemoteNonnullSecret {
  return { uuid, ...usageOf(config) };
}

function passes(config: XmlElement, flags: number): boolean {
  const ephemeral = config.get("ephemeral") === "yes";
  const secret = config.get("private") === "yes";
  return passesFilters(flags, [
    [
      [0x1, ephemeral],
      [0x2, !ephemeral],
    ],
    [
      [0x4, secret],
      [0x8, !secret],
    ],
  ]);
}
