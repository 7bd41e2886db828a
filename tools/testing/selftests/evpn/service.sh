#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnd as the package runs it: evpnd.service with all its hardening under a real systemd, which is
# started in a PID and mount namespace of its own, in a guest only.

NEEDS="module guest"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "evpnd.service under systemd" A12
lab_defaults
need_evpnd
[ -x /lib/systemd/systemd ] || skip "there is no systemd"
[ -d /sys/class/net/dummy-evpn ] && skip "dummy-evpn is there already"

UNITS=/etc/systemd/system
PID=
within() { nsenter -t "$PID" -m -p "$@"; }
main_pid() { pgrep -x evpnd | head -n 1; }
running() { PID=$(main_pid); [ -n "$PID" ] && within systemctl is-active -q evpnd; }
status_of() { sed -n "s/^$2:\t//p" "/proc/$1/status" | tr '\t' ' '; }
es() { evpnctl -j es show name ce1 2>/dev/null | jq -r ".segments[0].$1"; }
nl_field_here() { "$EVPN_NL" es-get esi=$ESI1 | tr ' ' '\n' | sed -n "s/^$1=//p"; }
status_text() { within systemctl show --property StatusText --value evpnd; }
says() { [[ $(status_text) == *"$1"* ]]; }
in_force() { [ "$(es kernel.status)" = installed ]; }

# what the package installs, and nothing else of the host's services
install -m 755 "$LAB_BUILD/evpnd" "$LAB_BUILD/evpnctl" /usr/sbin/
install -m 644 "$LAB_TREE"/user/systemd/*.service /lib/systemd/system/
mkdir -p /etc/evpn $UNITS
rm -f /var/lib/evpn/evpnd.state
EVPN_NL=$(lab_tool evpn_nl) || skip "evpn_nl does not build"
# whatever configures the network here: its device is up as soon as it may be
cat >/run/evpn-test-net <<END
#!/bin/sh
"$EVPN_NL" es-get esi=$ESI2 >/run/evpn-test-before 2>&1
ip link add boot-evpn type dummy
ip link set boot-evpn up
"$EVPN_NL" es-get esi=$ESI2 >/run/evpn-test-after 2>&1
END
chmod 755 /run/evpn-test-net
cat >$UNITS/evpn-test-net.service <<'END'
[Unit]
DefaultDependencies=no
Wants=network-pre.target
After=network-pre.target
Before=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/run/evpn-test-net
END
for unit in /lib/systemd/system/sysinit.target.wants/* /lib/systemd/system/basic.target.wants/* \
	networking.service apparmor.service console-setup.service keyboard-setup.service; do
	case $unit in */systemd-journald*) continue ;; esac
	ln -sf /dev/null "$UNITS/$(basename "$unit")"
done
printf '[Unit]\nWants=evpnd.service evpn-test-net.service systemd-journald.service\nDefaultDependencies=no\n' >$UNITS/evpn-test.target
cat >/etc/evpn/evpnd.yaml <<'END'
router-id: 192.0.2.1
as: 65000
startup-delay: 0s
peers: [{address: 192.0.2.9, remote-as: 65000, password-file: /etc/evpn/rr.key}]
segments:
  - {name: ce2, interface: boot-evpn, esi: 00:11:22:33:44:55:66:77:88:02, mode: port-active, df: {wait: 0s}}
  - {name: ce1, interface: dummy-evpn, esi: 00:11:22:33:44:55:66:77:88:01, mode: port-active, df: {wait: 0s}}
END
install -m 600 /dev/stdin /etc/evpn/rr.key <<<secret
ip link add dummy-evpn type dummy
defer ip link del dummy-evpn
ip link set dummy-evpn up
# roles stay in the kernel when evpnd stops: somebody has to tidy up after it
defer "$EVPN_NL" es-del esi=$ESI1
defer "$EVPN_NL" es-del esi=$ESI2
defer ip link del boot-evpn

env -i container=evpn PATH="$PATH" setsid unshare --pid --fork --kill-child --mount-proc --mount \
	--propagation private /lib/systemd/systemd --system --unit=evpn-test.target \
	--log-target=null --show-status=no </dev/null >/dev/null 2>&1 &
defer "kill -KILL $!; wait $!"

slowwait 60 running
check_err $? "the service does not become active"
slowwait 10 in_force
check_err $? "the segment is not in the kernel: $(es kernel)"
check_eq "$(status_of "$PID" CapEff)" 0000000000001400 "the parent's capabilities"
evpnctl kernel show owner | grep -q "^owner present .* evpnd $(evpnctl version | sed -n 's/^evpnd //p') pid"
check_err $? "the module does not tell which evpnd it has met: $(evpnctl kernel show owner)"
evpnctl | grep -q "kernel  *the module evpn $(cat /sys/module/evpn/version) is loaded"
check_err $? "evpnctl does not say which module it has met: $(evpnctl)"
speaker=$(pgrep -x evpnd-speaker)
check_eq "$(status_of "$speaker" CapEff) $(status_of "$speaker" NoNewPrivs) $(status_of "$speaker" Seccomp)" \
	"0000000000000000 1 2" "the speaker's capabilities, no_new_privs and filter"
