/**
 * Constants that the `.x` files take from C headers. The import compares those that the public API XML states with
 * it, so an upgrade cannot leave them behind.
 */
export const HEADER_CONSTANTS: ReadonlyMap<string, number> = new Map([
  // include/libvirt/libvirt-host.h
  ["VIR_UUID_BUFLEN", 16],
  ["VIR_SECURITY_MODEL_BUFLEN", 257],
  ["VIR_SECURITY_LABEL_BUFLEN", 4097],
  ["VIR_SECURITY_DOI_BUFLEN", 257],
  // include/libvirt/libvirt-common.h.in, virTypedParameterType
  ["VIR_TYPED_PARAM_INT", 1],
  ["VIR_TYPED_PARAM_UINT", 2],
  ["VIR_TYPED_PARAM_LLONG", 3],
  ["VIR_TYPED_PARAM_ULLONG", 4],
  ["VIR_TYPED_PARAM_DOUBLE", 5],
  ["VIR_TYPED_PARAM_BOOLEAN", 6],
  ["VIR_TYPED_PARAM_STRING", 7],
  // RFC 4506, section 4.4
  ["FALSE", 0],
  ["TRUE", 1],
]);
