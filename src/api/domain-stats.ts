import {
  REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS,
  type RemoteConnectGetAllDomainStatsArgs,
  RemoteNonnullDomain,
} from "../protocol/generated/remote/index.js";
import type { Procedure } from "../protocol/index.js";
import { type TypedParameters, type TypedParameterValue, WIRE_TYPES } from "./parameter-values.js";
import { addParameter } from "./typed-parameters.js";

interface StatsReply {
  readonly retStats: readonly { readonly dom: RemoteNonnullDomain; readonly params: TypedParameters }[];
}

/**
 * The generated procedure, but for its reply, which is by far the largest that there is: parameters become properties as
 * they are read, and what domains have in common is made once.
 */
export const DOMAIN_STATS: Procedure<RemoteConnectGetAllDomainStatsArgs, StatsReply> = {
  ...REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS,
  decodeRet: (reader) => {
    const shapes = new Map<number, Shape>();
    const decode = (r: Reader): StatsReply["retStats"][number] => ({
      dom: RemoteNonnullDomain.decode(r),
      params: readParameters(r, shapes),
    });
    return { retStats: reader.array({ decode }) };
  },
};

type Reader = Parameters<typeof REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS.decodeRet>[0];

/** One object for one domain. */
type ByName = Record<string, TypedParameterValue>;

/** The names of a domain's parameters, which most domains with as many of them share. */
interface Shape {
  readonly names: readonly string[];
  /** Has them all. Copies of it stay compact, where objects that grow by so many names become hash tables. */
  readonly blank: ByName;
}

function readParameters(reader: Reader, shapes: Map<number, Shape>): TypedParameters {
  const count = reader.count();
  const { names, blank } = shapes.get(count) ?? NO_SHAPE;
  const result = { ...blank };
  for (let i = 0; i < count; i++) {
    const name = reader.stringLike(names[i]);
    if (name !== names[i])
      return readOthers(reader, { count, known: names.slice(0, i), result, name }, shapes);
    result[name] = readValue(reader);
  }
  return result;
}

const NO_SHAPE: Shape = { names: [], blank: {} };

interface Begun {
  readonly count: number;
  /** The names of those that were read already, into `result`. */
  readonly known: readonly string[];
  readonly result: ByName;
  /** The name that comes next. */
  readonly name: string;
}

/** Goes on where a domain has another name than those before it, and notes what it has. */
function readOthers(reader: Reader, begun: Begun, shapes: Map<number, Shape>): TypedParameters {
  const { count, known } = begun;
  const names = [...known, begun.name];
  const all: ByName = {};
  for (const name of known) addParameter(all, name, begun.result[name] as TypedParameterValue);
  addParameter(all, begun.name, readValue(reader));
  while (names.length < count) {
    const name = reader.string();
    names.push(name);
    addParameter(all, name, readValue(reader));
  }
  // A name that comes more than once has a list of values.
  if (new Set(names).size < count) return all;
  const blank = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join()}}`) as ByName;
  shapes.set(count, { names, blank });
  return { ...blank, ...all };
}

function readValue(reader: Reader): TypedParameterValue {
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
