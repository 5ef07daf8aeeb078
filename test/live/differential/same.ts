import type { OracleHandle } from "../../support/oracle.js";

type Handle = Readonly<Record<string, unknown>>;

function isHandle(value: unknown): value is Handle {
  return typeof value === "object" && value !== null && "connection" in value;
}

function isOracleHandle(value: unknown): value is OracleHandle {
  return typeof value === "object" && value !== null && "$handle" in value;
}

/** Numbers and booleans of either side as integers, absence as null. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  return value;
}

/** Whether our answer says what libvirt-python's says, in the forms that each of them gives to the same thing. */
export function same(ours: unknown, theirs: unknown): boolean {
  const [a, b] = [plain(ours), plain(theirs)];
  // A C function that returns 0 for "done" gives nothing here.
  if (a === null) return b === null || b === 0n;
  if (isOracleHandle(b)) return isHandle(a) && sameHandle(a, b);
  if (a instanceof Set) return Array.isArray(b) && sameSet(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (Array.isArray(a)) return Array.isArray(b) ? sameList(a, b) : a.length === 0 && isEmpty(b);
  if (typeof a === "object") return sameObject(a as Handle, b);
  return a === b;
}

function sameHandle(a: Handle, b: OracleHandle): boolean {
  return (["name", "uuid"] as const).every((key) => b[key] === undefined || !(key in a) || a[key] === b[key]);
}

/** libvirt-python makes a dictionary of some lists. */
function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** A CPU map: numbers here, a list of yes and no there. */
function sameSet(a: ReadonlySet<unknown>, b: readonly unknown[]): boolean {
  const numbers = b.flatMap((set, i) => (plain(set) === 1n ? [i] : []));
  return numbers.length === a.size && numbers.every((number) => a.has(number));
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  if (a.every((item, i) => same(item, b[i]))) return true;
  // Lists of objects and of names come in the order of the daemon's hash tables.
  const unordered = a.every((item) => isHandle(item) || typeof item === "string");
  return unordered && a.every((item) => b.some((other) => same(item, other)));
}

/** Fields here, and there a list in the same order, a dictionary, or the only field that counts. */
function sameObject(a: Handle, b: unknown): boolean {
  const values = Object.values(a);
  if (Array.isArray(b)) return sameList(values, b);
  if (typeof b === "object" && b !== null) {
    const entries = Object.entries(b);
    return (
      entries.length === values.length && entries.every(([key, value]) => key in a && same(a[key], value))
    );
  }
  return values.length === 1 && same(values[0], b);
}
