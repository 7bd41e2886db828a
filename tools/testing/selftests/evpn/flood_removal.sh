#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The VXLAN device, the bridge, the bond, the namespace and the module go while frames are flooded
# through them; afterwards everything works as before. What the kernel's checkers say of it is read
# after the scenario.

NEEDS="module fast"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "devices and the module go while frames are flooded" B7 E37
flood_tools
flood_lab || skip "no lab"
segment 1 df >/dev/null
segment 2 non-df >/dev/null

LOAD=
load() {
	"$FLOOD" -n 30000 -r 500 -w 10 b "$(fl h3),eth0" "$(fl ce),p1" >/dev/null &
	LOAD="$LOAD $!"
	"$FLOOD" -n 30000 -r 500 -w 10 -s $CE_MAC b "$(fl ce),p2" "$(fl h3),eth0" >/dev/null &
	LOAD="$LOAD $!"
	sleep 0.5
}
# shellcheck disable=SC2086
unload() { kill -KILL $LOAD; wait $LOAD; LOAD=; } 2>/dev/null
defer unload

# works WHAT: flooded once, no echo
works() {
	slowwait 5 flood_reaches
	from_host 3 b
	expect "$1: leg of the DF" ce,p1 b 100
	expect "$1: leg of the non-DF" ce,p2 b 0
	from_ce 2
	expect "$1: echo" ce,p1 b 0
}
works "before"
load
for i in 1 2 3; do
	for p in 1 2; do
		fl_ip pe$p link del vx
		fl_ip pe$p -batch - <<-END
			link add vx type vxlan id 100 local $(vtep $p) dstport 4789 nolearning
			link set vx master br0
			link set vx up
		END
		flood_vxlan $p | bridge -n "${FL}pe$p" -batch -
	done
done
unload
works "the VXLAN device was removed"
log_test "the VXLAN device goes and comes"

# A host behind PE2, where the tunnel was: what it sends is local whatever was known of that number.
from_host 3 b
index=$(fl_ip pe2 -o link show vx)
index=${index%%:*}
fl_ip pe2 -batch - <<-END
	link del vx
	link del h2
	link add h2 index $index type veth peer name eth0 netns ${FL}h2
	link set h2 master br0
	link set h2 addrgenmode none
	link set h2 up
END
printf 'link set eth0 %s\n' addrgenmode\ none up | fl_ip h2 -batch -
now=$(fl_ip pe2 -o link show h2)
check_eq "${now%%:*}" "$index" "the number of the tunnel is the host's"
from_host 2 b
expect "local bias on the non-DF" ce,p2 b 100
fl_ip pe2 -batch - <<-END
	link add vx type vxlan id 100 local $(vtep 2) dstport 4789 nolearning
	link set vx master br0
	link set vx up
END
flood_vxlan 2 | bridge -n "${FL}pe2" -batch -
works "the tunnel's number was another device's"
log_test "a host's device has the number of a tunnel that is gone"

load
for i in 1 2 3; do
	for p in 1 2; do
		fl_ip pe$p link del br0
		fl_ip pe$p -batch - <<-END
			link add br0 type bridge mcast_snooping 0
			link set br0 addrgenmode none
			link set br0 up
			link set vx master br0
			link set bond0 master br0
			link set h$p master br0
		END
	done
done
unload
works "the bridge was removed"
log_test "the bridge goes and comes"

load
for i in 1 2 3; do
	for p in 1 2; do
		fl_ip pe$p -batch - <<-END
			link del bond0
			link add bond0 type bond mode active-backup miimon 10
			link set m0 down
			link set m0 master bond0
			link set m0 up
			link set bond0 addrgenmode none
			link set bond0 up
			link set bond0 master br0
		END
	done
done
unload
slowwait 5 eval '[ "$(fl_nl pe1 es-get esi=$ESI1 | tr " " "\n" | grep ^state=)" = state=bound ]'
works "the bond was removed"
log_test "the bond goes and comes"

load
for i in $(seq 20); do
	fl_nl pe1 es-set esi=$ESI1 peers= role=non-df >/dev/null
	fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2,192.0.2.$((i + 10)) role=df >/dev/null
	fl_nl pe2 core-set mark-mask=$((i % 2 ? 0xff00 : 0xff000000)) >/dev/null
done
fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2 >/dev/null
unload
works "peers were replaced"
log_test "lists of peers are replaced under load"

if [ -n "${EVPN_KO:-}" ]; then
	load
	for i in 1 2 3; do
		rmmod evpn
		insmod "$EVPN_KO" dyndbg=+p
		segment 1 df >/dev/null
		segment 2 non-df >/dev/null
	done
	unload
	works "the module was removed"
	log_test "the module goes and comes"
else
	log_skip "the module goes and comes" "EVPN_KO is not set: the module cannot be loaded again"
fi
load
ip netns del "$(fl pe1)"
unload
log_test "a namespace goes"
finish
