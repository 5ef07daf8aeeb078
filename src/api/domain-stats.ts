import {
  REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS,
  type RemoteConnectGetAllDomainStatsArgs,
  RemoteNonnullDomain,
} from "../protocol/generated/remote/index.js";
import type { Procedure } from "../protocol/index.js";
import type { XdrReader } from "../protocol/xdr-codec/index.js";
import { type TypedParameters, type TypedParameterValue, WIRE_TYPES } from "./parameter-values.js";
import { addParameter } from "./typed-parameters.js";

interface StatsReply {
  readonly retStats: readonly { readonly dom: RemoteNonnullDomain; readonly params: TypedParameters }[];
}

/**
 * The generated procedure, but for its reply, which is by far the largest that there is: parameters become properties as
 * they are read, and a name that the domain before has at the same place is not made again.
 */
export const DOMAIN_STATS: Procedure<RemoteConnectGetAllDomainStatsArgs, StatsReply> = {
  ...REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS,
  decodeRet: (reader) => {
    const names: string[] = [];
    const decode = (r: XdrReader): StatsReply["retStats"][number] => ({
      dom: RemoteNonnullDomain.decode(r),
      params: readParameters(r, names),
    });
    return { retStats: reader.array({ decode }) };
  },
};

function readParameters(reader: XdrReader, names: string[]): TypedParameters {
  const result = {};
  const count = reader.count();
  for (let i = 0; i < count; i++) {
    const name = reader.stringLike(names[i]);
    names[i] = name;
    addParameter(result, name, readValue(reader));
  }
  return result;
}

function readValue(reader: XdrReader): TypedParameterValue {
  const type = reader.int();
  switch (type) {
    case WIRE_TYPES.int:
      return reader.int();
    case WIRE_TYPES.uint:
      return reader.uint();
    case WIRE_TYPES.llong:
      return reader.hyper();
    case WIRE_TYPES.ullong:
      return reader.uhyper();
    case WIRE_TYPES.double:
      return reader.double();
    case WIRE_TYPES.boolean:
      return reader.int() !== 0;
    case WIRE_TYPES.string:
      return reader.string();
    default:
      return reader.fail(`unknown type ${type} of remote_typed_param_value`);
  }
}
