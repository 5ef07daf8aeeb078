"""polkit-agent.py ANSWER COMMAND...: runs a command that has a polkit agent of its own.

With the answer "password:..." the agent is pkttyagent, and that is typed whenever it asks. With "dismiss" the agent
dismisses every question, as a desktop's does when its window is closed.
"""
import os
import pty
import select
import signal
import sys
import termios
import time

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

AGENT_PATH = "/test/agent"


def start_client(command):
    """Starts a process that becomes the command once it may: an agent is registered for a pid."""
    wait, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go)
        os.read(wait, 1)
        os.execvp(command[0], command)
    os.close(wait)
    return pid, go


def type_password(client, go, password):
    registered, notify = os.pipe()
    agent, terminal = pty.fork()
    if agent == 0:
        os.set_inheritable(notify, True)
        os.execvp("pkttyagent", ["pkttyagent", "--process", str(client), "--notify-fd", str(notify)])
    os.close(notify)
    # Closed when polkit knows the agent.
    os.read(registered, 1)
    os.close(go)
    said = b""
    while True:
        pid, status = os.waitpid(client, os.WNOHANG)
        if pid:
            break
        if select.select([terminal], [], [], 0.01)[0]:
            said += os.read(terminal, 4096)
            if said.rstrip().lower().endswith(b"password:"):
                said = b""
                # What is typed before the terminal stops to echo is thrown away.
                while termios.tcgetattr(terminal)[3] & termios.ECHO:
                    time.sleep(0.001)
                os.write(terminal, password.encode() + b"\n")
    os.kill(agent, signal.SIGKILL)
    os.waitpid(agent, 0)
    return status


class Dismissing(dbus.service.Object):
    @dbus.service.method("org.freedesktop.PolicyKit1.AuthenticationAgent")
    def BeginAuthentication(self, action, message, icon, details, cookie, identities):
        raise dbus.DBusException("dismissed", name="org.freedesktop.PolicyKit1.Error.Cancelled")


def dismiss(client, go):
    bus = dbus.SystemBus(mainloop=dbus.mainloop.glib.DBusGMainLoop())
    agent = Dismissing(bus, AGENT_PATH)
    with open(f"/proc/{client}/stat", encoding="utf8") as stat:
        started = int(stat.read().rpartition(")")[2].split()[19])
    subject = ("unix-process", {"pid": dbus.UInt32(client), "start-time": dbus.UInt64(started)})
    authority = bus.get_object("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority")
    authority.RegisterAuthenticationAgent(
        subject, "C", AGENT_PATH, dbus_interface="org.freedesktop.PolicyKit1.Authority"
    )
    loop = GLib.MainLoop()
    ended = []
    GLib.child_watch_add(GLib.PRIORITY_DEFAULT, client, lambda _, status: (ended.append(status), loop.quit()))
    os.close(go)
    loop.run()
    agent.remove_from_connection()
    return ended[0]


def main():
    kind, _, password = sys.argv[1].partition(":")
    client, go = start_client(sys.argv[2:])
    status = type_password(client, go, password) if kind == "password" else dismiss(client, go)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
