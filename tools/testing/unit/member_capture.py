#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Route types 7 and 8 in a capture of BGP sessions, read from the text of RFC 9251 (9.2 to 9.5) and RFC 4760.

    member_capture.py FILE      pcap of Ethernet, as tcpdump writes it

Prints each UPDATE that has such a route in hexadecimal, a blank, and as JSON what it says, as member_second.py does;
with `communities` in octets, and `from`, the sender's address. Nothing of it is taken from the code under test.
"""
import ipaddress
import json
import struct
import sys

from member_second import EXCLUDE, said

MARKER = b"\xff" * 16
BGP, ETHERNET, ACCEPT, ES_IMPORT, EVI_RTS = 179, 14, "accept", b"\x06\x02", (b"\x06\x0a", b"\x06\x0b", b"\x06\x0c")


def packets(data):
    """Frames of a pcap; microseconds or nanoseconds, of this machine's byte order."""
    if struct.unpack("=I", data[:4])[0] not in (0xA1B2C3D4, 0xA1B23C4D):
        raise ValueError("no pcap of this machine")
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack("=IIII", data[at:at + 16])[2]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def streams(data):
    """What each side of a session has sent, {(from, ports): octets}: segments by number, repeated ones once."""
    parts = {}
    for frame in packets(data):
        ip = frame[ETHERNET:]
        if frame[12:14] != b"\x08\x00" or ip[9] != 6:
            continue
        tcp = ip[(ip[0] & 15) * 4:struct.unpack(">H", ip[2:4])[0]]
        ports, number = struct.unpack(">HH", tcp[:4]), struct.unpack(">I", tcp[4:8])[0]
        payload = tcp[(tcp[12] >> 4) * 4:]
        if BGP in ports and payload:
            parts.setdefault((str(ipaddress.ip_address(ip[12:16])), ports), {})[number] = payload
    for who, segments in parts.items():
        stream, due = b"", None
        for number in sorted(segments):
            late = max(0, due - number) if due is not None else 0
            if due is not None and number > due:
                stream = stream[:stream.rfind(MARKER)] if MARKER in stream else b""  # a hole: what was cut short goes
            stream += segments[number][late:]
            due = max(due or 0, number + len(segments[number]))
        yield who, stream


def messages(stream):
    """Whole BGP messages; the capture may begin in the middle of one."""
    at = stream.find(MARKER)
    while 0 <= at and at + 19 <= len(stream):
        length = struct.unpack(">H", stream[at + 16:at + 18])[0]
        if length < 19 or at + length > len(stream):
            return
        yield stream[at:at + length]
        at = stream.find(MARKER, at + length)


def attributes(update):
    """{type: value} of an UPDATE"""
    withdrawn = struct.unpack(">H", update[19:21])[0]
    at = 21 + withdrawn
    end = at + 2 + struct.unpack(">H", update[at:at + 2])[0]
    at, found = at + 2, {}
    while at < end:
        flags, kind = update[at], update[at + 1]
        head = 4 if flags & 0x10 else 3
        length = struct.unpack(">H", update[at + 2:at + 4])[0] if flags & 0x10 else update[at + 2]
        found[kind] = update[at + head:at + head + length]
        at += head + length
    return found


def address(body, at):
    """The address at @at, behind its length in bits, and where the next thing is"""
    octets = body[at] // 8
    if octets not in (0, 4, 16) or body[at] % 8:
        raise ValueError("an address of %d bits" % body[at])
    return (ipaddress.ip_address(body[at + 1:at + 1 + octets]) if octets else None), at + 1 + octets


def route(kind, body):
    r = {"type": kind, "rd-ip": ipaddress.ip_address(body[2:6]), "rd-n": struct.unpack(">H", body[6:8])[0],
         "esi": body[8:18], "etag": struct.unpack(">I", body[18:22])[0]}
    at = 22
    for name in ("source", "group", "originator"):
        r[name], at = address(body, at)
    if kind == 8:
        reserved, r["max-response"] = struct.unpack(">IB", body[at:at + 5])
        at += 5
        if reserved:
            raise ValueError("the reserved field is %d" % reserved)
    r["flags"] = body[at]
    if at + 1 != len(body) or r["flags"] & ~(7 | EXCLUDE):
        raise ValueError("%d octets, flags %#x" % (len(body), r["flags"]))
    return said(r)


def routes(nlri, action):
    at = 0
    while at < len(nlri):
        kind, length = nlri[at], nlri[at + 1]
        if kind in (7, 8):
            yield dict(route(kind, nlri[at + 2:at + 2 + length]), action=action)
        at += 2 + length


def read(update):
    """What an UPDATE says of memberships, or None"""
    found = attributes(update)
    reach, unreach = found.get(14, b""), found.get(15, b"")
    nlri = []
    if reach[:3] == b"\0\x19\x46":
        nlri += routes(reach[5 + reach[3]:], "reach")
    if unreach[:3] == b"\0\x19\x46":
        nlri += routes(unreach[3:], "unreach")
    octets = found.get(16, b"")
    listed = [octets[i:i + 8] for i in range(0, len(octets), 8)]
    if any(r["action"] == "reach" for r in nlri) and (
            sum(c[:2] == ES_IMPORT for c in listed) != 1 or sum(c[:2] in EVI_RTS for c in listed) != 1):
        raise ValueError("not one ES-Import and one EVI-RT: %s" % octets.hex())
    return {"verdict": ACCEPT, "nlri": nlri, "communities": [c.hex() for c in listed]} if nlri else None


def main():
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    for (sender, _), stream in streams(data):
        for message in messages(stream):
            what = read(message) if message[18] == 2 else None
            if what:
                print(message.hex(), json.dumps(dict(what, **{"from": sender})))
    return 0


if __name__ == "__main__":
    sys.exit(main())
