/** Where something stands in a source file; both numbers count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A mistake in an input file. The message begins with the place, in the form that editors make clickable. */
export class SourceError extends Error {
  readonly position: Position;

  constructor(position: Position, message: string) {
    super(`${position.file}:${position.line}:${position.column}: ${message}`);
    this.name = "SourceError";
    this.position = position;
  }
}
