import { ErrorDomain, ErrorNumber } from "../protocol/generated/constants/index.js";
import type { ServerCall } from "../protocol/server/index.js";
import { refuse } from "./refuse.js";
import { SERVED } from "./served.js";

/** An error instead of an answer. */
export interface FaultError {
  /** libvirt's number, such as `ErrorNumber.OPERATION_FAILED`. */
  readonly code: number;
  readonly message?: string;
  /** How often before calls are answered again; always by default. */
  readonly times?: number;
}

/**
 * What goes wrong at a test hypervisor, for programs that want to see how they cope. All of it can be changed at any
 * time, and holds for what comes next.
 */
export interface Faults {
  /** Milliseconds that each call waits before it is carried out; with names of procedures, that those wait. */
  readonly delay?: number | Readonly<Record<string, number>>;
  /** Errors by procedure, such as `REMOTE_PROC_DOMAIN_CREATE`. The call is not carried out. */
  readonly errors?: Readonly<Record<string, number | FaultError>>;
  /** The connection breaks after the server has sent, or received, so many bytes from now on. */
  readonly dropAfter?: { readonly sent?: number; readonly received?: number };
  /** How many bytes at a time reach the client: 1 cuts packets into single bytes, a large number joins them. */
  readonly pieces?: number;
  /** Takes everything and answers nothing, not even pings. */
  readonly silent?: boolean;
}

/** The faults of one hypervisor, and how far they have come. */
export class FaultBox {
  private current: Faults = {};
  private readonly done = new Map<string, number>();
  private since = 0;

  get faults(): Faults {
    return this.current;
  }

  /** @throws Error if a procedure is named that there is not. */
  set faults(faults: Faults) {
    const { delay = 0, errors = {} } = faults;
    const names = [...Object.keys(errors), ...(typeof delay === "number" ? [] : Object.keys(delay))];
    const known = new Set(SERVED.map(({ name }) => name));
    const unknown = names.find((name) => !known.has(name));
    if (unknown !== undefined) {
      throw new Error(
        `faults name ${unknown}, which is no procedure; write for instance REMOTE_PROC_DOMAIN_CREATE`,
      );
    }
    this.current = faults;
    this.done.clear();
    this.since++;
  }

  /** Changes whenever the faults do: counts of bytes begin anew then. */
  get generation(): number {
    return this.since;
  }

  /** Lets a call through late, or not at all. */
  async before({ procedure: { name }, signal }: ServerCall<unknown>): Promise<void> {
    const { delay = 0, errors } = this.current;
    const milliseconds = typeof delay === "number" ? delay : (delay[name] ?? 0);
    if (milliseconds > 0) await wait(milliseconds, signal);
    const error = errors?.[name];
    if (error === undefined) return;
    const {
      code,
      message = "made to fail",
      times = Number.POSITIVE_INFINITY,
    } = typeof error === "number" ? { code: error } : error;
    const done = this.done.get(name) ?? 0;
    if (done >= times) return;
    this.done.set(name, done + 1);
    throw refuse(code, code === ErrorNumber.RPC ? ErrorDomain.RPC : ErrorDomain.TEST, message);
  }
}

/** Waits, unless the connection ends before. */
function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
