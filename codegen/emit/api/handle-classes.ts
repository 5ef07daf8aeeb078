/** A C object and the class that stands for it. */
export interface HandleClass {
  readonly className: string;
  /** What its functions begin with; the rest of a function's name becomes the method's. */
  readonly prefix: string;
  /** The XDR type of the object, for all but connections. */
  readonly wireType?: string;
  /** Name of the factory that makes one out of its XDR value. */
  readonly factory?: string;
  /** Node devices travel as their bare name. */
  readonly byName?: true;
}

/** By the C type of the first argument, which decides whose method a function is. */
export const HANDLE_CLASSES: Readonly<Record<string, HandleClass>> = {
  virConnectPtr: { className: "Connection", prefix: "virConnect" },
  virDomainPtr: handle("Domain", "remote_nonnull_domain"),
  virDomainSnapshotPtr: handle("DomainSnapshot", "remote_nonnull_domain_snapshot"),
  virDomainCheckpointPtr: handle("DomainCheckpoint", "remote_nonnull_domain_checkpoint"),
  virNetworkPtr: handle("Network", "remote_nonnull_network"),
  virNetworkPortPtr: handle("NetworkPort", "remote_nonnull_network_port"),
  virInterfacePtr: handle("Interface", "remote_nonnull_interface"),
  virNodeDevicePtr: { ...handle("NodeDevice", "remote_nonnull_node_device"), byName: true },
  virNWFilterPtr: handle("NWFilter", "remote_nonnull_nwfilter"),
  virNWFilterBindingPtr: handle("NWFilterBinding", "remote_nonnull_nwfilter_binding"),
  virSecretPtr: handle("Secret", "remote_nonnull_secret"),
  virStoragePoolPtr: handle("StoragePool", "remote_nonnull_storage_pool"),
  virStorageVolPtr: handle("StorageVol", "remote_nonnull_storage_vol"),
  virAdmConnectPtr: { className: "AdminConnection", prefix: "virAdmConnect" },
  virAdmServerPtr: { ...handle("AdminServer", "admin_nonnull_server"), prefix: "virAdmServer" },
  virAdmClientPtr: { ...handle("AdminClient", "admin_nonnull_client"), prefix: "virAdmClient" },
};

function handle(className: string, wireType: string): HandleClass {
  return { className, prefix: `vir${className}`, wireType, factory: factoryName(className) };
}

/** `Domain` → `domain`, `NWFilter` → `nwFilter`: the first word in lower case. */
export function factoryName(className: string): string {
  return className.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+(?=\d|$)|^[A-Z]/, (word) => word.toLowerCase());
}

/** The class of objects that travel as this XDR type. */
export function classOfWire(wireType: string): HandleClass | undefined {
  return Object.values(HANDLE_CLASSES).find((one) => one.wireType === wireType);
}

/** `virDomainGetXMLDesc` of `Domain` → `getXMLDesc`; a prefix that is not the class's own stays. */
export function methodName(cFunction: string, { prefix }: HandleClass): string {
  const rest = cFunction.startsWith(prefix)
    ? cFunction.slice(prefix.length)
    : cFunction.replace(/^vir(?:Adm)?/, "");
  return factoryName(rest);
}

/** `NWFilterBinding` → `nw-filter-binding`: the file that holds a class. */
export function fileName(className: string): string {
  return className
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}
