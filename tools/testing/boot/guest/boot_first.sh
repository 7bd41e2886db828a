# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Installed, enabled, not configured; FRR has the port of BGP, and has had it before.

slowwait 30 port_up
check_err $? "the network was not configured: $(ip -br link)"
slowwait 20 passes
check_err $? "nothing passes: of the customer's $(through ce), of the core's $(through core)"
[ "$(through ce)" -gt 0 ] && [ "$(through core)" -gt 0 ]
log_test "a port that is no segment passes what customer and core send: the counters count"

systemctl is-enabled -q evpnd && systemctl is-active -q evpnd
check_err $? "evpnd is $(systemctl is-enabled evpnd) and $(systemctl is-active evpnd)"
slowwait 10 says "not configured: write router-id, as and peers into /etc/evpn/evpnd.yaml"
check_err $? "the status says: $(status_text)"
check_eq "$(sockets evpnd)$(sockets evpnd-speaker)" "" "sockets of evpnd"
evpnctl | grep -q "is not configured"
check_err $? "evpnctl says: $(evpnctl)"
log_test "enabled and not configured: no socket at all, and a status that says so"

slowwait 20 listens 179 bgpd
check_err $? "bgpd does not listen: $(systemctl status --no-pager frr)"
log_test "FRR's bgpd listens after a boot beside it"

bgpd=$(pgrep -x bgpd)
sed '/^port:/d; s/port: 1790, //' $HERE/evpnd.yaml >/etc/evpn/evpnd.yaml
systemctl reload evpnd
check_err $? "reload"
slowwait 10 says "another BGP daemon may be there"
check_err $? "the status says: $(status_text)"
check_eq "$(pgrep -x bgpd)" "$bgpd" "bgpd's process"
systemctl restart frr
check_err $? "frr does not restart"
slowwait 20 listens 179 bgpd
check_err $? "bgpd has lost its port: $(ss -tlnpH)"
log_test "a port that bgpd has is a sentence; bgpd keeps it when it is restarted"

# what the next boot has
cp $HERE/evpnd.yaml /etc/evpn/evpnd.yaml
