import type { Program, ServedProcedure } from "../procedure.js";
import type { Handler, Route } from "./route.js";
import type { ServerCall, ServerConnection } from "./server-call.js";

/** A procedure that is answered. */
export interface Answered<Session> {
  readonly procedure: ServedProcedure;
  readonly handler: Handler<unknown, unknown, Session>;
}

/** What a server does for its clients. */
export interface Service<Session> {
  /** Called for each new connection. */
  open(connection: ServerConnection): Session;
  /** Called before each call is answered; may wait, or refuse it by throwing. */
  before?(call: ServerCall<Session>): void | Promise<void>;
  readonly routes: RouteTable<Session>;
}

/** Finds what answers a call. */
export class RouteTable<Session> {
  private readonly programs = new Map<number, Map<number, Answered<Session>>>();
  private readonly versions = new Map<number, number>();

  /**
   * `served` says how each procedure travels, `routes` what answers it.
   * @throws Error if a route is for a procedure that is not among the served ones, or for one that has a route.
   */
  constructor(served: readonly ServedProcedure[], routes: readonly Route<Session>[]) {
    const known = new Map(served.map((procedure) => [procedure.name, procedure]));
    for (const { program } of served) this.versions.set(program.id, program.version);
    for (const { procedure, handler } of routes) {
      const full = known.get(procedure.name);
      if (full === undefined) throw new Error(`${procedure.name} is not among the served procedures`);
      const numbers = this.numbersOf(procedure.program);
      if (numbers.has(procedure.number)) throw new Error(`${procedure.name} has two routes`);
      numbers.set(procedure.number, { procedure: full, handler });
    }
  }

  /** Whether the program is served at all, in this version. */
  serves(program: number, version: number): boolean {
    return this.versions.get(program) === version;
  }

  find(program: number, procedure: number): Answered<Session> | undefined {
    return this.programs.get(program)?.get(procedure);
  }

  private numbersOf({ id }: Program): Map<number, Answered<Session>> {
    const numbers = this.programs.get(id) ?? new Map<number, Answered<Session>>();
    this.programs.set(id, numbers);
    return numbers;
  }
}
