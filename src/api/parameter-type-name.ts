/** The types that a typed parameter can have on the wire, in the words of libvirt's headers (virTypedParameterType). */
export type ParameterTypeName = "int" | "uint" | "llong" | "ullong" | "double" | "boolean" | "string";
