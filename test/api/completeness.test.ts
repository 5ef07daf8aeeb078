import { describe, expect, it } from "@jest/globals";
import { coverageOf, EXCUSES, type Fate } from "../../codegen/emit/api/coverage.js";
import { DOCUMENT_METHODS } from "../../codegen/emit/api/documents.js";
import { readTexts } from "../../codegen/emit/texts.js";
import { readModels } from "../../codegen/models.js";
import { makeHandles } from "../../src/api/make-handles.js";
import * as api from "../../src/index.js";

const coverage = coverageOf(readModels("codegen/model").api);

const dom = { name: "d", uuid: "", id: 1 };
const net = { name: "n", uuid: "" };
/** One object of each class: properties exist on objects only. */
function samples(): Readonly<Record<string, object>> {
  const session = {} as Parameters<typeof makeHandles>[0];
  const make = makeHandles(session, () => {
    throw new Error("no connection here");
  });
  Object.assign(session, { make });
  const admin = { make: { adminServer: () => ({ wire: {} }) } } as unknown as ConstructorParameters<
    typeof api.AdminServer
  >[0];
  return {
    Connection: api.Connection.prototype,
    Domain: make.domain(dom),
    DomainSnapshot: make.domainSnapshot({ name: "s", dom }),
    DomainCheckpoint: make.domainCheckpoint({ name: "c", dom }),
    Network: make.network(net),
    NetworkPort: make.networkPort({ net, uuid: "" }),
    Interface: make.interface({ name: "i", mac: "" }),
    NodeDevice: make.nodeDevice({ name: "nd" }),
    NWFilter: make.nwFilter(net),
    NWFilterBinding: make.nwFilterBinding({ portdev: "p", filtername: "f" }),
    Secret: make.secret({ uuid: "", usageType: 0, usageID: "" }),
    StoragePool: make.storagePool(net),
    StorageVol: make.storageVol({ pool: "p", name: "v", key: "k" }),
    AdminConnection: api.AdminConnection.prototype,
    AdminServer: new api.AdminServer(admin, { name: "libvirtd" }),
    AdminClient: new api.AdminClient(admin, {
      srv: { name: "libvirtd" },
      id: 1n,
      timestamp: 1n,
      transport: 0,
    }),
  };
}

/** Every method of a class, inherited ones included. */
function methodsOf(sample: object): Set<string> {
  const names = new Set<string>();
  for (let type = sample; type !== Object.prototype; type = Object.getPrototypeOf(type) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
  }
  return names;
}

/** Methods that stand for no C function, and why they exist. */
const OWN_METHODS: ReadonlySet<string> = new Set([
  // Protected helpers of RemoteHandle.
  "call",
  "countedParameters",
  "stringsOkay",
  // For other parts of the API.
  "handleOf",
  // Other forms of `download`.
  "downloadSegments",
  "downloadTo",
  // Typed documents in place of text.
  ...DOCUMENT_METHODS,
  "findDevices",
  "attachDeviceConfig",
  "detachDeviceConfig",
  "updateDeviceConfig",
  "backupBeginConfig",
  "edit",
]);

describe("the API", () => {
  const objects = samples();

  it("knows all 568 public functions of libvirt 12.8.0", () => {
    expect(coverage).toHaveLength(568);
  });

  it("has a method, a property or an excuse for each of them", () => {
    const isThere = (fate: Fate): boolean => {
      switch (fate.kind) {
        case "excused":
          return true;
        case "function":
          return typeof (api as Record<string, unknown>)[fate.name] === "function";
        case "method":
          return methodsOf(objects[fate.className] ?? {}).has(fate.name);
        case "property":
          return fate.name in (objects[fate.className] ?? {});
      }
    };
    const unexplained = coverage.filter(({ fate }) => !isThere(fate)).map(({ fn }) => fn.name);
    expect(unexplained).toEqual([]);
  });

  it("needs each excuse, and excuses nothing that is there", () => {
    for (const [pattern, reason] of EXCUSES) {
      expect([reason, coverage.some(({ fn }) => pattern.test(fn.name))]).toEqual([reason, true]);
    }
  });

  it("has no method that stands for no function", () => {
    const known = new Set(
      coverage.flatMap(({ fate }) => (fate.kind === "method" ? [`${fate.className}.${fate.name}`] : [])),
    );
    const invented = Object.entries(objects).flatMap(([className, object]) =>
      [...methodsOf(object)].filter((name) => !OWN_METHODS.has(name)).map((name) => `${className}.${name}`),
    );
    expect(invented.filter((name) => !known.has(name))).toEqual([]);
  });

  it("has a text of its own for each generated method", () => {
    const docs = readTexts("codegen/docs");
    for (const [name, text] of docs) {
      expect([name, coverage.some(({ fn }) => fn.name === name), text.length > 10]).toEqual([
        name,
        true,
        true,
      ]);
    }
  });
});
