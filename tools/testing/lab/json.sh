# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# jq, as scripts read JSON. Release 1.6 compiles its own library whenever it starts, which takes ten times as
# long as any other small program (half a second under QEMU), and conditions that are waited for start it all
# the time. gojq reads the same language, and is taken where it is installed; it sorts the keys of
# objects that it prints. Sourced.

! command -v gojq >/dev/null || jq() { gojq "$@"; }
