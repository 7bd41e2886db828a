#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A customer that only listens keeps its service when another PE takes over: the new one speaks for it,
# and the remote host's tunnel learns where it is now. The judge is the remote host's own forwarding
# table, and what arrives at the customer.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "a customer that only listens" A11 D4
lab --standby lacp-oos

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
MAC=$(ip -n "$(ns ce)" -j link show bond0 | jq -r '.[0].address')
ip -n "$(ns host)" neigh replace 10.1.0.1 lladdr "$MAC" dev vx1 nud permanent
tc -n "$(ns ce)" qdisc add dev bond0 clsact
tc -n "$(ns ce)" filter add dev bond0 egress matchall action drop
tc -n "$(ns ce)" filter add dev bond0 ingress pref 1 protocol ip flower ip_proto icmp action pass

# where the remote host sends to; what has arrived at the customer
learned() { bridge -n "$(ns host)" fdb show dev vx1 | grep -q "^$MAC dst $(underlay "$1")"; }
arrived() {
	tc -n "$(ns ce)" -s -j filter show dev bond0 ingress pref 1 |
		jq '[.[].options? | .actions? // [] | .[].stats.packets] | add // 0'
}
# arrives: three are sent, and three come; nobody answers
arrives() {
	local before
	before=$(arrived)
	in_ns host ping -q -c 3 -i 0.2 -W 1 10.1.0.1 >/dev/null 2>&1
	[ $(($(arrived) - before)) -ge 3 ]
}
# takes_over PE WHAT
takes_over() {
	slowwait 5 learned "$1"
	check_err $? "$2: the remote host sends to $(bridge -n "$(ns host)" fdb show dev vx1 | grep "^$MAC")"
	slowwait 5 arrives
	check_err $? "$2: nothing arrives at the customer"
}

takes_over 1 "at the beginning"
pe_ctl pe1 es drain ce >/dev/null
takes_over 2 "PE1 is drained"
bridge -n "$(ns pe1)" fdb show br br0 | grep "^$MAC dev bond0" | grep -q master
check_fail $? "PE1's bridge still has the customer at its own port"
log_test "drain: the new PE speaks for the customer, the old one forgets it"

pe_ctl pe1 es drain ce undo >/dev/null
takes_over 1 "the drain is undone"
log_test "and back"

cut_cable ce pe1
takes_over 2 "the cable is cut"
log_test "failure: the new PE speaks for the customer"

finish
