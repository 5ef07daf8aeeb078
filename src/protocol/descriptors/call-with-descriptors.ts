import { InvalidValueError } from "../../errors/index.js";
import type { CallOptions } from "../deadline.js";
import { MAX_DESCRIPTORS } from "../packet.js";
import type { Procedure } from "../procedure.js";
import type { RpcClient } from "../rpc-client.js";
import type { DescriptorLayer, Received, Sendable } from "./descriptor-layer.js";

/** A call's result with the descriptors that came with it, which are the caller's to close. */
export interface Delivery<Ret, R> {
  readonly ret: Ret;
  readonly received: readonly R[];
}

/** A connection that passes descriptors. */
export interface DescriptorRoute<S extends Sendable, R extends Received> {
  readonly rpc: RpcClient;
  /** Right below `rpc`. */
  readonly layer: DescriptorLayer<S, R>;
}

/**
 * Makes a call together with descriptors. They are released when they are sent, or when the call fails before; what
 * arrives for a caller that has given up is closed.
 */
export async function callWithDescriptors<Args, Ret, S extends Sendable, R extends Received>(
  { rpc, layer }: DescriptorRoute<S, R>,
  procedure: Procedure<Args, Ret>,
  args: Args,
  outgoing: readonly S[],
  options: CallOptions,
): Promise<Delivery<Ret, R>> {
  let received: readonly R[] = [];
  let number: number | undefined;
  let gone = false;
  const discard = (): void => {
    for (const unused of received) unused.close();
  };
  try {
    checkCount(procedure.name, outgoing.length);
    const ret = await rpc.call(procedure, args, options, {
      numbered: (serial) => {
        number = serial;
        layer.announce(serial, outgoing);
      },
      answered: () => {
        received = number === undefined ? [] : layer.conclude(number);
        if (gone) discard();
      },
    });
    return { ret, received };
  } catch (error) {
    gone = true;
    discard();
    if (number === undefined) for (const unsent of outgoing) unsent.release();
    throw error;
  }
}

function checkCount(name: string, count: number): void {
  if (count <= MAX_DESCRIPTORS) return;
  throw new InvalidValueError(
    `${name}: ${count} files are too many, a call may have ${MAX_DESCRIPTORS} at most`,
  );
}
