# SPDX-License-Identifier: GPL-2.0-only
# bash completion for evpnctl(8): asks the program itself.

_evpnctl()
{
	local IFS=$'\n' words=("${COMP_WORDS[@]:1:COMP_CWORD}")
	local word="${COMP_WORDS[COMP_CWORD]}"

	# bash takes words apart at colons (ESIs, IPv6 addresses); put them together again
	if declare -F _get_comp_words_by_ref >/dev/null; then
		local cur all cword
		_get_comp_words_by_ref -n : -w all -i cword cur
		words=("${all[@]:1:cword}")
		word=$cur
	fi
	COMPREPLY=($("${COMP_WORDS[0]}" complete "${words[@]}" 2>/dev/null))
	declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$word"
	return 0
}

complete -o default -F _evpnctl evpnctl
