#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A BGP neighbour that says exactly what it is told to: octets, written down by hand from the RFCs and
from captures of other implementations, none of them made with evpnd's own codec.

    raw.py CASE          connects to 192.0.2.1 from 192.0.2.2, plays CASE, prints what happened: "up" when all
                         of it has been heard and the session is still there, else "notification CODE/SUBCODE"
    raw.py CASE stay     the same, and keeps the session until its input ends
    raw.py CASE far      the same, from 191 hops away: what it sends has TTL 64

All has been heard when the answer to a route refresh comes that was sent last.
"""
import select
import socket
import struct
import sys

MARKER = b"\xff" * 16
CAPS = bytes.fromhex(
    "0206 0104 0019 0046"  # multiprotocol l2vpn evpn
    "0202 0200"  # route refresh
    "0206 4104 0000fde8"  # 4-octet AS 65000
    "0202 4600"  # enhanced route refresh
)
OPEN = bytes.fromhex("04 fde8 005a c0000202") + bytes([len(CAPS)]) + CAPS

# ORIGIN IGP, empty AS_PATH, LOCAL_PREF 100, ES-Import 44:38:39:ff:ff:01, DF election alg 2 pref 32767:
# what FRR sends with an RT-4.
ATTRS_ES = bytes.fromhex("400101 00 400200 400504 00000064 c01010 0602443839ffff01 0606020000007fff")
ATTRS_RT = bytes.fromhex("400101 00 400200 400504 00000064 c01010 0002fde800000001 030c000000000008")

RD = "0001 c0000202 0001"
ESI = "03 443839ffff01 000001"
RT4 = bytes.fromhex("04 17" + RD + ESI + "20 c0000202")
RT2 = bytes.fromhex("02 21" + RD + "00" * 10 + "00000000 30 aabbcc000001 00 000640")
RT6 = bytes.fromhex("06 18" + RD + "00000000 00 20 ef010101 20 c0000202 02".replace(" ", ""))
RT8_OLD = bytes.fromhex("08 26" + "0001c00002020001" + "03443839ffff01000001" + "00000064"
                        + "00" + "20efffffff" + "20c0000202" + "0000000000")
RT9 = bytes.fromhex("09 14" + RD + "00000000 0009 fde8 00000000")
UNKNOWN = bytes.fromhex("c8 05 0102030405")


def message(kind, body):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def reach(*routes):
    nlri = b"".join(routes)
    value = bytes.fromhex("0019 46 04 c0000202 00") + nlri
    return b"\x90\x0e" + struct.pack("!H", len(value)) + value


def unreach(*routes):
    value = bytes.fromhex("0019 46") + b"".join(routes)
    return b"\x90\x0f" + struct.pack("!H", len(value)) + value


def update(attrs):
    return message(2, b"\0\0" + struct.pack("!H", len(attrs)) + attrs)


REFRESH = message(5, bytes.fromhex("0019 00 46"))
END_OF_REFRESH = 2

CASES = {
    "es": [update(reach(RT4) + ATTRS_ES)],
    "mac": [update(reach(RT2) + ATTRS_RT)],
    # MP_REACH last, as some implementations have it
    "mp-last": [update(ATTRS_ES + reach(RT4))],
    # two attributes in the "wrong" order, a one-octet length where the flag says two
    "odd-order": [update(bytes.fromhex("5001 0001 00") + ATTRS_ES[4:] + reach(RT4))],
    "unknown-types": [update(reach(UNKNOWN, RT6, RT8_OLD, RT9) + ATTRS_RT),
                      update(reach(UNKNOWN, RT4, UNKNOWN) + ATTRS_ES),
                      update(unreach(UNKNOWN, RT6))],
    # a route type nobody knows with an attribute nobody knows
    "unknown-attribute": [update(reach(RT4) + ATTRS_ES + bytes.fromhex("c0f2 03 010203"))],
    # RT-4 with MAX-ESI: treat as withdraw
    "max-esi": [update(reach(RT4) + ATTRS_ES),
                update(reach(bytes.fromhex("04 17" + RD + "ff" * 10 + "20 c0000202")) + ATTRS_ES)],
    # extended communities that are no multiple of 8: treat as withdraw
    "bad-extcomm": [update(reach(RT4) + ATTRS_ES),
                    update(reach(RT4) + bytes.fromhex("40010100 400200 400504 00000064 c01007 06024438 39ffff"))],
    # no ORIGIN: treat as withdraw
    "no-origin": [update(reach(RT4) + ATTRS_ES), update(reach(RT4) + ATTRS_ES[4:])],
    # the route's length overruns the attribute
    "overrun": [update(reach(bytes.fromhex("04 ff" + RD + ESI)) + ATTRS_ES)],
    "two-reach": [update(reach(RT4) + reach(RT4) + ATTRS_ES)],
    "bad-type": [message(9, b"")],
    "bad-length": [MARKER + struct.pack("!HB", 18, 4)],
    "refresh-request": [REFRESH],
    "refresh-unknown-subtype": [message(5, bytes.fromhex("0019 07 46"))],
    "refresh-other-family": [message(5, bytes.fromhex("0001 00 01"))],
    "empty-update": [update(b"")],
    "keepalive-burst": [message(4, b"")] * 1000,
    "one-octet-at-a-time": [bytes([o]) for o in update(reach(RT4) + ATTRS_ES)],
}


class Peer:
    def __init__(self, ttl):
        self.sock = socket.socket()
        if ttl:
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.bind(("192.0.2.2", 0))
        self.sock.settimeout(5)
        self.sock.connect(("192.0.2.1", 179))
        self.buf = b""

    def next(self, timeout=5):
        """(type, body), or None when nothing comes or the other side has gone."""
        self.sock.settimeout(timeout)
        try:
            while len(self.buf) < 19 or len(self.buf) < struct.unpack("!H", self.buf[16:18])[0]:
                more = self.sock.recv(65536)
                if not more:
                    return None
                self.buf += more
        except (TimeoutError, ConnectionError):
            return None
        size = struct.unpack("!H", self.buf[16:18])[0]
        msg, self.buf = self.buf[:size], self.buf[size:]
        return msg[18], msg[19:]


def play(case, how):
    peer = Peer(64 if how == "far" else 0)
    peer.sock.sendall(message(1, OPEN))
    kind, _ = peer.next(30)
    assert kind == 1, "no OPEN"
    peer.sock.sendall(message(4, b""))
    asks = REFRESH in CASES[case]
    for octets in CASES[case] + ([] if asks else [REFRESH]):
        peer.sock.sendall(octets)
    refreshes = []
    while END_OF_REFRESH not in refreshes:
        got = peer.next(30)
        if got is None:
            return "closed without a word"
        if got[0] == 3:
            return f"notification {got[1][0]}/{got[1][1]}"
        if got[0] == 5:
            refreshes.append(got[1][2])
    print(f"up {refreshes}" if asks else "up", flush=True)
    while how == "stay" and not select.select([sys.stdin], [], [], 2)[0]:
        peer.sock.sendall(message(4, b""))
    peer.sock.sendall(message(4, b""))
    return None


if __name__ == "__main__":
    problem = play(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
    if problem:
        print(problem, flush=True)
