/** A number, or the name of a constant that stands for it. */
export type Size = number | string;

/** A `.x` file as data. */
export interface ProtocolModel {
  readonly libvirtVersion: string;
  /** The file that this was read from. */
  readonly source: string;
  readonly program?: ProgramModel | undefined;
  readonly constants: readonly ConstantModel[];
  readonly types: readonly TypeModel[];
  readonly procedures: readonly ProcedureModel[];
}

/** The constants that identify a program, by name. */
export interface ProgramModel {
  readonly name: string;
  readonly id: string;
  readonly version: string;
}

export interface ConstantModel {
  readonly name: string;
  readonly value: number;
  /** How the number is written; 10 when missing. */
  readonly radix?: 8 | 16 | undefined;
  /** The constant, perhaps one of a C header, that the value was taken from. */
  readonly from?: string | undefined;
}

export type TypeModel = TypedefModel | EnumModel | StructModel | UnionModel;

export interface TypedefModel {
  readonly kind: "typedef";
  readonly name: string;
  readonly type: DeclarationModel;
}

export interface EnumModel {
  readonly kind: "enum";
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly value: number }[];
}

export interface StructModel {
  readonly kind: "struct";
  readonly name: string;
  /** The whole struct is the C function's out-argument at this position. */
  readonly insertAt?: number | undefined;
  readonly fields: readonly FieldModel[];
}

export interface UnionModel {
  readonly kind: "union";
  readonly name: string;
  readonly discriminant: FieldModel;
  readonly arms: readonly UnionArmModel[];
  /** Taken for all other discriminants; null has no value. */
  readonly defaultArm?: FieldModel | null | undefined;
}

export interface UnionArmModel {
  readonly cases: readonly { readonly name?: string | undefined; readonly value: number }[];
  /** Missing for `void`. */
  readonly field?: FieldModel | undefined;
}

/** A type where it is used: one of the language's own (`unsigned hyper`) or a named one, and how many of it. */
export interface DeclarationModel {
  readonly type: string;
  readonly optional?: true | undefined;
  /** Exactly so many. */
  readonly size?: Size | undefined;
  /** At most so many; null when there is no limit. */
  readonly max?: Size | null | undefined;
}

export interface FieldModel extends DeclarationModel {
  readonly name: string;
  readonly annotations?: FieldAnnotations | undefined;
}

/** How a field takes part in the signature of the C function. */
export interface FieldAnnotations {
  /** Position of the out-argument. */
  readonly insertAt?: number | undefined;
  /** The count is passed by reference in C. */
  readonly callByReference?: true | undefined;
  /** The call allocates a list; positions of the list and of its count. */
  readonly alloc?: { readonly at: number; readonly countType: string; readonly countAt: number } | undefined;
  readonly cast?: string | undefined;
}

export type Generate = "none" | "client" | "server" | "both";

export interface ProcedureModel {
  readonly name: string;
  readonly number: number;
  readonly args?: string | undefined;
  readonly ret?: string | undefined;
  /** Set for messages of the daemon, which have neither args nor ret. */
  readonly msg?: string | undefined;
  /** Which sides libvirt's own generator writes. */
  readonly generate?: Generate | undefined;
  readonly priority: "high" | "low";
  /** As annotated: direction, and position of the stream argument in C. */
  readonly stream?: { readonly direction: "read" | "write"; readonly at: number } | undefined;
  readonly sparseFlag?: string | undefined;
  /** `object:permission[:condition]`; empty when nothing is checked. */
  readonly acl: readonly string[];
  /** What decides which objects a list contains. */
  readonly aclFilter?: readonly string[] | undefined;
}
