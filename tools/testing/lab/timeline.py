#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tells, from what the demo recorded, what happened when: as text, and as timeline.svg. With --power
the active PE has lost its power, and not its cable to the customer only.

Everything is on the guest's one monotonic clock: the cut and the datagrams (probe.log), the events of
both daemons (pe1.json, pe2.json), the LACP states of the customer's bond (bond.log). BGP messages
(bgp.pcap) carry wall-clock stamps; the daemons' events carry both and tell the distance.
"""
import json
import os
import struct
import sys

RT = {1: "RT-1", 4: "RT-4"}
VIA = {"192.0.2.1": "pe1", "192.0.2.2": "pe2", "pe1": "pe1", "pe2": "pe2"}


class Run:
    """What was recorded in a directory."""

    def __init__(self, directory, power):
        self.dir = directory
        self.power = power
        self.sent = {"a>b": [], "b>a": []}
        self.read_probe()
        self.events = []

    def path(self, name):
        return os.path.join(self.dir, name)

    def read_probe(self):
        with open(self.path("probe.log")) as f:
            for line in f:
                w = line.split()
                if w[0] == "cut":
                    self.cut = int(w[1])
                else:
                    self.sent[w[0]].append((int(w[2]), int(w[3]), VIA.get(w[5], "?")))

    def ms(self, ns):
        return (ns - self.cut) / 1e6

    def add(self, ns, who, what):
        self.events.append((self.ms(ns), who, what))

    # --- the sources -------------------------------------------------------------------------

    def daemon(self, pe):
        """Events of `evpnctl -j monitor`, from the cut on."""
        with open(self.path(pe + ".json")) as f:
            for line in f:
                try:
                    e = json.loads(line)
                except ValueError:
                    continue  # the last line may be cut short
                if e.get("mono-ns", 0) >= self.cut:
                    yield e["mono-ns"], e

    def first(self, pe, **want):
        for ns, e in self.daemon(pe):
            if all(e.get(k.replace("_", "-")) == v for k, v in want.items()):
                return ns
        return None

    def bgp_withdraws(self):
        """(wall ns, source, destination, route types) of each UPDATE with MP_UNREACH_NLRI."""
        for ns, packet in pcap(self.path("bgp.pcap")):
            for src, dst, types in withdraws(packet):
                yield ns, src, dst, types

    def wall_ahead(self):
        """By how much the wall clock is ahead of the monotonic one, in ns."""
        return next((int(e["time"] * 1e9) - ns for ns, e in self.daemon("pe1")), 0)

    def port_states(self):
        with open(self.path("bond.log")) as f:
            for line in f:
                ns, port, actor, partner = line.split()
                yield int(ns), port, int(actor), int(partner)

    # --- the story ---------------------------------------------------------------------------

    def tell(self):
        if self.power:
            self.add(self.cut, "wire", "pe1 loses its power, and nobody is told")
        else:
            self.add(self.cut, "wire", "the cable between ce and pe1 is cut")
        self.tell_daemons()
        if not self.power:
            self.tell_bgp()
        self.tell_lacp()
        self.tell_datagrams()
        self.events.sort(key=lambda e: e[0])

    def tell_daemons(self):
        gone = None if self.power else self.first("pe1", object="es", event="down")
        if gone:
            self.add(gone, "pe1", "evpnd: the segment's last link is gone")
        for want, what in (
            ({"object": "bfd", "event": "down", "address": "192.0.2.1"},
             "BFD: pe1 is silent, its routes do not count any more"),
            ({"object": "df", "event": "role", "role": "df"}, "evpnd: elected Designated Forwarder"),
            ({"object": "kernel", "event": "es", "role": "df"},
             "evpn.ko: the port is open, a LACPDU says so at once"),
        ):
            ns = self.first("pe2", **want)
            if ns:
                self.add(ns, "pe2", what)

    def tell_bgp(self):
        told = set()
        ahead = self.wall_ahead()
        for wall, src, dst, types in self.bgp_withdraws():
            ns = wall - ahead
            if ns < self.cut or (src, dst) in told:
                continue
            names = " and ".join(RT.get(t, "RT-%d" % t) for t in sorted(types, reverse=True))
            if src == "192.0.2.1":
                self.add(ns, "pe1", "BGP: %s withdrawn" % names)
            elif dst == "192.0.2.2":
                self.add(ns, "rr", "BGP: the withdraw goes on to pe2")
            else:
                continue
            told.add((src, dst))

    def tell_lacp(self):
        sync, used = False, False
        for ns, port, actor, partner in self.port_states():
            if port != "pe2" or ns < self.cut:
                continue
            if partner & 0x38 == 0x38 and not sync:
                self.add(ns, "ce", "LACP: pe2 is in sync now")
                sync = True
            if actor & 0x30 == 0x30 and not used:
                self.add(ns, "ce", "bond0 sends through its port to pe2")
                used = True

    def tell_datagrams(self):
        for direction, who, what in (("a>b", "host", "first datagram from ce, through %s"),
                                     ("b>a", "ce", "first datagram from host, through %s")):
            later = [r for r in self.sent[direction] if r[0] > self.cut and r[1]]
            if later:
                r = min(later, key=lambda r: r[1])
                self.add(r[1], who, what % r[2])

    def shares(self):
        """Who took how long: (milliseconds, name), of what is known."""
        at = {}
        for ms, who, what in self.events:
            at.setdefault(who + what.split(":")[0] if ":" in what else who, ms)
        news = [(at.get("pe2BFD"), "pe2 misses three packets of BFD")] if self.power else [
            (at.get("pe1BGP"), "pe1 notices and withdraws"),
            (at.get("rrBGP"), "the reflector passes it on")]
        marks = [(at.get("wire"), None)] + news + [
            (at.get("pe2evpn.ko"), "pe2 elects and opens the port"),
            (at.get("host"), "the customer's LACP follows")]
        return [(b[0] - a[0], b[1]) for a, b in zip(marks, marks[1:])
                if a[0] is not None and b[0] is not None]

    def loss(self, direction):
        records = self.sent[direction]
        lost = sum(1 for r in records if not r[1])
        got = sorted(r[1] for r in records if r[1])
        gap = max((b - a for a, b in zip(got, got[1:])), default=0)
        return lost, len(records), gap / 1e6


# --- BGP out of a packet capture -------------------------------------------------------------


def pcap(path):
    """(ns since the epoch, IPv4 packet) of a capture with Linux cooked or Ethernet headers."""
    with open(path, "rb") as f:
        data = f.read()
    if len(data) < 24:
        return
    order = "<" if data[0] in (0x4D, 0xD4) else ">"
    magic, = struct.unpack(order + "I", data[:4])
    unit = 1 if magic == 0xA1B23C4D else 1000
    skip = {1: 14, 113: 16, 276: 20}[struct.unpack(order + "I", data[20:24])[0] & 0xFFFF]
    at = 24
    while at + 16 <= len(data):
        sec, frac, length, _ = struct.unpack(order + "IIII", data[at:at + 16])
        packet = data[at + 16 + skip:at + 16 + length]
        at += 16 + length
        if len(packet) > 20 and packet[0] >> 4 == 4 and packet[9] == 6:
            yield sec * 10**9 + frac * unit, packet


def withdraws(packet):
    """(source, destination, route types) of the UPDATEs in one segment that withdraw EVPN routes."""
    src, dst = (".".join(map(str, packet[i:i + 4])) for i in (12, 16))
    tcp = packet[(packet[0] & 15) * 4:struct.unpack("!H", packet[2:4])[0]]
    bgp = tcp[(tcp[12] >> 4) * 4:]
    while len(bgp) >= 23 and bgp[:16] == b"\xff" * 16:
        length, kind = struct.unpack("!HB", bgp[16:19])
        if kind == 2:
            types = unreach_types(bgp[19:length])
            if types:
                yield src, dst, types
        bgp = bgp[max(length, 19):]


def unreach_types(update):
    at = 2 + struct.unpack("!H", update[:2])[0]
    end = at + 2 + struct.unpack("!H", update[at:at + 2])[0]
    at += 2
    types = set()
    while at + 3 <= end:
        flags, code = update[at:at + 2]
        wide = flags & 0x10
        size = struct.unpack("!H", update[at + 2:at + 4])[0] if wide else update[at + 2]
        at += 4 if wide else 3
        if code == 15 and update[at:at + 3] == b"\x00\x19\x46":
            nlri, stop = at + 3, at + size
            while nlri + 2 <= stop:
                types.add(update[nlri])
                nlri += 2 + update[nlri + 1]
        at += size
    return types


# --- text ------------------------------------------------------------------------------------

COLORS = {"wire": "31", "pe1": "36", "pe2": "32", "ce": "33", "host": "33", "rr": "35"}
MARKS = {"pe1": "●", "pe2": "◆", None: "×", "?": "?"}


def paint(text, color, on):
    return "\033[%sm%s\033[0m" % (color, text) if on else text


def bar(run, direction, start, stop, step, color):
    """A character for every step milliseconds: which way the datagrams of that time went."""
    records = run.sent[direction]
    first = run.ms(records[0][0])
    period = (run.ms(records[-1][0]) - first) / (len(records) - 1)
    out = []
    for i in range(start // step, stop // step):
        spans = range(round((i * step - first) / period), round(((i + 1) * step - first) / period))
        vias = [records[n][2] if records[n][1] else None for n in spans if 0 <= n < len(records)]
        if not vias:
            out.append(" ")
        elif None in vias:
            out.append(paint(MARKS[None], "31", color))
        else:
            out.append(paint(MARKS[vias[-1]], COLORS.get(vias[-1], "0"), color))
    return "".join(out)


def window(run):
    """Milliseconds to show: whole hundreds around what happened."""
    last = max(e[0] for e in run.events)
    return -100, max(300, int(last / 100 + 2) * 100)


def ruler(start, stop, width):
    marks, labels = [" "] * (width + 1), [" "] * (width + 6)
    every = 100 if stop - start <= 800 else 500
    for ms in range(start, stop + 1, every):
        x = round((ms - start) * width / (stop - start))
        marks[x] = "|"
        text = str(ms) if ms else "cut"
        x = max(0, x - len(text) // 2)
        labels[x:x + len(text)] = text
    return "".join(labels).rstrip(), "".join(marks).rstrip()


def show(run, color):
    print("    " + paint("      ms  where  what", "1", color))
    for ms, who, what in run.events:
        print("    %8.1f  %s  %s" % (ms, paint("%-5s" % who, COLORS[who], color), what))
    print("\n    where the time went")
    for ms, name in run.shares():
        print("    %8.1f  %s" % (ms, name))
    start, stop = window(run)
    step = next(n for n in (10, 20, 50, 100, 1000) if (stop - start) / n <= 60)
    width = (stop - start) // step
    labels, marks = ruler(start, stop, width)
    print("\n    datagrams by the time they were sent:  %s through pe1   %s through pe2   %s lost\n"
          % (paint(MARKS["pe1"], COLORS["pe1"], color), paint(MARKS["pe2"], COLORS["pe2"], color),
             paint(MARKS[None], "31", color)))
    print(" " * 16 + labels + " ms")
    print(" " * 16 + marks)
    for direction, name in (("a>b", "ce > host"), ("b>a", "host > ce")):
        print("    %-12s%s" % (name, bar(run, direction, start, stop, step, color)))
    print()
    for direction, name in (("a>b", "from ce to host"), ("b>a", "from host to ce")):
        lost, sent, gap = run.loss(direction)
        print("    %s: %s of %d lost, longest silence %.0f ms"
              % (name, paint(str(lost), "1", color), sent, gap))


# --- SVG -------------------------------------------------------------------------------------

SVG_COLORS = {"wire": "#c62828", "pe1": "#1565c0", "pe2": "#2e7d32", "ce": "#b26a00",
              "host": "#b26a00", "rr": "#7b1fa2", None: "#c62828", "?": "#888888"}


def text(x, y, s, size=13, color="#222", anchor="start", weight="normal"):
    s = s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return ('<text x="%.1f" y="%.1f" font-size="%d" fill="%s" text-anchor="%s" font-weight="%s">%s</text>'
            % (x, y, size, color, anchor, weight, s))


def line(x1, y1, x2, y2, color, width=1.0, dash=""):
    return ('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%.1f"%s/>'
            % (x1, y1, x2, y2, color, width, ' stroke-dasharray="%s"' % dash if dash else ""))


def svg(run):
    start, stop = window(run)
    left, right, top, row = 120, 960, 92, 30
    bottom = top + row * len(run.events) + 12
    height = bottom + 178

    def x(ms):
        return left + (ms - start) * (right - left) / (stop - start)

    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 %d" width="1000" height="%d" '
           'font-family="DejaVu Sans, Helvetica, Arial, sans-serif">' % (height, height),
           '<rect width="1000" height="%d" fill="#ffffff"/>' % height,
           text(40, 38, "A customer's LACP bond loses its active PE", 20, weight="bold"),
           text(40, 60, "port-active EVPN multihoming, standby lacp-oos; milliseconds since %s"
                % ("the PE lost its power, BFD 3 x 50 ms" if run.power else "the cable was cut"),
                13, "#555")]
    step = 100 if stop - start <= 800 else 500
    for ms in range(start, stop + 1, step):
        out.append(line(x(ms), top - 8, x(ms), bottom + 104, "#c62828" if ms == 0 else "#e3e3e3",
                        1.5 if ms == 0 else 1))
        out.append(text(x(ms), bottom + 122, "%d ms" % ms if ms else "cut", 12, "#777", "middle"))
    before = None
    for i, (ms, who, what) in enumerate(run.events):
        y = top + row * i + 12
        if before:
            out.append(line(before[0], before[1], before[0], y, "#bbbbbb", 1.5))
            out.append(line(before[0], y, x(ms), y, "#bbbbbb", 1.5))
        before = (x(ms), y)
    for i, (ms, who, what) in enumerate(run.events):
        y = top + row * i + 12
        label = "%.1f: %s" % (ms, what)
        wide = 7.3 * len(label)
        flip = x(ms) + 14 + wide > right + 30
        tx = x(ms) - 14 if flip else x(ms) + 14
        out.append('<rect x="%.1f" y="%.1f" width="%.1f" height="19" fill="#ffffff" fill-opacity="0.88"/>'
                   % (tx - (wide if flip else 3), y - 10, wide + 3))
        out.append('<circle cx="%.1f" cy="%.1f" r="6" fill="%s"/>' % (x(ms), y, SVG_COLORS[who]))
        out.append(text(tx, y + 4.5, label, 13, "#222", "end" if flip else "start"))
        out.append(text(left - 70, y + 4.5, who, 13, SVG_COLORS[who], "start", "bold"))
    for n, (direction, name) in enumerate((("a>b", "ce > host"), ("b>a", "host > ce"))):
        y = bottom + 34 + 34 * n
        out.append(text(40, y + 4.5, name, 13, "#222", weight="bold"))
        for sent, received, via in run.sent[direction]:
            ms = run.ms(sent)
            if not start <= ms <= stop:
                continue
            if received:
                out.append('<circle cx="%.1f" cy="%.1f" r="4.2" fill="%s"/>' % (x(ms), y, SVG_COLORS[via]))
            else:
                out.append(line(x(ms) - 3.6, y - 3.6, x(ms) + 3.6, y + 3.6, "#c62828", 1.8))
                out.append(line(x(ms) - 3.6, y + 3.6, x(ms) + 3.6, y - 3.6, "#c62828", 1.8))
    lost = [run.loss(d) for d in ("a>b", "b>a")]
    y = bottom + 152
    out.append('<circle cx="46" cy="%d" r="4.2" fill="%s"/>' % (y - 4, SVG_COLORS["pe1"]))
    out.append(text(56, y, "datagram through pe1", 13, "#333"))
    out.append('<circle cx="226" cy="%d" r="4.2" fill="%s"/>' % (y - 4, SVG_COLORS["pe2"]))
    out.append(text(236, y, "through pe2", 13, "#333"))
    out.append(text(338, y + 2, "×", 18, "#c62828", weight="bold"))
    out.append(text(360, y, "lost: %d of %d and %d of %d; longest silence %.0f and %.0f ms"
                    % (lost[0][0], lost[0][1], lost[1][0], lost[1][1], lost[0][2], lost[1][2]), 13, "#333"))
    out.append("</svg>")
    with open(run.path("timeline.svg"), "w") as f:
        f.write("\n".join(out) + "\n")


def main():
    run = Run(sys.argv[1], "--power" in sys.argv)
    run.tell()
    show(run, "--color" in sys.argv)
    svg(run)


if __name__ == "__main__":
    main()
