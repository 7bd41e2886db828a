# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Starts a User-mode Linux guest. Sourced by guest.sh.

# exec_uml: replaces the caller by the guest. Kernel messages go to
# $RUN/console.log, serial line 0 and 1 to the descriptors 4 and 5.
exec_uml() {
	local con=(con=null con0=null,fd:3 ssl=null ssl0=null,fd:4 ssl1=null,fd:5)
	[ -n "$SHELL_MODE" ] && con=(con=null con0=null,fd:3 con1=fd:0,fd:1 ssl=null)
	exec 3>>"$RUN/console.log"
	TMPDIR=$(memory_dir "${MEM:-$(uml_mem)}")
	export TMPDIR
	set -- "$KERNEL/linux" mem="${MEM:-$(uml_mem)}M" uml_dir="$RUN/" umid=uml \
		rootfstype=hostfs rootflags=/ ro init="$VM/init-uml.sh" EVPN_CTL="$RUN/ctl" \
		seccomp=auto ${SMP:+ncpus=$SMP} "${con[@]}" "${KERNEL_ARGS[@]}" "${EXTRA_ARGS[@]}"
	if [ "${SMP:-1}" = 1 ]; then
		take_cpu
		set -- taskset -c "$CPU" "$@"
	fi
	if [ -n "$SHELL_MODE" ]; then
		contain "$@" 2>&3
	else
		contain "$@" </dev/null >&3 2>&3
	fi
}

# take_cpu: in CPU, the processor that the fewest other guests have taken; a lock of it
# stays with the guest (descriptor 7). The kernel and the processes of a UML guest take
# turns, never run together: on one processor each turn costs half.
take_cpu() {
	local cpus n
	mapfile -t cpus < <(taskset -pc $$ | sed 's/.*: //' | tr , '\n' |
		awk -F- '{ for (i = $1; i <= ($2 == "" ? $1 : $2); i++) print i }' | shuf)
	for n in 1 2 3 4 5 6 7 8; do
		for CPU in "${cpus[@]}"; do
			exec 7>"$CACHE/cpu.$CPU.$n"
			flock -n 7 && return
		done
	done
}

# memory_dir MEGABYTES: where the file that is the guest's memory can be mapped.
memory_dir() {
	local dir options avail
	for dir in /dev/shm /tmp /var/tmp; do
		read -r options avail < <(findmnt -n -b -o OPTIONS,AVAIL -T "$dir")
		case ,$options, in *,noexec,*) continue ;; esac
		[ "${avail:-0}" -gt $(($1 * 1048576)) ] && break
	done
	echo "$dir"
}

uml_mem() {
	[ "$GUEST" = uml-debug ] && echo 1536 || echo 768
}
