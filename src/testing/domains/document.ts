import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { randomUuid } from "../random.js";
import { refuse } from "../refuse.js";
import { kibibytesOf, readDocument, textElement, uuidOf, XmlElement } from "../xml/index.js";
import { canonicalDevices } from "./devices.js";

const ELEMENTS = [
  "name",
  "uuid",
  "genid",
  "title",
  "description",
  "metadata",
  "maxMemory",
  "memory",
  "currentMemory",
  "blkiotune",
  "memtune",
  "memoryBacking",
  "vcpu",
  "vcpus",
  "iothreads",
  "iothreadids",
  "cputune",
  "numatune",
  "resource",
  "sysinfo",
  "bootloader",
  "bootloader_args",
  "os",
  "idmap",
  "features",
  "cpu",
  "clock",
  "on_poweroff",
  "on_reboot",
  "on_crash",
  "on_lockfailure",
  "pm",
  "perf",
  "devices",
  "seclabel",
  "keywrap",
  "launchSecurity",
] as const;

const OS_ELEMENTS = [
  "init",
  "initarg",
  "type",
  "firmware",
  "loader",
  "nvram",
  "kernel",
  "initrd",
  "cmdline",
  "dtb",
  "acpi",
  "boot",
  "bootmenu",
  "bios",
  "smbios",
];

/** The types of domain that libvirt knows. */
const TYPES = new Set(
  "qemu kqemu kvm xen lxc uml openvz test vmware hyperv vbox phyp parallels bhyve vz hvf none".split(" "),
);
const ARCHITECTURES = new Set(
  (
    "alpha armv6l armv7l armv7b aarch64 cris i686 ia64 lm32 loongarch64 m68k microblaze microblazeel mips mipsel " +
    "mips64 mips64el or32 parisc parisc64 ppc ppc64 ppc64le ppcemb riscv32 riscv64 s390 s390x sh4 sh4eb sparc " +
    "sparc64 unicore32 x86_64 xtensa xtensaeb"
  ).split(" "),
);
/** What the test driver's host is made of. */
const HOST_ARCHITECTURE = "i686";

const fail = (detail: string, number: number = ErrorNumber.XML_ERROR): Error =>
  refuse(number, ErrorDomain.DOMAIN, detail);

/**
 * Reads a domain's document into the form in which libvirt writes it: defaults filled in, elements in their order.
 * @throws Refusal as libvirt refuses it.
 */
export function readDomain(text: string): XmlElement {
  const domain = readDocument(text, "domain", ErrorDomain.DOMAIN);
  domain.attributes.delete("id");
  checkType(domain);
  identify(domain);
  settleMemory(domain);
  settleVcpus(domain);
  settleOs(domain);
  settleCpu(domain);
  settleDefaults(domain);
  canonicalDevices(domain);
  return placeElements(domain);
}

/** Puts what was added to a document where libvirt has it. */
export function placeElements(domain: XmlElement): XmlElement {
  return domain.sort([], ELEMENTS);
}

function checkType(domain: XmlElement): void {
  const type = domain.get("type");
  if (type === undefined) throw fail("missing domain type attribute", ErrorNumber.INTERNAL_ERROR);
  if (!TYPES.has(type)) throw fail(`invalid domain type ${type}`, ErrorNumber.CONFIG_UNSUPPORTED);
}

/** Names are also names of files. */
export function checkName(name: string, domain: number): void {
  if (!name.includes("/")) return;
  throw refuse(ErrorNumber.XML_ERROR, domain, `name ${name} cannot contain '/'`);
}

function identify(domain: XmlElement): void {
  const name = domain.textOf("name") ?? "";
  const uuid = domain.textOf("uuid");
  const malformed = (): Error => fail("malformed uuid element", ErrorNumber.INTERNAL_ERROR);
  const canonical = uuid === undefined ? randomUuid() : uuidOf(uuid, malformed);
  if (name === "") throw refuse(ErrorNumber.NO_NAME, ErrorDomain.DOMAIN);
  checkName(name, ErrorDomain.DOMAIN);
  const title = domain.textOf("title");
  if (title?.includes("\n") === true) throw fail("Domain title can't contain newlines");
  domain.ensure("uuid").text = canonical;
  for (const which of ["title", "description"]) {
    if (domain.textOf(which) === "") domain.remove(which);
  }
}

