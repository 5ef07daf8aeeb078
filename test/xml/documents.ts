/** Documents that have what real ones have, and what makes trouble. */

export const GUEST = `<?xml version='1.0' encoding='UTF-8'?>
<!-- made by hand -->
<domain type='kvm' id="7" xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>web-1</name>
  <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
  <title>Web &amp; more</title>
  <metadata>
    <app:info xmlns:app="urn:example:app" app:level="3">
      <app:owner><![CDATA[<root> & co]]></app:owner>
    </app:info>
  </metadata>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-9.2'>hvm</type>
    <boot dev='hd'/>
  </os>
  <features>
    <acpi/>
    <apic/>
    <vendor-feature state='on'/>
  </features>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <!-- the system -->
    <disk type='file' device='disk' vendor:hint='fast' xmlns:vendor='urn:example:vendor'>
      <driver name='qemu' type='qcow2' cache='none' discard='unmap'/>
      <source file='/var/lib/libvirt/images/web-1.qcow2' vendorTag='x'/>
      <target dev='vda' bus='virtio'/>
      <vendorThing attribute="a'b&quot;c">text</vendorThing>
      <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
    </disk>
    <disk type='block' device='disk'>
      <driver name='qemu' type='raw'/>
      <source dev='/dev/vg/data'/>
      <target dev='vdb' bus='virtio'/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:12:34:56'/>
      <source network='default'/>
      <model type='virtio'/>
    </interface>
    <console type='pty'>
      <target type='serial' port='0'/>
    </console>
    <graphics type='vnc' port='-1' autoport='yes'/>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-fw_cfg'/>
    <qemu:arg value='name=opt/a,string=b'/>
  </qemu:commandline>
</domain>
<!-- the end -->
`;

export const NETWORK = `<network>
  <name>lan</name>
  <forward mode="nat"/>
  <bridge name="virbr7" stp="on" delay="0"/>
  <ip address="192.168.150.1" netmask="255.255.255.0">
    <dhcp>
      <range start="192.168.150.10" end="192.168.150.99"/>
      <host mac="52:54:00:00:00:01" name="a" ip="192.168.150.11"/>
    </dhcp>
  </ip>
</network>
`;

/** What is hard about XML itself. */
export const AWKWARD: readonly string[] = [
  "<a/>",
  "<a></a>",
  "<a b=''/>",
  "\ufeff<a>\u00e9\u4e2d\ud83d\ude00</a>",
  "<a>&#65;&#x1F600;&lt;&gt;&amp;&quot;&apos;&#13;&#10;&#9;</a>",
  '<a b="&#9;&#10;&#13;&lt;&amp;&quot;&apos;>"/>',
  '<a b="line\nline\ttab\r\nend"/>',
  "<a>one\r\ntwo\rthree\n</a>",
  "<a>]]&gt; ]] > ]></a>",
  "<a><![CDATA[]]></a>",
  "<a><![CDATA[<b>&amp;]] ]>]]>x<![CDATA[y]]></a>",
  "<a>x<!-- <b> & ' \" -->y<!----><?p it's <b a='?></a>",
  "<?one a?><!--b--><?two?>\n<a/>\n<?three c='d' ?><!-- e -->\n",
  "<a><?target   spaces kept  ?></a>",
  "<a ><b\n c = 'd'\t/></a\n>",
  '<a xmlns="urn:a" xmlns:b="urn:b"><b:c b:d="e" d="f"/><g xmlns=""/></a>',
  '<_a.b-c:d xmlns:_a.b-c="urn:x" h\u00e9-\u00b7="1"/>',
  "<constructor constructor='1'><toString valueOf='2'/><hasOwnProperty/><prototype/></constructor>",
  "<__proto__ __proto__='1' polluted='yes'><__proto__/>text<__proto__>x</__proto__></__proto__>",
  "<a>&#x9;  mixed <b>bold</b> text\n</a>",
  "<?xml version=\"1.0\" standalone='yes' ?><a/>",
];
