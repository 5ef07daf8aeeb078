import { UsageError } from "./usage-error.js";

type Value = string | boolean | readonly string[];

/** What a command was told, by the names of its options. */
export class Arguments {
  readonly command: string;
  private readonly values: ReadonlyMap<string, Value>;

  constructor(command: string, values: ReadonlyMap<string, Value>) {
    this.command = command;
    this.values = values;
  }

  /** Whether it was given at all, with whatever value. */
  has(name: string): boolean {
    return this.values.has(name);
  }

  flag(name: string): boolean {
    return this.values.get(name) === true;
  }

  /** A value that must have been given: the parser has seen to it. */
  text(name: string): string {
    return this.optional(name) ?? "";
  }

  optional(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  rest(name: string): readonly string[] {
    const value = this.values.get(name);
    return typeof value === "object" ? value : [];
  }

  /** A whole number. @throws UsageError if it is none. */
  number(name: string): number | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const value = /^-?(?:\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value)) return value;
    throw new UsageError(`Numeric value '${text}' for <${name}> option is malformed or out of range`);
  }

  /** The same, but for one option. */
  with(name: string, value: string): Arguments {
    return new Arguments(this.command, new Map([...this.values, [name, value]]));
  }

  /** `VIR_DOMAIN_AFFECT_*` of `--live`, `--config` and `--current`. */
  impact(): number {
    const [live, config] = [this.flag("live"), this.flag("config")];
    if (this.flag("current") && (live || config)) {
      const other = live ? "--live" : "--config";
      throw new UsageError(`Options --current and ${other} are mutually exclusive`);
    }
    return (live ? 1 : 0) | (config ? 2 : 0);
  }
}
