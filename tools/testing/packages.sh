# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The Debian packages of this tree, built once for each content of it, and the mirror that systems to try
# them on come from. Sourced, at the top of the tree.

PACKAGES_CACHE=${EVPN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/evpn-guests}
# A version that is older than every other, of the same tree.
PACKAGES_OLD=0.0.9

# packages_mirror SUITE: where this machine's own apt takes Debian's main archive from
packages_mirror() {
	apt-get indextargets 'Created-By: Packages' 'Origin: Debian' 'Component: main' \
		--format '$(REPO_URI) $(CODENAME)' |
		awk -v suite="$1" '$2 == suite { print $1; exit }'
}

packages_sources() {
	git ls-files -z -c -o --exclude-standard -- Kbuild Makefile dkms.conf debian include kernel tools/testing/Makefile user
}

packages_key() {
	{
		cat tools/testing/packages.sh
		gcc --version
		packages_sources | xargs -0 sha256sum 2>/dev/null
	} | sha256sum | cut -c 1-12
}

# package_old DIR: the sources in DIR become those of PACKAGES_OLD
package_old() {
	local version
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$1/dkms.conf")
	(cd "$1" && sed -i "s/\"$version\"/\"$PACKAGES_OLD\"/" dkms.conf user/lib/version.h kernel/main.c &&
		sed -i "1s/$version/$PACKAGES_OLD/" debian/changelog)
}

# package_build DIR: into DIR/new and DIR/old; in DIR/src stay the sources of the old ones
package_build() {
	local -x DEB_BUILD_OPTIONS="parallel=$(nproc) noautodbgsym"
	unset O
	mkdir -p "$1/src" "$1/new" "$1/old" &&
		packages_sources | xargs -0 cp --parents -t "$1/src" &&
		(cd "$1/src" && dpkg-buildpackage -us -uc -b) && mv "$1"/*.deb "$1/new/" &&
		package_old "$1/src" && (cd "$1/src" && dpkg-buildpackage -us -uc -b -nc) &&
		mv "$1"/*.deb "$1/old/" && rm -rf "$1"/*.buildinfo "$1"/*.changes "$1/src/build" "$1/src/debian/evpn"
}

# packages: builds what is not there yet; prints the directory, which has new/, old/ and src/
packages() {
	local dir old
	dir=$PACKAGES_CACHE/packages/$(packages_key)
	mkdir -p "$PACKAGES_CACHE/packages"
	exec 8>"$PACKAGES_CACHE/packages/lock"
	flock 8
	if [ ! -e "$dir/ready" ]; then
		rm -rf "$dir"
		mkdir -p "$dir"
		package_build "$dir" >"$dir/log" 2>&1 8>&- || { tail -n 30 "$dir/log" >&2; return 1; }
		touch "$dir/ready"
		for old in $(ls -dt "$PACKAGES_CACHE"/packages/*/ | tail -n +4); do
			rm -rf "$old"
		done
	fi
	exec 8>&-
	echo "$dir"
}
