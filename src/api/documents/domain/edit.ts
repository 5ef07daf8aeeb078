import { InvalidValueError } from "../../../errors/index.js";
import { type DomainDefineFlags, DomainXMLFlags } from "../../../protocol/generated/constants/index.js";
import { type CallOptions, countDown } from "../../../protocol/index.js";
import { DomainConfig } from "../../../xml/generated/domain/index.js";
import { format, parse } from "../../../xml/verbs/index.js";

/** All of what the next start is made from, passwords included. */
const WHOLE_CONFIG = DomainXMLFlags.SECURE | DomainXMLFlags.INACTIVE;

/** How the domain is defined. */
type DefineOptions = CallOptions & { readonly flags?: DomainDefineFlags | 0 | undefined };

/** A domain, as far as it takes to change it. */
interface Editable {
  getXMLDesc(options: CallOptions & { readonly flags: DomainXMLFlags }): Promise<string>;
  isPersistent(options: CallOptions): Promise<boolean>;
  readonly connection: {
    domainDefineXML(xml: string, options: CallOptions): Promise<unknown>;
    domainDefineXMLFlags(xml: string, options: DefineOptions): Promise<unknown>;
  };
}

/** Reads, changes and defines a domain. */
export async function editDomain(
  domain: Editable,
  change: (config: DomainConfig) => void | Promise<void>,
  options?: DefineOptions,
): Promise<boolean> {
  const remaining = countDown(options);
  if (!(await domain.isPersistent(remaining()))) {
    throw new InvalidValueError(
      "edit: the domain is transient, and has no next start to change; to change what runs use attachDeviceConfig() and the like, to keep the domain domainDefine()",
    );
  }
  const config = parse(DomainConfig, await domain.getXMLDesc({ flags: WHOLE_CONFIG, ...remaining() }));
  // As we write it: the daemon's own quotes and the like do not matter.
  const before = format(DomainConfig, config);
  const { name, uuid } = config;
  await change(config);
  for (const [what, was, is] of [
    ["name", name, config.name],
    ["uuid", uuid, config.uuid],
  ]) {
    if (was === is) continue;
    throw new InvalidValueError(
      `edit: the ${what} is ${JSON.stringify(is)} and was ${JSON.stringify(was)}, which makes it another domain; use rename() or domainDefine()`,
    );
  }
  const after = format(DomainConfig, config);
  if (after === before) return false;
  const flags = options?.flags;
  // Old daemons know the call without flags only.
  if (flags === undefined || flags === 0) await domain.connection.domainDefineXML(after, remaining());
  else await domain.connection.domainDefineXMLFlags(after, { ...remaining(), flags });
  return true;
}
