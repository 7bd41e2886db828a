# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Packages of other Debian suites, downloaded into the cache and unpacked there,
# never installed. Sourced after cache.sh.

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
