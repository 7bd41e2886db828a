# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The boot after one that ended as DF; NetworkManager makes the bond. At the end the package goes.

journalctl -q -b -1 -o cat --no-pager -u evpnd | grep -q "segment ce1: handed over, in standby here, 192.0.2.2 forwards"
check_err $? "the log of the boot before ends: $(journalctl -q -b -1 -o cat --no-pager -u evpnd | tail -n 5)"
[ -e $HERE/out/networkd ] || RET=0 # that boot was not asked for
log_test "a PE that is switched off hands over while there is a network"

cold_start NetworkManager.service
with_pe2
slowwait 20 forwards_here
check_err $? "the DF passes nothing: of the customer's $(through ce), of the core's $(through core)"
slowwait 20 other_ready
check_err $? "the other PE is no candidate: $(es peers)"
log_test "with another PE heard it elects, and the port passes"

# --- removal
leftovers
old=$(main_pid)
DEBIAN_FRONTEND=noninteractive apt-get remove -y -qq evpn >$HERE/out/remove 2>&1
check_err $? "$(cat $HERE/out/remove)"
[ ! -e "/proc/$old" ] && [ -z "$(processes)" ]
check_err $? "something of it still runs: $(ps -o pid,args $(processes))"
df_there
check_err $? "the other PE does not forward"
grep -q "the kernel module goes on with what it has" $HERE/out/remove && grep -q "port-active role non-df" $HERE/out/remove
check_err $? "it does not say what remains: $(cat $HERE/out/remove)"
nothing_left
check_err $? "routes remain: $(ip route show proto 77) $(ip nexthop show proto 77)"
check_eq "$(systemctl list-units -q --plain 'evpnd*')" "" "units that remain"
check_fail "$(passes; echo $?)" "the port is open beside the other PE"
log_test "removed: handed over first, no process, no route, no unit; it says what the module goes on with"

DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq evpn >$HERE/out/remove 2>&1
check_err $? "$(cat $HERE/out/remove)"
check_eq "$(ls -d /etc/evpn/* /var/lib/evpn /run/evpn/evpnd.sock 2>/dev/null)" "" "files that remain"
log_test "purged: no configuration, no state"
