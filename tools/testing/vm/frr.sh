#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# FRR of another Debian suite, for EVPN_FRR_ROOT: its package and the libraries that it needs, unpacked
# into the cache, never installed. Nothing of this machine is used by it but the kernel.
#
#   frr.sh SUITE...     fetches what is not there yet; prints the directory of each

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$HERE/cache.sh"
. "$HERE/suite.sh"

# wanted: of all that apt would install, FRR and libraries
wanted() {
	apt-get "${APT[@]}" -s --no-install-recommends install frr 2>/dev/null |
		awk '$1 == "Inst" && $2 ~ /^(frr|zlib1g|lib.*)$/ { print $2 }'
}

# complete DIR: what the packages' own scripts would have made
complete() {
	local d
	for d in bin sbin lib lib64; do # as base-files has it
		[ -e "$1/$d" ] || ln -s "usr/$d" "$1/$d"
	done
	mkdir -p "$1"/{proc,dev,tmp,run/frr,etc/frr,var/lib/frr,var/log/frr,var/tmp}
	echo 'root:x:0:0::/root:/bin/sh' >"$1/etc/passwd"
	echo 'frr:x:901:901::/nonexistent:/usr/sbin/nologin' >>"$1/etc/passwd"
	printf '%s\n' root:x:0: frr:x:901: frrvty:x:902:frr >"$1/etc/group"
	printf '%s sufficient pam_rootok.so\n' auth account | tee "$1/etc/pam.d/frr" >"$1/etc/pam.d/other"
}

fetch() {
	local suite=$1 dir=$CACHE/suites/$1 root tmp names
	mkdir -p "$dir"
	exec 9>"$dir/frr.lock"
	flock 9
	root=$(find "$dir" -maxdepth 1 -name 'frr-*' -mmin -1440 | sort -V | tail -n 1)
	[ -n "$root" ] && { echo "$root"; return; }
	suite_index "$suite"
	root=$dir/frr-$(apt-cache "${APT[@]}" show frr | sed -n 's/^Version: //p' | head -n 1)
	if [ ! -d "$root" ]; then
		mapfile -t names < <(wanted)
		[ ${#names[@]} -gt 5 ] || die "$suite: apt does not know what frr needs"
		tmp=$(mktemp -d "$dir/new.XXXXXX") || die "cannot write to $dir"
		mkdir "$tmp/debs" "$tmp/root"
		(cd "$tmp/debs" && apt-get "${APT[@]}" download "${names[@]}") >"$dir/frr.log" 2>&1 ||
			die "cannot download: $(tail -n 3 "$dir/frr.log")"
		# (those of suites in which /lib is no link come first)
		for names in "$tmp"/debs/*.deb; do
			dpkg --fsys-tarfile "$names" | tar -x -C "$tmp/root" --keep-directory-symlink ||
				die "cannot unpack $names"
		done
		complete "$tmp/root"
		rm -rf "$tmp/root/usr/share/"{doc,man,locale}
		chmod 755 "$tmp/root"
		mv "$tmp/root" "$root"
		rm -rf "$tmp"
	fi
	touch "$root"
	exec 9>&-
	echo "$root"
}

[ $# -gt 0 ] || { echo "usage: frr.sh SUITE..." >&2; exit 1; }
for s; do
	fetch "$s" || exit 1
done
