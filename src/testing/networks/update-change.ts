import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import type { XmlElement } from "../xml/index.js";

/** What to do with an element of a network. */
export type Command = "modify" | "delete" | "add last" | "add first";

/** One change of a network's document. */
export interface Change {
  readonly network: XmlElement;
  readonly name: string;
  readonly command: Command;
  readonly added: XmlElement;
  /** Which of the elements that could have it below; -1 for whichever fits. */
  readonly parentIndex: number;
}

/** A kind of element that can be changed. */
export interface Section {
  readonly element: string;
  /** What libvirt calls its elements, if they can be added and deleted only, and that comes first. */
  readonly fixed?: string;
  update(change: Change): void;
}

export interface Match {
  /** Whether an element is the one that the change is about. */
  same(element: XmlElement): boolean;
  exists(): string;
  missing(): string;
}

export function invalid(detail: string): Error {
  return refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.NETWORK, detail);
}

/** Adds, replaces or takes away an element below a parent. @throws Refusal if it is there already, or is not. */
export function applyChange({ command, added }: Change, parent: XmlElement, match: Match): void {
  const old = parent.elements(added.name).find((each) => match.same(each));
  if (command === "add first" || command === "add last") {
    if (old !== undefined) throw invalid(match.exists());
    const first = parent.elements(added.name)[0];
    const at = command === "add first" && first !== undefined ? parent.children.indexOf(first) : undefined;
    parent.children.splice(at ?? parent.children.length, 0, added);
    return;
  }
  if (old === undefined) throw invalid(match.missing());
  if (command === "delete") parent.remove(old);
  else parent.children.splice(parent.children.indexOf(old), 1, added);
}