log_test "the service is ready when the speaker is, and both have given up what they should"

slowwait 20 test -s /run/evpn-test-after
check_err $? "the network was not configured"
grep -q "state=unbound" /run/evpn-test-before && grep -q "role=non-df" /run/evpn-test-before
check_err $? "before the network the segment is: $(cat /run/evpn-test-before)"
grep -q "state=bound" /run/evpn-test-after && grep -q "oper=blocked" /run/evpn-test-after
check_err $? "when its device is up the segment is: $(cat /run/evpn-test-after)"
log_test "a booting host's port is closed before its device is there"

within systemctl reload evpnd
check_err $? "reload"
sed -i 's/port-active/port-actve/' /etc/evpn/evpnd.yaml
within systemctl reload evpnd >/dev/null 2>&1
check_fail $? "the reload of an invalid file succeeded"
check_eq "$(es mode)" port-active "the mode in force"
sed -i 's/port-actve/port-active/' /etc/evpn/evpnd.yaml
log_test "systemctl reload tells whether the file is valid"

old=$PID
kill -KILL "$old"
slowwait 20 eval 'running && [ "$PID" != "$old" ]'
check_err $? "it is not started again"
slowwait 10 in_force
check_err $? "the segment is not in force again: $(es kernel)"
log_test "killed, it is started again"

# What an upgrade of the package does: another file in the place of the one that runs, then restart.
old=$PID
rm /usr/sbin/evpnd
install -m 755 "$LAB_BUILD/evpnd" /usr/sbin/
[[ $(readlink "/proc/$old/exe") == *deleted* ]]
check_err $? "the running one is not deleted: $(readlink "/proc/$old/exe")"
within systemctl restart evpnd
check_err $? "restart"
slowwait 20 running
check_err $? "it does not run after the upgrade"
check_eq "$(readlink "/proc/$PID/exe")" /usr/sbin/evpnd "what runs"
slowwait 10 in_force
check_err $? "the segment is not in force again: $(es kernel)"
log_test "upgraded, the new one runs and takes its segments over"

if [ -n "${EVPN_KO:-}" ]; then
	rmmod evpn
	check_err $? "rmmod"
	slowwait 10 says "FAILED: no segment is enforced: "
	check_err $? "without the module the status says: $(status_text)"
	within systemctl reset-failed evpnd # nobody types that fast, and systemd counts starts
	within systemctl restart evpnd
	check_err $? "it does not start without the module"
	slowwait 20 running
	check_err $? "it does not run without the module"
	slowwait 10 says "modprobe evpn"
	check_err $? "without the module the status does not say what to type: $(status_text)"
	evpnctl >/run/evpn-test-summary
	check_eq $? 2 "exit status of evpnctl without the module"
	insmod "$EVPN_KO"
	check_err $? "insmod"
	slowwait 10 in_force
	check_err $? "the module is back and the segment not in force: $(es kernel)"
	check_eq "$(nl_field_here role)" non-df "its role, alone and without a session"
	log_test "without the module: FAILED, and what to type; with it the segment is in force"
else
	log_skip "the module goes and comes" "EVPN_KO is not set: the module cannot be loaded again"
fi

within systemctl stop evpnd
check_err $? "stop"
[ -z "$(pgrep -x evpnd)$(pgrep -x evpnd-speaker)" ]
check_err $? "something of it is still running"
"$EVPN_NL" es-get esi=$ESI1 | grep -q ifname=dummy-evpn
check_err $? "the kernel has lost the segment: $("$EVPN_NL" es-get esi=$ESI1)"
check_eq "$(nl_field_here role)" non-df "the segment's role"
log_test "stopped, nothing is left running, and the kernel keeps the segment closed"

# installed and not configured
echo "# nothing yet" >/etc/evpn/evpnd.yaml
INIT=$(pgrep -f evpn-test.target | tail -n 1)
PID=$INIT within systemctl start evpnd
slowwait 20 running
check_err $? "it does not start"
slowwait 10 says "not configured: write router-id, as and peers into /etc/evpn/evpnd.yaml"
check_err $? "the status says: $(status_text)"
check_eq "$(ss -ltnH 'sport = 179')" "" "listening sockets"
evpnctl | grep -q "is not configured"
check_err $? "evpnctl says: $(evpnctl)"
log_test "not configured: no socket to the network, and a status that says so"

# another BGP daemon has the port
python3 -c 'import socket, time
s = socket.create_server(("0.0.0.0", 179)); time.sleep(600)' &
other=$!
defer kill $other
slowwait 10 eval '[ -n "$(ss -ltnH "sport = 179")" ]'
printf 'router-id: 192.0.2.1\nas: 65000\npeers: [{address: 192.0.2.9, remote-as: 65000}]\n' >/etc/evpn/evpnd.yaml
within systemctl reload evpnd
check_err $? "reload"
slowwait 10 says "another BGP daemon may be there"
check_err $? "the status says: $(status_text)"
kill -0 $other
check_err $? "the other daemon is gone"
log_test "a port that is taken is a sentence"

finish
