#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The other PE, in the namespace pe2: its half of the customer's bond, and evpnd. It ends after the first one has
# handed over, when both are switched off.
set -e
ip -n pe2 -batch - <<END
link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast ad_actor_system 02:00:00:00:00:01 ad_user_port_key 7
link set eth1 master bond0
link set bond0 up
addr add 192.0.2.2/24 dev eth3
link set eth3 up
END
sed 's/192.0.2.2/192.0.2.9/; s/192.0.2.1/192.0.2.2/; s/192.0.2.9/192.0.2.1/; s/preference: 200/preference: 100/' \
	/boot-test/evpnd.yaml >/run/pe2.yaml
systemd-run -q --unit=pe2 -p NetworkNamespacePath=/run/netns/pe2 -p Before=evpnd-handover.service \
	-p KillSignal=KILL /boot-test/bin/evpnd -n pe2 -c /run/pe2.yaml
