#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bfd_flood.py ROUTES: a neighbour, 192.0.2.2, that has so many RT-2, says them all to the evpnd at
192.0.2.1, then End-of-RIB, and stays until its input ends. Each route is another one."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../interop"))
import memory
import raw

IN_ONE = 100  # an UPDATE has 4,096 octets


def main():
    n = int(sys.argv[1])
    peer = memory.Neighbour(2)
    head = b"\x02\x21" + peer.rd() + bytes(14) + b"\x30"
    for first in range(0, n, IN_ONE):
        nlri = b"".join(head + struct.pack("!HI", 0x0200, i) + b"\0\0\x06\x40" for i in range(first, min(first + IN_ONE, n)))
        value = bytes.fromhex("001946 04") + peer.address + b"\0" + nlri
        attrs = b"\x90\x0e" + struct.pack("!H", len(value)) + value
        peer.sock.sendall(raw.update(attrs + memory.ORIGIN + memory.HOST_TARGET))
    peer.sock.sendall(raw.update(raw.unreach()))
    sys.stdin.read()


if __name__ == "__main__":
    main()
