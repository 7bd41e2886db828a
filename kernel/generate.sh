#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Generates the uapi header, the policies and the table of operations from the netlink
# specification, with the kernel's own generator (tools/net/ynl in the kernel source).
#
#   generate.sh           writes include/uapi/linux/evpn.h and kernel/netlink_gen.[ch]
#   generate.sh --check   compares them; status 1 when they differ
#
# YNL_DIR names a directory that holds tools/net/ynl and Documentation/netlink of a kernel
# source, 6.19 or newer. Without it it is the source of the test guests' kernel, which is
# fetched once and kept (tools/testing/vm). Status 4: the generator cannot be had here.
set -eu

cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() {
	echo "generate: skipped: $*" >&2
	exit 4
}

python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
ynl=${YNL_DIR:-$(tools/testing/vm/guest.sh source)} || skip "no kernel source; set YNL_DIR"

# The generator looks for the kernel's root by its MAINTAINERS file, and never gives up.
tree=$work/tree
mkdir -p "$tree/Documentation/netlink/specs"
touch "$tree/MAINTAINERS"
cp "$ynl"/Documentation/netlink/*.yaml "$tree/Documentation/netlink/"
cp Documentation/netlink/specs/evpn.yaml "$tree/Documentation/netlink/specs/"

# $1 mode, $2 kind, $3 file
gen() {
	mkdir -p "$tree/$(dirname "$3")"
	timeout 60 python3 "$ynl/tools/net/ynl/pyynl/ynl_gen_c.py" --mode "$1" "--$2" \
		--spec "$tree/Documentation/netlink/specs/evpn.yaml" -o "$tree/$3"
	sed -i 's,tools/net/ynl/ynl-regen.sh,make generate,' "$tree/$3"
}
gen uapi header include/uapi/linux/evpn.h
gen kernel header kernel/netlink_gen.h
gen kernel source kernel/netlink_gen.c

# With per-op policies the family is written by hand, and yet the generator keeps the groups
# static to its file.
groups=$(sed -n '/nl_mcgrps\[\]/,/^};/p' "$tree/kernel/netlink_gen.c" | grep -c NLGRP)
sed -i "s/^static \(const struct genl_multicast_group evpn_nl_mcgrps\)\[\]/\1[$groups]/" \
	"$tree/kernel/netlink_gen.c"
sed -i "s/^extern const struct genl_ops .*/&\nextern const struct genl_multicast_group evpn_nl_mcgrps[$groups];/" \
	"$tree/kernel/netlink_gen.h"

# The generator knows no permission of a group: "admin-perm" of the specification is said here.
sed -i '/^const struct genl_multicast_group/,/^};/s/ },$/ .flags = GENL_MCAST_CAP_NET_ADMIN },/' \
	"$tree/kernel/netlink_gen.c"
[ "$(grep -c 'GENL_MCAST_CAP_NET_ADMIN' "$tree/kernel/netlink_gen.c")" = \
	"$(sed -n '/^mcast-groups:/,$p' Documentation/netlink/specs/evpn.yaml | grep -c 'flags: \[admin-perm\]')" ] ||
	{ echo "generate: a multicast group without admin-perm" >&2; exit 1; }

# A plain table of operations has one policy for an operation and its dump, and yet the generator
# writes two when both take attributes. They are the same ones here; the first gets the name that
# the table uses, the second goes.
sed -i -e 's/\(evpn_[a-z_]*\)_do_nl_policy/\1_nl_policy/' \
	-e '/^\/\* EVPN_CMD_.* - dump \*\/$/,/^$/d' "$tree/kernel/netlink_gen.c"
sed -i -e 's/\(evpn_[a-z_]*\)_do_nl_policy/\1_nl_policy/' \
	-e '/_dump_nl_policy/,/^$/d' "$tree/kernel/netlink_gen.h"

status=0
for f in include/uapi/linux/evpn.h kernel/netlink_gen.h kernel/netlink_gen.c; do
	if [ "${1:-}" = --check ]; then
		diff -u "$f" "$tree/$f" || status=1
	elif ! cmp -s "$tree/$f" "$f"; then
		cp "$tree/$f" "$f"
		echo "generate: wrote $f"
	fi
done
exit $status
