import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_BLOCK_PEEK,
  REMOTE_PROC_DOMAIN_BLOCK_STATS,
  REMOTE_PROC_DOMAIN_GET_BLOCK_INFO,
  REMOTE_PROC_DOMAIN_GET_BLOCK_IO_TUNE,
  REMOTE_PROC_DOMAIN_GET_DISK_ERRORS,
  REMOTE_PROC_DOMAIN_SET_BLOCK_IO_TUNE,
} from "../../protocol/generated/remote/index.js";
import { microseconds, seconds } from "../clock.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { answerParams, param } from "../typed-params.js";
import { textElement, type XmlElement } from "../xml/index.js";
import { BELOW } from "./device-order.js";
import { sourceOf } from "./disks.js";
import type { DomainPark } from "./domain-park.js";

/** Bytes of each disk, whatever it is said to be: as many as the test driver says. */
const SIZE = 1n << 40n;
const METADATA = 5_177_344n;

const LIMITS = [
  "total_bytes_sec",
  "read_bytes_sec",
  "write_bytes_sec",
  "total_iops_sec",
  "read_iops_sec",
  "write_iops_sec",
] as const;
const TUNE: readonly string[] = [
  ...LIMITS,
  ...LIMITS.map((name) => `${name}_max`),
  "size_iops_sec",
  "group_name",
  ...LIMITS.map((name) => `${name}_max_length`),
];

/** The disks of a domain. */
export function disksOf(document: XmlElement): XmlElement[] {
  return document.find("devices")?.elements("disk") ?? [];
}

/** Disks: what goes on with them, and how much of it may. */
export function blockRoutes(park: DomainPark): readonly TestRoute[] {
  return [
    handle(REMOTE_PROC_DOMAIN_BLOCK_STATS, ({ dom, path }) => {
      const domain = park.active(dom);
      find(domain.current, path, `invalid path: ${path}`);
      const time = microseconds();
      return {
        rdReq: time / 10n,
        rdBytes: time / 20n,
        wrReq: time / 30n,
        wrBytes: time / 40n,
        errs: seconds() / 2n,
      };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_BLOCK_INFO, ({ dom, path }) => {
      find(park.get(dom).current, path, `invalid path ${path} not assigned to domain`);
      return { capacity: SIZE - METADATA, allocation: SIZE, physical: SIZE };
    }),
    handle(REMOTE_PROC_DOMAIN_BLOCK_PEEK, ({ dom, path, offset, size }) => {
      find(park.get(dom).current, path, `invalid path: ${path}`);
      return { buffer: Uint8Array.from({ length: size }, (_, i) => Number((offset + BigInt(i)) % 256n)) };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_DISK_ERRORS, ({ dom, maxerrors }) => {
      const disks = disksOf(park.active(dom).current);
      const errors = disks.map((disk, i) => ({ disk: disk.get("dev", "target") ?? "", error: 1 + (i % 2) }));
      return maxerrors === 0
        ? { errors: [], nerrors: errors.length }
        : { errors: errors.slice(0, maxerrors), nerrors: Math.min(maxerrors, errors.length) };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_BLOCK_IO_TUNE, ({ dom, disk = "", nparams, flags }) => {
      const document = park.get(dom).asked(flags);
      if (nparams === 0 && disk === "") return { params: [], nparams: TUNE.length };
      const iotune = find(document, disk, `disk '${disk}' was not found in the domain config`).find("iotune");
      const params = TUNE.map((name) => {
        const text = iotune?.textOf(name);
        return name === "group_name"
          ? param.string(name, text ?? "")
          : param.ullong(name, BigInt(text ?? "0"));
      });
      return answerParams(params, nparams);
    }),
    handle(REMOTE_PROC_DOMAIN_SET_BLOCK_IO_TUNE, ({ dom, disk, params, flags }) => {
      for (const document of park.get(dom).affected(flags)) {
        const found = find(document, disk, `disk '${disk}' was not found in the domain config`);
        const iotune = found.ensure("iotune");
        for (const { field, value } of params) {
          iotune.remove(field);
          if (String(value.value) !== "0") iotune.append(textElement(field, String(value.value)));
        }
        iotune.sort([], TUNE);
        if (iotune.elements().length === 0) found.remove(iotune);
        found.sort([], BELOW.disk?.elements);
      }
    }),
  ];
}

/** A disk by the name of its target, or by where its bytes are. */
function find(document: XmlElement, path: string, problem: string): XmlElement {
  const disk = disksOf(document).find(
    (each) => each.get("dev", "target") === path || sourceOf(each) === path,
  );
  if (disk === undefined) throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, problem);
  return disk;
}
