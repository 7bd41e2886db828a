# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The module is on the disk and may not be loaded.

slowwait 15 port_up
check_err $? "the network was not configured: $(ip -br link)"
[ ! -e /sys/module/evpn ]
check_err $? "the module is loaded"
slowwait 10 says "FAILED: no segment is enforced: the kernel module evpn is not loaded: modprobe evpn"
check_err $? "the status says: $(status_text)"
systemctl status --no-pager evpnd | grep -q "Status: .*FAILED: .*modprobe evpn"
check_err $? "systemctl status does not say so"
evpnctl >$HERE/out/summary
check_eq $? 2 "exit status of evpnctl"
grep -q "modprobe evpn" $HERE/out/summary
check_err $? "evpnctl says: $(cat $HERE/out/summary)"
log_test "without the module: failed, with the reason and what to type"

segment_routes() { # of this PE, at the other one
	pe2 -j route show | jq '[.routes[] | select(.type == 1 or .type == 4) | .paths[] | select(.peer == "192.0.2.1")] | length'
}
with_pe2
slowwait 15 eval 'evpnctl es show name ce1 | grep -q "oper failed"' # (down while the bond has no carrier)
check_err $? "evpnctl es show says: $(evpnctl es show)"
sleep 2 # what is to be sent, is
check_eq "$(segment_routes)" 0 "RT-1 and RT-4 at the other PE"
log_test "without the module the segment is not advertised"

rm /etc/modprobe.d/evpn-test.conf
modprobe evpn
check_err $? "modprobe"
slowwait 20 forwards_here
check_err $? "with the module the segment is not in force: $(evpnctl es show)"
slowwait 10 eval '[ "$(segment_routes)" -gt 1 ]'
check_err $? "it is not advertised: $(pe2 route show)"
log_test "with it the segment is in force and advertised; evpnd was not restarted"
