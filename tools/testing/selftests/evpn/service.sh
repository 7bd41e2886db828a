#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
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
in_force() { [ "$(es kernel.status)" = installed ]; }

# what the package installs, and nothing else of the host's services
install -m 755 "$LAB_BUILD/evpnd" "$LAB_BUILD/evpnctl" /usr/sbin/
install -m 644 "$LAB_TREE/user/systemd/evpnd.service" /lib/systemd/system/
mkdir -p /etc/evpn $UNITS
for unit in /lib/systemd/system/sysinit.target.wants/* /lib/systemd/system/basic.target.wants/* \
	networking.service apparmor.service console-setup.service keyboard-setup.service; do
	case $unit in */systemd-journald*) continue ;; esac
	ln -sf /dev/null "$UNITS/$(basename "$unit")"
done
printf '[Unit]\nWants=evpnd.service systemd-journald.service\nDefaultDependencies=no\n' >$UNITS/evpn-test.target
cat >/etc/evpn/evpnd.yaml <<'END'
router-id: 192.0.2.1
as: 65000
startup-delay: 0s
neighbors: [{address: 192.0.2.9, remote-as: 65000, password-file: /etc/evpn/rr.key}]
segments:
  - {name: ce1, interface: dummy-evpn, esi: 00:11:22:33:44:55:66:77:88:01, mode: port-active, df: {wait: 0s}}
END
install -m 600 /dev/stdin /etc/evpn/rr.key <<<secret
ip link add dummy-evpn type dummy
defer ip link del dummy-evpn
ip link set dummy-evpn up
# roles stay in the kernel when evpnd stops: somebody has to tidy up after it
EVPN_NL=$(lab_tool evpn_nl) || skip "evpn_nl does not build"
defer "$EVPN_NL" es-del esi=$ESI1

env -i container=evpn PATH="$PATH" setsid unshare --pid --fork --kill-child --mount-proc --mount \
	--propagation private /lib/systemd/systemd --system --unit=evpn-test.target \
	--log-target=null --show-status=no </dev/null >/dev/null 2>&1 &
defer "kill -KILL $!; wait $!"

slowwait 60 running
check_err $? "the service does not become active"
slowwait 10 in_force
check_err $? "the segment is not in the kernel: $(es kernel)"
check_eq "$(status_of "$PID" CapEff)" 0000000000001400 "the parent's capabilities"
speaker=$(pgrep -x evpnd-speaker)
check_eq "$(status_of "$speaker" CapEff) $(status_of "$speaker" NoNewPrivs) $(status_of "$speaker" Seccomp)" \
	"0000000000000000 1 2" "the speaker's capabilities, no_new_privs and filter"
log_test "the service is ready when the speaker is, and both have given up what they should"

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

within systemctl stop evpnd
check_err $? "stop"
[ -z "$(pgrep -x evpnd)$(pgrep -x evpnd-speaker)" ]
check_err $? "something of it is still running"
"$EVPN_NL" es-get esi=$ESI1 | grep -q ifname=dummy-evpn
check_err $? "the kernel has lost the segment: $("$EVPN_NL" es-get esi=$ESI1)"
check_eq "$(nl_field_here role)" non-df "the segment's role"
log_test "stopped, nothing is left running, and the kernel keeps the segment closed"

finish
