#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is there before a PE is switched on: its ports, a customer whose bond leads to two PEs, the other PE, a
# network behind both. Run before anything that configures a network.
#
#	eth1	to the customer (namespace ce: ce0, port of its bond)
#	eth2	to the hosts behind (namespace core: core0)
#	eth3	to the other PE (namespace pe2: eth3), which has ce1 of the customer's bond as its eth1
#
# Customer and core send broadcasts without a pause (the units flood-ce, flood-core); what has come through is
# counted where it arrives, and what was sent where it leaves.
set -e
for ns in ce core pe2; do
	ip netns add $ns
	ip -n $ns link set lo up
done
ip -batch - <<END
link add eth1 type veth peer name ce0 netns ce
link add eth2 type veth peer name core0 netns core
link add eth3 type veth peer name eth3 netns pe2
link add name eth1 netns pe2 type veth peer name ce1 netns ce
END
ip -n ce -batch - <<END
link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast
link set ce0 master bond0
link set ce1 master bond0
link set bond0 up
END
ip -n core link set core0 up
for place in ce,ce0 core,core0; do
	tc -n ${place%,*} qdisc add dev ${place#*,} clsact
	for way in ingress egress; do
		tc -n ${place%,*} filter add dev ${place#*,} $way protocol 0x88b5 matchall action pass
	done
done
