#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The interoperability case that needs a guest's kernel: FRR's own `evpn mh` on a bond, on a segment that
# it shares with evpnd. Prints TAP.
exec "$(dirname "$0")/run.sh" frr-mh
