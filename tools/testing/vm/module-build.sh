# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Builds evpn.ko for a guest's kernel from a private copy of the sources, so
# that builds for several kernels never meet. Sourced by guest.sh.

# source_files: what the module is made of, below the current directory; not
# what an earlier build left there.
source_files() {
	find Kbuild kernel include -type f \
		\( -name '*.[chS]' -o -name '*.sh' -o -name 'Kbuild*' -o -name 'Makefile*' -o -name '*.mk' \) \
		! -name '*.mod.c' ! -name compat-autoconf.h 2>/dev/null | LC_ALL=C sort
}

# copy_sources FROM TO
copy_sources() {
	(cd "$1" && source_files | tar -c -T -) | tar -x -C "$2"
}

# kernel_build_dir GUEST: what KDIR is for that guest.
kernel_build_dir() {
	case $1 in
	qemu*)
		set -- "$(qemu_root "$1")"
		echo "$1/usr/src/linux-headers-${1##*/}"
		;;
	*) echo "$CACHE/$(kernel_key "$1")" ;;
	esac
}

# build_modules GUEST SOURCE: modules of SOURCE (a tree with a Kbuild) for that
# kernel; prints the directory that holds the .ko files. One directory per
# content, so an unchanged module costs nothing.
build_modules() {
	local guest=$1 src=$2 kdir key dir args old
	[ -e "$src/Kbuild" ] || die "$src/Kbuild not found"
	kdir=$(kernel_build_dir "$guest")
	[ -e "$kdir/Makefile" ] || die "$guest: no kernel to build against in $kdir"
	# BTF wants pahole
	[ "${guest%%-*}" = qemu ] && args=(CONFIG_DEBUG_INFO_BTF_MODULES=) || args=(ARCH=um)
	args+=(EVPN_TESTS=m)
	key=$(cd "$src" && { echo "$kdir" "${args[@]}"; source_files | xargs -d '\n' sha256sum; } |
		sha256sum | cut -c1-12)
	dir=$CACHE/modules/$guest/$key
	if [ ! -e "$dir/ready" ]; then
		mkdir -p "$CACHE/modules/$guest"
		exec 9>"$CACHE/modules/$guest/lock"
		flock 9
	fi
	if [ ! -e "$dir/ready" ]; then
		rm -rf "$dir"
		mkdir -p "$dir"
		copy_sources "$src" "$dir"
		echo "guest: building evpn.ko for $guest" >&2
		nice make -C "$kdir" "${args[@]}" M="$dir" -j"${JOBS:-$(nproc)}" modules >"$dir/build.log" 2>&1 9>&- ||
			{ cat "$dir/build.log" >&2; die "$guest: the module does not build: $dir/build.log"; }
		touch "$dir/ready"
		# the newest five are kept
		for old in $(ls -dt "$CACHE/modules/$guest"/*/ | tail -n +6); do
			rm -rf "$old"
		done
	fi
	exec 9>&-
	touch "$dir"
	echo "$dir"
}
