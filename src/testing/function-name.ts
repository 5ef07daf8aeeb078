/** Words that libvirt does not write with one capital letter in its functions' names. */
const WORDS: Readonly<Record<string, string>> = {
  XML: "XML",
  UUID: "UUID",
  URI: "URI",
  ID: "ID",
  CPU: "CPU",
  CPUS: "CPUs",
  OS: "OS",
  FS: "FS",
  FD: "FD",
  PM: "PM",
  SEV: "SEV",
  NMI: "NMI",
  WWN: "WWN",
  DHCP: "DHCP",
  NUMA: "NUMA",
  IO: "IO",
  IOTHREAD: "IOThread",
  NWFILTER: "NWFilter",
  NWFILTERS: "NWFilters",
  FSFREEZE: "FSFreeze",
  FSTHAW: "FSThaw",
  FSTRIM: "FSTrim",
  SSH: "SSH",
};

/** The C function that a procedure stands for: `virDomainGetXMLDesc` for `REMOTE_PROC_DOMAIN_GET_XML_DESC`. */
export function functionName(procedure: string): string {
  const words = procedure.replace(/^[A-Z]+_PROC_/, "").split("_");
  return `vir${words.map((word) => WORDS[word] ?? word.charAt(0) + word.slice(1).toLowerCase()).join("")}`;
}
