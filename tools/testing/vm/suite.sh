# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Packages of other Debian suites, downloaded into the cache and unpacked there,
# never installed. Sourced after cache.sh.
#
# A kernel of Debian's is a suite and the package that depends on the newest of a
# kind, without its first word: "bookworm-backports amd64", "bookworm rt-amd64".

# private_apt SUITE: apt's options for a source list of its own, in APT. The
# mirror is the one that the machine's own apt uses.
private_apt() {
	local suite=$1 dir=$CACHE/suites/$1 mirror
	mirror=$(apt-get indextargets 'Created-By: Packages' \
		--format '$(REPO_URI) $(CODENAME) $(COMPONENT)' |
		awk -v c="$(. /etc/os-release; echo "$VERSION_CODENAME")" \
			'$2 == c && $3 == "main" { print $1; exit }')
	[ -n "$mirror" ] || die "apt's sources name no main archive of this Debian"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
		>"$dir/sources.list"
	# a mirror frozen in time is as good as any for this
	APT=(-q -o Acquire::Check-Valid-Until=false -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir/cache"
		-o Dir::State::status=/dev/null -o APT::Sandbox::User=root -o Debug::NoLocking=1)
}

# suite_index SUITE: reads the suite's index, once an hour at most; APT is set.
suite_index() {
	local log=$CACHE/suites/$1/update.log
	private_apt "$1"
	[ -n "$(find "$log" -mmin -60 2>/dev/null)" ] && return 0
	apt-get "${APT[@]}" update >"$log.new" 2>&1 || { cat "$log.new" >&2; die "cannot read the index of $1"; }
	mv "$log.new" "$log"
}

# unpack_kernel SUITE FLAVOUR PART...: what Debian has of that kernel, image or headers or both, unpacked
# below a directory that is printed; the kernel's version is the directory's name.
unpack_kernel() {
	local suite=$1 flavour=$2 part version root
	shift 2
	suite_index "$suite"
	version=$(apt-cache "${APT[@]}" show "linux-headers-$flavour" |
		sed -n "/^Depends:/s/.*linux-headers-\([^ ]*-$flavour\) .*/\1/p" | head -n1)
	[ -n "$version" ] || die "$suite has no linux-headers-$flavour"
	root=$CACHE/kernels/$version
	mkdir -p "$root"
	for part; do
		[ -e "$root/$part.ready" ] && continue
		{
			flock 9
			[ -e "$root/$part.ready" ] || unpack_part "$part" "$version" "$root"
		} 9>"$root.lock"
	done
	echo "$root"
}

# unpack_part image|headers VERSION ROOT: for unpack_kernel; APT is set.
unpack_part() {
	local package=linux-$1-$2 root=$3 debs=$3/debs.$1
	rm -rf "$debs"
	mkdir -p "$debs"
	echo "guest: fetching $package" >&2
	(cd "$debs" && apt-get "${APT[@]}" download "$package" \
		$(apt-cache "${APT[@]}" show "$package" | sed -n 's/^Depends: //p' | tr , '\n' |
			awk '$1 ~ /^linux-(headers|kbuild)/ { print $1 }' | sort -u)) \
		>"$root/$1.log" 2>&1 || die "cannot download $package: $root/$1.log"
	for package in "$debs"/*.deb; do
		dpkg -x "$package" "$root" || die "cannot unpack $package"
	done
	rm -rf "$debs"
	case $1 in
	headers) # the only absolute paths in them
		sed -i "s#/usr/src/#$root/usr/src/#" "$root/usr/src/linux-headers-$2/Makefile" ;;
	image)
		/sbin/depmod -b "$root" "$2" || die "cannot list the modules of $package" ;;
	esac
	touch "$root/$1.ready"
}
