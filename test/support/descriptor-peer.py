"""A daemon that answers one call on a unix socket with descriptors, properly or not.

argv: path of the socket, what to do. Prints "ready", then for each call what came with it, as JSON.
"""
import array
import json
import os
import socket
import struct
import sys

path, mode = sys.argv[1], sys.argv[2]
REPLY, REPLY_WITH_FDS = 1, 5
KEEPALIVE = 0x6B656570


def receive(conn, size):
    data = b""
    while len(data) < size:
        try:
            more = conn.recv(size - len(data))
        except ConnectionResetError:
            more = b""
        if not more:
            sys.exit(0)
        data += more
    return data


def read_call(conn):
    (length,) = struct.unpack(">I", receive(conn, 4))
    packet = receive(conn, length - 4)
    prog, vers, proc, kind, serial, status = struct.unpack(">IIiiIi", packet[:24])
    body = packet[24:]
    fds = []
    if kind == 4:
        (count,) = struct.unpack(">I", body[:4])
        body = body[4:]
        for _ in range(count):
            byte, got, _, _ = socket.recv_fds(conn, 1, 2)
            assert byte == b"\0", byte
            fds.append(got)
    links = [[os.readlink(f"/proc/self/fd/{fd}") for fd in got] for got in fds]
    flags = [[open(f"/proc/self/fdinfo/{fd}").read().split()[3] for fd in got] for got in fds]
    for got in fds:
        for fd in got:
            if mode == "greet":
                socket.socket(fileno=os.dup(fd)).sendall(b"hello")
            os.close(fd)
    print(json.dumps({"type": kind, "body": body.hex(), "links": links, "flags": flags}), flush=True)
    return prog, vers, proc, serial


def packet(head, kind, payload=b"", serial=None):
    prog, vers, proc, own = head
    body = struct.pack(">IIiiIi", prog, vers, proc, kind, own if serial is None else serial, 0) + payload
    return struct.pack(">I", len(body) + 4) + body


def send_fds(conn, count, data=b"\0"):
    ends = []
    for _ in range(count):
        mine, yours = socket.socketpair()
        mine.sendall(b"from the peer")
        ends.append((mine, yours))
    rights = array.array("i", [yours.fileno() for _, yours in ends])
    conn.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if count else [])
    for _, yours in ends:
        yours.close()
    return [mine for mine, _ in ends]


server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
print("ready", flush=True)
conn, _ = server.accept()
kept = []
while True:
    head = read_call(conn)
    if head[0] == KEEPALIVE:
        continue
    announced = struct.pack(">I", 1)
    if mode in ("plain", "greet"):
        conn.sendall(packet(head, REPLY))
    elif mode == "one":
        conn.sendall(packet(head, REPLY_WITH_FDS, announced))
        kept += send_fds(conn, 1)
        # What comes right behind belongs to the next packet.
        conn.sendall(packet((KEEPALIVE, 1, 1, 0), 2, serial=0))
    elif mode == "three":
        conn.sendall(packet(head, REPLY_WITH_FDS, struct.pack(">I", 3)))
        for _ in range(3):
            kept += send_fds(conn, 1)
    elif mode == "late":
        conn.sendall(packet(head, REPLY_WITH_FDS, announced))
        sys.stdin.readline()
        kept += send_fds(conn, 1)
    elif mode == "too many":
        conn.sendall(packet(head, REPLY_WITH_FDS, struct.pack(">I", 33)))
    elif mode == "none":
        conn.sendall(packet(head, REPLY_WITH_FDS, announced) + b"\0")
    elif mode == "none, and goes on":
        conn.sendall(packet(head, REPLY_WITH_FDS, announced) + b"\0" + packet(head, REPLY))
    elif mode == "goes instead":
        conn.sendall(packet(head, REPLY_WITH_FDS, struct.pack(">I", 2)))
        kept += send_fds(conn, 1)
        conn.close()
        break
    elif mode == "unasked":
        kept += send_fds(conn, 1, packet(head, REPLY))
    elif mode == "unasked, many at once":
        kept += send_fds(conn, 200, packet(head, REPLY))
    elif mode == "more than announced" and not kept:
        conn.sendall(packet(head, REPLY_WITH_FDS, announced))
        kept += send_fds(conn, 5)
    elif mode == "more than announced":
        conn.sendall(packet(head, REPLY))
    elif mode == "for another call":
        conn.sendall(packet(head, REPLY_WITH_FDS, announced, serial=77))
        kept += send_fds(conn, 1)
    elif mode == "no count":
        conn.sendall(packet(head, REPLY_WITH_FDS))
