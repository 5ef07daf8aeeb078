// js-xdr has no types of its own; these are of the few things that are used here.
declare module "js-xdr" {
  interface XdrType {
    fromXDR(bytes: Uint8Array): unknown;
  }
  interface Builder {
    struct(name: string, fields: readonly (readonly [string, unknown])[]): void;
    union(name: string, description: object): void;
    enum(name: string, members: Readonly<Record<string, number>>): void;
    lookup(name: string): unknown;
    string(max: number): unknown;
    opaque(size: number): unknown;
    varArray(child: unknown, max: number): unknown;
    int(): unknown;
    uint(): unknown;
    hyper(): unknown;
    uhyper(): unknown;
    double(): unknown;
  }
  const xdr: { config(describe: (builder: Builder) => void): Readonly<Record<string, XdrType>> };
  export default xdr;
}
