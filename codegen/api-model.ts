/** libvirt's public C interface as data. */
export interface ApiModel {
  readonly libvirtVersion: string;
  readonly libraries: readonly LibraryModel[];
}

/** One API XML file. */
export interface LibraryModel {
  /** `libvirt`, `libvirt-qemu`, … */
  readonly name: string;
  readonly source: string;
  readonly enums: readonly ApiEnum[];
  readonly macros: readonly ApiMacro[];
  readonly functions: readonly ApiFunction[];
  readonly structs: readonly ApiStruct[];
  readonly typedefs: readonly ApiTypedef[];
  readonly functypes: readonly ApiFunctype[];
}

export interface ApiEnum {
  readonly name: string;
  /** The header, without `.h`. */
  readonly file: string;
  readonly members: readonly ApiEnumMember[];
}

export interface ApiEnumMember {
  readonly name: string;
  readonly value: number;
  /** Set when the value is one bit: its number. */
  readonly bit?: number | undefined;
  /** The member of another enum whose value this one takes. */
  readonly from?: string | undefined;
  readonly since?: string | undefined;
}

/** The wire type of a typed parameter, in the words of libvirt's documentation. */
export type ParameterType = "int" | "uint" | "llong" | "ullong" | "double" | "boolean" | "string";

export interface ApiMacro {
  readonly name: string;
  readonly file: string;
  readonly string?: string | undefined;
  /** A decimal number; a long long has an `n` behind it. */
  readonly number?: string | undefined;
  readonly from?: string | undefined;
  /** Usually one; missing when the documentation does not say, or the string is no parameter's name. */
  readonly parameterTypes?: readonly ParameterType[] | undefined;
  readonly since?: string | undefined;
}

export interface ApiVariable {
  readonly name: string;
  readonly type: string;
  /** Of an argument that holds flags: the enums that they are from. */
  readonly enums?: readonly string[] | undefined;
}

export interface ApiFunction {
  readonly name: string;
  readonly file: string;
  readonly since?: string | undefined;
  readonly returns: string;
  readonly args: readonly ApiVariable[];
  readonly acl?: readonly string[] | undefined;
  readonly aclFilter?: readonly string[] | undefined;
}

export interface ApiStruct {
  readonly name: string;
  readonly file: string;
  /** Missing when the struct is opaque. */
  readonly fields?: readonly ApiVariable[] | undefined;
}

export interface ApiTypedef {
  readonly name: string;
  readonly file: string;
  readonly type: string;
}

export interface ApiFunctype {
  readonly name: string;
  readonly file: string;
  readonly returns: string;
  readonly args: readonly ApiVariable[];
}
