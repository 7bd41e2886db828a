# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# evpnd on a PE: its configuration, its start, its ends. Sourced.

# pe_config PE: what an operator would write. A scenario changes single values with LAB_* before it
# calls this again, or edits the file.
pe_config() {
	local pe=$1 p n=${1#pe} s pref neighbor
	mkdir -p "$LAB_RUN/$pe"
	{
		echo "router-id: $(underlay "$pe")"
		echo "as: 65000"
		echo "core-isolation: $LAB_ISOLATION"
		[ -n "$LAB_SYSTEM_EXTRA" ] && echo "$LAB_SYSTEM_EXTRA"
		echo "peers:"
		if [ "$LAB_RR" = none ] || [ "$LAB_RR" = mixed ]; then
			for ((p = 1; p <= LAB_PES; p++)); do
				[ "pe$p" = "$pe" ] || pe_neighbor "$(underlay "pe$p")"
			done
		fi
		for p in $(rr_names); do pe_neighbor "$(underlay "$p")"; done
		if [ "$LAB_FORM" = routed ]; then
			l3_pe_config "$n"
			return
		fi
		echo "vrfs:"
		echo "  - {name: red, route-targets: {import: [\"65000:1\"], export: [\"65000:1\"]}}"
		echo "segments:"
		for ((s = 1; s <= LAB_SEGMENTS; s++)); do
			pref=$LAB_PREFERENCE
			[ "$s" = 2 ] && pref=$LAB_PREFERENCE2
			# shellcheck disable=SC2086
			cat <<-END
				  - name: ${CE[s]}
				    interface: bond$((s - 1))
				    esi: 00:11:22:33:44:55:66:77:88:0$s
				    mode: $LAB_MODE
				    standby: $LAB_STANDBY
				    on-daemon-loss: $LAB_LOSS
				    owner-hold: $LAB_OWNER_HOLD
				    df: {algorithm: $(word "$n" $LAB_ALGORITHM), preference: $(word "$n" $pref), dont-preempt: $LAB_DONT_PREEMPT, wait: $LAB_WAIT}
			END
			# its words are said for each VLAN
			[ "$LAB_MODE" != single-active ] || echo "    vlans: [untagged, ${LAB_VLANS// /, }]"
		done
	} >"$LAB_RUN/$pe/evpnd.yaml"
}

# GoBGP treats a route as withdrawn that carries a community it does not know, DF Election among them.
pe_neighbor() {
	local basic=
	[ "$LAB_RR" = gobgp ] && basic=", basic-communities: yes"
	echo "  - {address: $1, remote-as: 65000, hold-time: $LAB_HOLD, connect-retry: 1s$basic$LAB_NEIGHBOR_EXTRA}"
}

# pe_start PE: evpnd in the PE's namespace, sockets under /run/evpn/PE
pe_start() {
	local pe=$1
	[ -e "$LAB_RUN/$pe/evpnd.yaml" ] || pe_config "$pe"
	bg "$pe" "$LAB_BUILD/evpnd" -f -n "$(ns "$pe")" -c "$LAB_RUN/$pe/evpnd.yaml" --state "$LAB_RUN/$pe/state" \
		>>"$LAB_RUN/$pe/evpnd.log" 2>&1
	echo $! >"$LAB_RUN/$pe/pid"
	disown
}

# pe_stop PE [SIGNAL]
pe_stop() {
	[ -e "$LAB_RUN/$1/pid" ] || return 0
	kill_wait "$(cat "$LAB_RUN/$1/pid")" "${2:-TERM}"
	rm -f "$LAB_RUN/$1/pid"
}

pe_ctl() {
	local pe=$1
	shift
	"$LAB_BUILD/evpnctl" -n "$(ns "$pe")" "$@"
}