function settleMemory(domain: XmlElement): void {
  const memory = domain.find("memory");
  if (memory === undefined) {
    throw fail("Memory size must be specified via <memory> or in the <numa> configuration");
  }
  const most = kibibytesOf(memory, "./memory[1]");
  const current = domain.find("currentMemory");
  let now = current === undefined ? most : kibibytesOf(current, "./currentMemory[1]");
  if (now > most) now = most;
  setKibibytes(memory, most);
  setKibibytes(domain.ensure("currentMemory"), now);
  const maximum = domain.find("maxMemory");
  if (maximum !== undefined) setKibibytes(maximum, kibibytesOf(maximum, "./maxMemory[1]"));
  for (const limit of domain.find("memtune")?.elements() ?? [])
    setKibibytes(limit, kibibytesOf(limit, limit.name));
}

function setKibibytes(element: XmlElement, size: bigint): void {
  element.text = size;
  element.set("unit", "KiB").sort(["slots", "dumpCore", "unit"]);
}

function settleVcpus(domain: XmlElement): void {
  const vcpu = domain.ensure("vcpu");
  const most = Number(vcpu.text === "" ? "1" : vcpu.text);
  if (!Number.isSafeInteger(most) || most < 1) {
    throw fail("CPU IDs in <numa> exceed the <vcpu> count", ErrorNumber.INTERNAL_ERROR);
  }
  const current = Number(vcpu.get("current") ?? most);
  if (current > most) {
    const detail = "maximum vCPU count must not be less than current vCPU count";
    throw fail(detail, ErrorNumber.CONFIG_UNSUPPORTED);
  }
  vcpu.text = most;
  vcpu
    .set("placement", vcpu.get("placement") ?? "static")
    .set("current", current === most ? undefined : current);
  vcpu.sort(["placement", "cpuset", "current"]);
}

function settleOs(domain: XmlElement): void {
  const type = domain.find("os/type");
  const os = domain.find("os");
  if (type === undefined || os === undefined) throw fail("an os <type> must be specified");
  const arch = type.get("arch") ?? HOST_ARCHITECTURE;
  if (!ARCHITECTURES.has(arch)) throw fail(`Unknown architecture ${arch}`, ErrorNumber.CONFIG_UNSUPPORTED);
  type.set("arch", arch).sort(["arch", "machine"]);
  const boots = (domain.find("devices")?.elements() ?? []).some(
    (device) => device.find("boot") !== undefined,
  );
  const directly = os.find("kernel") !== undefined;
  if (type.text === "hvm" && os.find("boot") === undefined && !boots && !directly) {
    os.append(new XmlElement("boot", { dev: "hd" }));
  }
  os.sort([], OS_ELEMENTS);
}

function settleCpu(domain: XmlElement): void {
  const cpu = domain.find("cpu");
  if (cpu === undefined) return;
  const model = cpu.find("model");
  if (model !== undefined) {
    if (cpu.get("mode") === undefined) cpu.set("mode", "custom");
    if (cpu.get("mode") === "custom" && cpu.get("match") === undefined) cpu.set("match", "exact");
    if (model.get("fallback") === undefined) model.set("fallback", "allow");
  }
  cpu.sort(
    ["mode", "match", "check", "migratable"],
    ["model", "vendor", "topology", "cache", "maxphysaddr", "feature", "numa"],
  );
  const topology = cpu.find("topology");
  if (topology !== undefined && topology.get("dies") === undefined) topology.set("dies", 1);
  topology?.sort(["sockets", "dies", "clusters", "cores", "threads"]);
}

function settleDefaults(domain: XmlElement): void {
  const clock = domain.ensure("clock");
  clock.set("offset", clock.get("offset") ?? "utc");
  const actions = { on_poweroff: "destroy", on_reboot: "restart", on_crash: "destroy" };
  for (const [name, action] of Object.entries(actions)) {
    if (domain.find(name) === undefined) domain.append(textElement(name, action));
  }
}
