# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The next boot: drained, bgpd has had the port of BGP before; systemd-networkd makes the bond.

cold_start systemd-networkd.service
says "another BGP daemon"
check_err $? "the status says: $(status_text)"
log_test "evpnd starts first, and leaves bgpd the port that it had"

with_pe2
slowwait 20 df_there
check_err $? "the other PE does not forward"
check_eq "$(es draining) $(kernel_es role)" "true non-df" "drained, and the kernel's role"
none_through
check_err $? "the port of a drained PE has passed $(through ce) and $(through core)"
log_test "a drain lasts through a boot"

evpnctl es drain ce1 undo >/dev/null
check_err $? "es drain undo"
slowwait 20 forwards_here
check_err $? "it does not come back"
log_test "undone, it forwards"
