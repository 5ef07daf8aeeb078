import { Type } from "@sinclair/typebox";
import { type Domain, DomainDeviceModifyFlags as Modify } from "../../index.js";
import { type Command, command, data, flag, IMPACT, type Option } from "../command.js";
import { findDomain, readDocument } from "../find.js";
import { impactOn, PERSISTENT_IMPACT } from "../impact.js";

interface Change {
  readonly verb: string;
  readonly done: string;
  readonly options?: readonly Option[];
  readonly act: (domain: Domain, xml: string, flags: number) => Promise<unknown>;
}

/** A command that changes a domain's devices by a document. */
function change({ verb, done, options = [], act }: Change): Command {
  return command({
    options: [
      data("domain", "domain name, id or uuid"),
      data("file", "file with the device's document"),
      ...PERSISTENT_IMPACT,
      ...options,
    ],
    schema: Type.Object({ domain: Type.String(), uuid: Type.String() }),
    failure: (args) => `Failed to ${verb} device from ${args.text("file")}`,
    run: async (context, args) => {
      const domain = await findDomain(context, args);
      const flags = await impactOn(domain, args);
      await act(domain, await readDocument(args), flags | (args.flag("force") ? Modify.FORCE : 0));
      return { domain: domain.name, uuid: domain.uuid };
    },
    text: (_value, _args, { options: { quiet } }) => (quiet ? "" : `Device ${done} successfully\n`),
  });
}

export const attach: Command = change({
  verb: "attach",
  done: "attached",
  act: (domain, xml, flags) =>
    flags === 0 ? domain.attachDevice(xml) : domain.attachDeviceFlags(xml, { flags }),
});
export const detach: Command = change({
  verb: "detach",
  done: "detached",
  act: (domain, xml, flags) =>
    flags === 0 ? domain.detachDevice(xml) : domain.detachDeviceFlags(xml, { flags }),
});
export const update: Command = change({
  verb: "update",
  done: "updated",
  options: [flag("force", "even if it is in use")],
  act: (domain, xml, flags) => domain.updateDeviceFlags(xml, { flags }),
});

export const detachAlias: Command = command({
  options: [
    data("domain", "domain name, id or uuid"),
    data("alias", "name that the device goes by in the document"),
    ...IMPACT,
  ],
  schema: Type.Object({ domain: Type.String(), uuid: Type.String() }),
  failure: (args) => `Failed to detach device with alias ${args.text("alias")}`,
  run: async (context, args) => {
    const flags = args.impact();
    const domain = await findDomain(context, args);
    await domain.detachDeviceAlias(args.text("alias"), { flags });
    return { domain: domain.name, uuid: domain.uuid };
  },
  text: (_value, _args, { options: { quiet } }) => (quiet ? "" : "Device detach request sent successfully\n"),
});
