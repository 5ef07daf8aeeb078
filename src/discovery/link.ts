import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import type { Answer } from "multicast-dns";
import { ConnectError, InvalidValueError } from "../errors/index.js";
import type { Inquiry } from "./announcements.js";

export interface LinkOptions {
  /** Name or IPv4 address of the one interface to ask on; all by default. */
  readonly interface?: string | undefined;
  /** Gets what anybody answers, or announces without being asked. */
  readonly onRecords: (records: readonly Answer[]) => void;
}

/** A place among those who hear multicast DNS. */
export interface Link {
  /** Asks on each interface. Rejects if it could not be sent on any. */
  ask(inquiry: Inquiry): Promise<void>;
  close(): Promise<void>;
}

const PORT = 5353;

/**
 * Takes a place on the local links, next to a daemon for multicast DNS if the machine runs one.
 *
 * @throws ConnectError if nothing can be heard; InvalidValueError if there is no such interface.
 */
export async function openLink({ interface: only, onRecords }: LinkOptions): Promise<Link> {
  const [address] = only === undefined ? [] : addressesOf(only);
  if (only !== undefined && address === undefined) {
    const names = Object.keys(networkInterfaces()).join(", ");
    throw new InvalidValueError(
      `interface must be the name or an IPv4 address of a network interface, got '${only}'; there are ${names}`,
    );
  }
  const { default: multicastDns } = await import("multicast-dns");
  // Ours, since each question has to be sent by each interface in turn.
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const dns = multicastDns({
    socket,
    bind: "0.0.0.0",
    ...(address === undefined ? {} : { interface: address }),
  });
  const close = (): Promise<void> => new Promise((resolve) => dns.destroy(resolve));
  try {
    await new Promise<void>((resolve, reject) => {
      dns.on("ready", resolve).on("error", reject);
    });
  } catch (cause) {
    await close();
    throw new ConnectError(
      `Cannot listen for multicast DNS on UDP port ${PORT}: ${messageOf(cause)}; if another program keeps the port to itself, end it or let it share.`,
      { cause },
    );
  }
  dns.on("response", ({ answers, additionals }, from) => {
    // Only who may use the port answers from it: RFC 6762, section 11.
    if (from.port === PORT) onRecords([...answers, ...additionals]);
  });
  return {
    async ask(inquiry) {
      const send = (): Promise<void> =>
        new Promise((resolve, reject) => {
          dns.query(inquiry, (error) => (error ? reject(error) : resolve()));
        });
      await askOnEach(socket, addressesOf(only), send);
    },
    close,
  };
}

async function askOnEach(
  socket: Socket,
  addresses: readonly string[],
  send: () => Promise<void>,
): Promise<void> {
  const failures: string[] = [];
  let cause: unknown;
  for (const address of addresses) {
    try {
      socket.setMulticastInterface(address);
      await send();
    } catch (error) {
      cause = error;
      failures.push(`${address}: ${messageOf(error)}`);
    }
  }
  if (failures.length < addresses.length) return;
  const why = failures.length === 0 ? "no network interface has an IPv4 address" : failures.join(", ");
  throw new ConnectError(`Cannot ask by multicast DNS: ${why}; check the network and its firewall.`, {
    cause,
  });
}

/** The first IPv4 address of each interface, or of the one that is named, or has the address. */
function addressesOf(only?: string): string[] {
  const found: string[] = [];
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    const ipv4 = addresses.filter(({ family }) => family === "IPv4").map(({ address }) => address);
    if (only === undefined || only === name) found.push(...ipv4.slice(0, 1));
    else if (ipv4.includes(only)) found.push(only);
  }
  return found;
}

/** Node's errors of another realm are no `Error` here. */
function messageOf(error: unknown): string {
  return String((error as { readonly message?: unknown } | undefined)?.message ?? error);
}
