import type {
  DomainChannel,
  DomainConsole,
  DomainGraphics,
  DomainSerial,
  DomainTpm,
  DomainVideo,
} from "../generated/domain/index.js";

/** Where a guest's screen can be seen. */
export interface GraphicsOptions {
  readonly type: "vnc" | "spice";
  /** Address of the host to listen on; only the host itself when left out. */
  readonly listen?: string;
  /** TCP port; a free one when left out. */
  readonly port?: number;
  readonly password?: string;
}

/** A screen that can be seen with VNC or SPICE, from the host only unless the options say otherwise. */
export function createGraphics(graphics: "vnc" | "spice" | GraphicsOptions): DomainGraphics {
  const {
    type,
    listen = "127.0.0.1",
    port,
    password,
  } = typeof graphics === "string" ? { type: graphics } : graphics;
  const ports = port === undefined ? { port: -1, autoport: true } : { port, autoport: false };
  return {
    type,
    ...ports,
    listenAttribute: listen,
    ...(password === undefined ? {} : { passwd: password }),
    listen: [{ type: "address", address: listen }],
  };
}

/** A serial port that `Domain.openConsole` connects to. */
export function createSerial(): DomainSerial {
  return { type: "pty", target: { port: 0 } };
}

/** The console: the first serial port, under another name. */
export function createConsole(type: "serial" | "virtio" | "sclp" = "serial"): DomainConsole {
  return { type: "pty", target: { type, port: 0 } };
}

/** The line to the guest agent, which answers from within the guest if it is installed there. */
export function createAgentChannel(): DomainChannel {
  return { type: "unix", target: { type: "virtio", name: "org.qemu.guest_agent.0" } };
}

/** A graphics card. */
export function createVideo(
  model: "virtio" | "qxl" | "vga" | "bochs" | "ramfb" | "none" = "virtio",
): DomainVideo {
  return { model: { type: model } };
}

/** A TPM 2.0 that swtpm plays on the host. */
export function createTpm(): DomainTpm {
  return { model: "tpm-crb", backend: { type: "emulator", version: "2.0" } };
}
