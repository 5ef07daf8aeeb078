import { ConnectionError } from "../../errors/index.js";
import {
  callWithDescriptors,
  type Delivery,
  DescriptorLayer,
  type DescriptorRoute,
} from "../../protocol/descriptors/index.js";
import { type CallOptions, countDown, DriverFeature, type Procedure } from "../../protocol/index.js";
import {
  type Descriptor,
  dialDescriptors,
  type Handle,
  type Sendable,
  sendable,
} from "../../transport/descriptors/index.js";
import { checkOpen } from "../open-another.js";
import type { Session } from "../session.js";
import { within } from "../within.js";

type Route = DescriptorRoute<Sendable, Handle>;
type AnySession = Session<unknown>;

/**
 * One more connection of each session, for calls with descriptors: a socket that Node has opened in the usual way
 * cannot pass any. It lasts as long as the session, since for the daemon what was associated with a connection, or is to
 * be destroyed with it, goes with it.
 */
const routes = new WeakMap<AnySession, Promise<Route>>();

/** Makes a call with descriptors. What is received is the caller's to close. */
export async function passDescriptors<Args, Ret>(
  session: AnySession,
  procedure: Procedure<Args, Ret>,
  args: Args,
  descriptors: readonly Descriptor[],
  options: CallOptions,
): Promise<Delivery<Ret, Handle>> {
  const { name } = procedure;
  const remaining = countDown(options);
  return await session.attempt(
    procedure,
    async (rpc) => {
      await checkOpen(rpc, name);
      const route = await within(routeOf(session), name, remaining());
      const outgoing = await prepare(descriptors, name);
      return await callWithDescriptors(route, procedure, args, outgoing, remaining());
    },
    options,
  );
}

async function prepare(descriptors: readonly Descriptor[], name: string): Promise<Sendable[]> {
  const outgoing: Sendable[] = [];
  try {
    for (const [i, descriptor] of descriptors.entries()) {
      outgoing.push(await sendable(descriptor, `${name}: file ${i}`));
    }
    return outgoing;
  } catch (error) {
    for (const { release } of outgoing) release();
    throw error;
  }
}

async function routeOf(session: AnySession): Promise<Route> {
  const known = routes.get(session);
  if (known !== undefined) {
    const route = await known;
    if (route.rpc.open) return route;
  }
  // Somebody else may have found it lost as well, and be opening the next one.
  const current = routes.get(session);
  if (current !== undefined && current !== known) return await routeOf(session);
  const opening = openRoute(session);
  routes.set(session, opening);
  try {
    return await opening;
  } catch (error) {
    if (routes.get(session) === opening) routes.delete(session);
    throw error;
  }
}

async function openRoute(session: AnySession): Promise<Route> {
  const { again, closed } = session;
  const ended = await Promise.race([closed, Promise.resolve()]);
  if (ended !== undefined) throw ended;
  const layers: Route["layer"][] = [];
  if (again === undefined || !(await session.supports(DriverFeature.FD_PASSING))) {
    throw new ConnectionError("DESCRIPTORS_UNSUPPORTED", `${session.rpc.peer} takes no descriptors.`);
  }
  const rpc = await again.open(async (uri, options = {}) => {
    const layer = new DescriptorLayer(await dialDescriptors(uri, options));
    layers.push(layer);
    return layer;
  });
  void closed.then(() => rpc.close());
  return { rpc, layer: layers[0] as Route["layer"] };
}
