import type { SecretConfig } from "../generated/secret/index.js";

/** What a secret is made of. Its value is not in the document. */
export interface SecretOptions {
  /** What it is for, and the name by which that asks for it: for "volume" the path of the volume. */
  readonly usage: { readonly type: "ceph" | "iscsi" | "tls" | "vtpm" | "volume"; readonly name: string };
  readonly uuid?: string;
  readonly description?: string;
  /** True to keep it in memory only. */
  readonly ephemeral?: boolean;
  /** False to let clients read the value again; they cannot when it is left out. */
  readonly private?: boolean;
}

/** A secret. */
export function createSecret(options: SecretOptions): SecretConfig {
  const { usage, uuid, description, ephemeral = false } = options;
  const { type, name } = usage;
  return {
    ephemeral,
    private: options.private ?? true,
    ...(uuid === undefined ? {} : { uuid }),
    ...(description === undefined ? {} : { description }),
    usage:
      type === "volume" ? { type, volume: name } : type === "iscsi" ? { type, target: name } : { type, name },
  };
}
