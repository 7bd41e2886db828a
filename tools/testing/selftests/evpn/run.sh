#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the scenarios, all or the named ones, each in namespaces of its own, and looks after each
# whether the kernel complains and whether the module gave back everything it made.
#
#	run.sh                  all
#	run.sh genl drain       these
#	run.sh -l               their names
#
# In a guest: tools/testing/vm/guest.sh run uml -- tools/testing/selftests/evpn/run.sh
# KSFT_SKIP_LONG=y leaves out what takes long on a slow guest, KSFT_SKIP_DAEMONS=y what asks no more of
# the module than others do. EVPN_DEADLINE, in seconds since 1970: what has not begun by then is left out.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$HERE/../../vm/klog.sh"

SCENARIOS="genl ctl_kernel owner port_active_block device_life neigh_install neigh_sync
	flood_filter flood_routed flood_removal flood_alone frr_flood frr_tunnel
	lacp_states failover_member failover_bond failover_kill failover_dead_pe drain restart nonrevertive
	three_pes two_segments isolation df_agreement reload routed esi_lacp reconcile service arp_monitor
	neigh_learn neigh_life module_stress fault_inject neigh_restart neigh_targets
	neigh_gobgp neigh_port_active neigh_single_active"
# The whole system over many seconds: left out under KSFT_SKIP_LONG. What stays is about the module.
LONG=" lacp_states failover_member failover_kill neigh_learn failover_bond failover_dead_pe drain restart nonrevertive three_pes two_segments isolation
	df_agreement reload routed arp_monitor fault_inject
	neigh_sync neigh_restart neigh_targets neigh_gobgp neigh_port_active neigh_single_active neigh_life flood_removal flood_alone frr_flood frr_tunnel "
# Much work for the daemons, and for the module what the other scenarios ask of it.
DAEMONS=" nonrevertive three_pes isolation df_agreement neigh_targets neigh_gobgp flood_alone frr_flood frr_tunnel "

if [ "${1:-}" = -l ]; then
	printf '%s\n' $SCENARIOS
	exit 0
fi

debug() { echo "module evpn $1" >/proc/dynamic_debug/control; } 2>/dev/null
since() { dmesg | sed -n "/evpn-selftest: $1 begins/,\$p"; }

# balance NAME: "created" and "destroyed" of segments and ports, from the module's debug messages
balance() {
	since "$1" | awk '
		/evpn: (es|port) .* created$/ { n[$(NF - 2)]++; made++ }
		/evpn: (es|port) .* destroyed$/ { n[$(NF - 2)]--; }
		END { for (o in n) if (n[o]) printf "%s %+d ", o, n[o]; printf "%d", made }'
}

balanced() { [[ $(balance "$1") != *[+-]* ]]; }

# after NAME: one case more for each scenario. Namespaces and what RCU frees go in their own time, on a
# slow guest after many seconds.
after() {
	local name=$1 end=$((SECONDS + 60)) bad reason=
	until balanced "$name" || [ $SECONDS -ge $end ]; do
		sleep 0.2
	done
	since "$name" >"/run/evpn-selftest.log"
	bad=$(grep -E "$KLOG_BAD" /run/evpn-selftest.log | grep -v evpn-selftest | head -n 5)
	[ -z "$bad" ] || reason="the kernel log: $bad"
	balanced "$name" || reason="not destroyed: $(balance "$name")"
	[ -z "$(ip netns list | grep '^lab-')" ] || reason="namespaces left behind: $(ip netns list | tr '\n' ' ')"
	[ -z "$reason" ] || echo -n "not "
	echo "ok 1 $name: no complaint in the kernel log, everything destroyed ($(balance "$name") objects)"
	[ -z "$reason" ] || { echo "# $reason"; return 1; }
}

failed=0 skipped=0 passed=0
for name in ${*:-$SCENARIOS}; do
	name=${name%.sh}
	[ -x "$HERE/$name.sh" ] || { echo "Bail out! there is no scenario $name"; exit 1; }
	reason=
	if [ "${KSFT_SKIP_LONG:-}" = y ] && [[ $LONG =~ [[:space:]]$name[[:space:]] ]]; then
		reason="long, and this guest is slow"
	elif [ "${KSFT_SKIP_DAEMONS:-}" = y ] && [[ $DAEMONS =~ [[:space:]]$name[[:space:]] ]]; then
		reason="nothing that others do not ask of the module, and this guest is slow"
	elif [ -n "${EVPN_DEADLINE:-}" ] && [ "$(date +%s)" -ge "$EVPN_DEADLINE" ]; then
		reason="the time for all checks is over"
	fi
	if [ -n "$reason" ]; then
		echo "ok 1 $name # SKIP $reason"
		echo "1..1"
		skipped=$((skipped + 1))
		continue
	fi
	echo "# ==== $name"
	echo "evpn-selftest: $name begins" >/dev/kmsg
	debug +p
	start=$SECONDS
	"$HERE/$name.sh"
	status=$?
	echo "# $name: status $status after $((SECONDS - start)) s"
	case $status in
	0) passed=$((passed + 1)) ;;
	4) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
	if [ $status -ne 4 ]; then
		after "$name" || failed=$((failed + 1))
		echo "1..1"
	fi
	debug -p # not before: what is destroyed late is to be heard as well
done
echo "# scenarios: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
