# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the cases of a boot share. They run as a unit after multi-user.target and write TAP to a file that the
# host reads; at the end they switch the machine off, as an operator would. Sourced by boot_NAME.sh.

set -u
HERE=/boot-test
OUT=$HERE/out/$BOOT
exec >>"$OUT" 2>&1
N=0 RET=0 REASON=

check_err() { [ "$1" -eq 0 ] || [ "$RET" -ne 0 ] || { RET=1 REASON=$2; }; }
check_fail() { [ "$1" -ne 0 ] || [ "$RET" -ne 0 ] || { RET=1 REASON=$2; }; }
check_eq() { [ "$1" = "$2" ]; check_err $? "$3: is '$1', should be '$2'"; }

log_test() {
	N=$((N + 1))
	if [ "$RET" -eq 0 ]; then
		echo "ok $N $1"
	else
		echo "not ok $N $1"
		echo "# $REASON" | head -n 20
		facts | sed 's/^/#   /'
	fi
	RET=0 REASON=
}

# facts: what helps to understand a failure
facts() {
	systemctl status --no-pager -n 25 evpnd
	evpnctl es show 2>&1
	evpnctl kernel show es 2>&1
	[ ! -e /run/evpn/pe2/evpnd.sock ] || { pe2 es show; journalctl -q -o cat --no-pager -n 8 -u pe2; } 2>&1
	for d in "" "ip netns exec pe2" "ip netns exec ce"; do
		$d cat /proc/net/bonding/bond0 2>/dev/null | grep -iE "system mac|port key|oper key|partner mac|aggregator id|state"
	done
}

# slowwait SECONDS COMMAND...: until it succeeds; four times as long, since a machine may be slow
slowwait() {
	local end=$((SECONDS + $1 * 4))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

over() {
	[ "$RET" -eq 0 ] || log_test "what was left to check"
	echo "1..$N"
	sync
	systemctl poweroff
	exit 0
}

# counted NAMESPACE,DEVICE ingress|egress: such frames there since the start
counted() {
	tc -j -s -n "${1%,*}" filter show dev "${1#*,}" "$2" | jq '[.. | .stats? | .packets? // 0] | max'
}

# through ce|core, sent ce|core: the customer's frames, or the core's, that have come out at the other end since the
# start, and how many there were
through() { [ "$1" = ce ] && counted core,core0 ingress || counted ce,ce0 ingress; }
sent() { [ "$1" = ce ] && counted ce,ce0 egress || counted core,core0 egress; }

# none_through: since the start of the machine nothing has passed the port, either way
none_through() { [ "$(through ce) $(through core)" = "0 0" ]; }

# passes: it does now, both ways
passes() {
	local a b
	a=$(through ce) b=$(through core)
	sleep 0.3
	[ "$(through ce)" -gt "$a" ] && [ "$(through core)" -gt "$b" ]
}

status_text() { systemctl show --property StatusText --value evpnd; }
says() { [[ $(status_text) == *"$1"* ]]; }
main_pid() { systemctl show --property MainPID --value evpnd; }
es() { evpnctl -j es show name ce1 2>/dev/null | jq -r ".segments[0].$1"; }
kernel_es() { evpnctl -j kernel show es 2>/dev/null | jq -r ".segments[0].$1"; }
# processes: of evpnd.service
processes() { cat /sys/fs/cgroup/system.slice/evpnd.service/cgroup.procs 2>/dev/null; }
# sockets NAME: TCP and UDP sockets of that program
sockets() { ss -tulnpH | grep "\"$1\""; }
listens() { ss -tlnpH "sport = $1" | grep -q "\"$2\""; }
log_of() { journalctl -q -b 0 -o cat --no-pager -u "$1"; }

# --- what more than one boot asks ---------------------------------------------------------------

port_up() { [ "$(cat /sys/class/net/bond0/operstate 2>/dev/null)" = up ] && [ -e /sys/class/net/br0/brif/bond0 ] && [ -e /sys/class/net/br0/brif/eth2 ]; }
entered() { systemctl show --property "$2" --value "$1"; }
df_here() { [ "$(kernel_es role)" = df ]; }
not_df_here() { [ "$(kernel_es role)" = non-df ]; }
df_there() { [ "$(ip netns exec pe2 "$HERE/bin/evpnctl" -n pe2 -j kernel show es 2>/dev/null | jq -r '.segments[0].role')" = df ]; }
pe2() { "$HERE/bin/evpnctl" -n pe2 "$@"; }
hears_pe2() { [ "$(evpnctl -j peer show | jq -r '.peers[0].state')" = Established ]; }

# cold_start UNIT: UNIT has configured the network at this boot. Alone, so nobody may elect; the port is up, and
# customer and core have been sending into it since before the network was configured.
cold_start() {
	local before_ce before_core
	slowwait 15 port_up
	check_err $? "$1 has not made the bond, or not put it into its bridge: $(ip -br link)"
	before_ce=$(sent ce) before_core=$(sent core)
	slowwait 20 eval '[ $(($(sent ce) - before_ce)) -gt 50 ] && [ $(($(sent core) - before_core)) -gt 50 ]'
	check_err $? "the customer or the core does not send: $(sent ce), $(sent core)"
	none_through
	check_err $? "of the customer's frames $(through ce) have passed the port, of the core's $(through core)"
	check_eq "$(kernel_es role) $(kernel_es state)" "non-df bound" "the segment in the module"
	log_test "$1: until somebody is heard nothing has passed the port since power-on"

	[ "$(entered evpnd ActiveEnterTimestampMonotonic)" -le "$(entered network-pre.target ActiveEnterTimestampMonotonic)" ] &&
		[ "$(entered evpnd ActiveEnterTimestampMonotonic)" -le "$(entered "$1" InactiveExitTimestampMonotonic)" ]
	check_err $? "evpnd was ready at $(entered evpnd ActiveEnterTimestampMonotonic), network-pre.target reached at $(
		entered network-pre.target ActiveEnterTimestampMonotonic), $1 began at $(entered "$1" InactiveExitTimestampMonotonic)"
	log_test "$1: evpnd is ready before it begins"

	slowwait 20 listens 179 bgpd
	check_err $? "bgpd does not listen: $(systemctl status --no-pager frr)"
	log_test "$1: FRR's daemons run beside it"
}

