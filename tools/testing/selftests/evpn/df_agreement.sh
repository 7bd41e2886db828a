#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every algorithm elects the PE that it should, and PEs that disagree about the algorithm agree
# nevertheless: on the default, as RFC 8584 has it.
#
# ESI 00:11:22:33:44:55:66:77:88:01, port mode: octets 3 to 6 are 0x33445566, modulo 2 is 0: the
# lowest address, PE1 (RFC 9786). HRW over the ESI alone, computed with zlib's CRC-32: see hrw below.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "algorithms, agreement and fallback" A8 A10 A16 A19 A20 A21 A22 A23 A25 A38 B1 B2 B3 B5 B6
lab --standby lacp-oos --algorithm preference

# hrw: who has the highest weight, by an implementation that has nothing in common with ours
hrw() {
	python3 -c '
import zlib
esi = bytes.fromhex("00112233445566778801")
d = zlib.crc32(esi) & 0x7fffffff
def weight(a):
    a &= 0x7fffffff
    return (1103515245 * ((1103515245 * a + 12345) ^ d) + 12345) % 2**31
pes = {n: (192 << 24) + (2 << 8) + n for n in (1, 2)}
print("pe%d" % max(pes, key=lambda n: (weight(pes[n]), -pes[n])))'
}

# algorithm WORD WORD: of PE1 and PE2, by a reload
algorithm() {
	LAB_ALGORITHM="$1 $2"
	pe_config pe1
	pe_config pe2
	pe_ctl pe1 config reload >/dev/null && pe_ctl pe2 config reload >/dev/null
}
show() { es_json "$1" | jq -r ".segments[0].\"$2\""; }
agreed() { # PE ALGORITHM PORT-MODE
	settled "$1" || return 1
	[ "$(show pe1 algorithm) $(show pe2 algorithm)" = "$2 $2" ] &&
		[ "$(show pe1 port-mode) $(show pe2 port-mode)" = "$3 $3" ]
}

ready pe1
check_err $? "PE1 does not become DF"
slowwait 5 agreed pe1 highest-preference true || slowwait 1 agreed pe1 preference true
check_err $? "preference: $(show pe1 algorithm), port mode $(show pe1 port-mode), DF $(show pe1 df)"
check_eq "$(show pe1 fallback)" null "fallback"
log_test "preference: the highest is DF, of the port and not of a VLAN"

algorithm lowest-preference lowest-preference
slowwait 5 agreed pe2 lowest-preference true
check_err $? "lowest preference: DF $(show pe1 df) and $(show pe2 df), $(show pe1 algorithm)"
log_test "lowest preference: the lowest is DF"

algorithm modulo modulo
slowwait 5 agreed pe1 modulo true
check_err $? "modulo: DF $(show pe1 df) and $(show pe2 df), $(show pe1 algorithm)"
log_test "modulo over the ESI's octets 3 to 6"

algorithm hrw hrw
slowwait 5 agreed "$(hrw)" hrw true
check_err $? "hrw: DF $(show pe1 df) and $(show pe2 df), should be $(hrw)"
log_test "highest random weight over the ESI"

# What a neighbour sees: the community of the route, in the reflector's words
for p in pe1 pe2; do
	check_eq "$(pe_ctl $p -j route show type 4 | jq -c '[.routes[].paths[].attributes | tostring | test("port-mode|port_mode|0400|P")] | all')" \
		true "P bit in the RT-4 that $p has"
done
log_test "both routes say that the port is elected, not its VLANs"

# Disagreement: modulo per VLAN, said in a sentence on both.
algorithm hrw preference
slowwait 5 eval '[ "$(show pe1 fallback)" != null ] && [ "$(show pe2 fallback)" != null ]'
check_err $? "no fallback: $(show pe1 fallback), $(show pe2 fallback)"
check_eq "$(show pe1 algorithm) $(show pe2 algorithm)" "modulo modulo" "algorithm"
check_eq "$(show pe1 df)" "$(show pe2 df)" "DF in the words of both"
pe_ctl pe1 df why ce >"$LAB_RUN/why"
grep -q "$(show pe1 fallback)" "$LAB_RUN/why"
check_err $? "df why does not say that it fell back"
# each VLAN passes through exactly one: the even ones through PE1, the odd ones through PE2
for p in pe1 pe2; do
	check_eq "$(nl_field $p mode $ESI1)" single-active "mode of $p in the kernel"
	"$FRAMES" -f "$(ns ce),$p" -t "$(ns core),$p" -k vlan,vlan0,vlan-arp >"$LAB_RUN/$p.frames"
done
check_eq "$(awk '{ printf "%s %s ", $1, $5 }' "$LAB_RUN/pe1.frames")" "vlan0 1 vlan 2047 vlan-arp 1 " "through PE1"
check_eq "$(awk '{ printf "%s %s ", $1, $5 }' "$LAB_RUN/pe2.frames")" "vlan0 0 vlan 2047 vlan-arp 0 " "through PE2"
log_info "$(show pe1 fallback)"
log_test "PEs that disagree fall back to the default, both, and each VLAN has one that forwards"

algorithm preference preference
ready pe1
check_err $? "no agreement after the fallback"
check_eq "$(show pe1 fallback)" null "fallback"
log_test "agreement again ends the fallback"

finish
