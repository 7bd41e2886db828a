# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A configured segment: boot, stop, death, upgrade; ifupdown makes the bond.

cold_start networking.service

with_pe2
slowwait 20 forwards_here
check_err $? "the DF passes nothing: of the customer's $(through ce), of the core's $(through core)"
slowwait 20 other_ready
check_err $? "the other PE is no candidate: $(es peers)"
log_test "with another PE heard it elects, and the port passes"

# --- stop
old=$(main_pid)
leftovers
mkdir -p /run/systemd/system/evpnd-expire.timer.d
printf '[Timer]\nOnActiveSec=\nOnActiveSec=3s\n' >/run/systemd/system/evpnd-expire.timer.d/test.conf
systemctl daemon-reload
systemctl stop evpnd
check_err $? "stop"
[ ! -e "/proc/$old" ] && [ -z "$(processes)" ]
check_err $? "something of it still runs: $(ps -o pid,args $(processes))"
log_of evpnd | grep -q "segment ce1: handed over, in standby here, 192.0.2.2 forwards"
check_err $? "it does not say that it has handed over"
not_df_here
check_err $? "the kernel's role is $(kernel_es role)"
df_there
check_err $? "the other PE does not forward"
log_test "stopped: handed over, in standby, no process left"

slowwait 10 nothing_left
check_err $? "nobody takes back customers' routes: $(ip route show proto 77) $(ip nexthop show proto 77)"
log_test "customers' routes that nobody watches any more go after a while"

systemctl start evpnd
check_err $? "start"
slowwait 20 forwards_here
check_err $? "it does not come back: $(evpnctl es show)"
log_test "started again, it takes its role back"

# --- death
old=$(main_pid)
transitions=$(kernel_es transitions)
kill -KILL "$old"
df_here
check_err $? "the role has gone with the process: $(kernel_es role)"
slowwait 20 eval '[ "$(main_pid)" != "$old" ] && systemctl -q is-active evpnd'
check_err $? "systemd does not start it again"
slowwait 20 hears_pe2
check_err $? "no session after that"
slowwait 20 forwards_here
check_err $? "it does not forward after that"
check_eq "$(kernel_es transitions)" "$transitions" "how often the kernel's role has changed"
log_test "killed, it is started again, and its role has never changed"

# --- upgrade
slowwait 20 other_ready
check_err $? "the other PE is no candidate: $(es peers)"
met 0.0.9 0.0.9
check_err $? "the old ones have not met: $(what_met)"
old=$(main_pid)
install_evpn new
check_err $? "the upgrade fails"
systemctl -q is-active evpnd && [ "$(main_pid)" != "$old" ]
check_err $? "the upgrade does not restart evpnd"
check_eq "$(readlink "/proc/$(main_pid)/exe")" /usr/sbin/evpnd "what runs"
log_of evpnd | tail -n 40 | grep -q "segment ce1: handed over, in standby here, 192.0.2.2 forwards"
check_err $? "the upgrade does not hand over first"
slowwait 20 forwards_here
check_err $? "after the upgrade it does not come back"
version=$(dpkg-query -W -f '${Version}' evpn)
met "$version" 0.0.9
check_err $? "a new daemon and an old module do not say so: $(what_met)"
log_of evpnd | grep -q "the module evpn 0.0.9 is loaded, this evpnd is $version"
check_err $? "nor does the log"
log_test "an upgrade restarts evpnd, over to the other PE and back; it says that the module is older"

module_on_disk new
slowwait 10 evpnctl es drain ce1 >/dev/null 2>&1 # when the other PE has its port back
check_err $? "es drain: $(evpnctl es drain ce1 2>&1)"
slowwait 20 not_df_here
check_err $? "it is not drained"
rmmod evpn && modprobe evpn
check_err $? "the module is not replaced"
slowwait 20 eval '[ "$(es kernel.status)" = installed ]'
check_err $? "the segment is not in force in the new module: $(es kernel)"
evpnctl es drain ce1 undo >/dev/null
slowwait 20 forwards_here
check_err $? "it does not come back"
met "$version" "$version"
check_err $? "the new ones have not met: $(what_met)"
log_test "the module is replaced on a drained PE"

install_evpn old
check_err $? "the older package does not install"
slowwait 20 forwards_here
check_err $? "it does not come back"
met 0.0.9 "$version"
check_err $? "an old daemon and a new module do not say so: $(what_met)"
systemctl disable -q --now evpnd
install_evpn new
check_err $? "the upgrade fails"
check_fail "$(systemctl -q is-active evpnd; echo $?)" "the upgrade starts an evpnd that is disabled"
systemctl enable -q --now evpnd
slowwait 20 forwards_here
check_err $? "it does not come back"
log_test "the other order: an old daemon, a new module; what is disabled stays disabled in an upgrade"

# --- maintenance
slowwait 10 evpnctl es drain ce1 >/dev/null 2>&1
check_err $? "es drain: $(evpnctl es drain ce1 2>&1)"
slowwait 20 not_df_here
check_err $? "the kernel's role is $(kernel_es role)"
slowwait 20 df_there
check_err $? "the other PE does not take over"
systemctl restart evpnd
check_err $? "restart"
slowwait 20 hears_pe2
check_err $? "no session after the restart"
check_eq "$(es draining) $(kernel_es role)" "true non-df" "drained, and the kernel's role"
evpnctl >$HERE/out/summary
check_eq $? 0 "exit status of evpnctl"
grep -q "in maintenance" $HERE/out/summary
check_err $? "evpnctl says: $(cat $HERE/out/summary)"
log_test "a drain lasts through a restart, and is no alarm"

# --- the port is somebody's, and is at the next boot
sed -i 's/^port: .*/port: 179/' /etc/evpn/evpnd.yaml
systemctl reload evpnd
check_err $? "reload"
slowwait 10 says "another BGP daemon may be there"
check_err $? "the status says: $(status_text)"
log_test "bgpd's port is wanted: a sentence"
