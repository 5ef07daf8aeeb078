import type { ApiFunction } from "../../api-model.js";
import type { GeneratedFile } from "../generated-file.js";
import { wrap } from "../wrap.js";

/** A method that gives or takes a typed document where the C function has its text. */
interface Twin {
  /** Of the method. */
  readonly name: string;
  /** Of the document, as `src/api/documents` knows it. */
  readonly kind: string;
  /** The same function without flags, which older daemons know, too. */
  readonly plain?: string;
}

/** Functions whose result is a document. */
const GIVES: Readonly<Record<string, Twin>> = {
  virConnectGetCapabilities: { name: "getCapabilitiesConfig", kind: "capabilities" },
  virConnectGetDomainCapabilities: { name: "getDomainCapabilitiesConfig", kind: "domainCapabilities" },
  virConnectGetStoragePoolCapabilities: {
    name: "getStoragePoolCapabilitiesConfig",
    kind: "storagePoolCapabilities",
  },
  virDomainBackupGetXMLDesc: { name: "backupGetXML", kind: "domainBackup" },
  virDomainCheckpointGetXMLDesc: { name: "getXML", kind: "domainCheckpoint" },
  virDomainGetXMLDesc: { name: "getXML", kind: "domain" },
  virDomainManagedSaveGetXMLDesc: { name: "managedSaveGetXML", kind: "domain" },
  virDomainSaveImageGetXMLDesc: { name: "domainSaveImageGetXML", kind: "domain" },
  virDomainSnapshotGetXMLDesc: { name: "getXML", kind: "domainSnapshot" },
  virInterfaceGetXMLDesc: { name: "getXML", kind: "interface" },
  virNWFilterBindingGetXMLDesc: { name: "getXML", kind: "nwFilterBinding" },
  virNWFilterGetXMLDesc: { name: "getXML", kind: "nwFilter" },
  virNetworkGetXMLDesc: { name: "getXML", kind: "network" },
  virNetworkPortGetXMLDesc: { name: "getXML", kind: "networkPort" },
  virNodeDeviceGetXMLDesc: { name: "getXML", kind: "nodeDevice" },
  virSecretGetXMLDesc: { name: "getXML", kind: "secret" },
  virStoragePoolGetXMLDesc: { name: "getXML", kind: "storagePool" },
  virStorageVolGetXMLDesc: { name: "getXML", kind: "storageVol" },
};

/** Functions that take a document. */
const TAKES: Readonly<Record<string, Twin>> = {
  virDomainCheckpointCreateXML: { name: "checkpointCreate", kind: "domainCheckpoint" },
  virDomainCreateXML: { name: "domainCreate", kind: "domain" },
  virDomainDefineXMLFlags: { name: "domainDefine", kind: "domain", plain: "domainDefineXML" },
  virDomainManagedSaveDefineXML: { name: "managedSaveDefine", kind: "domain" },
  virDomainSaveImageDefineXML: { name: "domainSaveImageDefine", kind: "domain" },
  virDomainSnapshotCreateXML: { name: "snapshotCreate", kind: "domainSnapshot" },
  virInterfaceDefineXML: { name: "interfaceDefine", kind: "interface" },
  virNWFilterBindingCreateXML: { name: "nwFilterBindingCreate", kind: "nwFilterBinding" },
  virNWFilterDefineXMLFlags: { name: "nwFilterDefine", kind: "nwFilter", plain: "nwFilterDefineXML" },
  virNetworkCreateXMLFlags: { name: "networkCreate", kind: "network", plain: "networkCreateXML" },
  virNetworkDefineXMLFlags: { name: "networkDefine", kind: "network", plain: "networkDefineXML" },
  virNetworkPortCreateXML: { name: "portCreate", kind: "networkPort" },
  virNodeDeviceCreateXML: { name: "nodeDeviceCreate", kind: "nodeDevice" },
  virNodeDeviceDefineXML: { name: "nodeDeviceDefine", kind: "nodeDevice" },
  virSecretDefineXML: { name: "secretDefine", kind: "secret" },
  virStoragePoolCreateXML: { name: "storagePoolCreate", kind: "storagePool" },
  virStoragePoolDefineXML: { name: "storagePoolDefine", kind: "storagePool" },
  virStorageVolCreateXML: { name: "storageVolCreate", kind: "storageVol" },
  virStorageVolCreateXMLFrom: { name: "storageVolCreateFrom", kind: "storageVol" },
};

