import { DomainState } from "../../protocol/generated/constants/index.js";
import * as remote from "../../protocol/generated/remote/index.js";
import { encodeParameters } from "../parameter-encoder.js";
import type { TypedParameterValues } from "../typed-parameters.js";
import type { Side } from "./side.js";
import type { Steps } from "./version3.js";

/** What a migration of any version is about. */
export interface Journey {
  readonly source: Side;
  readonly destination: Side;
  readonly dom: remote.RemoteNonnullDomain;
}

/** The form with parameters, of daemons since 1.1.0. */
export function parameterSteps({ source, destination, dom }: Journey, given: TypedParameterValues): Steps {
  // Checked before anything is sent.
  let params = encodeParameters(given);
  const text = (field: string): string | undefined => {
    const found = params.find((param) => param.field === field)?.value.value;
    return typeof found === "string" ? found : undefined;
  };
  const set = (field: string, value: string): void => {
    const others = params.filter((param) => param.field !== field);
    params = [...others, { field, value: { type: 7, value } }];
  };
  return {
    begin: (flags) => source.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_BEGIN3_PARAMS, { dom, params, flags }),
    async isPaused() {
      return await paused(async () => {
        const { state } = await source.call(remote.REMOTE_PROC_DOMAIN_GET_STATE, { dom, flags: 0 });
        return state;
      });
    },
    prepare: (flags, cookieIn, xml) => {
      set("destination_xml", xml);
      return destination.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_PREPARE3_PARAMS, { params, cookieIn, flags });
    },
    useUri: (uriOut) => {
      if (uriOut !== undefined) set("migrate_uri", uriOut);
      return text("migrate_uri");
    },
    perform: (flags, cookieIn) =>
      source.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3_PARAMS, {
        dom,
        dconnuri: undefined,
        params,
        cookieIn,
        flags,
      }),
    finish: (flags, cookieIn, cancelled) => {
      if (text("destination_name") === undefined) set("destination_name", dom.name);
      const args = { params, cookieIn, flags, cancelled: cancelled ? 1 : 0 };
      return destination.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_FINISH3_PARAMS, args);
    },
    confirm: (flags, cookieIn, cancelled) => {
      const args = { dom, params, cookieIn, flags, cancelled: cancelled ? 1 : 0 };
      return source.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_CONFIRM3_PARAMS, args);
    },
  };
}

/** What the older forms can say. */
export interface PlainArguments {
  readonly dname: string | undefined;
  readonly dxml: string | undefined;
  readonly uri: string | undefined;
  /** MiB/s, 0 for no limit. */
  readonly bandwidth: bigint;
}

/** The form without parameters, of daemons since 0.9.2. */
export function plainSteps({ source, destination, dom }: Journey, given: PlainArguments): Steps {
  const { dname, dxml: xmlin, bandwidth: resource } = given;
  let { uri } = given;
  return {
    begin: (flags) =>
      source.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_BEGIN3, {
        dom,
        xmlin,
        flags: BigInt(flags),
        dname,
        resource,
      }),
    isPaused: () => isPaused(source, dom),
    prepare: (flags, cookieIn, domXml) =>
      destination.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_PREPARE3, {
        cookieIn,
        uriIn: uri,
        flags: BigInt(flags),
        dname,
        resource,
        domXml,
      }),
    useUri: (uriOut) => {
      uri = uriOut ?? uri;
      return uri;
    },
    perform: (flags, cookieIn) =>
      source.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3, {
        dom,
        xmlin: undefined,
        cookieIn,
        dconnuri: undefined,
        uri,
        flags: BigInt(flags),
        dname,
        resource,
      }),
    finish: (flags, cookieIn, cancelled) =>
      destination.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_FINISH3, {
        dname: dname ?? dom.name,
        cookieIn,
        dconnuri: undefined,
        uri,
        flags: BigInt(flags),
        cancelled: cancelled ? 1 : 0,
      }),
    confirm: (flags, cookieIn, cancelled) => {
      const args = { dom, cookieIn, flags: BigInt(flags), cancelled: cancelled ? 1 : 0 };
      return source.call(remote.REMOTE_PROC_DOMAIN_MIGRATE_CONFIRM3, args);
    },
  };
}

/** Whether a guest is paused, asked in the old way. */
export async function isPaused(source: Side, dom: remote.RemoteNonnullDomain): Promise<boolean> {
  return await paused(async () => (await source.call(remote.REMOTE_PROC_DOMAIN_GET_INFO, { dom })).state);
}

/** Not to know is no reason to fail: the guest then arrives running. */
async function paused(ask: () => Promise<number>): Promise<boolean> {
  try {
    return (await ask()) === DomainState.PAUSED;
  } catch {
    return false;
  }
}
