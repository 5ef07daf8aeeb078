import { describe, expect, it } from "@jest/globals";
import { publicMembers } from "../../codegen/emit/emit-api-constants.js";
import { camelCase, memberNames, pascalCase } from "../../codegen/emit/names.js";

describe("names", () => {
  it.each([
    ["remote_domain_get_info_ret", "RemoteDomainGetInfoRet"],
    ["virNetMessageHeader", "VirNetMessageHeader"],
    ["remote_domain_event_block_job_2_msg", "RemoteDomainEventBlockJob2Msg"],
    ["remote_domain_migrate_begin3_args", "RemoteDomainMigrateBegin3Args"],
  ])("of the type %s", (name, expected) => {
    expect(pascalCase(name)).toBe(expected);
  });

  it.each([
    ["cpu_time", "cpuTime"],
    ["callbackID", "callbackID"],
    ["nr_virt_cpu", "nrVirtCpu"],
    ["dom", "dom"],
    ["xmlCPUs", "xmlCPUs"],
  ])("of the field %s", (name, expected) => {
    expect(camelCase(name)).toBe(expected);
  });

  it.each([
    ["virDomainState", ["VIR_DOMAIN_NOSTATE", "VIR_DOMAIN_RUNNING"], ["NOSTATE", "RUNNING"]],
    ["virDomainXMLFlags", ["VIR_DOMAIN_XML_SECURE", "VIR_DOMAIN_XML_INACTIVE"], ["SECURE", "INACTIVE"]],
    ["virThing", ["VIR_THING", "VIR_THING_MORE"], ["THING", "THING_MORE"]],
    ["virDomainBlockedReason", ["VIR_DOMAIN_BLOCKED_UNKNOWN"], ["UNKNOWN"]],
    ["virTypedParameterFlags", ["VIR_TYPED_PARAM_STRING_OKAY"], ["STRING_OKAY"]],
    ["virStreamFlags", ["VIR_STREAM_NONBLOCK"], ["NONBLOCK"]],
    ["virOnly", ["VIR_ONLY"], ["ONLY"]],
    ["virBits", ["VIR_BITS_WIDTH_8", "VIR_BITS_WIDTH_16"], ["WIDTH_8", "WIDTH_16"]],
    ["remote_auth_type", ["REMOTE_AUTH_NONE", "REMOTE_AUTH_SASL"], ["NONE", "SASL"]],
  ])("of the members of %s", (type, members, expected) => {
    expect(memberNames(type, members)).toEqual(expected);
  });

  it("of members that do not have the prefix they should have", () => {
    expect(memberNames("virErrorNumber", ["VIR_ERR_OK", "VIR_WAR_NO_NETWORK"], "VIR_ERR")).toEqual([
      "OK",
      "WAR_NO_NETWORK",
    ]);
  });
});

describe("publicMembers", () => {
  const member = (
    name: string,
    value: number,
    bit?: number,
  ): { name: string; value: number; bit?: number } =>
    bit === undefined ? { name, value } : { name, value, bit };

  it("sorts by value, and leaves out the count of members", () => {
    const members = [
      member("VIR_A_X", 2),
      member("VIR_A_LAST", 3),
      member("VIR_A_W", 0),
      member("VIR_A_V", 1),
    ];
    expect(publicMembers({ name: "virA", file: "h", members })).toEqual([
      ["W", "0"],
      ["V", "1"],
      ["X", "2"],
    ]);
  });

  it("keeps a member that only sounds like the count of members", () => {
    const members = [member("VIR_A_ADD_LAST", 1), member("VIR_A_ADD_FIRST", 2), member("VIR_A_LAST", 3)];
    expect(publicMembers({ name: "virA", file: "h", members }).map(([name]) => name)).toEqual([
      "LAST",
      "FIRST",
    ]);
  });

  it("writes flags as hexadecimal numbers", () => {
    const members = [member("VIR_A_NONE", 0), member("VIR_A_BIG", 2 ** 31, 31), member("VIR_A_BOTH", 17)];
    expect(publicMembers({ name: "virA", file: "h", members })).toEqual([
      ["NONE", "0"],
      ["BOTH", "0x11"],
      ["BIG", "0x80000000"],
    ]);
  });
});
