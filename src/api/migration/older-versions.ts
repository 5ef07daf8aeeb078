import { DomainXMLFlags } from "../../protocol/generated/constants/index.js";
import * as remote from "../../protocol/generated/remote/index.js";
import { DriverFeature } from "../../protocol/index.js";
import type { Cancellation } from "./cancellation.js";
import { refusal } from "./checks.js";
import { MigrateFlag } from "./migrate-options.js";
import { isPaused, type Journey, type PlainArguments } from "./steps3.js";

interface Older {
  readonly journey: Journey;
  readonly given: PlainArguments;
  readonly flags: number;
  readonly cancellation: Cancellation;
}

const SOURCE_ONLY: number = MigrateFlag.ABORT_ON_ERROR | MigrateFlag.AUTO_CONVERGE;

/** Version 2, as virDomainMigrateVersion2 does it: the destination always learns how it ended. */
export async function runVersion2({
  journey,
  given,
  flags,
  cancellation,
}: Older): Promise<remote.RemoteNonnullDomain> {
  const { source, destination, dom } = journey;
  const { dname, bandwidth: resource } = given;
  cancellation.check();
  const migratable = await source.supports(DriverFeature.XML_MIGRATABLE);
  const { xml: domXml } = await source.call(remote.REMOTE_PROC_DOMAIN_GET_XML_DESC, {
    dom,
    flags: migratable ? DomainXMLFlags.MIGRATABLE : DomainXMLFlags.SECURE | DomainXMLFlags.UPDATE_CPU,
  });
  const shared = (await isPaused(source, dom)) ? flags | MigrateFlag.PAUSED : flags;
  const atDestination = BigInt(shared & ~SOURCE_ONLY);
  cancellation.check();
  const prepared = await destination.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_PREPARE2, {
    uriIn: given.uri,
    flags: atDestination,
    dname,
    resource,
    domXml,
  });
  const { cookie } = prepared;
  const uri = prepared.uriOut ?? given.uri;
  let failure: unknown;
  if (uri === undefined) failure = nowhere();
  else {
    try {
      const args = { dom, cookie, uri, flags: BigInt(shared), dname, resource };
      await cancellation.during(() => source.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_PERFORM, args));
    } catch (error) {
      failure = error;
    }
  }
  try {
    const { ddom } = await destination.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_FINISH2, {
      dname: dname ?? dom.name,
      cookie,
      uri: uri ?? "",
      flags: atDestination,
      retcode: failure === undefined ? 0 : 1,
    });
    if (failure === undefined) return ddom;
  } catch (error) {
    failure ??= error;
  }
  throw failure;
}

/** Version 1, as virDomainMigrateVersion1 does it: nobody is told of a failure. */
export async function runVersion1({
  journey,
  given,
  flags,
  cancellation,
}: Older): Promise<remote.RemoteNonnullDomain> {
  const { source, destination, dom } = journey;
  const { dname, bandwidth: resource } = given;
  cancellation.check();
  const shared = (await isPaused(source, dom)) ? flags | MigrateFlag.PAUSED : flags;
  const atDestination = BigInt(shared & ~SOURCE_ONLY);
  const prepared = await destination.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_PREPARE, {
    uriIn: given.uri,
    flags: atDestination,
    dname,
    resource,
  });
  const { cookie } = prepared;
  const uri = prepared.uriOut ?? given.uri;
  if (uri === undefined) throw nowhere();
  const args = { dom, cookie, uri, flags: BigInt(shared), dname, resource };
  await cancellation.during(() => source.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_PERFORM, args));
  const { ddom } = await destination.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_FINISH, {
    dname: dname ?? dom.name,
    cookie,
    uri,
    flags: atDestination,
  });
  return ddom;
}

function nowhere(): Error {
  return refusal("INTERNAL_ERROR", "neither the destination nor the caller said where to migrate to");
}
