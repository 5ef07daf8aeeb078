function host(
  name: string,
  parent: string,
  numbers: readonly [number, number],
  names: readonly string[],
  ports: boolean,
): string {
  const [wwnn = "", wwpn = "", fabric = ""] = names;
  const vports = '<capability type="vport_ops"><max_vports>0</max_vports><vports>0</vports></capability>';
  return `
<device>
  <name>${name}</name>
  <parent>${parent}</parent>
  <capability type="scsi_host">
    <host>${numbers[0]}</host>
    <unique_id>${numbers[1]}</unique_id>
    <capability type="fc_host"><wwnn>${wwnn}</wwnn><wwpn>${wwpn}</wwpn><fabric_wwn>${fabric}</fabric_wwn></capability>
    ${ports ? vports : ""}
  </capability>
</device>`;
}

/** The devices of `test:///default`, as libvirt has them. */
export const DEFAULT_DEVICES: readonly string[] = [
  host("scsi_host1", "computer", [1, 0], ["2000000012341234", "1000000012341234", "2000000043214321"], true),
  host("scsi_host2", "computer", [2, 1], ["2000000056785678", "1000000056785678", "2000000087658765"], true),
  host(
    "scsi_host11",
    "scsi_host1",
    [11, 10],
    ["2000000034563456", "1000000034563456", "2000000043214321"],
    false,
  ),
  `
<device>
  <name>computer</name>
  <capability type="system">
    <hardware>
      <vendor>Libvirt</vendor>
      <version>Test driver</version>
      <serial>123456</serial>
      <uuid>11111111-2222-3333-4444-555555555555</uuid>
    </hardware>
    <firmware>
      <vendor>Libvirt</vendor>
      <version>Test Driver</version>
      <release_date>01/22/2007</release_date>
    </firmware>
  </capability>
</device>`,
];
