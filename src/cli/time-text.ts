/** The time in the zone of whoever looks, as virsh writes it: "2026-11-27 01:02:03". */
export function localTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace("T", " ");
}

/** The same with the zone: "2026-11-27 01:02:03 +0100". */
export function localTimeWithZone(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${localTime(time)} ${minutes < 0 ? "-" : "+"}${two(hours)}${two(rest)}`;
}
