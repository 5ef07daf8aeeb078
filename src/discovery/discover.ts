import { setTimeout as sleep } from "node:timers/promises";
import { CallAbortedError, InvalidValueError } from "../errors/index.js";
import { Browser } from "./browser.js";
import { type DiscoveryEvent, firstChange } from "./changes.js";
import type { DiscoveredDaemon } from "./daemon.js";

/** Where {@link watchDaemons} looks. */
export interface WatchDaemonsOptions {
  /** Ends it; what waits for an answer then fails with a `CallAbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /** Name ("eth0") or IPv4 address of the one network interface to ask on. All are asked by default. */
  readonly interface?: string | undefined;
  /** The domain of multicast DNS, "local" by default. */
  readonly domain?: string | undefined;
}

/** Where and how long {@link discover} looks. */
export interface DiscoverOptions extends WatchDaemonsOptions {
  /** How many milliseconds to wait for answers; 3,000 by default. Daemons answer within one second or so. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 3000;
/** The longest delay that timers take. */
const MAX_DELAY = 2 ** 31 - 1;
const DOMAIN = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){0,8}$/i;

/**
 * Looks for daemons on the local links by multicast DNS (zero-conf, Bonjour, Avahi) and gives those that have
 * answered, by name. Daemons before libvirt 5.5.0 announce themselves if their configuration says `mdns_adv = 1`;
 * later ones do so only through a service file of Avahi's. It asks over IPv4 and takes addresses of both kinds.
 *
 * Nothing of this is secret or certain: see {@link DiscoveredDaemon.uris}.
 *
 * Rejects with `ConnectError` if nobody could be asked, and with `CallAbortedError`.
 */
export async function discover(options: DiscoverOptions = {}): Promise<DiscoveredDaemon[]> {
  const { timeoutMs = TIMEOUT_MS, signal } = options;
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0) || timeoutMs > MAX_DELAY) {
    throw new InvalidValueError(
      `timeoutMs must be a number of milliseconds from 1 to ${MAX_DELAY}, got ${String(timeoutMs)}`,
    );
  }
  await using browser = await openBrowser(options);
  await sleep(timeoutMs, undefined, { signal }).catch(() => undefined);
  throwIfAborted(signal);
  return Array.from(browser.daemons().values()).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Tells which daemons come and go on the local links, starting with those that are there, until the loop is left:
 *
 * ```ts
 * for await (const { kind, daemon } of watchDaemons({ signal })) console.log(kind, daemon.name, daemon.uris[0]);
 * ```
 *
 * A daemon that ends in order is lost a second later, one whose host dies within two minutes. Whoever takes events
 * slowly gets fewer: for each daemon, only how it is now. Fails as {@link discover} does.
 */
export function watchDaemons(
  options: WatchDaemonsOptions = {},
): AsyncGenerator<DiscoveryEvent, undefined, undefined> {
  const left = new AbortController();
  const events = watch(options, left.signal);
  const leave = events.return.bind(events);
  // Whoever leaves while it waits need not wait for the next daemon.
  events.return = (value) => {
    left.abort();
    return leave(value);
  };
  return events;
}

async function* watch(
  options: WatchDaemonsOptions,
  left: AbortSignal,
): AsyncGenerator<DiscoveryEvent, undefined, undefined> {
  const { signal } = options;
  await using browser = await openBrowser(options);
  const told = new Map<string, DiscoveredDaemon>();
  while (!left.aborted) {
    throwIfAborted(signal);
    const event = firstChange(told, browser.daemons());
    if (event !== undefined) yield event;
    else await nextChange(browser, signal === undefined ? [left] : [left, signal]);
  }
  return undefined;
}

async function openBrowser({
  signal,
  interface: only,
  domain = "local",
}: WatchDaemonsOptions): Promise<Browser> {
  if (!DOMAIN.test(domain)) {
    throw new InvalidValueError(`domain must be the name of a domain, such as 'local', got '${domain}'`);
  }
  throwIfAborted(signal);
  return await Browser.open({ interface: only, domain });
}

/** Resolves when it is time to look again, be it that the caller gave up. */
async function nextChange(browser: Browser, signals: readonly AbortSignal[]): Promise<void> {
  const { promise, resolve } = newPromise();
  browser.onChange(resolve);
  for (const signal of signals) signal.addEventListener("abort", resolve);
  await promise;
  for (const signal of signals) signal.removeEventListener("abort", resolve);
}

function newPromise(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new CallAbortedError("Looking for daemons was aborted by its caller.", { cause: signal.reason });
}
