import {
  REMOTE_PROC_DOMAIN_MIGRATE_PERFORM,
  REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3,
  REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3_PARAMS,
  type RemoteNonnullDomain,
} from "../../protocol/generated/remote/index.js";
import { DriverFeature } from "../../protocol/index.js";
import { parseUri } from "../../transport/index.js";
import { encodeParameters } from "../parameter-encoder.js";
import type { TypedParameterValues } from "../typed-parameters.js";
import { Cancellation } from "./cancellation.js";
import { checkFlags, checkName, checkOffline, checkWritable, refusal } from "./checks.js";
import { MigrateFlag, type MigrateOptions } from "./migrate-options.js";
import { onlyPlain, plainArguments } from "./plain-parameters.js";
import type { Side } from "./side.js";
import { NO_COOKIE } from "./version3.js";

export interface ToUriRequest {
  readonly source: Side;
  readonly dom: RemoteNonnullDomain;
  /** Where the source connects to by itself, with the flag PEER2PEER. */
  readonly dconnuri: string | undefined;
  readonly params: TypedParameterValues;
  readonly options: MigrateOptions;
}

/** Has the source do it all: peer-to-peer, or on its own where a hypervisor can. */
export async function migrateToUri({ source, dom, dconnuri, params, options }: ToUriRequest): Promise<void> {
  const { flags = 0 } = options;
  const peers = (flags & MigrateFlag.PEER2PEER) !== 0;
  checkFlags(flags);
  checkWritable(source);
  const { dname, dxml: xmlin, uri, bandwidth: resource } = plainArguments(params);
  checkName(dname);
  await checkOffline(flags, { source });
  const needed = peers ? DriverFeature.MIGRATION_P2P : DriverFeature.MIGRATION_DIRECT;
  if (!(await source.supports(needed))) {
    const how = peers ? "peer-to-peer" : "directly, without a connection to the destination";
    const fix = peers ? "" : "; set the flag PEER2PEER, or use domain.migrate";
    throw refusal("ARGUMENT_UNSUPPORTED", `the source cannot migrate ${how}${fix}`);
  }
  if (peers) checkDestination(dconnuri);
  const peer = peers ? dconnuri : undefined;
  const cancellation = new Cancellation(source, dom, options);
  try {
    await cancellation.during(async () => {
      if (peers && (await source.supports(DriverFeature.MIGRATION_PARAMS))) {
        const args = { dom, dconnuri: peer, params: encodeParameters(params), cookieIn: NO_COOKIE, flags };
        await source.call(REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3_PARAMS, args);
        return;
      }
      const wide = BigInt(flags);
      if (await source.supports(DriverFeature.MIGRATION_V3)) {
        onlyPlain(params, ["migrate_uri", "destination_name", "destination_xml", "bandwidth"]);
        const args = { dom, xmlin, cookieIn: NO_COOKIE, dconnuri: peer, uri, flags: wide, dname, resource };
        await source.call(REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3, args);
        return;
      }
      onlyPlain(params, ["migrate_uri", "destination_name", "bandwidth"]);
      if (peers && uri !== undefined) {
        throw refusal(
          "ARGUMENT_UNSUPPORTED",
          "the source chooses the migration URI itself when it is peer-to-peer; leave it out",
        );
      }
      const where = peer ?? uri ?? "";
      await source.call(REMOTE_PROC_DOMAIN_MIGRATE_PERFORM, {
        dom,
        cookie: NO_COOKIE,
        uri: where,
        flags: wide,
        dname,
        resource,
      });
    });
  } finally {
    cancellation.end();
  }
}

/** The source would look for the destination on itself. */
function checkDestination(dconnuri: string | undefined): void {
  if (dconnuri === undefined) {
    throw refusal(
      "INVALID_ARG",
      "a peer-to-peer migration needs the URI under which the source reaches the destination",
    );
  }
  const { host, transport, transportNamed } = parseUri(dconnuri);
  const localSocket = transport === "unix" && transportNamed;
  if ((host === undefined && !localSocket) || host?.startsWith("localhost") === true) {
    throw refusal(
      "INVALID_ARG",
      `"${dconnuri}" leads the source to itself; name the destination's host as the source knows it, such as qemu+ssh://host/system`,
    );
  }
}
