"""Uses a hypervisor of the test kind as a program of libvirt-python would, and prints what it sees.

argv: the URI; "bytes" if its volumes hold bytes.
"""
import sys
import threading
import time

import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)
libvirt.virEventRegisterDefaultImpl()


def loop():
    while True:
        libvirt.virEventRunDefaultImpl()


threading.Thread(target=loop, daemon=True).start()
conn = libvirt.open(sys.argv[1])
told = []


def told_of(kind):
    return lambda _conn, thing, *rest: told.append((kind, thing.name(), rest[:-1]))


MARKS = {
    "domain": lambda: conn.defineXML(
        "<domain type='test'><name>mark</name><memory>1024</memory><os><type>hvm</type></os></domain>"
    ),
    "network": lambda: conn.networkDefineXML("<network><name>mark</name></network>"),
    "pool": lambda: conn.storagePoolDefineXML(
        "<pool type='dir'><name>mark</name><target><path>/mark</path></target></pool>"
    ),
}
UNDEFINED = 1


def settle(kinds=("domain", "network", "pool")):
    """Prints the events so far: whatever came before a mark of the same kind has come by the time the mark has."""
    for kind in kinds:
        MARKS[kind]().undefine()
    end = time.monotonic() + 60
    while not all((kind, "mark", (UNDEFINED, 0)) in told for kind in kinds) and time.monotonic() < end:
        time.sleep(0.01)
    for event in told:
        if event[1] != "mark":
            print("event", *event)
    told.clear()


def attempt(what, call):
    try:
        print(what, call())
    except libvirt.libvirtError as error:
        print(what, "refused:", error.get_error_code(), error.get_error_domain(), error)


lifecycle = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, told_of("domain"), None)
conn.networkEventRegisterAny(None, libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE, told_of("network"), None)
conn.storagePoolEventRegisterAny(None, libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, told_of("pool"), None)

print(conn.getType(), conn.getVersion(), conn.getURI().split("?")[0], conn.getInfo(), conn.isAlive(), conn.isSecure())
print([(each.name(), each.ID(), each.isActive(), each.isPersistent()) for each in conn.listAllDomains()])

xml = """<domain type='test'><name>py</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>
<memory unit='MiB'>64</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>"""
domain = conn.defineXML(xml)
attempt("create", domain.create)
attempt("create", domain.create)
attempt("suspend", domain.suspend)
attempt("state", domain.state)
attempt("resume", domain.resume)
attempt("vcpus", lambda: domain.setVcpus(1))
attempt("memory", lambda: domain.setMemory(32768))
attempt("info", lambda: domain.info()[:4])
attempt("metadata", lambda: domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "title", None, None))
attempt("metadata", lambda: domain.metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, None))
attempt("autostart", lambda: domain.setAutostart(True))
attempt("autostart", domain.autostart)
print(domain.XMLDesc())
settle()

snapshot = domain.snapshotCreateXML("<domainsnapshot><name>first</name></domainsnapshot>")
domain.snapshotCreateXML("<domainsnapshot><name>second</name></domainsnapshot>")
print(sorted(domain.snapshotListNames()), snapshot.listChildrenNames(), domain.snapshotCurrent().getName(), snapshot.isCurrent())
attempt("destroy", domain.destroy)
attempt("revert", lambda: domain.revertToSnapshot(snapshot))
attempt("state", domain.state)
attempt("undefine", domain.destroy)
attempt("undefine", domain.undefine)
attempt("delete", lambda: snapshot.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN))
attempt("undefine", domain.undefine)
attempt("lookup", lambda: conn.lookupByName("py"))
settle()

network = conn.networkDefineXML("<network><name>py</name></network>")
attempt("create", network.create)
print(sorted(each.name() for each in conn.listAllNetworks()), network.isActive(), network.isPersistent())
attempt("destroy", network.destroy)
attempt("undefine", network.undefine)
attempt("bridge", lambda: conn.networkLookupByName("default").bridgeName())
settle()

pool = conn.storagePoolDefineXML("<pool type='dir'><name>py</name><target><path>/py</path></target></pool>")
attempt("create", pool.create)
volume = pool.createXML("<volume><name>v</name><capacity unit='MiB'>1</capacity><allocation>0</allocation></volume>")
print(volume.name(), volume.path(), volume.info(), pool.listVolumes(), pool.info()[1:])
print(volume.XMLDesc())
attempt("lookup", lambda: conn.storageVolLookupByPath("/py/v").name())
if "bytes" in sys.argv:
    data = b"some bytes " * 50_000
    stream = conn.newStream()
    volume.upload(stream, 0, len(data))
    sent = 0
    while sent < len(data):
        sent += stream.send(data[sent:])
    stream.finish()
    stream = conn.newStream()
    volume.download(stream, 0, len(data))
    got = bytearray()
    stream.recvAll(lambda _stream, chunk, into: into.extend(chunk), got)
    stream.finish()
    print("bytes", bytes(got) == data)
attempt("delete", volume.delete)
attempt("destroy", pool.destroy)
attempt("undefine", pool.undefine)
settle()

interface = conn.interfaceLookupByName("eth1")
attempt("mac", interface.MACString)
attempt("destroy", interface.destroy)
attempt("create", interface.create)
print(sorted(each.name() for each in conn.listAllDevices()))
conn.domainEventDeregisterAny(lifecycle)
domain = conn.lookupByName("test")
domain.suspend()
domain.resume()
settle(("network", "pool"))
conn.close()
