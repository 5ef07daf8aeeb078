import { ErrorDomain, ErrorNumber } from "../protocol/generated/constants/index.js";
import { REMOTE_PROC_CONNECT_OPEN } from "../protocol/generated/remote/index.js";
import { toRemoteError } from "../protocol/index.js";
import { RpcServer, toWireError } from "../protocol/server/index.js";
import { memoryPair, type Transport } from "../transport/index.js";
import { FaultyTransport } from "./faulty-transport.js";
import { Hypervisor, type HypervisorOptions } from "./hypervisor.js";
import { readNodeFile } from "./node-file.js";
import { refuse } from "./refuse.js";
import { readState, writeState } from "./state-file.js";
import { testService } from "./test-service.js";

const DEFAULT_URI = "test:///default";

/** What `test:///default` opens, for as long as somebody has it open. */
let shared: { readonly hypervisor: Hypervisor; users: number } | undefined;
/** Hypervisors that programs have made, by their URIs. */
const registered = new Map<string, Hypervisor>();

let made = 0;

/** A hypervisor that `connect(hypervisor.uri)` finds within this process, until it is disposed of. */
export interface EmbeddedHypervisor extends Hypervisor, Disposable {
  /** Writes what is there to its `stateFile`, as disposing of it does, too. */
  save(): void;
}

/** How a hypervisor for tests is made. */
export interface EmbeddedOptions extends HypervisorOptions {
  /** A file in which its contents outlive it: it begins with what is there, if there is anything. */
  readonly stateFile?: string;
}

/**
 * Makes a hypervisor for tests: `connect(hypervisor.uri)` opens it, and {@link createTestServer} puts it on a socket.
 * It has a URI of its own unless one is given.
 *
 * @throws Error if the URI is taken.
 */
export function createHypervisor(options: EmbeddedOptions = {}): EmbeddedHypervisor {
  const uri = options.uri ?? `test:///hypervisor-${++made}`;
  if (registered.has(uri) || uri === DEFAULT_URI) {
    throw new Error(
      `there is a hypervisor at ${uri} already: give this one another URI, or dispose of the other`,
    );
  }
  const { stateFile, ...others } = options;
  const contents = stateFile === undefined ? undefined : readState(stateFile);
  const hypervisor = new Hypervisor({ ...others, uri, ...(contents !== undefined && { contents }) });
  const save = (): void => {
    if (stateFile !== undefined) writeState(stateFile, hypervisor.contents);
  };
  registered.set(uri, hypervisor);
  return Object.assign(hypervisor, {
    save,
    [Symbol.dispose]: () => {
      if (registered.delete(uri)) save();
    },
  });
}

/**
 * Opens a hypervisor within this process: the one that `test:///default` stands for, which all connections share until
 * the last is closed; one that {@link createHypervisor} has made; or one that a file describes, for this connection alone.
 * @throws RemoteError if the URI names none.
 */
export function dialEmbedded(uri: string, path: string): Transport {
  const known = registered.get(uri);
  if (known !== undefined) return serve(known);
  if (uri === DEFAULT_URI) return dialShared();
  if (path === "" || path === "/") {
    const detail = `testOpen: supply a path or use ${DEFAULT_URI}`;
    throw toRemote(refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, detail));
  }
  return serve(readHypervisor(uri, path));
}

function readHypervisor(uri: string, path: string): Hypervisor {
  try {
    const { host, ...contents } = readNodeFile(path);
    return new Hypervisor({ uri, host, contents });
  } catch (error) {
    throw toRemote(error);
  }
}

/** The error as it would have come from a daemon. */
function toRemote(error: unknown): Error {
  return toRemoteError(toWireError(error), REMOTE_PROC_CONNECT_OPEN.name);
}

function dialShared(): Transport {
  const mine = shared ?? { hypervisor: new Hypervisor(), users: 0 };
  shared = mine;
  mine.users++;
  return serve(mine.hypervisor, () => {
    mine.users--;
    if (mine.users === 0 && shared === mine) shared = undefined;
  });
}

function serve(hypervisor: Hypervisor, ended?: () => void): Transport {
  const [here, there] = memoryPair({ peer: hypervisor.uri });
  const { closed } = new RpcServer(new FaultyTransport(there, hypervisor.faultBox), testService(hypervisor));
  if (ended !== undefined) closed.addEventListener("abort", ended, { once: true });
  return here;
}
