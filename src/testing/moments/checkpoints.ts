import {
  ErrorDomain,
  ErrorNumber,
  DomainCheckpointListFlags as Filter,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_CHECKPOINT_CREATE_XML,
  REMOTE_PROC_DOMAIN_CHECKPOINT_DELETE,
  REMOTE_PROC_DOMAIN_CHECKPOINT_GET_PARENT,
  REMOTE_PROC_DOMAIN_CHECKPOINT_GET_XML_DESC,
  REMOTE_PROC_DOMAIN_CHECKPOINT_LIST_ALL_CHILDREN,
  REMOTE_PROC_DOMAIN_CHECKPOINT_LOOKUP_BY_NAME,
  REMOTE_PROC_DOMAIN_LIST_ALL_CHECKPOINTS,
  type RemoteNonnullDomainCheckpoint,
} from "../../protocol/generated/remote/index.js";
import type { DomainPark, TestDomain } from "../domains/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { XmlElement } from "../xml/index.js";
import { deleteMoments } from "./delete-moments.js";
import { type MomentFacts, momentDisks, momentElement, readMoment } from "./moment-document.js";
import { listMoments } from "./moment-lists.js";
import { type Moment, MomentTree } from "./moment-tree.js";

/** A time since which changes of a domain's disks are known. */
interface Checkpoint extends Moment {
  readonly facts: MomentFacts;
  readonly document: XmlElement;
}

const REDEFINE = 1;
const NO_DOMAIN = 2;

/** The checkpoints of all domains. */
export class CheckpointStore {
  private readonly park: DomainPark;
  private readonly trees = new WeakMap<TestDomain, MomentTree<Checkpoint>>();

  constructor(park: DomainPark) {
    this.park = park;
  }

  tree(domain: TestDomain): MomentTree<Checkpoint> {
    const tree = this.trees.get(domain) ?? new MomentTree<Checkpoint>();
    this.trees.set(domain, tree);
    return tree;
  }

  /** Answers what clients ask of checkpoints; `blocked` tells of domains that cannot have any for the moment. */
  routes(blocked: (domain: TestDomain) => boolean): readonly TestRoute[] {
    const { park } = this;
    const told = (domain: TestDomain, { name }: Checkpoint): RemoteNonnullDomainCheckpoint => ({
      name,
      dom: domain.handle,
    });
    const answerList = (
      domain: TestDomain,
      from: Checkpoint | undefined,
      flags: number,
      needResults: number,
    ): { readonly checkpoints: readonly RemoteNonnullDomainCheckpoint[]; readonly ret: number } => {
      const listed = listMoments(this.tree(domain), from, flags, Filter);
      return {
        checkpoints: needResults === 0 ? [] : listed.map((each) => told(domain, each)),
        ret: listed.length,
      };
    };
    return [
      handle(REMOTE_PROC_DOMAIN_CHECKPOINT_CREATE_XML, ({ dom, xmlDesc, flags }) => {
        const domain = park.get(dom);
        if (blocked(domain)) throw unsupported("cannot create checkpoint while snapshot exists");
        return { checkpoint: told(domain, this.create(domain, xmlDesc, flags)) };
      }),
      handle(REMOTE_PROC_DOMAIN_CHECKPOINT_GET_XML_DESC, ({ checkpoint, flags }) => {
        const { found } = this.find(checkpoint);
        return { xml: describe(found, (flags & NO_DOMAIN) === 0) };
      }),
      handle(REMOTE_PROC_DOMAIN_LIST_ALL_CHECKPOINTS, ({ dom, needResults, flags }) =>
        answerList(park.get(dom), undefined, flags, needResults),
      ),
      handle(REMOTE_PROC_DOMAIN_CHECKPOINT_LIST_ALL_CHILDREN, ({ checkpoint, needResults, flags }) => {
        const { domain, found } = this.find(checkpoint);
        return answerList(domain, found, flags, needResults);
      }),
      handle(REMOTE_PROC_DOMAIN_CHECKPOINT_LOOKUP_BY_NAME, ({ dom, name }) => {
        const { domain, found } = this.find({ dom, name });
        return { checkpoint: told(domain, found) };
      }),
      handle(REMOTE_PROC_DOMAIN_CHECKPOINT_GET_PARENT, ({ checkpoint }) => {
        const { domain, found } = this.find(checkpoint);
        if (found.parent === undefined) throw missing(`checkpoint '${found.name}' does not have a parent`);
        return { parent: told(domain, this.find({ dom: checkpoint.dom, name: found.parent }).found) };
      }),
      handle(REMOTE_PROC_DOMAIN_CHECKPOINT_DELETE, ({ checkpoint, flags }) => {
        const { domain, found } = this.find(checkpoint);
        deleteMoments(this.tree(domain), found, flags);
      }),
    ];
  }

  private find({ name, dom }: RemoteNonnullDomainCheckpoint): { domain: TestDomain; found: Checkpoint } {
    const domain = this.park.get(dom);
    const found = this.tree(domain).get(name);
    if (found === undefined) throw missing(`no domain checkpoint with matching name '${name}'`);
    return { domain, found };
  }

  private create(domain: TestDomain, xml: string, flags: number): Checkpoint {
    const kept = (flags & REDEFINE) !== 0;
    if (!domain.active && !kept) throw unsupported("cannot create checkpoint for inactive domain");
    const facts = readMoment(xml, "domaincheckpoint", ErrorDomain.DOMAIN_CHECKPOINT, kept);
    const tree = this.tree(domain);
    if (!kept && tree.get(facts.name) !== undefined) {
      const detail = `domain moment ${facts.name} already exists`;
      throw refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.DOMAIN, detail);
    }
    const checkpoint: Checkpoint = {
      name: facts.name,
      parent: kept ? facts.parent : tree.current?.name,
      facts,
      document: (kept ? facts.document.find("domain") : undefined) ?? domain.current.clone(),
    };
    tree.set(checkpoint);
    tree.current = checkpoint;
    return checkpoint;
  }
}

function describe(checkpoint: Checkpoint, whole: boolean): string {
  const element = momentElement("domaincheckpoint", checkpoint.facts, checkpoint.parent);
  const disks = momentDisks(checkpoint.document).map(({ name, kept }) =>
    kept
      ? new XmlElement("disk", { name, checkpoint: "bitmap", bitmap: checkpoint.name })
      : new XmlElement("disk", { name, checkpoint: "no" }),
  );
  if (disks.length > 0) element.append(new XmlElement("disks", {}, disks));
  if (whole) element.append(checkpoint.document.clone());
  return element.format();
}

function missing(detail: string): Error {
  return refuse(ErrorNumber.NO_DOMAIN_CHECKPOINT, ErrorDomain.TEST, detail);
}

function unsupported(detail: string): Error {
  return refuse(ErrorNumber.OPERATION_UNSUPPORTED, ErrorDomain.TEST, detail);
}
