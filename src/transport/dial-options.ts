import type { CredentialSource } from "../auth/index.js";
import type { DeadlineOptions } from "./deadline.js";
import type { SocketEnvironment } from "./socket-path.js";
import type { SshOptions } from "./ssh/ssh-options.js";
import type { TlsOptions } from "./tls/tls-options.js";
import type { RemoteProxy } from "./uri-parameters.js";

/** Everything besides the URI that decides where a connection goes and how. */
export interface DialOptions extends SocketEnvironment, DeadlineOptions {
  /** `remote_proxy` of libvirt.conf, for where the URI says nothing. */
  readonly remoteProxy?: RemoteProxy | undefined;
  /** `tls_priority` of libvirt.conf, for where the URI says nothing. */
  readonly tlsPriority?: string | undefined;
  /** Certificates and checks of TLS. */
  readonly tls?: TlsOptions | undefined;
  /** Where the machine's certificates are; `/etc/pki` by default. */
  readonly pkiDir?: string | undefined;
  /** Answers what the other side asks on the way in. */
  readonly credentials?: CredentialSource | undefined;
  /** Keys, host keys and the like for SSH, from memory. */
  readonly ssh?: SshOptions | undefined;
}
