import type { DomainMigrateFlags } from "../../protocol/generated/constants/index.js";
import type { FlagOptions } from "../handle.js";
import type { TypedParameters } from "../typed-parameters.js";

/** How a migration is run. Its `signal` and `timeoutMs` cancel it: the domain then stays where it was. */
export interface MigrateOptions extends FlagOptions<DomainMigrateFlags> {
  /** Is told of the job now and then while the guest's memory travels: what `domain.getJobStats` gives. */
  readonly onProgress?: ((stats: TypedParameters) => void) | undefined;
  /** Milliseconds between two such reports, 1000 by default. */
  readonly progressIntervalMs?: number | undefined;
}

/** Bits of {@link DomainMigrateFlags} that the one who coordinates has to look at. */
export const MigrateFlag = {
  PEER2PEER: 2,
  TUNNELLED: 4,
  PAUSED: 32,
  NON_SHARED_DISK: 64,
  NON_SHARED_INC: 128,
  CHANGE_PROTECTION: 256,
  OFFLINE: 1024,
  ABORT_ON_ERROR: 4096,
  AUTO_CONVERGE: 8192,
  PARALLEL: 131_072,
  NON_SHARED_SYNCHRONOUS_WRITES: 262_144,
  POSTCOPY_RESUME: 524_288,
} as const;
