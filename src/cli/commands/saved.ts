import { Type } from "@sinclair/typebox";
import { type Command, command, data, flag } from "../command.js";
import { findDomain } from "../find.js";

const SECURE = 1;
const SECURITY_INFO = flag("security-info", "with passwords");
const DOCUMENT = Type.Object({ xml: Type.String() });

export const saveImageDumpxml: Command = command({
  options: [data("file", "file with the saved state"), SECURITY_INFO],
  schema: DOCUMENT,
  run: async (context, args) => {
    const flags = args.flag("security-info") ? SECURE : 0;
    const conn = await context.connection();
    return { xml: await conn.domainSaveImageGetXMLDesc(args.text("file"), { flags }) };
  },
  text: ({ xml }) => xml,
});

export const managedsaveDumpxml: Command = command({
  options: [data("domain", "domain name, id or uuid"), SECURITY_INFO],
  schema: DOCUMENT,
  run: async (context, args) => {
    const flags = args.flag("security-info") ? SECURE : 0;
    return { xml: await (await findDomain(context, args)).managedSaveGetXMLDesc({ flags }) };
  },
  text: ({ xml }) => xml,
});
