import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** TypeScript's language server with one open file: what an editor talks to. */
export class LanguageServer implements AsyncDisposable {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly file = pathToFileURL(join(process.cwd(), "test", "xml", "edited.ts")).href;
  private received: Buffer = Buffer.alloc(0);
  private text = "";
  private last = 0;

  private constructor() {
    const tsc = join(process.cwd(), "node_modules", ".bin", "tsc");
    this.process = spawn(tsc, ["--lsp", "--stdio"]);
    this.process.stdout.on("data", (chunk: Buffer) => this.receive(chunk));
  }

  static async start(text: string): Promise<LanguageServer> {
    const server = new LanguageServer();
    server.text = text;
    const capabilities = {
      textDocument: { completion: { completionItem: {} }, hover: { contentFormat: ["markdown"] } },
    };
    await server.ask("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(process.cwd()).href,
      capabilities,
    });
    server.send({ method: "initialized", params: {} });
    const document = { uri: server.file, languageId: "typescript", version: 1, text };
    server.send({ method: "textDocument/didOpen", params: { textDocument: document } });
    return server;
  }

  /** What the editor offers where `^` stands in the text. */
  async completions(marker: string): Promise<readonly string[]> {
    const result = (await this.ask("textDocument/completion", this.at(marker))) as {
      readonly items?: readonly { readonly label: string }[];
    } | null;
    return (result?.items ?? []).map(({ label }) => label.replace(/\?$/, ""));
  }

  /** What the editor shows about the name that `marker` ends with. */
  async hover(marker: string): Promise<string> {
    const result = (await this.ask("textDocument/hover", this.at(marker))) as {
      readonly contents?: { readonly value: string };
    } | null;
    return result?.contents?.value ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("close", resolve));
    this.process.kill();
    await ended;
  }

  /** The place behind `marker`. */
  private at(marker: string): object {
    const before = this.text.slice(0, this.text.indexOf(marker) + marker.length).split("\n");
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return { textDocument: { uri: this.file }, position };
  }

  private async ask(method: string, params: object): Promise<unknown> {
    const id = ++this.last;
    const { result, error } = await new Promise<Message>((resolve) => {
      this.waiting.set(id, resolve);
      this.send({ id, method, params });
    });
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  private send(message: object): void {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  private receive(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    for (;;) {
      const end = this.received.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/.exec(this.received.toString("latin1"))?.[1]);
      if (end < 0 || this.received.length < end + 4 + length) return;
      const message = JSON.parse(this.received.toString("utf8", end + 4, end + 4 + length)) as Message;
      this.received = this.received.subarray(end + 4 + length);
      if (message.id === undefined) continue;
      // The server asks for settings; there are none.
      if (message.method !== undefined) this.send({ id: message.id, result: null });
      else this.waiting.get(message.id)?.(message);
    }
  }
}
