"""libvirt-python as a peer: does what a line on standard input says, and prints what it took.

argv: the URI, and a domain's name. Lines: {"what": ..., "count": ...}; answers: {"wallMs": ..., "cpuMs": ...}
"""
import json
import resource
import sys
import time

import libvirt

libvirt.virEventRegisterDefaultImpl()
conn = libvirt.open(sys.argv[1])
domain = conn.lookupByName(sys.argv[2]) if len(sys.argv) > 2 else None
seen = 0
listening = False


def fresh():
    own = libvirt.open(sys.argv[1])
    own.getLibVersion()
    own.close()


def lifecycle(*_):
    global seen
    seen += 1


def events(count):
    """The far side sends as many events as the memory that a domain shall have."""
    global seen, listening
    if not listening:
        conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lifecycle, None)
        listening = True
    seen = 0
    domain.setMemory(count)
    while seen < count:
        libvirt.virEventRunDefaultImpl()


ONE = {
    "version": lambda: conn.getLibVersion(),
    "info": lambda: domain.info(),
    "xml": lambda: domain.XMLDesc(),
    "list": lambda: conn.listAllDomains(),
    "stats": lambda: conn.getAllDomainStats(0),
    "connect": fresh,
}


def run(what, count):
    if what == "events":
        events(count)
        return
    work = ONE[what]
    for _ in range(count):
        work()


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


print("ready", flush=True)
for line in sys.stdin:
    task = json.loads(line)
    used, began = cpu(), time.perf_counter()
    run(task["what"], task["count"])
    print(json.dumps({"wallMs": (time.perf_counter() - began) * 1000, "cpuMs": (cpu() - used) * 1000}), flush=True)
