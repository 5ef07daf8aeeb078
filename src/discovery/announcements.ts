import { isIP, isIPv4 } from "node:net";
import type { Answer, Question } from "multicast-dns";
import { candidateUris, type DiscoveredDaemon } from "./daemon.js";

/** What to ask for, and what is known and need not be answered: RFC 6762, section 7.1. */
export interface Inquiry {
  readonly questions: readonly Question[];
  readonly answers: readonly Answer[];
}

interface Lease {
  readonly ttlMs: number;
  /** When it runs out. */
  readonly end: number;
}

interface Host {
  readonly name: string;
  readonly addresses: Map<string, Lease>;
  asked: number;
}

interface Instance {
  readonly fullName: string;
  /** Whether a question can hold the name as it was: what was decoded does not tell a dot from a boundary. */
  readonly askable: boolean;
  pointer: Lease;
  service: (Lease & { readonly host: string; readonly port: number }) | undefined;
  asked: number;
}

// Anybody on the link can announce as much as they like: what is kept has bounds.
const MAX_INSTANCES = 1000;
const MAX_ADDRESSES = 16;
const MAX_TTL_SECONDS = 4500;
/** Together they fit into one packet of Ethernet, unless names are very long. */
const MAX_QUESTIONS = 10;
const MAX_KNOWN = 10;
/** How often something is asked for that nobody answers. */
const MAX_ASKED = 4;
/** How long a record lives on after the goodbye: RFC 6762, section 10.1. */
const GOODBYE_MS = 1000;

/** The names of hosts end up in URIs, so that they must not hold anything but a name. */
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/**
 * What multicast DNS tells of daemons: a pointer from the type to each instance, its service (host and port), and the
 * host's addresses, each for a limited time. It hears and asks nothing itself, and knows the time only from calls.
 */
export class Announcements {
  readonly #type: string;
  readonly #instances = new Map<string, Instance>();
  readonly #hosts = new Map<string, Host>();

  /** @param type what daemons announce, such as "_libvirt._tcp.local". */
  constructor(type: string) {
    this.#type = type;
  }

  /** Takes what was announced. Whatever is not about daemons, or makes no sense, is left out. */
  take(records: readonly Answer[], now: number): void {
    const sensible = records.filter(({ class: kind, ttl }) => kind === "IN" && typeof ttl === "number");
    // Each needs to know the one before, and they come in any order.
    for (const record of sensible) if (record.type === "PTR") this.#takePointer(record, now);
    for (const record of sensible) if (record.type === "SRV") this.#takeService(record, now);
    for (const record of sensible) {
      if (record.type === "A" || record.type === "AAAA") this.#takeAddress(record, now);
    }
  }

  /** Forgets what has run out. */
  expire(now: number): void {
    for (const [key, instance] of this.#instances) {
      if (instance.service !== undefined && instance.service.end <= now) instance.service = undefined;
      if (instance.pointer.end <= now) this.#instances.delete(key);
    }
    const wanted = new Set(
      Array.from(this.#instances.values(), ({ service }) => service && fold(service.host)),
    );
    for (const [key, { addresses }] of this.#hosts) {
      if (!wanted.has(key)) this.#hosts.delete(key);
      for (const [address, { end }] of addresses) if (end <= now) addresses.delete(address);
    }
  }

  /** When something runs out next; infinity for never. */
  nextEnd(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { pointer, service } of this.#instances.values()) {
      next = Math.min(next, pointer.end, service?.end ?? next);
    }
    for (const { addresses } of this.#hosts.values()) {
      for (const { end } of addresses.values()) next = Math.min(next, end);
    }
    return next;
  }

