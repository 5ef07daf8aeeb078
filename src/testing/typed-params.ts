import type { RemoteTypedParam } from "../protocol/generated/remote/index.js";

/** Makes typed parameters, one of each type of libvirt's. */
export const param = {
  int: (field: string, value: number): RemoteTypedParam => ({ field, value: { type: 1, value } }),
  uint: (field: string, value: number): RemoteTypedParam => ({ field, value: { type: 2, value } }),
  llong: (field: string, value: bigint): RemoteTypedParam => ({ field, value: { type: 3, value } }),
  ullong: (field: string, value: bigint): RemoteTypedParam => ({ field, value: { type: 4, value } }),
  boolean: (field: string, value: boolean): RemoteTypedParam => ({
    field,
    value: { type: 6, value: Number(value) },
  }),
  string: (field: string, value: string): RemoteTypedParam => ({ field, value: { type: 7, value } }),
} as const;

/** What a client gets that may ask for the number of parameters first. */
export function answerParams(
  params: readonly RemoteTypedParam[],
  room: number,
): { readonly params: readonly RemoteTypedParam[]; readonly nparams: number } {
  return room === 0
    ? { params: [], nparams: params.length }
    : { params: params.slice(0, room), nparams: Math.min(room, params.length) };
}
