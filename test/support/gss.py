"""Answers for the kerberos package, with the machine's GSSAPI: lines "step|sign|encrypt|unwrap BASE64" in, base64 out."""

import base64
import ctypes
import sys

gss = ctypes.CDLL("libgssapi_krb5.so.2")
MUTUAL, REPLAY, SEQUENCE, CONF, INTEG = 2, 4, 8, 16, 32
CONTINUE_NEEDED = 1


class Buffer(ctypes.Structure):
    _fields_ = [("length", ctypes.c_size_t), ("value", ctypes.c_void_p)]


minor = ctypes.c_uint32()
context = ctypes.c_void_p()
name = ctypes.c_void_p()


def buffer(data):
    holder = ctypes.create_string_buffer(data, len(data))
    return Buffer(len(data), ctypes.cast(holder, ctypes.c_void_p)), holder


def taken(out):
    data = ctypes.string_at(out.value, out.length) if out.length else b""
    gss.gss_release_buffer(ctypes.byref(minor), ctypes.byref(out))
    return data


def check(major):
    if major & 0xFFFF0000 or major not in (0, CONTINUE_NEEDED):
        raise RuntimeError(f"GSSAPI: major {major:#x}, minor {minor.value}")


def step(data):
    given, _holder = buffer(data)
    out = Buffer()
    major = gss.gss_init_sec_context(
        ctypes.byref(minor), None, ctypes.byref(context), name, None,
        MUTUAL | REPLAY | SEQUENCE | CONF | INTEG, 0, None, ctypes.byref(given), None, ctypes.byref(out), None, None)
    check(major)
    return taken(out), major == 0


def wrap(data, protect):
    given, _holder = buffer(data)
    out, conf = Buffer(), ctypes.c_int()
    check(gss.gss_wrap(ctypes.byref(minor), context, protect, 0, ctypes.byref(given), ctypes.byref(conf), ctypes.byref(out)))
    return taken(out)


def unwrap(data):
    given, _holder = buffer(data)
    out, conf = Buffer(), ctypes.c_int()
    check(gss.gss_unwrap(ctypes.byref(minor), context, ctypes.byref(given), ctypes.byref(out), ctypes.byref(conf), None))
    return taken(out)


service, _service = buffer(sys.argv[1].encode())
host_based = ctypes.c_void_p.in_dll(gss, "GSS_C_NT_HOSTBASED_SERVICE")
check(gss.gss_import_name(ctypes.byref(minor), ctypes.byref(service), host_based, ctypes.byref(name)))
for line in sys.stdin:
    what, _, text = line.strip().partition(" ")
    data = base64.b64decode(text)
    complete = True
    try:
        if what == "step":
            answer, complete = step(data)
        elif what == "unwrap":
            answer = unwrap(data)
        else:
            answer = wrap(data, 1 if what == "encrypt" else 0)
        print("complete" if complete else "continue", base64.b64encode(answer).decode(), flush=True)
    except RuntimeError as error:
        print("error", error, flush=True)
