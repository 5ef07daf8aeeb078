import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { AuthenticationError, connect } from "../../src/index.js";
import {
  RemoteAuthListRet,
  RemoteAuthSaslInitRet,
  RemoteAuthSaslStartRet,
} from "../../src/protocol/generated/remote/index.js";
import { StreamTransport } from "../../src/transport/stream-transport.js";
import { FakeDaemon } from "../protocol/fake-daemon.js";
import { TempDir } from "../transport/temp-dir.js";

// Servers that want to have a password on a transport that others can read.

const AUTH_LIST = 66;
const SASL_INIT = 67;
const SASL_START = 68;
const SASL = 1;
const PASSWORD = "s3cret";
const NAME = "frederica";

interface Offer {
  readonly mechanisms: string;
  /** What it says first; with it all is done, as far as it is concerned, if it is `true`. */
  readonly challenge?: string;
  readonly complete?: boolean;
}

interface Heard extends AsyncDisposable {
  readonly port: number;
  readonly path: string;
  readonly procedures: readonly number[];
  /** Everything that came, as it came and as SASL's data has it, where each byte is a word. */
  text(): string;
}

async function listen({ mechanisms, challenge, complete = false }: Offer): Promise<Heard> {
  const dir = new TempDir();
  const path = dir.join("sock");
  const bytes: Buffer[] = [];
  const procedures: number[] = [];
  const sockets: Socket[] = [];
  const serve = (socket: Socket): void => {
    sockets.push(socket);
    socket.on("data", (chunk: Buffer) => bytes.push(chunk));
    const far = new StreamTransport(socket, { peer: "client", secure: false, encrypted: false });
    const daemon = new FakeDaemon(far);
    daemon.onCall = (call) => {
      procedures.push(call.procedure);
      if (call.procedure === AUTH_LIST) call.reply(RemoteAuthListRet, { types: [SASL] });
      else if (call.procedure === SASL_INIT) call.reply(RemoteAuthSaslInitRet, { mechlist: mechanisms });
      else {
        const data = Buffer.from(challenge ?? "");
        const nil = challenge === undefined ? 1 : 0;
        call.reply(RemoteAuthSaslStartRet, { complete: complete ? 1 : 0, nil, data });
      }
    };
  };
  const [tcp, unix] = [createServer(serve).listen(0, "127.0.0.1"), createServer(serve).listen(path)];
  await Promise.all([once(tcp, "listening"), once(unix, "listening")]);
  return {
    port: (tcp.address() as AddressInfo).port,
    path,
    procedures,
    text() {
      const raw = Buffer.concat(bytes);
      const lastOfWords = raw.filter((_, i) => i % 4 === 3);
      return `${raw.toString("latin1")}\n${Buffer.from(lastOfWords).toString("latin1")}`;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([tcp, unix].map((server) => new Promise((resolve) => server.close(resolve))));
      dir[Symbol.dispose]();
    },
  };
}

async function refusal(uri: string): Promise<Error> {
  const auth = { username: NAME, password: PASSWORD };
  const error: unknown = await connect(uri, { auth }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AuthenticationError);
  return error as Error;
}

describe("a server on plain TCP", () => {
  it.each(["PLAIN", "PLAIN,LOGIN,ANONYMOUS", "SCRAM-SHA-256,PLAIN", "EXTERNAL", "CRAM-MD5", ""])(
    "that offers %j is told neither the password nor who has it",
    async (mechanisms) => {
      await using server = await listen({ mechanisms });
      const uri = `test+tcp://127.0.0.1:${server.port}/default`;
      for (const auth of ["", "?auth=sasl", ...mechanisms.split(",").map((name) => `?auth=sasl.${name}`)]) {
        await refusal(`${uri}${auth}`);
      }
      expect(new Set(server.procedures)).toEqual(new Set([AUTH_LIST, SASL_INIT]));
      expect(server.text()).not.toContain(PASSWORD);
      expect(server.text()).not.toContain(NAME);
    },
  );

  const CHALLENGE = 'realm="r",nonce="n0nce",charset=utf-8,algorithm=md5-sess,maxbuf=65536';
  it.each([
    ["no encryption", `${CHALLENGE},qop="auth"`],
    ["no more than integrity", `${CHALLENGE},qop="auth,auth-int"`],
    ["weak encryption", `${CHALLENGE},qop="auth,auth-conf",cipher="rc4-40,des"`],
  ])("that offers DIGEST-MD5 with %s gets no answer to guess at", async (_what, challenge) => {
    await using server = await listen({ mechanisms: "DIGEST-MD5,PLAIN", challenge });
    const { message } = await refusal(`test+tcp://127.0.0.1:${server.port}/default`);
    expect(message).toContain("DIGEST-MD5");
    expect(server.procedures).toEqual([AUTH_LIST, SASL_INIT, SASL_START]);
    expect(server.text()).not.toMatch(new RegExp(`${PASSWORD}|${NAME}|response=`));
  });

  it("that is content without any proof is not believed", async () => {
    await using server = await listen({ mechanisms: "DIGEST-MD5", complete: true });
    await refusal(`test+tcp://127.0.0.1:${server.port}/default`);
    expect(server.procedures).toEqual([AUTH_LIST, SASL_INIT, SASL_START]);
  });
});

describe("a server on a local socket", () => {
  it("may have the password, and is heard to get it", async () => {
    await using server = await listen({ mechanisms: "PLAIN", complete: true });
    const auth = { username: NAME, password: PASSWORD };
    // It is content, and then knows nothing of what follows.
    await connect(`test+unix:///default?socket=${server.path}`, { auth }).then(
      (conn) => conn.close(),
      () => undefined,
    );
    expect(server.procedures.slice(0, 3)).toEqual([AUTH_LIST, SASL_INIT, SASL_START]);
    expect(server.text()).toContain(`${NAME}\0${PASSWORD}`);
  });
});
