import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_FSFREEZE,
  REMOTE_PROC_DOMAIN_FSTHAW,
  REMOTE_PROC_DOMAIN_FSTRIM,
  REMOTE_PROC_DOMAIN_GET_FSINFO,
  REMOTE_PROC_DOMAIN_GET_HOSTNAME,
  REMOTE_PROC_DOMAIN_GET_TIME,
  REMOTE_PROC_DOMAIN_SET_TIME,
  REMOTE_PROC_DOMAIN_SET_USER_PASSWORD,
} from "../../protocol/generated/remote/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { disksOf } from "./blocks.js";
import type { DomainPark } from "./domain-park.js";

/** The time inside every guest, which stands still. */
const TIME = { seconds: 627_319_920n, nseconds: 0 };
/** Where the partitions of the first disk are mounted. */
const MOUNT_POINTS = ["/", "/boot"];

/** What an agent inside the guest would answer. */
export function guestRoutes(park: DomainPark): readonly TestRoute[] {
  /** Which mount points are frozen, by domain. */
  const frozen = new WeakMap<object, Set<string>>();
  const wanted = (mountpoints: readonly string[]): readonly string[] =>
    mountpoints.length === 0 ? MOUNT_POINTS : mountpoints.filter((each) => MOUNT_POINTS.includes(each));

  return [
    handle(REMOTE_PROC_DOMAIN_GET_HOSTNAME, ({ dom }) => {
      const domain = park.active(dom);
      return { hostname: `${domain.name}host` };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_TIME, ({ dom }) => {
      park.active(dom);
      return TIME;
    }),
    handle(REMOTE_PROC_DOMAIN_SET_TIME, ({ dom }) => {
      park.active(dom);
    }),
    handle(REMOTE_PROC_DOMAIN_SET_USER_PASSWORD, ({ dom }) => {
      park.active(dom);
    }),
    handle(REMOTE_PROC_DOMAIN_GET_FSINFO, ({ dom }) => {
      const name = disksOf(park.active(dom).current)[0]?.get("dev", "target");
      if (name === undefined) return { info: [], ret: 0 };
      const info = MOUNT_POINTS.map((mountpoint, i) => ({
        mountpoint,
        name: `${name}${i + 1}`,
        fstype: "ext4",
        devAliases: [name],
      }));
      return { info, ret: info.length };
    }),
    handle(REMOTE_PROC_DOMAIN_FSFREEZE, ({ dom, mountpoints }) => {
      const domain = park.active(dom);
      const cold = frozen.get(domain) ?? new Set<string>();
      frozen.set(domain, cold);
      const fresh = wanted(mountpoints).filter((each) => !cold.has(each));
      for (const each of fresh) cold.add(each);
      return { filesystems: fresh.length };
    }),
    handle(REMOTE_PROC_DOMAIN_FSTHAW, ({ dom, mountpoints }) => {
      const cold = frozen.get(park.active(dom));
      const thawed = wanted(mountpoints).filter((each) => cold?.delete(each) === true);
      return { filesystems: thawed.length };
    }),
    handle(REMOTE_PROC_DOMAIN_FSTRIM, ({ dom, mountPoint }) => {
      park.active(dom);
      if (mountPoint === undefined || MOUNT_POINTS.includes(mountPoint)) return;
      throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, `nothing is mounted at ${mountPoint}`);
    }),
  ];
}
