// The package has no types of its own. This is what we use of it.
declare module "multicast-dns" {
  import type { RemoteInfo, Socket } from "node:dgram";

  export interface Question {
    readonly name: string;
    readonly type: string;
  }
  export interface Answer extends Question {
    readonly ttl?: number;
    readonly class?: string;
    readonly data?: unknown;
  }
  export interface Packet {
    readonly answers: readonly Answer[];
    readonly additionals: readonly Answer[];
  }
  export interface MulticastDns {
    on(event: "ready", listener: () => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    on(event: "response", listener: (packet: Packet, from: RemoteInfo) => void): this;
    query(
      query: { readonly questions: readonly Question[]; readonly answers?: readonly Answer[] },
      done: (error?: Error | null) => void,
    ): void;
    destroy(done?: () => void): void;
  }
  export interface Options {
    readonly socket?: Socket;
    readonly interface?: string;
    readonly bind?: string;
  }
  export default function multicastDns(options?: Options): MulticastDns;
}
