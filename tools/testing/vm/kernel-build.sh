# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Builds the User-mode Linux kernels out of Debian's source package, once, into
# the cache. Sourced by guest.sh after cache.sh and suite.sh.

# progress LOG TOTAL LABEL: one updating line on a terminal, else a line every
# 20 s, until the log's builder is done. TOTAL is the number of objects of a
# full build and gives the percentage.
progress() {
	local log=$1 total=$2 label=$3 pid=$4 start=$SECONDS next=0 done_ pct
	while kill -0 "$pid" 2>/dev/null; do
		done_=$(grep -cE '^ +(CC|AS|LD|AR|HOSTCC)' "$log" 2>/dev/null)
		pct=$((done_ * 100 / total))
		[ "$pct" -gt 99 ] && pct=99
		if [ -t 2 ]; then
			printf '\r%s: %d%%, %d:%02d ' "$label" "$pct" \
				$(((SECONDS - start) / 60)) $(((SECONDS - start) % 60)) >&2
			sleep 1
		else
			if [ $((SECONDS - start)) -ge "$next" ]; then
				printf '%s: %d%%, %d:%02d\n' "$label" "$pct" \
					$(((SECONDS - start) / 60)) $(((SECONDS - start) % 60)) >&2
				next=$((next + 20))
			fi
			sleep 1
		fi
	done
	[ -t 2 ] && printf '\r\033[K' >&2
	return 0
}

# fetch_source: downloads, unpacks and patches the kernel source into the cache, once.
fetch_source() {
	local suite tmp=$CACHE/source/fetch.$$ version patch
	mkdir -p "$tmp"
	for suite in sid trixie-backports; do
		echo "guest: fetching the source of Linux $UML_KERNEL from Debian's $suite" >&2
		suite_index "$suite"
		(cd "$tmp" && apt-get "${APT[@]}" download "linux-source-$UML_KERNEL") >&2 && break
	done
	set -- "$tmp"/*.deb
	[ -e "$1" ] || { rm -rf "$tmp"; die "no linux-source-$UML_KERNEL in Debian's sid or trixie-backports"; }
	version=$(dpkg-deb -f "$1" Version)
	echo "guest: unpacking it" >&2
	mkdir "$tmp/tree"
	dpkg-deb --fsys-tarfile "$1" | tar -xO "./usr/src/linux-source-$UML_KERNEL.tar.xz" |
		tar -xJ -C "$tmp/tree" --strip-components=1 --exclude-from="$VM/config/source.exclude" ||
		die "cannot unpack $1"
	for patch in "$VM"/config/*.patch; do
		patch -s -d "$tmp/tree" -p1 <"$patch" || die "$patch does not apply to Linux $version"
	done
	mv "$tmp/tree" "$CACHE/source/$version+$(patches)" || die "cannot keep the source in $CACHE/source"
	rm -rf "$tmp"
}

# need_source: the kernel source is in the cache.
need_source() {
	[ -n "$(source_dir)" ] && return
	mkdir -p "$CACHE/source"
	{
		flock 8
		[ -n "$(source_dir)" ] || fetch_source
	} 8>"$CACHE/source.lock"
}

# configure SRC OUT GUEST: allnoconfig plus the fragments, and the proof that
# every line of them was accepted: Kconfig drops what it cannot have in silence.
configure() {
	local src=$1 out=$2 guest=$3 frags line lost=
	mapfile -t frags < <(fragments "$guest")
	cat "${frags[@]}" >"$out/requested"
	make -s -C "$src" ARCH=um O="$out" KCONFIG_ALLCONFIG="$out/requested" allnoconfig \
		>"$out/build.log" 2>&1 || die "configuration failed: $out/build.log"
	# the last word on a symbol counts: a later fragment may override
	while read -r line; do
		grep -qxF -- "$line" "$out/.config" || lost="$lost $line"
	done < <(awk '/^CONFIG_/ { split($0, a, "="); v[a[1]] = $0 }
		/^# CONFIG_.* is not set/ { v[$2] = $0 }
		END { for (s in v) print v[s] }' "$out/requested")
	[ -z "$lost" ] || die "the kernel's configuration refuses:$lost"
}

# build_uml GUEST: the kernel and its modules in the cache; prints the directory.
build_uml() {
	local guest=$1 out src objects pid options
	need_source
	out=$CACHE/$(kernel_key "$guest")
	if [ ! -e "$out/ready" ]; then
		mkdir -p "$CACHE"
		exec 9>"$out.lock"
		flock -n 9 || { echo "guest: $guest is being built by another run, waiting" >&2; flock 9; }
	fi
	if [ ! -e "$out/ready" ]; then
		src=$(source_dir)
		mkdir -p "$out"
		configure "$src" "$out" "$guest"
		objects=$(cat "$VM/config/$guest.objects" 2>/dev/null || echo 1500)
		mapfile -t options < <(build_options "$guest")
		make -C "$src" ARCH=um O="$out" -j"${JOBS:-$(nproc)}" "${options[@]}" all >>"$out/build.log" 2>&1 9>&- &
		pid=$!
		progress "$out/build.log" "$objects" "guest: building the $guest kernel" "$pid"
		wait "$pid" || { tail -n 20 "$out/build.log" >&2; die "$guest: build failed: $out/build.log"; }
		make -s -C "$src" ARCH=um O="$out" INSTALL_MOD_PATH="$out/root" modules_install \
			>>"$out/build.log" 2>&1 || die "$guest: modules_install failed: $out/build.log"
		touch "$out/ready"
	fi
	exec 9>&-
	echo "$out"
}
