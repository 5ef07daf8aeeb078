import {
  REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME,
  type RemoteNonnullDomain,
} from "../../protocol/generated/remote/index.js";
import { DriverFeature } from "../../protocol/index.js";
import type { TypedParameterValues } from "../typed-parameters.js";
import { Cancellation } from "./cancellation.js";
import { checkFlags, checkName, checkOffline, checkWritable, refusal } from "./checks.js";
import { MigrateFlag, type MigrateOptions } from "./migrate-options.js";
import { runVersion1, runVersion2 } from "./older-versions.js";
import { onlyPlain, plainArguments } from "./plain-parameters.js";
import { type Journey, parameterSteps, plainSteps } from "./steps3.js";
import { migrateToUri } from "./to-uri.js";
import { runVersion3 } from "./version3.js";

/** Which function of libvirt's is being stood for: they differ in what they take. */
export type MigrateFunction = "migrate" | "migrate2" | "migrate3";

export interface MigrateRequest extends Journey {
  readonly fn: MigrateFunction;
  readonly params: TypedParameterValues;
  readonly options: MigrateOptions;
}

/** Moves a domain between two connections, in the newest way that both daemons know. */
export async function migrateDomain(request: MigrateRequest): Promise<RemoteNonnullDomain> {
  const { source, destination, dom, params, options, fn } = request;
  const { flags = 0 } = options;
  checkFlags(flags);
  checkWritable(source, destination);
  checkName(plainArguments(params).dname);
  await checkOffline(flags, { source, destination });
  if ((flags & MigrateFlag.PEER2PEER) !== 0) return await peerToPeer(request);
  if ((flags & MigrateFlag.TUNNELLED) !== 0) {
    const code = fn === "migrate3" ? "INVALID_ARG" : "OPERATION_INVALID";
    throw refusal(
      code,
      "a tunnelled migration is peer-to-peer; set the flag PEER2PEER as well, or use domain.migrateToURI",
    );
  }
  const protects = await source.supports(DriverFeature.MIGRATE_CHANGE_PROTECTION);
  if ((flags & MigrateFlag.CHANGE_PROTECTION) !== 0 && !protects) {
    throw refusal(
      "ARGUMENT_UNSUPPORTED",
      "the source cannot protect the domain from changes (flag CHANGE_PROTECTION)",
    );
  }
  const cancellation = new Cancellation(source, dom, options);
  try {
    return await managed(request, flags & ~MigrateFlag.CHANGE_PROTECTION, protects, cancellation);
  } finally {
    cancellation.end();
  }
}

async function managed(
  { source, destination, dom, params, fn }: MigrateRequest,
  flags: number,
  protection: boolean,
  cancellation: Cancellation,
): Promise<RemoteNonnullDomain> {
  const journey = { source, destination, dom };
  const both = async (feature: DriverFeature): Promise<boolean> =>
    (await source.supports(feature)) && (await destination.supports(feature));
  if (fn === "migrate3" && (await both(DriverFeature.MIGRATION_PARAMS))) {
    return await runVersion3({ steps: parameterSteps(journey, params), flags, protection, cancellation });
  }
  onlyPlain(params, ["migrate_uri", "destination_name", "destination_xml", "bandwidth"]);
  const given = plainArguments(params);
  if (await both(DriverFeature.MIGRATION_V3)) {
    return await runVersion3({ steps: plainSteps(journey, given), flags, protection, cancellation });
  }
  if (given.dxml !== undefined) {
    throw refusal("ARGUMENT_UNSUPPORTED", "the daemons are too old to change the domain's XML on its way");
  }
  const older = { journey, given, flags, cancellation };
  if (await both(DriverFeature.MIGRATION_V2)) return await runVersion2(older);
  if (await both(DriverFeature.MIGRATION_V1)) return await runVersion1(older);
  throw refusal("NO_SUPPORT", "source and destination have no version of the migration protocol in common");
}

async function peerToPeer({
  source,
  destination,
  dom,
  params,
  options,
  fn,
}: MigrateRequest): Promise<RemoteNonnullDomain> {
  if (fn === "migrate3") {
    throw refusal(
      "INVALID_ARG",
      "this function does not migrate peer-to-peer; use domain.migrateToURI3, or leave the flag PEER2PEER out",
    );
  }
  if (!(await source.supports(DriverFeature.MIGRATION_P2P))) {
    throw refusal("NO_SUPPORT", "the source cannot migrate peer-to-peer");
  }
  const { uri } = plainArguments(params);
  // The first function has one URI for both meanings; here it is where the source connects to.
  const dconnuri = fn === "migrate" && uri !== undefined ? uri : await destination.getURI();
  const rest = fn === "migrate" ? { ...params, migrate_uri: undefined } : params;
  await migrateToUri({ source, dom, dconnuri, params: rest, options });
  const name = plainArguments(params).dname ?? dom.name;
  return (await destination.call(REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME, { name })).dom;
}
