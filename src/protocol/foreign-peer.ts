/** First bytes of protocols that are met on a wrong port or socket, and what to do about each. */
const SIGNATURES: ReadonlyArray<readonly [start: string, hint: string]> = [
  ["HTTP/", "this is an HTTP server, not libvirtd; check host and port"],
  ["<!DOC", "this is an HTTP server, not libvirtd; check host and port"],
  ["<html", "this is an HTTP server, not libvirtd; check host and port"],
  ["GET ", "this is an HTTP client, not libvirt's protocol"],
  ["POST ", "this is an HTTP client, not libvirt's protocol"],
  ["SSH-", "this is an SSH server: use a +ssh URI, such as qemu+ssh://user@host/system"],
  ["\x16\x03", "this is the beginning of a TLS handshake: use a +tls URI, such as qemu+tls://host/system"],
  ["\x15\x03", "this is a TLS alert: the port speaks TLS, use a +tls URI such as qemu+tls://host/system"],
  ["RFB ", "this is a VNC server, the display of a guest; libvirtd listens elsewhere"],
  ["REDQ", "this is a SPICE server, the display of a guest; libvirtd listens elsewhere"],
  ['{"QMP"', "this is the QMP monitor of a QEMU process; connect to libvirtd's socket instead"],
  ["220 ", "this is a mail or FTP server, not libvirtd; check host and port"],
  ["nc: ", "this is an error message of nc on the far side"],
  ["bash:", "this is an error message of the shell on the far side"],
  ["sh: ", "this is an error message of the shell on the far side"],
];

const MAX_SHOWN = 48;

/** Guesses from its first bytes who answers in libvirtd's place, and shows them. */
export function describeForeignPeer(bytes: Uint8Array): string {
  const start = bytes.subarray(0, MAX_SHOWN);
  const text = String.fromCharCode(...start);
  const known = SIGNATURES.find(([signature]) => text.startsWith(signature) || signature.startsWith(text));
  const hint =
    known === undefined ? "this is not libvirt's RPC protocol; check host, port or socket" : known[1];
  return `${hint} (it sent ${quote(text)}${bytes.length > MAX_SHOWN ? "…" : ""})`;
}

/** Printable ASCII as it is, all else as \xNN: a message must not be able to play tricks on a terminal. */
function quote(text: string): string {
  let shown = "";
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f && char !== '"' && char !== "\\") shown += char;
    else shown += `\\x${code.toString(16).padStart(2, "0")}`;
  }
  return `"${shown}"`;
}
