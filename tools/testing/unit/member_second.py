#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A second writer and reader of route types 7 and 8, from the text of RFC 9251 (9.2, 9.3, 9.4, 9.5).

    member_second.py generate SEED COUNT    UPDATEs in hexadecimal, one a line, and what they say as JSON
    member_second.py compare FILE...        the same beside what evpnctl decode has made of each

A line of the list: HEX, a blank, JSON. Nothing of it is taken from the code under test.
"""
import ipaddress
import json
import random
import struct
import sys

IGMP = {1: "igmpv1", 2: "igmpv2", 4: "igmpv3"}
MLD = {1: "mldv1", 2: "mldv2"}
EXCLUDE = 8


def address(a):
    """Length in bits, then the address; the length alone when there is none."""
    return bytes([len(a.packed) * 8]) + a.packed if a else b"\0"


def nlri(r):
    body = b"\0\1" + r["rd-ip"].packed + struct.pack(">H", r["rd-n"])
    body += r["esi"] + struct.pack(">I", r["etag"])
    body += address(r["source"]) + address(r["group"]) + address(r["originator"])
    if r["type"] == 8:
        body += struct.pack(">IB", 0, r["max-response"])
    body += bytes([r["flags"]])
    return bytes([r["type"], len(body)]) + body


def attribute(flags, kind, value):
    return struct.pack(">BBH", flags | 0x10, kind, len(value)) + value


def update(routes, communities):
    mp = struct.pack(">HBB", 25, 70, 4) + bytes([192, 0, 2, 2]) + b"\0" + b"".join(map(nlri, routes))
    attrs = attribute(0x40, 1, b"\0") + attribute(0x40, 2, b"") + attribute(0x40, 5, struct.pack(">I", 100))
    attrs += attribute(0xC0, 16, b"".join(communities)) + attribute(0x80, 14, mp)
    body = struct.pack(">HH", 0, len(attrs)) + attrs
    return b"\xff" * 16 + struct.pack(">HB", 19 + len(body), 2) + body


def flags_of(rnd, group, source):
    """Versions that hosts of this family have, IGMPv1 never alone; whoever asks for any source in the newest one excludes none."""
    if source:
        newest = 4 if group.version == 4 else 2
        return newest | (EXCLUDE if rnd.random() < 0.5 else 0)
    flags = rnd.choice([2, 3] if group.version == 4 else [1])
    newest = 4 if group.version == 4 else 2
    if rnd.random() < 0.5:
        flags |= newest | EXCLUDE
    return flags


def route(rnd):
    six = rnd.random() < 0.4
    group = ipaddress.ip_address("ff3e::8000:%x" % rnd.randrange(1, 65536)) if six else \
        ipaddress.ip_address(rnd.randrange(0xE8000000, 0xF0000000))
    source = None
    if rnd.random() < 0.6:
        source = ipaddress.ip_address("2001:db8::%x" % rnd.randrange(1, 65536)) if six else \
            ipaddress.ip_address(rnd.randrange(0x0B000000, 0x7E000000))
    r = {"type": rnd.choice([7, 8]), "rd-ip": ipaddress.ip_address(rnd.randrange(0x01000000, 0x7E000000)),
         "rd-n": rnd.randrange(65536), "esi": bytes([0] + [rnd.randrange(1, 255) for _ in range(9)]),
         "etag": rnd.choice([0, rnd.randrange(1, 4095), rnd.randrange(1 << 24)]), "source": source, "group": group,
         "originator": ipaddress.ip_address("2001:db8:9::%x" % rnd.randrange(1, 9)) if rnd.random() < 0.3 else
         ipaddress.ip_address(rnd.randrange(0x0B000000, 0x7E000000))}
    r["flags"] = flags_of(rnd, group, source)
    if r["type"] == 8:
        r["max-response"] = rnd.randrange(1, 256)
    return r


def said(r):
    """What a reader has to say of it."""
    names = IGMP if r["group"].version == 4 else MLD
    text = {"action": "reach", "type": r["type"], "name": "join-sync" if r["type"] == 7 else "leave-sync",
            "rd": "%s:%u" % (r["rd-ip"], r["rd-n"]), "esi": ":".join("%02x" % b for b in r["esi"]), "etag": r["etag"],
            "source": str(r["source"]) if r["source"] else None, "group": str(r["group"]),
            "originator": str(r["originator"]), "flags": r["flags"],
            "versions": [name for bit, name in names.items() if r["flags"] & bit],
            "exclude": bool(r["flags"] & EXCLUDE)}
    if r["type"] == 8:
        text["max-response-time"] = r["max-response"]
    return text


def communities(rnd, kind):
    es_import = bytes([6, 2]) + bytes(rnd.randrange(1, 255) for _ in range(6))
    evi = [bytes([6, 10]) + struct.pack(">HI", 65000, rnd.randrange(1 << 32)),
           bytes([6, 11, 192, 0, 2, 1]) + struct.pack(">H", rnd.randrange(65536)),
           bytes([6, 12]) + struct.pack(">IH", 70000, rnd.randrange(65536))]
    rnd.shuffle(evi)
    if kind == "vrf":
        return [bytes([0, 2]) + struct.pack(">HI", 65000, 1)]
    return [es_import] + evi[:{"good": 1, "none": 0, "two": 2}[kind]]


def generate(seed, count):
    rnd = random.Random(seed)
    for _ in range(count):
        kind = rnd.choice(["good", "good", "vrf", "none", "two"])
        routes = [route(rnd) for _ in range(rnd.randrange(1, 24))]
        wanted = {"verdict": "withdraw" if kind in ("none", "two") else "accept", "nlri": [said(r) for r in routes]}
        print(update(routes, communities(rnd, kind)).hex(), json.dumps(wanted))


def compare(wanted, is_):
    if is_.get("verdict") != wanted["verdict"]:
        return "verdict %r, wanted %r: %s" % (is_.get("verdict"), wanted["verdict"], is_.get("reason"))
    if len(is_.get("nlri", [])) != len(wanted["nlri"]):
        return "%d routes of %d" % (len(is_.get("nlri", [])), len(wanted["nlri"]))
    for i, (a, b) in enumerate(zip(is_["nlri"], wanted["nlri"])):
        for key, value in b.items():
            if a.get(key) != value:
                return "route %d: %s: %r, wanted %r" % (i, key, a.get(key), value)
    return None


def main():
    if sys.argv[1] == "generate":
        generate(int(sys.argv[2]), int(sys.argv[3]))
        return 0
    for n, line in enumerate(open(sys.argv[2]), 1):
        wanted, is_ = line.rstrip("\n").split("\t")
        fault = compare(json.loads(wanted), json.loads(is_))
        print("%s %d - an UPDATE with RT-7 and RT-8%s" % ("not ok" if fault else "ok", n, ""))
        if fault:
            print("#   " + fault)
    return 0


if __name__ == "__main__":
    sys.exit(main())
