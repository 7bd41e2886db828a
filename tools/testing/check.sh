#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything that can be checked; a plain count at the end.
#
#   check.sh              all steps
#   check.sh STEP...      only these
#   check.sh --list       their names
#
# Two lanes of steps run side by side, because a guest of one processor leaves
# the others idle. Each step leaves its whole output in build/check/STEP.log.

cd "$(dirname "$0")/../.." || exit 1
here=tools/testing
vm=$here/vm
logs=${O:-$PWD/build}/check
# the steps are makes of their own; the usual O needs no mention
unset MAKEFLAGS MFLAGS MAKELEVEL
[ "${O:-$PWD/build}" = "$PWD/build" ] && unset O

# Lane, name, how long it may take (seconds), command. A line of dashes: the
# lanes wait for each other there.
steps() {
	cat <<-END
	a deps          1500 $here/deps.sh
	-
	a generated     60   make generate-check
	a user          600  make -j2 user
	a tools         120  $here/lab/lab.sh build
	a style         600  make style
	a unit          1800 make -j2 unit
	a offline       600  offline
	a module-6.1    900  $here/module.sh build
	a sparse        900  $here/module.sh sparse
	a module-6.12   900  $vm/headers.sh compile bookworm-backports
	a module-7.2    900  $vm/headers.sh compile sid
	b kernels       2400 kernels
	b package       1800 env -u O $here/package.sh
	b fuzz          1800 make -j2 fuzz-run
	-
	a kunit         600  guest uml-debug $vm/kunit.sh
	a qemu          3600 guest qemu $here/selftests/evpn/run.sh
	a uml           3600 guest uml $here/selftests/evpn/run.sh
	b guests        1500 $vm/selftest.sh uml uml-debug qemu
	b interop       1500 $here/interop/run.sh
	b interop-mh    900  guest uml $here/interop/guest.sh
	b uml-debug     5400 guest uml-debug $here/selftests/evpn/run.sh
	END
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

# The guests' kernels: built while the other lane has work.
kernels() {
	local g
	for g in uml uml-debug qemu; do
		"$vm/guest.sh" build $g && echo "ok - $g" || echo "not ok - $g"
	done
}

# guest GUEST PROGRAM: in that guest; captures and the kernel log are kept.
guest() {
	[ -x "$2" ] || { echo "$2: not found"; return 127; }
	mkdir -p "$logs/$step"
	exec "$vm/guest.sh" run --out "$logs/$step" --timeout "$limit" "$1" -- "$2"
}

# execute COMMAND...: in the background of a lane, so that it can be ended.
execute() {
	case $1 in
	offline | guest | kernels) "$@" ;;
	*/*) [ -x "$1" ] || { echo "$1: not found"; exit 127; }
		exec timeout -k 10 "$limit" "$@" ;;
	*) exec timeout -k 10 "$limit" "$@" ;;
	esac
}

clock() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# reason COMMAND STATUS FAILED: why a step failed beyond its own cases.
reason() {
	case $1:$2 in
	*:0) ;;
	guest:90) echo "the kernel log complains" ;;
	guest:91) echo "the guest died" ;;
	guest:93) echo "the guest or the module did not start" ;;
	guest:92 | *:124 | *:137) echo "no end after $limit s" ;;
	*:127) echo "not found" ;;
	*) [ "$3" -gt 0 ] || echo "exit status $2" ;;
	esac
}

# one STEP LIMIT COMMAND...: runs it, counts its cases, says and keeps the result.
one() {
	local log start=$SECONDS status p f s why
	step=$1 limit=$2
	shift 2
	log=$logs/$step.log
	: >"$log"
	echo "$step $SECONDS" >"$logs/.running.$lane"
	( trap - INT TERM HUP EXIT; execute "$@" ) >"$log" 2>&1 </dev/null 3<&- &
	running=$!
	wait $running
	status=$?
	running=
	awk -f $here/count.awk "$log" >"$log.cases"
	f=$(grep -c '^F ' "$log.cases")
	why=$(reason "$1" $status "$f")
	[ -z "$why" ] || echo "F $why" >>"$log.cases"
	p=$(grep -c '^P ' "$log.cases") f=$(grep -c '^F ' "$log.cases") s=$(grep -c '^S ' "$log.cases")
	if [ $((p + f + s)) = 0 ]; then
		p=1
	elif [ $((p + f)) = 0 ]; then
		echo "F nothing ran: every case was skipped" >>"$log.cases"
		f=1
	fi
	echo "$p $f $s" >>"$logs/.counts"
	sed -n "s/^S /  $step: /p" "$log.cases" >>"$logs/skipped"
	sed -n "s|^F \(.*\)|  $step: \1 (${log#"$PWD"/})|p" "$log.cases" >>"$logs/failed"
	rm -f "$log.cases" "$logs/.running.$lane"
	[ -t 1 ] && printf '\r\033[K'
	printf '%-12s %-6s %d passed, %d failed, %d skipped  (%s)\n' "$step" \
		"$([ "$f" = 0 ] && echo ok || echo FAILED)" "$p" "$f" "$s" "$(clock $((SECONDS - start)))"
	[ -z "$why" ] || tail -n 5 "$log" | cut -c 1-160 | sed 's/^/    | /'
}

# run_lane LANE: the steps of $group that belong to it, one after the other.
run_lane() {
	local name limit command
	lane=$1
	trap 'kill $running 2>/dev/null; wait; exit 143' INT TERM HUP
	while read -r -u 3 l name limit command; do
		[ "$l" = "$lane" ] || continue
		# shellcheck disable=SC2086
		one "$name" "$limit" $command
	done 3<<<"$group"
}

# look: what the running steps have to say. A terminal sees their newest lines,
# anything else the lines that matter, and a sign of life every minute.
look() {
	local f name begin log total line= last width
	width=160
	[ -t 1 ] && width=$(tput cols 2>/dev/null || echo 80)
	for f in "$logs"/.running.*; do
		read -r name begin 2>/dev/null <"$f" || continue
		log=$logs/$name.log
		total=$(wc -l <"$log" 2>/dev/null || echo 0)
		last=$(tail -n 1 "$log" 2>/dev/null | tr '\r\t' '  ')
		line="$line$name $(clock $((SECONDS - begin))) ${last:0:$((width / 2 - 20))}  "
		[ "$total" -gt "${seen[$name]:-0}" ] || continue
		[ -t 1 ] && printf '\r\033[K'
		sed -n "$((${seen[$name]:-0} + 1)),${total}p" "$log" | grep -E \
			'^not ok|^\[  FAILED  \] [a-z_]|# *SKIP|^Bail out|^guest: .*(died|complains|no end)|: not found$' |
			cut -c 1-150 | sed "s/^/    $name: /"
		seen[$name]=$total
	done
	if [ -t 1 ]; then
		printf '\r\033[K%s' "${line:0:$((width - 1))}"
	elif [ $((SECONDS - beat)) -ge 60 ]; then
		echo "... $line"
		beat=$SECONDS
	fi
}

# run_group: both lanes of $group, to the end.
run_group() {
	local l
	lanes=
	for l in a b; do
		run_lane $l &
		lanes="$lanes $!"
	done
	while [ -n "$(jobs -pr)" ]; do
		look
		sleep 0.5
	done
	[ -t 1 ] && printf '\r\033[K'
	lanes=
}

finish() {
	trap - EXIT
	# shellcheck disable=SC2086
	[ -z "$lanes" ] || kill $lanes 2>/dev/null
	wait
}

if [ "$1" = --list ]; then
	steps | awk 'NF > 1 { print $2 }'
	exit 0
fi
wanted=" $* "
for w; do
	steps | grep -q "^. $w " || { echo "check: no step '$w' (there are: $(steps | awk 'NF > 1 { print $2 }' | xargs))" >&2; exit 1; }
done

running='' lanes='' group='' beat=0
declare -A seen
rm -rf "$logs"
mkdir -p "$logs"
: >"$logs/skipped"
: >"$logs/failed"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
while read -r line; do
	case $line in
	-) run_group; group= ;;
	*) read -r _ name _ <<<"$line"
		[ $# = 0 ] || [[ $wanted = *" $name "* ]] && group="$group$line"$'\n' ;;
	esac
done < <(steps; echo -)

for f in skipped failed; do
	[ -s "$logs/$f" ] || continue
	printf '\n%s:\n' "${f^}"
	cat "$logs/$f"
done
echo
awk '{ p += $1; f += $2; s += $3 } END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }' "$logs/.counts"
