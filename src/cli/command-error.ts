/** A command could not do what it was told: what it was, and the reason if there is one. */
export class CommandError extends Error {
  readonly reason: unknown;

  constructor(message: string, reason?: unknown, options?: ErrorOptions) {
    super(message, options ?? (reason === undefined ? {} : { cause: reason }));
    this.reason = reason;
  }
}
