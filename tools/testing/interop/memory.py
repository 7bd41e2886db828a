#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Two neighbours of an evpnd whose memory ends: one that floods it, and a healthy one with a PE's RT-4
and a host, which come when there is none left.

    memory.py ROUTES    connects to 192.0.2.1 from 192.0.2.2, which sends ROUTES RT-2, each with attributes
                        of its own, and from 192.0.2.3. Prints "flooded", waits for a line, lets the flooder
                        go, prints "asked" when the healthy one is asked for its routes, sends them again,
                        and stays until its input ends
"""
import select
import socket
import struct
import sys

import raw

ORIGIN = bytes.fromhex("400101 00 400200 400504 00000064")
HOST_TARGET = bytes.fromhex("c01010 0002fde800000001 030c000000000008")
# what fills the memory: fifty communities
PADDING = bytes([0xC0, 8, 200]) + bytes.fromhex("00010002") * 50


class Neighbour(raw.Peer):
    def __init__(self, last):
        self.sock = socket.socket()
        self.sock.bind(("192.0.2.%d" % last, 0))
        self.sock.settimeout(60)
        self.sock.connect(("192.0.2.1", 179))
        self.buf = b""
        self.address = bytes([192, 0, 2, last])
        self.sock.sendall(raw.message(1, raw.OPEN[:3] + bytes(2) + self.address + raw.OPEN[9:]))
        # (hold time 0: the test is not about who is slow)
        assert self.next(60)[0] == 1, "no OPEN"
        self.sock.sendall(raw.message(4, b""))
        assert self.next(60)[0] == 4, "no KEEPALIVE"

    def reach(self, route):
        value = bytes.fromhex("001946 04") + self.address + b"\0" + route
        return b"\x90\x0e" + struct.pack("!H", len(value)) + value

    def rd(self):
        return b"\0\1" + self.address + b"\0\1"

    def host(self, i):
        route = (self.rd() + bytes(10) + bytes(4) + b"\x30\x02" + self.address[3:] + struct.pack("!I", i)
                 + b"\0" + bytes.fromhex("000640"))
        return self.reach(b"\x02" + bytes([len(route)]) + route)

    def segment(self):
        route = self.rd() + bytes.fromhex(raw.ESI) + b"\x20" + self.address
        return self.reach(b"\x04" + bytes([len(route)]) + route)


def flood(neighbour, n):
    for i in range(n):
        med = b"\x80\x04\x04" + struct.pack("!I", i)
        neighbour.sock.sendall(raw.update(neighbour.host(i) + ORIGIN + med + PADDING + HOST_TARGET))


def say_all(neighbour):
    neighbour.sock.sendall(raw.update(neighbour.host(1) + ORIGIN + HOST_TARGET)
                           + raw.update(neighbour.segment() + raw.ATTRS_ES) + raw.update(raw.unreach()))


def asked(neighbour):
    while True:
        got = neighbour.next(1)
        if got and got[0] == 5 and got[1][2] == 0:
            return
        assert not got or got[0] != 3, "notification %s" % got[1].hex()
        neighbour.sock.sendall(raw.message(4, b""))


def main():
    flooder, healthy = Neighbour(2), Neighbour(3)
    healthy.sock.sendall(raw.update(raw.unreach()))
    flood(flooder, int(sys.argv[1]))
    say_all(healthy)
    print("flooded", flush=True)
    sys.stdin.readline()
    flooder.sock.close()
    asked(healthy)
    say_all(healthy)
    print("asked", flush=True)
    while not select.select([sys.stdin], [], [], 5)[0]:
        healthy.sock.sendall(raw.message(4, b""))


if __name__ == "__main__":
    main()
