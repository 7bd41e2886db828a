#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A stream from the core to a receiver behind an all-active LAG, FRR's pimd on both PEs: each has the
# membership, one copy arrives, and when the PE that forwards is cut off the other one goes on at once,
# not after a query. Datagrams are counted at the receiver; the picture is in member_lib.sh.

NEEDS="system frr"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "a stream goes on when the PE that forwards is cut off" C3 C16 C54
. "$(dirname "$0")/member_lib.sh"
lab --form routed --mode all-active --standby block --ce lacp --rr none --retention 8s
slowwait 20 lag_up
check_err $? "the LAGs do not come up"
stream_goes_on

finish
