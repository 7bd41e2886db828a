#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `make demo`: a customer's LACP bond survives the loss of its active PE, from a clean machine to a
# drawn timeline. Installs packages, builds, starts a User-mode Linux guest (QEMU where that cannot
# run a program), raises the lab in it, cuts the active PE's cable under traffic, and tells what
# happened when. Touches nothing outside the guest but installed packages, build/ and the cache of
# guest kernels.
#
# `make demo-power` (demo.sh power): the same, but the active PE loses its power, and BFD tells.
# `make demo-frr` (demo.sh frr): three PEs that run FRR as it is; what a customer gets of a hundred
# broadcasts, without evpnd and with it.

cd "$(dirname "$0")/../../.." || exit 1
LAB=tools/testing/lab
VM=tools/testing/vm
WHAT=${1:-failover}
OUT=$PWD/build/demo
[ "$WHAT" = failover ] || OUT=$OUT-$WHAT
LOG=$OUT/build.log
mkdir -p "$OUT"
: >"$LOG"

COLOR=
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ] && COLOR=y
if [ -n "$COLOR" ]; then
	BOLD=$'\033[1m' DIM=$'\033[2m' RED=$'\033[31m' GREEN=$'\033[32m' OFF=$'\033[0m' CLEAR=$'\r\033[K'
else
	BOLD= DIM= RED= GREEN= OFF= CLEAR=
fi

# step TITLE COMMAND...: its output goes to the log; here a line that counts the seconds
step() {
	local title=$1 start=$SECONDS pid
	shift
	[ -t 1 ] || printf '  %-52s' "$title ..."
	"$@" >>"$LOG" 2>&1 </dev/null &
	pid=$!
	while [ -t 1 ] && kill -0 $pid 2>/dev/null; do
		printf '\r  %-52s %s%4d s%s ' "$title ..." "$DIM" $((SECONDS - start)) "$OFF"
		sleep 0.5
	done
	if wait $pid; then
		[ -t 1 ] && printf '%s  %-52s' "$CLEAR" "$title"
		printf ' %sdone%s %5d s\n' "$GREEN" "$OFF" $((SECONDS - start))
	else
		printf ' %sfailed%s\n\n' "$RED" "$OFF"
		tail -n 20 "$LOG"
		echo "demo: the whole log is in $LOG" >&2
		exit 1
	fi
}

title() { printf '\n%s%s%s\n\n' "$BOLD" "$1" "$OFF"; }

# The source of the guest's kernel comes meanwhile: its build says what is wrong when it did not.
programs() {
	"$VM/guest.sh" source >/dev/null &
	make --no-print-directory -j"$(nproc)" user && "$LAB/lab.sh" build
	local status=$?
	wait
	return $status
}

title "Preparing"
step "packages (apt)" tools/testing/deps.sh
step "evpnd and evpnctl" programs
# this one shows its own progress: the first time it takes some minutes
"$VM/guest.sh" build uml || exit 1
GUEST=uml
if ! "$VM/guest.sh" probe uml >>"$LOG" 2>&1; then
	GUEST=qemu
	echo "  User-mode Linux starts no program on this machine: on in QEMU, which is slower"
fi
step "evpn.ko for the guest's kernel" "$VM/guest.sh" modules $GUEST

export EVPN_DEMO_COLOR=$COLOR
if [ "$WHAT" = frr ]; then
	"$VM/guest.sh" run --out "$OUT" --timeout 900 $GUEST -- $LAB/demo_frr_guest.sh 2>"$OUT/guest.log" && exit 0
	tail -n 20 "$OUT/guest.log" >&2
	echo "demo: it did not come to its end; logs are in $OUT" >&2
	exit 1
fi
"$VM/guest.sh" run --out "$OUT" --timeout 300 $GUEST -- $LAB/demo_guest.sh "$WHAT" 2>"$OUT/guest.log"
status=$?
if [ $status -ne 0 ]; then
	tail -n 20 "$OUT/guest.log" >&2
	echo "demo: the guest ended with status $status; logs are in $OUT" >&2
	exit 1
fi

title "What happened"
[ "$WHAT" = power ] && POWER=--power || POWER=
python3 "$LAB/timeline.py" "$OUT" $POWER ${COLOR:+--color} || exit 1
OUT=${OUT#"$PWD/"}
cat <<-END

	${DIM}The same as a picture:  $OUT/timeline.svg
	Everything recorded:    $OUT/ (probe.log, pe1.json, pe2.json, bgp.pcap, …)
	Look around yourself:   $VM/guest.sh shell $GUEST
	                        $LAB/lab.sh up; $LAB/lab.sh ctl pe1 es show$OFF
END