# with_pe2: the other PE is switched on; this one is preferred
with_pe2() {
	$HERE/pe2.sh
	check_err $? "the other PE does not start"
	slowwait 20 hears_pe2
	check_err $? "no session with the other PE: $(evpnctl peer show)"
}

forwards_here() { df_here && passes; }
# other_ready: the other PE's port has come up as well, so it can take over; a session alone is not that
other_ready() { [ "$(es 'peers[0]')" = 192.0.2.2 ]; }

# install old|new: as an operator does it
install_evpn() {
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --allow-downgrades \
		"$HERE/debs/$1"/evpn_*.deb >"$HERE/out/apt" 2>&1 || { cat "$HERE/out/apt"; false; }
}

# module old|new: what modprobe finds from now on
module_on_disk() {
	cp "$HERE/modules/$1.ko" "/lib/modules/$(uname -r)/updates/dkms/evpn.ko" && depmod
}

# met DAEMON MODULE: their versions, by whom each tells
met() {
	evpnctl version | grep -qx "evpnd $1" && evpnctl version | grep -q "^module.* $2$" &&
		evpnctl | grep -q "kernel  *the module evpn $2 is loaded" &&
		evpnctl kernel show owner | grep -q "^owner present .* evpnd $1 pid"
}
what_met() { evpnctl version; evpnctl | grep kernel; evpnctl kernel show owner; }

# leftovers: routes as evpnd makes them for a customer behind the other PE
leftovers() {
	ip addr add 198.51.100.1/24 dev br0
	ip nexthop add id 150000000 via 198.51.100.2 dev br0 proto 77
	ip route add 203.0.113.0/24 nhid 150000000 proto 77 metric 3187671041
}
nothing_left() { [ -z "$(ip route show proto 77)$(ip nexthop show proto 77)" ]; }
