"""Answers questions about a libvirt connection, one JSON object a line, with what libvirt-python says.

Question: {"id": n, "target": "conn" | handle, "method": name, "args": [...]}
Answer:   {"id": n, "result": value} or {"id": n, "error": {code, domain, level, message, str1..3, int1, int2}}

Beyond JSON: {"$int": "digits"} for integers, {"$bytes": base64}, {"$handle": n, "class": name, ...} for objects; in
questions also {"$tuple": [...]}, where libvirt-python insists on one.
"""
import base64
import inspect
import json
import re
import sys

import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)
objects = {}


def encode(value):
    if value is None or isinstance(value, (bool, float, str)):
        return value
    if isinstance(value, int):
        return {"$int": str(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    handle = len(objects) + 1
    objects[handle] = value
    shown = {"$handle": handle, "class": type(value).__name__}
    for key, method in (("name", "name"), ("uuid", "UUIDString"), ("domainId", "ID")):
        if hasattr(value, method):
            shown[key] = encode(getattr(value, method)())
    return shown


def decode(value):
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        if "$int" in value:
            return int(value["$int"])
        if "$bytes" in value:
            return base64.b64decode(value["$bytes"])
        if "$tuple" in value:
            return tuple(decode(item) for item in value["$tuple"])
        if "$handle" in value:
            return objects[value["$handle"]]
        return {key: decode(item) for key, item in value.items()}
    return value


def error_of(error):
    return {
        "code": error.get_error_code(),
        "domain": error.get_error_domain(),
        "level": error.get_error_level(),
        "message": error.get_error_message(),
        "str1": error.get_str1(),
        "str2": error.get_str2(),
        "str3": error.get_str3(),
        "int1": error.get_int1(),
        "int2": error.get_int2(),
    }


def describe():
    """Which C function each method of each class calls, and its parameters."""
    table = {}
    for class_name, cls in inspect.getmembers(libvirt, inspect.isclass):
        for name, method in inspect.getmembers(cls, inspect.isfunction):
            called = re.findall(r"libvirtmod\w*\.(vir\w+)\(", inspect.getsource(method))
            if called and not name.startswith("_"):
                parameters = list(inspect.signature(method).parameters)[1:]
                table.setdefault(called[0], []).append({"class": class_name, "method": name, "parameters": parameters})
    return table


def main():
    uri, read_only = sys.argv[1], sys.argv[2] == "ro"
    conn = libvirt.openReadOnly(uri) if read_only else libvirt.open(uri)
    print(json.dumps({"id": 0, "result": None}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        answer = {"id": question["id"]}
        try:
            if question["target"] == "describe":
                print(json.dumps({**answer, "result": describe()}), flush=True)
                continue
            target = conn if question["target"] == "conn" else decode(question["target"])
            method = getattr(target, question["method"])
            answer["result"] = encode(method(*decode(question["args"])))
        except libvirt.libvirtError as error:
            answer["error"] = error_of(error)
        except Exception as error:  # a question that libvirt-python does not take
            answer["misuse"] = repr(error)
        print(json.dumps(answer), flush=True)


main()
