import type { EventSource } from "./event-sources.js";
import type { EventFilter, LibvirtEvent } from "./event-types.js";
import { type Call, deregister, deregisterLegacy, register, registerLegacy } from "./registrar.js";

/** Somebody who wants events. */
export interface Consumer {
  push(event: LibvirtEvent): void;
  /** No more will come; with an error if the connection was lost. */
  end(error: unknown): void;
}

/** One registration at the daemon, for as long as it has consumers. */
export class Registration {
  readonly source: EventSource;
  readonly filter: EventFilter;
  readonly legacy: boolean;
  readonly consumers: Set<Consumer> = new Set();
  /** What the daemon calls it; -1 at old daemons, which call it nothing; `undefined` if it is not there. */
  callbackID: number | undefined;
  readonly #call: Call;
  #work: Promise<void> = Promise.resolve();
  #waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];

  constructor(call: Call, source: EventSource, filter: EventFilter, legacy: boolean) {
    this.#call = call;
    this.source = source;
    this.filter = filter;
    this.legacy = legacy;
  }

  /**
   * Makes the daemon's view agree with whether there are consumers, after what is under way. Rejects if it does not
   * agree; another try may be made.
   */
  settle(): Promise<void> {
    const work = this.#work.then(() => this.#settle());
    this.#work = work.catch(() => undefined);
    return work;
  }

  /** The connection is another one, which knows of no registration. */
  lost(): void {
    this.callbackID = undefined;
    // What was under way ends with the old connection.
    this.#work = Promise.resolve();
  }

  /** Settles with the next {@link renew}. */
  renewed(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** Asks for the events again, by `call`, unless somebody who came just now has done so. */
  async renew(call: Call): Promise<void> {
    const work = this.#work.then(async () => {
      if (this.consumers.size > 0 && this.callbackID === undefined) await this.#register(call);
    });
    this.#work = work.catch(() => undefined);
    await work;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** It will not come about any more, for this reason; `told` is what its consumers hear of it. */
  giveUp(error: unknown, told: unknown = error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    const consumers = Array.from(this.consumers);
    this.consumers.clear();
    for (const consumer of consumers) consumer.end(told);
  }

  async #settle(): Promise<void> {
    const { callbackID } = this;
    if (this.consumers.size > 0 && callbackID === undefined) await this.#register(this.#call);
    else if (this.consumers.size === 0 && callbackID !== undefined) {
      // From now on its events are nobody's.
      this.callbackID = undefined;
      if (this.legacy) await deregisterLegacy(this.#call, this.source);
      else await deregister(this.#call, this.source, callbackID);
    }
  }

  async #register(call: Call): Promise<void> {
    if (this.legacy) {
      this.callbackID = -1;
      try {
        await registerLegacy(call, this.source);
      } catch (error) {
        this.callbackID = undefined;
        throw error;
      }
    } else {
      await register(call, this.source, this.filter, (callbackID) => {
        this.callbackID = callbackID;
      });
    }
  }
}
