import type { TypedParameterValues } from "../typed-parameters.js";
import { refusal } from "./checks.js";
import type { PlainArguments } from "./steps3.js";

/** The parameters that all versions know, by their names in version 3. */
export function plainArguments(params: TypedParameterValues): PlainArguments {
  const text = (name: string): string | undefined => {
    const value = params[name];
    return typeof value === "string" ? value : undefined;
  };
  const { bandwidth } = params;
  return {
    dname: text("destination_name"),
    dxml: text("destination_xml"),
    uri: text("migrate_uri"),
    bandwidth: typeof bandwidth === "bigint" || typeof bandwidth === "number" ? BigInt(bandwidth) : 0n,
  };
}

/** Throws if there are others than an older version of the protocol can carry. */
export function onlyPlain(params: TypedParameterValues, names: readonly string[]): void {
  const other = Object.entries(params).find(([name, value]) => value !== undefined && !names.includes(name));
  if (other === undefined) return;
  throw refusal(
    "ARGUMENT_UNSUPPORTED",
    `the daemons are too old for the parameter ${other[0]}; they take ${names.join(", ")}`,
  );
}
