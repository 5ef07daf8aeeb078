"""Runs a program in a pseudo-terminal as somebody who sits there would.

argv: the program. Steps come on standard input, a line of JSON each: {"until": REGEX} waits for output, {"send": TEXT}
types, {"size": [COLUMNS, LINES]} gives it another size, {"raw": true} waits until the program takes every key as it is. At the end prints JSON: everything that was shown, the exit code, and
whether the terminal is as it was before.
"""
import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios
import time

# A hang fails here; a slow machine does not.
LIMIT = 60

child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
before = termios.tcgetattr(terminal)
shown = b""
at = 0
problem = None


def read(timeout):
    """Takes what is there; False once the program is gone."""
    global shown
    ready, _, _ = select.select([terminal], [], [], timeout)
    if not ready:
        return True
    try:
        more = os.read(terminal, 65536)
    except OSError:
        return False
    shown += more
    return bool(more)


for line in sys.stdin:
    step = json.loads(line)
    if "send" in step:
        os.write(terminal, step["send"].encode())
    if "size" in step:
        columns, lines = step["size"]
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    if "raw" in step:
        end = time.monotonic() + LIMIT
        while termios.tcgetattr(terminal)[3] & termios.ICANON:
            if time.monotonic() > end or not read(0.05):
                problem = "did not take keys as they are"
                break
    if "until" in step:
        end = time.monotonic() + LIMIT
        pattern = re.compile(step["until"].encode(), re.S)
        while True:
            found = pattern.search(shown, at)
            if found:
                at = found.end()
                break
            if time.monotonic() > end or not read(0.1):
                problem = "did not show " + step["until"]
                break
    if problem:
        break
end = time.monotonic() + LIMIT
code = None
restored = False
while code is None and time.monotonic() < end:
    try:
        restored = termios.tcgetattr(terminal)[:4] == before[:4]
    except termios.error:
        pass
    read(0.05)
    pid, status = os.waitpid(child, os.WNOHANG)
    if pid:
        code = os.waitstatus_to_exitcode(status)
        while read(0.1) and select.select([terminal], [], [], 0.1)[0]:
            pass
        try:
            restored = termios.tcgetattr(terminal)[:4] == before[:4]
        except termios.error:
            pass
if code is None:
    problem = problem or "did not end"
    os.kill(child, 9)
    os.waitpid(child, 0)
print(json.dumps({"shown": shown.decode(errors="replace"), "code": code, "restored": restored, "problem": problem}))
