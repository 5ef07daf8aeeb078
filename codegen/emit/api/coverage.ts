import type { ApiFunction, ApiModel } from "../../api-model.js";
import { HANDLE_CLASSES, methodName } from "./handle-classes.js";

/** What became of a C function. */
export type Fate =
  | { readonly kind: "method" | "property"; readonly className: string; readonly name: string }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "excused"; readonly reason: string };

export interface Coverage {
  readonly library: string;
  readonly fn: ApiFunction;
  readonly fate: Fate;
}

/** Functions of the module, instead of methods. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  virConnectOpen: "connect",
  virConnectOpenReadOnly: "connect",
  virConnectOpenAuth: "connect",
  virAdmConnectOpen: "connectAdmin",
};

/** Methods that do not bear the function's name. The first that matches counts. */
const METHODS: ReadonlyMap<RegExp, readonly [className: string, name: string]> = new Map([
  [/^virConnectDomainEventRegisterAny$/, ["Connection", "events"]],
  [/^virConnect.*(?:EventRegister(?:Any)?)$/, ["Connection", "on"]],
  [/^virConnectRegisterCloseCallback$/, ["Connection", "on"]],
]);

/** What handles know without asking: the end of a getter's name, and the property's name. */
const PROPERTIES: ReadonlyMap<RegExp, string> = new Map([
  [
    /^vir(?:Domain|DomainSnapshot|DomainCheckpoint|Network|Interface|NodeDevice|NWFilter|StoragePool|StorageVol|AdmServer)GetName$/,
    "name",
  ],
  [/^vir(?:Domain|Network|NetworkPort|NWFilter|Secret|StoragePool)GetUUID(?:String)?$/, "uuid"],
  [/^vir(?:Domain|AdmClient)GetID$/, "id"],
  [/^vir(?!NodeDevice).*GetConnect$/, "connection"],
  [/^virDomain(?:Snapshot|Checkpoint)GetDomain$/, "domain"],
  [/^virNetworkPortGetNetwork$/, "network"],
  [/^virInterfaceGetMACString$/, "mac"],
  [/^virNWFilterBindingGetPortDev$/, "portDev"],
  [/^virNWFilterBindingGetFilterName$/, "filterName"],
  [/^virSecretGetUsageType$/, "usageType"],
  [/^virSecretGetUsageID$/, "usageID"],
  [/^virStorageVolGetKey$/, "key"],
  [/^virAdmClientGetTimestamp$/, "timestamp"],
  [/^virAdmClientGetTransport$/, "transport"],
]);

/** What has no counterpart here, and why. The first that matches counts. */
export const EXCUSES: ReadonlyMap<RegExp, string> = new Map([
  [/Free$|Ref$/, "JavaScript collects its garbage itself"],
  [/^virEvent/, "Node has its own event loop"],
  [
    /LastError|^vir(?:Conn)?SetErrorFunc$|^virDefaultErrorFunc$|^virResetError$|^virFreeError$/,
    "errors are thrown, there is no global one",
  ],
  [/^virTypedParams/, "typed parameters are plain objects"],
  [/^vir(?:Adm)?(?:Initialize|GetVersion)$/, "there is no C library to initialise or to ask for its version"],
  [/^virDomainLxcEnter/, "acts on the calling process, not on the daemon"],
  [
    /EventDeregister(?:Any)?$|UnregisterCloseCallback$/,
    "disposing of what `conn.on` gave, or leaving the loop over `conn.events`, ends the subscription",
  ],
  [/^virAdmConnectRegisterCloseCallback$/, "the promise `closed` of the connection tells"],
  [/^virStream/, "streams are Node's: Readable, Writable and Duplex"],
  [
    /^virDomainLxcOpenNamespace$/,
    "opens namespaces for the calling process to enter, which Node can neither do nor receive descriptors of",
  ],
]);

/** The fate of every public C function, by rule. That it is true is for a test to say. */
export function coverageOf({ libraries }: ApiModel): readonly Coverage[] {
  return libraries.flatMap(({ name, functions }) =>
    functions.map((fn) => ({ library: name, fn, fate: fateOf(fn) })),
  );
}

function fateOf({ name, args }: ApiFunction): Fate {
  const fn = FUNCTIONS[name];
  if (fn !== undefined) return { kind: "function", name: fn };
  for (const [pattern, [className, method]] of METHODS) {
    if (pattern.test(name)) return { kind: "method", className, name: method };
  }
  for (const [pattern, reason] of EXCUSES) if (pattern.test(name)) return { kind: "excused", reason };
  // A list of domains is no object; its connection is.
  const first = args[0]?.type.replace("virDomainPtr *", "virConnectPtr") ?? "";
  const owner = HANDLE_CLASSES[first];
  if (owner === undefined) throw new Error(`${name} belongs to no class: give it an excuse in coverage.ts`);
  for (const [pattern, property] of PROPERTIES) {
    if (pattern.test(name)) return { kind: "property", className: owner.className, name: property };
  }
  return { kind: "method", className: owner.className, name: methodName(name, owner) };
}
