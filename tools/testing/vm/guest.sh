#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Test guests: kernels in which evpn.ko can be loaded, run from the host's own
# files. See README.md in this directory.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$HERE/cache.sh"
. "$HERE/suite.sh"
. "$HERE/kernel-build.sh"
. "$HERE/module-build.sh"
. "$HERE/klog.sh"
. "$HERE/uml.sh"
. "$HERE/qemu.sh"
. "$HERE/run.sh"

usage() {
	cat <<'END'
guest.sh build GUEST                 build the guest's kernel into the cache
guest.sh modules GUEST               build evpn.ko for it; prints the directory
guest.sh run [OPTIONS] GUEST -- COMMAND...
                                     boot, load evpn.ko, run COMMAND, switch off
guest.sh shell [OPTIONS] GUEST       the same with an interactive shell
guest.sh probe GUEST                 does a program start in it on this machine? Takes a second
guest.sh source                      the UML guests' kernel source, fetched once; prints the directory
guest.sh path GUEST                  the kernel's build directory (KDIR)

GUEST: uml (fast), uml-debug (KASAN, lockdep, kmemleak, fault injection, KUnit; it
       preempts, and may have several processors), qemu (Debian's own kernel), qemu-rt
       (the same with PREEMPT_RT), qemu-6.12 (that of backports)
  --no-module      do not load evpn.ko
  --source DIR     build the modules from DIR (a Kbuild and kernel/) instead of this tree
  --param P=V      a parameter of evpn.ko
  --out DIR        a directory of the host that the guest can write to, at the same path;
                   the kernel log is left there as dmesg.txt
  --log FILE       the kernel log is left there instead
  --no-leaks       do not look for leaks at the end (uml-debug: saves 11 s)
  --timeout S      seconds for the whole run (600)
  --mem M          megabytes of memory
  --smp N          processors (qemu: 2, uml-debug: 1)
  --icount         qemu guests under emulation: one processor, whose clock goes on by a nanosecond
                   with each instruction, so that what is timed in the guest is instructions
  --arg WORD       a word more on the kernel's command line
Variables whose name begins with EVPN_ or KSFT_ are passed on to COMMAND.

Exit status of run: that of COMMAND, or
  90  COMMAND ended, but the kernel log complains
  91  the guest died
  92  the time was over
  93  the guest or the module could not be built, started or loaded
END
}

known() {
	case $1 in
	uml | uml-debug | qemu | qemu-rt | qemu-6.12) ;;
	'') usage >&2; exit 1 ;;
	*) die "no guest '$1' (there are: uml, uml-debug, qemu, qemu-rt, qemu-6.12)" ;;
	esac
}

build() {
	"build_${1%%-*}" "$1"
}

options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--no-module) NO_MODULE=y ;;
		--no-leaks) NO_LEAKS=y ;;
		--source) SOURCE=$(cd "$2" && pwd) || exit 93; shift ;;
		--param) PARAMS+=("$2"); shift ;;
		--out) mkdir -p "$2" && OUT=$(cd "$2" && pwd) || exit 93; shift ;;
		--timeout) TIMEOUT=$2; shift ;;
		--log) LOG=$2; shift ;;
		--mem) MEM=$2; shift ;;
		--smp) SMP=$2; shift ;;
		--icount) ICOUNT=y ;;
		--arg) EXTRA_ARGS+=("$2"); shift ;;
		-*) die "unknown option $1" ;;
		*) break ;;
		esac
		shift
	done
	known "${1:-}"
	GUEST=$1
	shift
	[ "${1:-}" = -- ] && shift
	COMMAND=("$@")
}

SOURCE=$TREE TIMEOUT=600 PARAMS=() EXTRA_ARGS=() COMMAND=()
NO_MODULE='' NO_LEAKS='' OUT='' LOG='' MEM='' SMP='' ICOUNT='' SHELL_MODE=''
verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
build)
	known "${1:-}"
	build "$1" >/dev/null
	;;
source)
	need_source
	source_dir
	;;
path)
	known "${1:-}"
	kernel_build_dir "$1"
	;;
modules)
	known "${1:-}"
	build "$1" >/dev/null && build_modules "$1" "${2:-$TREE}"
	;;
run)
	DIE_STATUS=93
	options "$@"
	[ ${#COMMAND[@]} -gt 0 ] || die "run: no command"
	run_guest
	;;
probe)
	DIE_STATUS=93
	options "$@"
	probe
	;;
shell)
	DIE_STATUS=93
	options "$@"
	[ -t 0 ] || die "shell: standard input is not a terminal"
	SHELL_MODE=y TIMEOUT=86400
	run_guest
	;;
help | -h | --help) usage ;;
*)
	usage >&2
	exit 1
	;;
esac
