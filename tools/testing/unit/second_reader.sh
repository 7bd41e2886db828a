#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A second reader: every message of test_bgp_samples goes into a capture as a TCP segment to port 179,
# and tshark has to take it apart without a warning and show the values that were put in. TAP on
# standard output.
#
# What Debian 12's tshark (4.0) cannot confirm:
#   RT-8: it knows an older layout without reserved field and response time. Everything up to the
#   originator is compared, what follows is not (a ~ in the list).
#   RT-10, DF Election, Service Carving Time, multicast flags, ARP/ND, EVI-RT: it shows their octets
#   without a meaning, which are compared as such.

dir=${UNIT_DIR:-build/san/unit}
samples=$dir/test_bgp_samples

for tool in tshark text2pcap python3; do
	if ! command -v $tool >/dev/null; then
		echo "1..0 # SKIP $tool is not installed"
		exit 0
	fi
done
if [ ! -x "$samples" ]; then
	echo "Bail out! $samples is not built"
	exit 1
fi

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

"$samples" --list >"$tmp/list" || { echo "Bail out! no samples"; exit 1; }
while IFS='|' read -r _ octets _; do
	echo "000000 $(echo "$octets" | sed 's/../& /g')"
done <"$tmp/list" >"$tmp/dump"
text2pcap -q -T 179,40000 "$tmp/dump" "$tmp/pcap" 2>"$tmp/err" &&
	tshark -r "$tmp/pcap" -T pdml >"$tmp/pdml" 2>>"$tmp/err" ||
	{ cat "$tmp/err"; echo "Bail out! no capture"; exit 1; }

python3 - "$tmp/list" "$tmp/pdml" <<'END'
import sys
import xml.etree.ElementTree as ET

samples = [line.rstrip("\n").split("|") for line in open(sys.argv[1])]
packets = ET.parse(sys.argv[2]).getroot().findall("packet")
print(f"1..{len(samples)}")
if len(packets) != len(samples):
    print(f"Bail out! {len(samples)} messages, {len(packets)} packets")
    sys.exit(1)

WARNING = 0x600000
for n, ((name, _, wanted), packet) in enumerate(zip(samples, packets), 1):
    shown, faults = {}, []
    for field in packet.iter("field"):
        shown.setdefault(field.get("name"), []).append(field.get("show"))
    if len([p for p in packet.findall("proto") if p.get("name") == "bgp"]) != 1:
        faults.append("not one BGP message")
    wanted = wanted.split(";")
    partly = wanted[0] == "~"
    if partly:
        wanted = wanted[1:]
    else:
        if packet.find(".//*[@name='_ws.malformed']") is not None:
            faults.append("malformed")
        for message, severity in zip(shown.get("_ws.expert.message", []),
                                     shown.get("_ws.expert.severity", [])):
            if int(severity, 0) >= WARNING:
                faults.append(message)
    for field, value in (w.split("=", 1) for w in wanted):
        if value not in shown.get(field, []):
            faults.append(f"{field} is {shown.get(field)}, expected {value}")
    print(f"{'not ok' if faults else 'ok'} {n} - {name}{' (in part)' if partly else ''}")
    for fault in faults:
        print(f"# {fault}")
END
