/** The length of the prefix that a netmask stands for; 24 if there is none. */
export function prefixOf(netmask = "255.255.255.0"): number {
  const bits = netmask.split(".").map((byte) => Number(byte).toString(2).padStart(8, "0"));
  return bits.join("").replace(/0+$/, "").length;
}
