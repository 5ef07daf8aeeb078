import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_HAS_CURRENT_SNAPSHOT,
  REMOTE_PROC_DOMAIN_LIST_ALL_SNAPSHOTS,
  REMOTE_PROC_DOMAIN_REVERT_TO_SNAPSHOT,
  REMOTE_PROC_DOMAIN_SNAPSHOT_CREATE_XML,
  REMOTE_PROC_DOMAIN_SNAPSHOT_CURRENT,
  REMOTE_PROC_DOMAIN_SNAPSHOT_DELETE,
  REMOTE_PROC_DOMAIN_SNAPSHOT_GET_PARENT,
  REMOTE_PROC_DOMAIN_SNAPSHOT_GET_XML_DESC,
  REMOTE_PROC_DOMAIN_SNAPSHOT_HAS_METADATA,
  REMOTE_PROC_DOMAIN_SNAPSHOT_IS_CURRENT,
  REMOTE_PROC_DOMAIN_SNAPSHOT_LIST_ALL_CHILDREN,
  REMOTE_PROC_DOMAIN_SNAPSHOT_LIST_CHILDREN_NAMES,
  REMOTE_PROC_DOMAIN_SNAPSHOT_LIST_NAMES,
  REMOTE_PROC_DOMAIN_SNAPSHOT_LOOKUP_BY_NAME,
  REMOTE_PROC_DOMAIN_SNAPSHOT_NUM,
  REMOTE_PROC_DOMAIN_SNAPSHOT_NUM_CHILDREN,
  type RemoteNonnullDomainSnapshot,
} from "../../protocol/generated/remote/index.js";
import type { DomainPark, TestDomain } from "../domains/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { deleteMoments } from "./delete-moments.js";
import { missing, type Snapshot, type SnapshotStore } from "./snapshots.js";

/** Answers what clients ask of snapshots; `blocked` tells of domains that cannot have any for the moment. */
export function snapshotRoutes(
  park: DomainPark,
  store: SnapshotStore,
  blocked: (domain: TestDomain) => boolean,
): readonly TestRoute[] {
  const told = (domain: TestDomain, snapshot: Snapshot): RemoteNonnullDomainSnapshot => ({
    name: snapshot.name,
    dom: domain.handle,
  });
  const answerList = (
    domain: TestDomain,
    snapshots: readonly Snapshot[],
    needResults: number,
  ): { readonly snapshots: readonly RemoteNonnullDomainSnapshot[]; readonly ret: number } => ({
    snapshots: needResults === 0 ? [] : snapshots.map((each) => told(domain, each)),
    ret: snapshots.length,
  });
  const current = (domain: TestDomain): Snapshot => {
    const snapshot = store.tree(domain).current;
    if (snapshot === undefined) throw missing("the domain does not have a current snapshot");
    return snapshot;
  };

  return [
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_CREATE_XML, ({ dom, xmlDesc, flags }) => {
      const domain = park.get(dom);
      if (blocked(domain)) {
        const detail = "cannot create snapshot while checkpoint exists";
        throw refuse(ErrorNumber.OPERATION_UNSUPPORTED, ErrorDomain.TEST, detail);
      }
      return { snap: told(domain, store.create(domain, xmlDesc, flags)) };
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_GET_XML_DESC, ({ snap }) => {
      const { snapshot } = store.find(snap);
      return { xml: store.describe(snapshot, snapshot.parent) };
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_NUM, ({ dom, flags }) => ({
      num: store.list(park.get(dom), undefined, flags).length,
    })),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_LIST_NAMES, ({ dom, maxnames, flags }) => ({
      names: store
        .list(park.get(dom), undefined, flags)
        .slice(0, maxnames)
        .map(({ name }) => name),
    })),
    handle(REMOTE_PROC_DOMAIN_LIST_ALL_SNAPSHOTS, ({ dom, needResults, flags }) => {
      const domain = park.get(dom);
      return answerList(domain, store.list(domain, undefined, flags), needResults);
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_NUM_CHILDREN, ({ snap, flags }) => {
      const { domain, snapshot } = store.find(snap);
      return { num: store.list(domain, snapshot, flags).length };
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_LIST_CHILDREN_NAMES, ({ snap, maxnames, flags }) => {
      const { domain, snapshot } = store.find(snap);
      const names = store.list(domain, snapshot, flags).map(({ name }) => name);
      return { names: names.slice(0, maxnames) };
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_LIST_ALL_CHILDREN, ({ snapshot: snap, needResults, flags }) => {
      const { domain, snapshot } = store.find(snap);
      return answerList(domain, store.list(domain, snapshot, flags), needResults);
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_LOOKUP_BY_NAME, ({ dom, name }) => {
      const domain = park.get(dom);
      return { snap: told(domain, store.get(domain, name)) };
    }),
    handle(REMOTE_PROC_DOMAIN_HAS_CURRENT_SNAPSHOT, ({ dom }) => ({
      result: store.tree(park.get(dom)).current === undefined ? 0 : 1,
    })),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_CURRENT, ({ dom }) => {
      const domain = park.get(dom);
      return { snap: told(domain, current(domain)) };
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_GET_PARENT, ({ snap }) => {
      const { domain, snapshot } = store.find(snap);
      if (snapshot.parent === undefined) throw missing(`snapshot '${snapshot.name}' does not have a parent`);
      return { snap: told(domain, store.get(domain, snapshot.parent)) };
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_IS_CURRENT, ({ snap }) => {
      const { tree, snapshot } = store.find(snap);
      return { current: tree.current === snapshot ? 1 : 0 };
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_HAS_METADATA, ({ snap }) => {
      store.find(snap);
      return { metadata: 1 };
    }),
    handle(REMOTE_PROC_DOMAIN_REVERT_TO_SNAPSHOT, ({ snap, flags }) => {
      const { domain, snapshot } = store.find(snap);
      store.revert(domain, snapshot, flags);
    }),
    handle(REMOTE_PROC_DOMAIN_SNAPSHOT_DELETE, ({ snap, flags }) => {
      const { tree, snapshot } = store.find(snap);
      deleteMoments(tree, snapshot, flags);
    }),
  ];
}
