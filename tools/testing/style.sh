#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Include rules (from the compiler's own dependency output), SPDX lines, formatting, what the kernel's logic
# may not include, and what a new service has to touch. Prints TAP. Usage: style.sh OBJECT-DIRECTORY
cd "$(dirname "$0")/../.." || exit 1
objdir=${1:-build/obj}
n=0 bad=0

result() {	# 0 or not, name, details
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		bad=$((bad + 1))
		echo "not ok $n - $2"
		sed 's/^/#   /' <<<"$3"
	fi
}

sources() {
	git ls-files -c -o --exclude-standard -- "$@"
}

check_edges() {
	find "$objdir" -name '*.d' -path '*/user/*' -print0 | xargs -0 -r cat | python3 -c '
import fnmatch, re, sys
rooms, edges, never, allow = [], {}, {}, set()
for line in open("tools/testing/rooms.txt"):
    w = line.split()
    if not w or w[0].startswith("#"):
        continue
    if w[0] == "room":
        rooms.append((w[1], w[2:]))
    elif w[0] == "edge":
        edges[w[1]] = set(w[2:])
    elif w[0] == "never":
        never[w[1]] = set(w[2:])
    elif w[0] == "allow":
        allow.add((w[1], w[2]))
def room(path):
    for name, globs in rooms:
        if any(fnmatch.fnmatch(path, g) for g in globs):
            return name
    return None
wrong, seen = set(), 0
text = sys.stdin.read().replace("\\\n", " ")
for line in text.splitlines():
    m = re.match(r"(\S+\.o):\s*(.*)", line)
    if not m:
        continue
    deps = [d for d in m.group(2).split() if not d.startswith("/")]
    src, headers = deps[0], deps[1:]
    frm = room(src)
    if frm is None:
        wrong.add(f"{src}: lives in no room")
        continue
    seen += 1
    for h in headers:
        to = room(h)
        if (src, h) in allow:
            continue
        if to not in edges[frm] or h in never.get(frm, ()):
            wrong.add(f"{src} ({frm}) may not include {h} ({to})")
if not seen:
    wrong.add("no dependency files found: build first")
print("\n".join(sorted(wrong)))
'
}

out=$(check_edges)
result "$([ -z "$out" ] && echo 0 || echo 1)" "include rules" "$out"

# Kernel logic never includes netlink: only the handlers, the notifications and the module's entry do.
out=$(grep -lE '#include [<"](net/genetlink|net/netlink|linux/netlink|netlink_gen)' kernel/*.c kernel/core/*.[ch] 2>/dev/null |
	grep -vE '^kernel/(netlink|netlink_[a-z]+|notify|neigh_notify|mcast_notify|main)\.c$')
result "$([ -z "$out" ] && echo 0 || echo 1)" "kernel logic includes no netlink" "$out"

out=$(grep -ln LINUX_VERSION_CODE kernel/*.[ch] kernel/core/*.[ch] kernel/tests/*.[ch] 2>/dev/null)
result "$([ -z "$out" ] && echo 0 || echo 1)" "no kernel version tests outside compat-include" "$out"

out=$(for f in $(sources '*.c' '*.h' '*.sh' '*.py' '*.mk' '*.rst' 'Makefile' 'Kbuild' '*/Makefile'); do
	head -3 "$f" | grep -q 'SPDX-''License-Identifier: ' || echo "$f: no SPDX line"
done)
result "$([ -z "$out" ] && echo 0 || echo 1)" "SPDX lines" "$out"

# Every file has a licence whose text is in LICENSES/, and a copyright (.reuse/dep5). GPL-2.0 is GPL-2.0-only.
if command -v reuse >/dev/null; then
	out=$(reuse lint 2>&1)
	result $? "REUSE" "$(grep -vE '^#|^$|: 0$|^Unfortunately' <<<"$out")"
else
	result 0 "REUSE # SKIP reuse is not installed"
fi

out=$(sources 'user/*.c' 'user/*.h' 'kernel/*.c' 'kernel/*.h' 'tools/testing/*.c' |
	grep -vE 'netlink_gen|kernel/trace\.h|compat-include' | xargs clang-format --dry-run 2>&1 |
	grep -oE '^[^: ]+:[0-9]+' | cut -d: -f1 | sort | uniq -c | awk '{print $2 ": " $1 " places"}')
result "$([ -z "$out" ] && echo 0 || echo 1)" "formatting (clang-format)" "$out"

# dkms.conf has the version; who else writes it, writes the same. A package may have a revision more.
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
out=$(while read -r file found; do
	[ "$found" = "$version" ] || echo "$file: version ${found:-missing}, dkms.conf has $version"
done <<END
user/lib/version.h $(sed -n 's/^#define EVPN_VERSION "\(.*\)"/\1/p' user/lib/version.h)
kernel/main.c $(sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' kernel/main.c)
debian/changelog $(sed -n '1s/^evpn (\([^)-]*\).*/\1/p' debian/changelog)
user/man/evpnd.8 $(sed -n 's/^\.TH .* "evpn \([^"]*\)".*/\1/p' user/man/evpnd.8)
user/man/evpnd.yaml.5 $(sed -n 's/^\.TH .* "evpn \([^"]*\)".*/\1/p' user/man/evpnd.yaml.5)
user/man/evpnctl.8 $(sed -n 's/^\.TH .* "evpn \([^"]*\)".*/\1/p' user/man/evpnctl.8)
END
)
result "$([ -z "$out" ] && echo 0 || echo 1)" "one version everywhere" "$out"

out=$(for f in $(sources '*.sh'); do bash -n "$f" 2>&1; done)
result "$([ -z "$out" ] && echo 0 || echo 1)" "shell scripts parse" "$out"

# What a new service costs the rest of the tree.
out=$(tools/testing/echo/echo.sh --quick 2>&1)
result $? "a new service is its files and nine rows (echo/rows.txt)" "$(grep -A20 '^not ok' <<<"$out")"

echo "1..$n"
[ "$bad" = 0 ]