  /** What to ask for now. */
  inquire(now: number): Inquiry {
    const questions: Question[] = [{ name: this.#type, type: "PTR" }];
    const answers: Answer[] = [];
    for (const instance of this.#instances.values()) {
      const { fullName, askable, pointer, service } = instance;
      if (!askable) continue;
      if (isFresh(pointer, now) && answers.length < MAX_KNOWN) {
        const ttl = Math.round((pointer.end - now) / 1000);
        answers.push({ name: this.#type, type: "PTR", class: "IN", ttl, data: fullName });
      }
      if (!isFresh(service, now)) ask(questions, instance, [{ name: fullName, type: "SRV" }]);
    }
    for (const host of this.#hosts.values()) {
      const { name, addresses } = host;
      if (Array.from(addresses.values()).some((lease) => isFresh(lease, now))) continue;
      ask(questions, host, [
        { name, type: "A" },
        { name, type: "AAAA" },
      ]);
    }
    return { questions, answers };
  }

  /** The daemons of which enough is known to reach them, by a key that stays the same. */
  daemons(): Map<string, DiscoveredDaemon> {
    const daemons = new Map<string, DiscoveredDaemon>();
    for (const [key, { fullName, service }] of this.#instances) {
      if (service === undefined) continue;
      const { host, port } = service;
      const found = Array.from(this.#hosts.get(fold(host))?.addresses.keys() ?? []);
      if (found.length === 0) continue;
      const addresses = found.sort((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)) || (a < b ? -1 : 1));
      const name = printable(fullName.slice(0, -this.#type.length - 1));
      daemons.set(key, { name, host, addresses, port, uris: candidateUris(host, port) });
    }
    return daemons;
  }

  #takePointer({ name, data, ttl = 0 }: Answer, now: number): void {
    if (fold(name) !== fold(this.#type) || typeof data !== "string") return;
    const key = fold(data);
    const label = data.slice(0, -this.#type.length - 1);
    if (label === "" || !key.endsWith(`.${fold(this.#type)}`)) return;
    const known = this.#instances.get(key);
    const pointer = renewed(known?.pointer, ttl, now);
    if (known !== undefined) known.pointer = pointer ?? known.pointer;
    else if (pointer !== undefined && this.#instances.size < MAX_INSTANCES) {
      const askable = !/[.\uFFFD]/.test(label);
      this.#instances.set(key, { fullName: data, askable, pointer, service: undefined, asked: 0 });
    }
  }

  #takeService({ name, data, ttl = 0 }: Answer, now: number): void {
    const instance = this.#instances.get(fold(name));
    const { target, port } = (data ?? {}) as { readonly target?: unknown; readonly port?: unknown };
    if (instance === undefined || typeof target !== "string" || typeof port !== "number") return;
    if (!HOST_NAME.test(target)) return;
    const lease = renewed(instance.service, ttl, now);
    if (lease === undefined) return;
    instance.service = { ...lease, host: target, port };
    instance.asked = 0;
    const key = fold(target);
    if (!this.#hosts.has(key) && this.#hosts.size < MAX_INSTANCES)
      this.#hosts.set(key, { name: target, addresses: new Map(), asked: 0 });
  }

  #takeAddress({ name, data, ttl = 0 }: Answer, now: number): void {
    const host = this.#hosts.get(fold(name));
    if (host === undefined || typeof data !== "string" || isIP(data) === 0) return;
    const lease = renewed(host.addresses.get(data), ttl, now);
    if (lease === undefined) return;
    if (!host.addresses.has(data) && host.addresses.size >= MAX_ADDRESSES) return;
    host.addresses.set(data, lease);
    host.asked = 0;
  }
}

/** What a record's time to live makes of the one before: 0 takes leave. */
function renewed(before: Lease | undefined, ttl: number, now: number): Lease | undefined {
  if (ttl > 0) {
    const ttlMs = Math.min(ttl, MAX_TTL_SECONDS) * 1000;
    return { ttlMs, end: now + ttlMs };
  }
  return before && { ttlMs: before.ttlMs, end: Math.min(before.end, now + GOODBYE_MS) };
}

/** Whether there is no need yet to ask again. */
function isFresh(lease: Lease | undefined, now: number): boolean {
  return lease !== undefined && lease.end - now > lease.ttlMs / 2;
}

function ask(questions: Question[], about: { asked: number }, more: readonly Question[]): void {
  if (about.asked >= MAX_ASKED || questions.length + more.length > MAX_QUESTIONS) return;
  about.asked++;
  questions.push(...more);
}

/** DNS tells no upper from lower case, in ASCII alone. */
function fold(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}
