import { Announcements } from "./announcements.js";
import type { DiscoveredDaemon } from "./daemon.js";
import { type Link, openLink } from "./link.js";

export interface BrowserOptions {
  readonly interface?: string | undefined;
  readonly domain: string;
}

/** The pause between the first two questions; each one after is twice as long, up to a limit. */
const FIRST_PAUSE_MS = 1000;
/** Short enough for two questions within the second half of the usual 120 seconds that a host's records live. */
const LONGEST_PAUSE_MS = 30_000;
/** The shortest time between two looks at what there is: however many announce themselves, they cost little. */
const LOOK_MS = 50;

/** Keeps asking who is there, and knows what was answered. */
export class Browser implements AsyncDisposable {
  readonly #announcements: Announcements;
  #link: Link | undefined;
  #pause = FIRST_PAUSE_MS;
  #nextRound = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #soon = false;
  #wake: () => void = () => undefined;

  private constructor(domain: string) {
    this.#announcements = new Announcements(`_libvirt._tcp.${domain}`);
  }

  /** @throws ConnectError if nobody can be asked; InvalidValueError if there is no such interface. */
  static async open({ domain, interface: only }: BrowserOptions): Promise<Browser> {
    const browser = new Browser(domain);
    const announcements = browser.#announcements;
    const link = await openLink({
      interface: only,
      onRecords: (records) => {
        announcements.take(records, performance.now());
        browser.#lookSoon();
      },
    });
    try {
      await link.ask(announcements.inquire(performance.now()));
    } catch (error) {
      await link.close();
      throw error;
    }
    browser.#link = link;
    browser.#nextRound = performance.now() + browser.#pause;
    browser.#look();
    return browser;
  }

  /** Those that are there now. */
  daemons(): Map<string, DiscoveredDaemon> {
    this.#announcements.expire(performance.now());
    return this.#announcements.daemons();
  }

  /** Calls `wake` whenever there may be something new, instead of whom it called before. */
  onChange(wake: () => void): void {
    this.#wake = wake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }

  #lookSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    this.#lookIn(LOOK_MS);
  }

  #lookIn(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#link !== undefined) this.#timer = setTimeout(() => this.#look(), delay);
  }

  #look(): void {
    const now = performance.now();
    this.#soon = false;
    this.#announcements.expire(now);
    this.#wake();
    if (now >= this.#nextRound) {
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
      this.#nextRound = now + this.#pause;
      // The network may be gone for a while.
      this.#link?.ask(this.#announcements.inquire(now)).catch(() => undefined);
    }
    const next = Math.min(this.#nextRound, this.#announcements.nextEnd());
    this.#lookIn(Math.max(LOOK_MS, next - now));
  }
}
