#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Generates the uapi header, the policies and the table of operations from the netlink
# specification, with the kernel's own generator (tools/net/ynl in the kernel source).
#
#   generate.sh           writes include/uapi/linux/evpn.h and kernel/netlink_gen.[ch]
#   generate.sh --check   compares them; status 1 when they differ
#
# YNL_DIR names a directory that holds tools/net/ynl and Documentation/netlink of a kernel
# source, 6.19 or newer. Without it they come from Debian's newest linux-source package, fetched
# with a private list derived from this machine's own apt sources, and kept in the cache.
# Status 4: the generator cannot be had here.
set -eu

cd "$(dirname "$0")/.."
cache=${EVPN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/evpn}/ynl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() {
	echo "generate: skipped: $*" >&2
	exit 4
}

# The Debian archive this machine uses, as apt itself understands its sources.
archive() {
	apt-get indextargets 'Created-By: Packages' --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' |
		awk -v codename="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
			'$2 == codename && $3 == "main" { print $1; exit }'
}

fetch() {
	command -v apt-get >/dev/null || skip "no apt-get; set YNL_DIR"
	uri=$(archive)
	[ -n "$uri" ] || skip "no Debian archive among the apt sources; set YNL_DIR"
	mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri sid main" \
		>"$work/sources.list"
	set -- -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" \
		-o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false
	apt-get "$@" update >&2 || skip "cannot read $uri"
	pkg=$(apt-cache "$@" depends linux-source | sed -n 's/.*Depends: \(linux-source-.*\)/\1/p')
	[ -n "$pkg" ] || skip "no linux-source package in $uri"
	(cd "$work" && apt-get "$@" download "$pkg" >&2) || skip "cannot fetch $pkg"
	mkdir "$work/ynl"
	dpkg-deb --fsys-tarfile "$work/$pkg"_*.deb | tar xf - -O "./usr/src/$pkg.tar.xz" |
		tar xJf - -C "$work/ynl" --strip-components=1 --wildcards \
			'*/tools/net/ynl/pyynl' '*/Documentation/netlink/*.yaml' ||
		skip "cannot unpack $pkg"
	mkdir -p "$(dirname "$cache")"
	rm -rf "$cache"
	mv "$work/ynl" "$cache"
}

python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
ynl=${YNL_DIR:-$cache}
[ -e "$ynl/tools/net/ynl/pyynl/ynl_gen_c.py" ] || fetch

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
