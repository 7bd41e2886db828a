#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything that can be checked, one step after the other; a plain count at the end.
#
#   check.sh              all steps
#   check.sh STEP...      only these
#   check.sh --list       their names
#
# Each step leaves its whole output in build/check/STEP.log. The kernels of the
# guests are built in the background while the first steps run.

cd "$(dirname "$0")/../.." || exit 1
here=tools/testing
vm=$here/vm
logs=$PWD/build/check

# name, how long it may take (seconds), command
steps() {
	cat <<-END
	deps          900  $here/deps.sh
	generated     60   make --no-print-directory -j2 generate-check
	user          600  make --no-print-directory -j2 user
	style         300  make --no-print-directory -j2 style
	unit          900  make --no-print-directory -j2 unit
	offline       300  offline
	fuzz          1800 make --no-print-directory -j2 fuzz-run
	module-6.1    300  $here/module.sh build
	sparse        300  $here/module.sh sparse
	module-6.12   600  $vm/headers.sh compile bookworm-backports
	module-7.2    600  $vm/headers.sh compile sid
	interop       900  $here/interop/run.sh
	guests        900  $vm/selftest.sh uml uml-debug qemu
	kunit         1500 guest uml-debug $vm/kunit.sh
	uml           1800 guest uml $here/selftests/evpn/run.sh
	uml-debug     2400 guest uml-debug $here/selftests/evpn/run.sh
	qemu          1800 guest qemu $here/selftests/evpn/run.sh
	package       900  $here/package.sh
	END
}

# Programs that need neither a guest nor a network: evpnctl's offline verbs,
# elections against a second implementation.
offline() {
	local f status=0
	for f in "$here"/selftests/cli/*.sh "$here/unit/df_second.sh"; do
		[ -x "$f" ] || { echo "$f: not found"; status=1; continue; }
		echo "# $f"
		"$f" || status=1
	done
	return $status
}

# guest GUEST PROGRAM: in that guest; captures and the kernel log are kept.
guest() {
	[ -x "$2" ] || { echo "$2: not found"; return 127; }
	mkdir -p "$logs/$step"
	"$vm/guest.sh" run --out "$logs/$step" --timeout "$limit" "$1" -- "$2"
}

# The kernels, while the machine does something else.
build_guests() {
	local g
	for g in uml uml-debug qemu; do
		nice "$vm/guest.sh" build $g
	done >"$logs/guests.log" 2>&1 </dev/null
}

clock() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# follow PID LOG: a terminal sees the step's newest line, anything else the
# lines that matter and a sign of life every minute.
follow() {
	local pid=$1 log=$2 start=$SECONDS seen=0 total beat=60 width line
	width=$(tput cols 2>/dev/null || echo 80)
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.3
		total=$(wc -l <"$log")
		if [ -t 1 ]; then
			line=$(tail -n 1 "$log" | tr -d '\r' | tr '\t' ' ')
			printf '\r\033[K%s' "$(printf '%-12s %s  %s' "$step" "$(clock $((SECONDS - start)))" "$line" |
				cut -c "1-$((width - 1))")"
		elif [ $((SECONDS - start)) -ge $beat ]; then
			echo "$step: $(clock $((SECONDS - start))): $(tail -n 1 "$log" | cut -c 1-100)"
			beat=$((beat + 60))
		fi
		if [ "$total" -gt "$seen" ]; then
			[ -t 1 ] && printf '\r\033[K'
			sed -n "$((seen + 1)),${total}p" "$log" | grep -E \
				'^not ok|^\[  FAILED  \] [a-z_]|# *SKIP|^Bail out|^guest: .*(died|complains|no end)|not found$' |
				cut -c "1-$width" | sed 's/^/    /'
			seen=$total
		fi
	done
	[ -t 1 ] && printf '\r\033[K'
}

# one STEP LIMIT COMMAND...: runs it, counts its cases, remembers the result.
one() {
	local log start=$SECONDS status p f s why
	step=$1 limit=$2
	shift 2
	log=$logs/$step.log
	: >"$log"
	(
		trap - INT TERM EXIT
		case $1 in
		offline | guest) "$@" ;;
		*/*) [ -x "$1" ] || { echo "$1: not found"; exit 127; }
			timeout -k 10 "$limit" "$@" ;;
		*) timeout -k 10 "$limit" "$@" ;;
		esac
	) >"$log" 2>&1 </dev/null 3<&- &
	running=$!
	follow $running "$log"
	wait $running
	status=$?
	running=
	awk -f $here/count.awk "$log" >"$log.cases"
	p=$(grep -c '^P ' "$log.cases") f=$(grep -c '^F ' "$log.cases") s=$(grep -c '^S ' "$log.cases")
	case $1:$status in
	guest:90) why="the kernel log complains" ;;
	guest:91) why="the guest died" ;;
	guest:92 | *:124 | *:137) why="no end after $limit s" ;;
	guest:93) why="the guest or the module did not start" ;;
	*:0) why= ;;
	*) [ "$f" = 0 ] && why="exit status $status" || why= ;;
	esac
	if [ -n "$why" ]; then
		f=$((f + 1))
		echo "F $why" >>"$log.cases"
	elif [ $((p + f + s)) = 0 ]; then
		p=1
	fi
	if [ "$p" = 0 ] && [ "$f" = 0 ]; then
		echo "F nothing ran: every case was skipped" >>"$log.cases"
		f=1
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	sed -n "s/^S /  $step: /p" "$log.cases" >>"$logs/skipped"
	sed -n "s/^F /  $step: /p" "$log.cases" | sed "s#\$# (${log#"$PWD"/})#" >>"$logs/failed"
	printf '%-12s %-6s %d passed, %d failed, %d skipped  (%s)\n' "$step" \
		"$([ "$f" = 0 ] && echo ok || echo FAILED)" "$p" "$f" "$s" "$(clock $((SECONDS - start)))"
	[ "$f" = 0 ] || [ "$status" = 0 ] || tail -n 5 "$log" | cut -c 1-160 | sed 's/^/    | /'
}

finish() {
	trap - EXIT
	[ -z "$running" ] || kill "$running" 2>/dev/null
	[ -z "$guests" ] || kill "$guests" 2>/dev/null
	wait
}

if [ "$1" = --list ]; then
	steps | awk '{ print $1 }'
	exit 0
fi
wanted=("$@")
for w in "${wanted[@]}"; do
	steps | grep -q "^$w " || { echo "check: no step '$w' (there are: $(steps | awk '{ print $1 }' | xargs))" >&2; exit 1; }
done

passed=0 failed=0 skipped=0 running='' guests=''
rm -rf "$logs"
mkdir -p "$logs"
: >"$logs/skipped"
: >"$logs/failed"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
while read -r -u 3 name limit command; do
	[ ${#wanted[@]} = 0 ] || printf '%s\n' "${wanted[@]}" | grep -qx "$name" || continue
	# shellcheck disable=SC2086
	one "$name" "$limit" $command
	if [ "$name" = deps ] && [ ${#wanted[@]} = 0 ]; then
		build_guests &
		guests=$!
	fi
done 3< <(steps)

if [ -s "$logs/skipped" ]; then
	echo
	echo "Skipped:"
	cat "$logs/skipped"
fi
if [ -s "$logs/failed" ]; then
	echo
	echo "Failed:"
	cat "$logs/failed"
fi
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
