import { InvalidValueError } from "../../errors/index.js";
import { QEMU_PROC_DOMAIN_MONITOR_COMMAND_WITH_FILES } from "../../protocol/generated/qemu/index.js";
import {
  REMOTE_PROC_DOMAIN_CREATE_WITH_FILES,
  REMOTE_PROC_DOMAIN_CREATE_XML_WITH_FILES,
  REMOTE_PROC_DOMAIN_FD_ASSOCIATE,
  type RemoteNonnullDomain,
} from "../../protocol/generated/remote/index.js";
import type { CallOptions, Procedure } from "../../protocol/index.js";
import { type Descriptor, socketOf } from "../../transport/descriptors/index.js";
import type { Session } from "../session.js";
import { passDescriptors } from "./channel.js";
import type { MonitorReply } from "./types.js";

type AnySession = Session<unknown>;

/** Starts a domain from its XML, with files. */
export async function createXMLWithFiles(
  session: AnySession,
  args: { readonly xmlDesc: string; readonly flags: number },
  files: readonly Descriptor[],
  options: CallOptions,
): Promise<RemoteNonnullDomain> {
  return (await give(session, REMOTE_PROC_DOMAIN_CREATE_XML_WITH_FILES, args, files, options)).dom;
}

/** Starts a defined domain, with files. */
export async function createWithFiles(
  session: AnySession,
  args: { readonly dom: RemoteNonnullDomain; readonly flags: number },
  files: readonly Descriptor[],
  options: CallOptions,
): Promise<RemoteNonnullDomain> {
  return (await give(session, REMOTE_PROC_DOMAIN_CREATE_WITH_FILES, args, files, options)).dom;
}

/** Lends files to a domain, under a name. */
export async function associate(
  session: AnySession,
  args: { readonly dom: RemoteNonnullDomain; readonly name: string; readonly flags: number },
  files: readonly Descriptor[],
  options: CallOptions,
): Promise<void> {
  if (files.length === 0) {
    throw new InvalidValueError(`fdAssociate("${args.name}"): no files were given; at least one is needed`);
  }
  await give(session, REMOTE_PROC_DOMAIN_FD_ASSOCIATE, args, files, options);
}

/** Sends QEMU a command with files, and takes those that come back. */
export async function monitorCommand(
  session: AnySession,
  args: { readonly dom: RemoteNonnullDomain; readonly cmd: string; readonly flags: number },
  files: readonly Descriptor[],
  options: CallOptions,
): Promise<MonitorReply> {
  const procedure = QEMU_PROC_DOMAIN_MONITOR_COMMAND_WITH_FILES;
  const { ret, received } = await passDescriptors(session, procedure, args, files, options);
  return { result: ret.result, files: received.map(socketOf) };
}

/** Makes a call that takes files and gives none. Without files it is an ordinary one. */
async function give<Args, Ret>(
  session: AnySession,
  procedure: Procedure<Args, Ret>,
  args: Args,
  files: readonly Descriptor[],
  options: CallOptions,
): Promise<Ret> {
  if (files.length === 0) return await session.call(procedure, args, options);
  const { ret, received } = await passDescriptors(session, procedure, args, files, options);
  for (const unasked of received) unasked.close();
  return ret;
}
