#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The same on a port-active LAG: the PE that is blocked, and that the CE does not speak to, has the
# membership all the same, and its multicast router the stream; so the takeover finds both there.

NEEDS="system frr"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "a takeover finds the memberships there" C8 C16 C54
. "$(dirname "$0")/member_lib.sh"
lab --form routed --mode port-active --standby lacp-oos --ce lacp --rr none --retention 8s
slowwait 20 eval "df_is pe1 || df_is pe2"
check_err $? "nobody is DF"
stream_goes_on

finish
