#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory runs out, everywhere: each operation of the family, and enslaving to a segment's bond, is
# done again and again, while first the first, then the second allocation fails, and so on until
# there is none left to fail. Nothing may leak, crash, or be half done.

NEEDS="module faults"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "memory runs out in every operation"
lab_defaults
F=/sys/kernel/debug/failslab
NLSTRESS=$(lab_tool nlstress) ||
	skip "nlstress does not build (libmnl-dev)"

echo N >$F/ignore-gfp-wait
echo 0 >$F/verbose
defer "echo Y >$F/ignore-gfp-wait"

ip netns add faults
defer "ip netns del faults"
ip -n faults link add name bond0 type bond mode 802.3ad miimon 50
ip -n faults link add name other0 type bond mode 802.3ad miimon 50
ip -n faults link add m0 type veth peer name m1
ip -n faults link set m1 up

ip netns exec faults "$NLSTRESS" faults bond0 m0 other0
check_err $? "an operation went wrong, see above"
log_test "each allocation of each operation"

# The same with a VLAN device of a port that has no hooks yet as the other one
ip -n faults link add link other0 name other0.7 type vlan id 7
ip netns exec faults "$NLSTRESS" faults bond0 m0 other0.7
check_err $? "an operation went wrong, see above"
log_test "each allocation of each operation, with a VLAN of a shared port"

# Afterwards the family works as if nothing had been.
ip netns exec faults "$NLSTRESS" random 2 1 bond0 other0.7 other0 m1 nodev
check_err $? "the family does not work any more"
log_test "the family still works"
finish
