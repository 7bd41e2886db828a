# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the scenarios ask of a lab that is up: the module over netlink, frames on the wire, the customer's
# LACP, evpnd, and probes of traffic. Sourced by lib.sh.

# --- the module, spoken to directly ------------------------------------------------------------

ESI1=00:11:22:33:44:55:66:77:88:01
ESI2=00:11:22:33:44:55:66:77:88:02

# nl NODE VERB KEY=VALUE...: prints what the kernel answers
nl() {
	local node=$1
	shift
	in_ns "$node" "$EVPN_NL" "$@"
}

# nl_field NODE KEY ESI: one value of a segment as the kernel has it
nl_field() {
	local answer
	answer=$(exec ${NSEXEC:-ip netns exec} "$LAB_PREFIX$1" "$EVPN_NL" es-get esi="$3")
	[[ $answer =~ (^| )"$2"=([^[:space:]]*) ]] && echo "${BASH_REMATCH[2]}"
}

# own NODE: holds an owner socket open in the background
own() {
	coproc OWN { exec $NSEXEC "$(ns "$1")" "$EVPN_NL"; }
	OWNER_PID=$OWN_PID
	echo "owner-set replace" >&"${OWN[1]}"
	local answer
	read -r answer <&"${OWN[0]}"
	[ "$answer" = ok ]
}

disown_segment() {
	kill -KILL "$OWNER_PID" 2>/dev/null
	wait "$OWNER_PID" 2>/dev/null
	return 0
}

# --- the wire: counted beside the system under test ---------------------------------------------

# wire_lacp END / wire_other END: frames that entered the wire there since it was laid; slow
# protocols, and everything else
wire_lacp() { wire_counter "$1" 10; }
wire_other() { wire_counter "$1" 1000; }
wire_counter() {
	tc -n "$(ns wire)" -s -j filter show dev "$1" ingress pref "$2" |
		jq '[.[].options? | .actions? // [] | .[].stats.packets] | add // 0'
}

# --- LACP as the customer sees it --------------------------------------------------------------

# ce_state CE PORT a|p: the actor's or the partner's port state, a number
ce_state() {
	ce_ports "$1" | awk -v p="$2" -v w="$3" '$1 == p { print w == "a" ? $2 : $3 }'
}

# In sync, collecting and distributing (bits 3, 4, 5), or not in sync
ce_uses() {
	local s
	s=$(ce_state "$1" "$2" a)
	[ $((${s:-0} & 0x38)) -eq $((0x38)) ]
}
ce_uses_not() {
	local s
	s=$(ce_state "$1" "$2" a)
	[ $((${s:-0x38} & 0x30)) -eq 0 ]
}
ce_uses_only() {
	local port=$1 p
	ce_uses ce "pe$port" || return 1
	for ((p = 1; p <= LAB_PES; p++)); do
		[ "$p" = "$port" ] || ce_uses_not ce "pe$p" || return 1
	done
}

# --- evpnd -------------------------------------------------------------------------------------

# es_json PE [SEGMENT]
es_json() { pe_ctl "$1" -j es show "${2:-ce}" 2>/dev/null; }
role_is() { [ "$(es_json "$1" "${3:-ce}" | jq -r '.segments[0].role')" = "$2" ]; }
state_is() { [ "$(es_json "$1" "${3:-ce}" | jq -r '.segments[0].state')" = "$2" ]; }

# settled PE: that PE is DF and all whose link is up say so, in words and in the kernel; SEGMENT and
# SEGMENT_ESI name another one than the first
settled() {
	local df=$1 p s=${SEGMENT:-ce} esi=${SEGMENT_ESI:-$ESI1} want says
	want=$(underlay "$df")
	for ((p = 1; p <= LAB_PES; p++)); do
		says=$(es_json "pe$p" "$s" | jq -r '.segments[0] | "\(.oper) \(.df)"')
		case $says in
		"up $want") ;;
		down*) [ "pe$p" != "$df" ] || return 1 ;;
		*) return 1 ;;
		esac
		if [ "pe$p" = "$df" ]; then
			[ "$(nl_field "pe$p" role "$esi")" = df ] || return 1
		else
			[ "$(nl_field "pe$p" role "$esi")" = non-df ] || return 1
		fi
	done
}

# ready PE: settled on that PE, the CE uses it, and a ping passes
ready() {
	slowwait 15 settled "$1" || return 1
	! is_lacp_ce || slowwait 10 ce_uses_only "${1#pe}" || return 1
	slowwait 10 lab_passes
}

# --- probes ------------------------------------------------------------------------------------

# probe_start NAME [OPTIONS]: in the background, CE to host and back, a result in $PROBE_DIR/NAME
probe_start() {
	local name=$1
	shift
	PROBE_DIR=$LAB_RUN/probe
	mkdir -p "$PROBE_DIR"
	"$PROBE" -a "$(ns ce),10.1.0.1" -b "$(ns host),10.1.0.100" -j -w "$PROBE_DIR/$name.log" "$@" \
		>"$PROBE_DIR/$name" &
	PROBE_PID=$!
	sleep 0.3
}

probe_stop() {
	kill -INT "$PROBE_PID" 2>/dev/null
	wait "$PROBE_PID"
}

# probe_get NAME DIRECTION(0: from the CE, 1: to it) KEY
probe_get() { jq -r ".directions[$2].\"$3\"" "$PROBE_DIR/$1"; }

# outage NAME DIRECTION (ms), lost NAME DIRECTION, via_after NAME DIRECTION: of a finished probe. A
# datagram that reached a port of the CE and was dropped by the CE's own bond, because it closed
# that port in this moment, is not lost but "discarded"; see Documentation/lab.rst.
outage() { probe_get "$1" "$2" outage-ms; }
lost() { jq ".directions[$2] | .lost - .discarded" "$PROBE_DIR/$1"; }
discarded() { probe_get "$1" "$2" discarded; }
via_after() { probe_get "$1" "$2" via-after; }

# cut_ends CE PE: the arguments with which the probe cuts a cable itself
cut_ends() {
	local m
	for m in "" b; do
		[ -z "$m" ] || [ "$LAB_MEMBERS" = 2 ] || continue
		echo "-c $(ns wire),$1.$2$m -c $(ns wire),$2.$1$m"
	done
}

# check_outage NAME MILLISECONDS: in both directions; a slow guest may take three times as long
check_outage() {
	local limit=$2
	[ "${EVPN_GUEST:-uml}" = uml ] || limit=$((limit * 3))
	check_le "$(outage "$1" 0)" "$limit" "ms without a datagram from the CE"
	check_le "$(outage "$1" 1)" "$limit" "ms without a datagram to the CE"
}

# check_failover NAME MILLISECONDS PE: the finished probe shows an outage below the limit, and that
# traffic goes through PE afterwards, both ways
check_failover() {
	check_outage "$1" "$2"
	check_eq "$(probe_get "$1" 0 after-cut-via)" "$(underlay "$3")" "way from the CE afterwards"
	check_eq "$(probe_get "$1" 1 after-cut-via)" "$3" "way to the CE afterwards"
	log_info "outage $(outage "$1" 0) ms from the CE, $(outage "$1" 1) ms to it; lost $(lost "$1" 0) and $(lost "$1" 1)"
}
