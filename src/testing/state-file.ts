import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Contents } from "./hypervisor.js";

/** Reads what {@link writeState} has written; `undefined` if there is no such file. @throws Error if it is something else. */
export function readState(path: string): Contents | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text, revive) as Contents;
  } catch (cause) {
    throw new Error(`${path} is not the state of a test hypervisor: remove it, or name another file`, {
      cause,
    });
  }
}

/** Writes a hypervisor's contents to a file, whole or not at all. */
export function writeState(path: string, contents: Contents): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, JSON.stringify(contents, reduce));
  renameSync(fresh, path);
}

/** Bytes and large numbers as text that says what it is. */
function reduce(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (value instanceof Uint8Array) return { $base64: Buffer.from(value).toString("base64") };
  // A Buffer has turned itself into this before anybody is asked.
  if (isBufferJson(value)) return { $base64: Buffer.from(value.data).toString("base64") };
  return value;
}

function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return type === "Buffer" && Array.isArray(data);
}

function revive(_key: string, value: unknown): unknown {
  const { $bigint, $base64 } = (value ?? {}) as { $bigint?: unknown; $base64?: unknown };
  if (typeof $bigint === "string") return BigInt($bigint);
  if (typeof $base64 === "string") return new Uint8Array(Buffer.from($base64, "base64"));
  return value;
}
