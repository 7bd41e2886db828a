#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything that can be checked; a table, the slowest steps and a plain count at the end.
#
#   check.sh              all steps
#   check.sh STEP...      only these, and what they need
#   check.sh --quick      what is worth a look after each change: builds, style, unit programs, and in
#                         one kind of guest the scenarios of what has changed (--quick NAME...: these)
#   check.sh --list       the steps' names
#
# Steps run side by side, as many as the processors have room for (check/schedule.sh). Each leaves
# its whole output in build/check/STEP.log.

cd "$(dirname "$0")/../.." || exit 1
here=tools/testing
vm=$here/vm
scenarios=$here/selftests/evpn
logs=${O:-$PWD/build}/check
# the steps are makes of their own; the usual O needs no mention
unset MAKEFLAGS MFLAGS MAKELEVEL
[ "${O:-$PWD/build}" = "$PWD/build" ] && unset O
# seconds for each target, the corpus included; make fuzz-run alone takes 60
export FUZZ_SECONDS=${FUZZ_SECONDS:-10}
for part in schedule steps report again; do
	# shellcheck source=/dev/null
	. "$here/check/$part.sh"
done

# Name, how much of one processor it keeps busy (in hundredths, of a machine that starts a program in 1 ms; 80
# to 100 is nice to the others; everything waits for the first kernel, so little is beside it), how long it may
# take (seconds), what has to be done before, command. What stands further up goes first, and where time is
# limited it is what a change breaks first. NAME*N: up to N guests share the step's scenarios.
steps() {
	cat <<-END
	deps          100  1500 -                      $here/deps.sh
	user          200   600 deps                   make -j2 user
	tools          50   120 deps                   $here/lab/lab.sh build
	kernel        100  2400 user                   $vm/guest.sh build uml
	unit          100  1800 user,tools             make -j2 unit
	style         100   600 user                   make style
	module-6.1    100   900 deps                   $here/module.sh build
	kernel-debug  100  2400 kernel                 $vm/guest.sh build uml-debug
	offline        50   600 user                   offline
	generated      50   600 kernel                 make generate-check
	interop        20  1500 user,tools             $here/interop/run.sh
	uml*4          23  3600 kernel,user,tools      scenarios uml
	package       100  1800 user,tools             env -u O $here/package.sh
	fuzz          100  1800 user,tools             make fuzz-run
	boot           70  1800 kernel,tools,package   env -u O $here/boot.sh
	kselftest      60   900 kernel,user,tools      $here/selftests/kselftest.sh
	qemu*2         80  4500 user,tools             scenarios qemu
	frr-10.3       30  2400 kernel,user,tools      frr_scenarios trixie $FRR
	uml-debug*3    60  4500 kernel-debug,user,tools scenarios uml-debug
	smp            80  2400 kernel-debug,user,tools scenarios uml-debug:2 $STRESS
	rt             90  2400 user,tools             scenarios qemu-rt module_stress
	linux-6.12     90  2400 user,tools             scenarios qemu-6.12 $SOME
	frr-10.7       30  2400 kernel,user,tools      frr_scenarios sid $FRR
	guests         60  1500 kernel-debug           $vm/selftest.sh uml uml-debug qemu
	interop-mh     30   900 kernel,user            guest uml $here/interop/guest.sh
	kunit          60   600 kernel-debug           guest uml-debug $vm/kunit.sh
	echo          100   900 user                   $here/echo/echo.sh
	module-6.12   100   900 deps                   $vm/headers.sh compile bookworm-backports
	module-7.2    100   900 deps                   $vm/headers.sh compile sid
	checkpatch    100   600 kernel                 $here/checkpatch.sh
	module-32     100   900 kernel                 $here/module.sh i386
	sparse        100   900 deps                   $here/module.sh sparse
	END
}

# What runs in kernels that exist for one purpose: races; another release that users have.
STRESS="module_stress device_life flood_removal"
SOME="genl flood_filter neigh_install other_drivers frr_page"
FRR=$("$scenarios/run.sh" -l | awk -F '\t' '$2 ~ /frr/ { printf "%s ", $1 }')

quick_steps() {
	cat <<-END
	deps          100  1500 -                      $here/deps.sh
	user          200   600 deps                   make -j2 user
	tools          50   120 deps                   $here/lab/lab.sh build
	kernel        100  2400 user                   $vm/guest.sh build uml
	uml*4          40   900 kernel,user,tools      scenarios uml $QUICK
	unit          100  1800 user                   make -j2 unit
	style         100   600 user                   make style
	generated      50   600 kernel                 make generate-check
	module-6.1    100   900 deps                   $here/module.sh build
	END
}

case ${1:-} in
--list)
	steps | sed 's/[* ].*//'
	exit 0
	;;
--quick)
	shift
	QUICK=${*:-$(changed_scenarios)}
	echo "scenarios: $QUICK"
	measure
	plan "$(quick_steps)"
	;;
*)
	for w; do
		steps | grep -q "^$w[* ]" || { echo "check: no step '$w' (there are: $(steps | sed 's/[* ].*//' | xargs))" >&2; exit 1; }
	done
	measure
	plan "$(steps)" "$@"
	;;
esac
rm -rf "$logs"
mkdir -p "$logs"
: >"$logs/skipped"
: >"$logs/failed"
: >"$logs/unsteady"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
run_plan
report
