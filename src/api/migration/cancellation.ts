import { isLibvirtError, type LibvirtError } from "../../errors/index.js";
import {
  REMOTE_PROC_DOMAIN_ABORT_JOB,
  REMOTE_PROC_DOMAIN_GET_JOB_STATS,
  type RemoteNonnullDomain,
} from "../../protocol/generated/remote/index.js";
import { gaveUpError, watchDeadline } from "../../protocol/index.js";
import { decodeParameters } from "../typed-parameters.js";
import type { MigrateOptions } from "./migrate-options.js";
import type { Side } from "./side.js";

const PROGRESS_MS = 1000;
/** The job may begin a moment after the caller wants it to end. */
const ABORT_AGAIN_MS = 100;

/** The caller's wish to end a migration, and what it does about it. */
export class Cancellation {
  readonly #source: Side;
  readonly #dom: RemoteNonnullDomain;
  readonly #options: MigrateOptions;
  readonly #stop: () => void;
  #reason: LibvirtError | undefined;
  #performing = false;

  constructor(source: Side, dom: RemoteNonnullDomain, options: MigrateOptions) {
    this.#source = source;
    this.#dom = dom;
    this.#options = options;
    const { signal, timeoutMs } = options;
    const giveUp = (why: "aborted" | "timed out"): void => {
      this.#reason = gaveUpError("the migration", why, options, "the domain stays where it was");
      if (this.#performing) void this.#abortJob();
    };
    if (signal?.aborted === true) {
      this.#stop = () => undefined;
      giveUp("aborted");
    } else this.#stop = watchDeadline({ signal, timeoutMs }, giveUp);
  }

  /** Why the caller no longer wants the migration; `undefined` while it does. */
  get reason(): LibvirtError | undefined {
    return this.#reason;
  }

  /** Throws if the caller no longer wants the migration; between two steps. */
  check(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** Runs the step that takes long: the caller's wish ends the job at the source, which then fails the step. */
  async during<T>(perform: () => Promise<T>): Promise<T> {
    this.check();
    this.#performing = true;
    const stopProgress = this.#reportProgress();
    try {
      return await perform();
    } catch (error) {
      if (this.#reason === undefined) throw error;
      // That the job was cancelled is what the caller wanted; anything else may be of interest.
      this.#reason.cause ??= error;
      throw this.#reason;
    } finally {
      this.#performing = false;
      stopProgress();
    }
  }

  /** No wish of the caller's has an effect any more. */
  end(): void {
    this.#stop();
  }

  async #abortJob(): Promise<void> {
    while (this.#performing) {
      try {
        await this.#source.call(REMOTE_PROC_DOMAIN_ABORT_JOB, { dom: this.#dom });
        return;
      } catch (error) {
        if (!isLibvirtError(error, "OPERATION_INVALID")) return;
      }
      await new Promise((resolve) => setTimeout(resolve, ABORT_AGAIN_MS));
    }
  }

  #reportProgress(): () => void {
    const { onProgress, progressIntervalMs = PROGRESS_MS } = this.#options;
    if (onProgress === undefined) return () => undefined;
    let asking = false;
    const timer = setInterval(() => {
      if (asking) return;
      asking = true;
      this.#source
        .call(REMOTE_PROC_DOMAIN_GET_JOB_STATS, { dom: this.#dom, flags: 0 })
        .then(({ params }) => {
          if (this.#performing) onProgress(decodeParameters(params));
        })
        // The job may be over; whatever else is wrong the migration itself will tell.
        .catch(() => undefined)
        .finally(() => {
          asking = false;
        });
    }, progressIntervalMs);
    return () => clearInterval(timer);
  }
}
