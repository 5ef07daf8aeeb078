import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidValueError } from "../errors/index.js";
import type { IssuedCertificate } from "./certificates.js";

/** Where libvirt looks for each file. A client run by root only looks at `system`. */
export const PKI_FILES: {
  readonly system: Readonly<Record<PkiFile, string>>;
  /** Below the home directory. */
  readonly user: Readonly<Record<"authority" | "revocationList" | "clientCertificate" | "clientKey", string>>;
  /** In a folder that a URI names with `pkipath=`, and in those that this package writes. */
  readonly directory: Readonly<Record<PkiFile, string>>;
} = {
  system: {
    authority: "/etc/pki/CA/cacert.pem",
    revocationList: "/etc/pki/CA/cacrl.pem",
    serverCertificate: "/etc/pki/libvirt/servercert.pem",
    serverKey: "/etc/pki/libvirt/private/serverkey.pem",
    clientCertificate: "/etc/pki/libvirt/clientcert.pem",
    clientKey: "/etc/pki/libvirt/private/clientkey.pem",
  },
  user: {
    authority: ".pki/libvirt/cacert.pem",
    revocationList: ".pki/libvirt/cacrl.pem",
    clientCertificate: ".pki/libvirt/clientcert.pem",
    clientKey: ".pki/libvirt/clientkey.pem",
  },
  directory: {
    authority: "cacert.pem",
    revocationList: "cacrl.pem",
    serverCertificate: "servercert.pem",
    serverKey: "serverkey.pem",
    clientCertificate: "clientcert.pem",
    clientKey: "clientkey.pem",
  },
};

/** The files that libvirt's TLS is made of. */
export type PkiFile =
  | "authority"
  | "revocationList"
  | "serverCertificate"
  | "serverKey"
  | "clientCertificate"
  | "clientKey";

/** What goes into a folder. */
export interface PkiContents {
  /** The authority's certificate; its key stays where it is. */
  readonly authority: { readonly certificate: string };
  readonly client?: Pick<IssuedCertificate, "certificate" | "key"> | undefined;
  readonly server?: Pick<IssuedCertificate, "certificate" | "key"> | undefined;
  /** A revocation list, as PEM. */
  readonly revocationList?: string | undefined;
}

export interface WritePkiOptions {
  /** Replaces files that are there. False by default: then it is an error, and nothing is written. */
  readonly overwrite?: boolean | undefined;
}

/** The paths of the files that were written. */
export type WrittenPki = Readonly<Partial<Record<PkiFile, string>>>;

/**
 * Writes certificates and keys into one folder, under the names that libvirt's clients expect behind `pkipath=`. For a
 * server, name the paths in libvirtd.conf (`ca_file`, `cert_file`, `key_file`, `crl_file`), or copy the files to where
 * {@link PKI_FILES} says. Only the owner can read the keys.
 *
 * @throws InvalidValueError if a file is there already; Node's error if one cannot be written.
 */
export async function writePkiDirectory(
  directory: string,
  contents: PkiContents,
  { overwrite = false }: WritePkiOptions = {},
): Promise<WrittenPki> {
  const { authority, client, server, revocationList } = contents;
  const texts: Readonly<Record<PkiFile, string | undefined>> = {
    authority: authority.certificate,
    revocationList,
    serverCertificate: server?.certificate,
    serverKey: server?.key,
    clientCertificate: client?.certificate,
    clientKey: client?.key,
  };
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const written: Partial<Record<PkiFile, string>> = {};
  try {
    for (const [file, text] of Object.entries(texts) as [PkiFile, string | undefined][]) {
      if (text === undefined) continue;
      const path = join(directory, PKI_FILES.directory[file]);
      const mode = file === "serverKey" || file === "clientKey" ? 0o600 : 0o644;
      if (overwrite) await rm(path, { force: true });
      await writeFile(path, text, { flag: "wx", mode });
      written[file] = path;
      // A strict umask would keep daemons and other users from what is not secret.
      await chmod(path, mode);
    }
    return written;
  } catch (error) {
    if (!overwrite) for (const path of Object.values(written)) await rm(path, { force: true });
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const { path } = error as NodeJS.ErrnoException;
    throw new InvalidValueError(
      `${path} is there already; choose another folder, or say overwrite: true if it may be replaced.`,
      { cause: error },
    );
  }
}