/** Names of the methods, which stand for no C function of their own. */
export const DOCUMENT_METHODS: readonly string[] = [...Object.values(GIVES), ...Object.values(TAKES)].map(
  ({ name }) => name,
);

/** A generated method as its text begins. */
interface Written {
  readonly fn: ApiFunction;
  readonly name: string;
  /** Arguments without the options: `xml: string`, `srcSpec?: string`. */
  readonly parameters: readonly string[];
  /** Type of the options. */
  readonly options: string;
  /** What the method's promise gives. */
  readonly result: string;
}

/** The method beside it that gives or takes the document as a typed value; nothing where there is no document. */
export function emitTwin(method: Written, file: GeneratedFile): readonly string[] {
  const { fn, parameters, result } = method;
  const [gives, takes] = [GIVES[fn.name], TAKES[fn.name]];
  const twin = gives ?? takes;
  if (twin === undefined) return [];
  const type = file.use(typeOf(twin.kind), "xml/index", "type");
  const options = `options?: ${method.options}`;
  const names = parameters.map((parameter) => parameter.replace(/\??:.*$/, ""));
  const doc = comment(method, gives !== undefined);
  if (gives !== undefined) {
    const parse = file.use("parseDocument", "api/documents");
    const call = `this.${method.name}(${[...names, "options"].join(", ")})`;
    return [
      ...doc,
      `  async ${twin.name}(${[...parameters, options].join(", ")}): Promise<${type}> {`,
      `    return await ${parse}("${twin.kind}", await ${call});`,
      "  }",
    ];
  }
  const at = names.findIndex((name) => /xml/i.test(name));
  if (at < 0) throw new Error(`${fn.name} takes no document`);
  const signature = parameters.with(at, `config: ${type}`);
  const format = file.use("formatDocument", "api/documents");
  const passed = [...names.with(at, "xml"), "options"].join(", ");
  const calls =
    twin.plain === undefined
      ? [`    return await this.${method.name}(${passed});`]
      : [
          `    if ((options?.flags ?? 0) === 0) return await this.${twin.plain}(${passed});`,
          `    return await this.${method.name}(${passed});`,
        ];
  return [
    ...doc,
    `  async ${twin.name}(${[...signature, options].join(", ")}): Promise<${result}> {`,
    `    const xml = await ${format}("${twin.kind}", config);`,
    ...calls,
    "  }",
  ];
}

/** `nwFilter` → `NWFilterConfig`. */
function typeOf(kind: string): string {
  return `${kind.replace(/^nw|^./, (start) => start.toUpperCase())}Config`;
}

function comment({ fn, name }: Written, gives: boolean): readonly string[] {
  const text = gives
    ? `What {@link ${name}} gives, as a typed value of \`libvirt-rpc/xml\`. What its types do not know is kept for when it is written again. Rejects with an \`XmlError\` if the daemon's document cannot be read.`
    : `As {@link ${name}}, from a typed value of \`libvirt-rpc/xml\`: one that was read, or built. Rejects with an \`XmlError\`, and asks nothing of the daemon, if no document can be written from it.`;
  return [
    "  /**",
    ...wrap(text).map((line) => `   * ${line}`),
    "   *",
    `   * Stands for ${fn.name}.`,
    `   * @see https://libvirt.org/html/libvirt-${fn.file}.html#${fn.name}`,
    "   */",
  ];
}
