import { Type } from "@sinclair/typebox";
import { DomainConsoleFlags } from "../../index.js";
import { attach } from "../attach.js";
import { type Command, command, data, flag } from "../command.js";
import { findDomain } from "../find.js";

/** `console`: a domain's console in this terminal. */
export const openConsole: Command = command<{ readonly domain: string; readonly output: string | undefined }>(
  {
    options: [
      data("domain", "domain name, id or uuid"),
      data("devname", "name of the character device", false),
      flag("force", "take it from another user"),
      flag("resume", "have a suspended domain go on once connected"),
      flag("safe", "only if the driver sees to it that nobody else has it"),
    ],
    schema: Type.Object({ domain: Type.String(), output: Type.Union([Type.String(), Type.Null()]) }),
    endsItself: true,
    run: async (context, args) => {
      const domain = await findDomain(context, args);
      let flags = 0;
      if (args.flag("force")) flags |= DomainConsoleFlags.FORCE;
      if (args.flag("safe")) flags |= DomainConsoleFlags.SAFE;
      if (args.flag("resume")) await domain.resume();
      const output = await attach(context, domain, args.optional("devname"), flags);
      return { domain: domain.name, output };
    },
    text: () => "",
  },
);
