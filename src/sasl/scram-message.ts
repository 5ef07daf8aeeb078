/** One attribute of a SCRAM message, such as `r=nonce`. */
export interface ScramAttribute {
  readonly name: string;
  readonly value: string;
}

/** Splits a message into its attributes; `undefined` if it is none. */
export function readAttributes(message: string): readonly ScramAttribute[] | undefined {
  const attributes: ScramAttribute[] = [];
  for (const part of message.split(",")) {
    if (!/^[A-Za-z]=./s.test(part)) return undefined;
    attributes.push({ name: part.slice(0, 1), value: part.slice(2) });
  }
  return attributes;
}

/** A name as it stands in a message, where commas separate and equal signs escape. */
export function escapeName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

/** The bytes of canonical base64; `undefined` for anything else, which Node would read with leniency. */
export function readBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
