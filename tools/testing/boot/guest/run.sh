#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The cases of the boot that the kernel's command line names.
BOOT=$(sed -n 's/.*boot_test=\([^ ]*\).*/\1/p' /proc/cmdline)
. /boot-test/lib.sh
. "$HERE/boot_$BOOT.sh"
over
