# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the steps of check.sh do that is more than a command. They run in a subshell of their own with
# $step, $pool (the step without its number) and $limit (seconds). Sourced by check.sh.

# execute COMMAND...: one of the functions here, or a program; ended after $limit seconds.
execute() {
	case $1 in
	offline | guest | scenarios | frr_scenarios) "$@" ;;
	*/*) [ -x "$1" ] || { echo "$1: not found"; exit 127; }
		exec timeout -k 10 "$limit" "$@" ;;
	*) exec timeout -k 10 "$limit" "$@" ;;
	esac
}

# Programs that need neither a guest nor a network of their own.
offline() {
	local f status=0
	for f in "$here"/selftests/cli/*.sh; do
		[ -x "$f" ] || { echo "$f: not found"; status=1; continue; }
		echo "# $f"
		"$f" || status=1
	done
	return $status
}

# usable GUEST: itself, or QEMU's where User-mode Linux cannot run a program.
usable() {
	case $1 in
	uml)
		"$vm/guest.sh" probe uml >&2 && echo uml || echo qemu ;;
	*) echo "$1" ;;
	esac
}

# guest GUEST[:PROCESSORS] PROGRAM ARGUMENT...: in that guest; captures and the kernel log are kept.
guest() {
	local kind=${1%:*} options=()
	[ -x "$2" ] || { echo "$2: not found"; return 127; }
	[ "$kind" = "$1" ] || options=(--smp "${1#*:}")
	mkdir -p "$logs/$pool"
	exec "$vm/guest.sh" run --out "$logs/$pool" --log "$logs/$step.dmesg" --timeout "$limit" \
		"${options[@]}" "$(usable "$kind")" -- "${@:2}"
}

# scenarios GUEST[:PROCESSORS] [NAME...]: all, or these; each guest of the pool takes the next that no
# other has taken, those that took longest the last time first.
scenarios() {
	local queue=$logs/$pool/queue
	mkdir -p "$queue"
	# shellcheck disable=SC2046
	guest "$1" "$scenarios/run.sh" -q "$queue" $(in_order "${@:2}")
}

# frr_scenarios SUITE NAME...: these with the FRR of another Debian suite.
frr_scenarios() {
	EVPN_FRR_ROOT=$("$vm/frr.sh" "$1") || return
	export EVPN_FRR_ROOT
	scenarios uml "${@:2}"
}

# in_order [NAME...]: scenarios by the time they took when $pool ran last; one that is not known yet,
# first. (The durations are kept beside the guests' kernels.)
in_order() {
	[ $# -gt 0 ] || set -- $("$scenarios/run.sh" -l | cut -f 1)
	printf '%s\n' "$@" | awk -v pool="$pool" '
		FILENAME != "-" { if ($1 == pool) took[$2] = $3; next }
		{ print ($1 in took ? took[$1] : 9999), $1 }' "$durations" - | sort -k 1,1nr -s | cut -d ' ' -f 2
}

durations=${EVPN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/evpn-guests}/durations
[ -e "$durations" ] || { mkdir -p "${durations%/*}" && : >"$durations"; }

SCENARIOS_THERE=	# how many there are, once that was counted

# nothing_left POOL: every scenario of it is taken, so one more guest would find no work.
nothing_left() {
	local member all
	[ -d "$logs/$1/queue" ] || return 1
	member=$(members "$1" | head -n 1)
	# shellcheck disable=SC2086
	set -- "$1" ${COMMAND_OF[$member]}
	[ "$2" = scenarios ] || return 1
	all=$(($# - 3))
	if [ "$all" -le 0 ]; then # (this is asked all the time)
		[ -n "$SCENARIOS_THERE" ] || SCENARIOS_THERE=$("$scenarios/run.sh" -l | wc -l)
		all=$SCENARIOS_THERE
	fi
	[ "$(find "$logs/$1/queue" -mindepth 1 -maxdepth 1 | wc -l)" -ge "$all" ]
}

# changed_scenarios: of what differs from the main branch (or, on it, from the last commit), those that
# show it; a few of everything when that says nothing.
changed_scenarios() {
	local base all f names=
	base=$(git merge-base HEAD main 2>/dev/null)
	[ -n "$base" ] && [ "$base" != "$(git rev-parse HEAD)" ] || base=HEAD~1
	all=$("$scenarios/run.sh" -l | cut -f 1)
	for f in $(git diff --name-only "$base"; git ls-files --others --exclude-standard); do
		case $f in
		*/selftests/evpn/*.sh) names="$names $(basename "$f" .sh)" ;;
		*neigh*) names="$names neigh_install neigh_sync neigh_learn" ;;
		*frr*) names="$names frr_flood frr_events frr_tunnel frr_repair frr_page" ;;
		kernel/*vtep* | kernel/*flood* | kernel/core/* | kernel/filter*) names="$names flood_filter port_active_block" ;;
		*flood*) names="$names flood_filter flood_alone" ;;
		*lacp*) names="$names lacp_states esi_lacp" ;;
		kernel/* | include/*) names="$names genl device_life port_active_block" ;;
		*df* | *segment*) names="$names df_agreement failover_bond" ;;
		*evpnctl*) names="$names ctl_kernel" ;;
		*conf*) names="$names reload" ;;
		user/*) names="$names failover_bond neigh_sync restart" ;;
		esac
	done
	# shellcheck disable=SC2086
	names=$(printf '%s\n' $names | sort -u | grep -xF "$all" | xargs)
	echo "${names:-genl failover_bond neigh_sync flood_filter}"
}
