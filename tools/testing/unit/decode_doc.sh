#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs every example of Documentation/decode.rst and compares what it prints with what the document says.
# TAP on standard output.

cd "$(dirname "$0")/../../.." || exit 1
decoder=${UNIT_DIR:-build/san/unit}/test_bgp_json
for tool in jq python3; do
	if ! command -v $tool >/dev/null; then
		echo "1..0 # SKIP $tool is not installed"
		exit 0
	fi
done
if [ ! -x "$decoder" ]; then
	echo "Bail out! $decoder is not built"
	exit 1
fi

python3 - "$decoder" Documentation/decode.rst <<'END'
import json
import re
import subprocess
import sys

decoder, document = sys.argv[1:]
text = open(document).read()
examples = re.findall(r"^   \$ evpnctl decode (--attributes )?([0-9a-f]+)( \| jq '([^']+)')?\n"
                      r"((?:   .*\n)+)", text, re.M)
print(f"1..{len(examples)}")
for n, (flag, octets, _, query, answer) in enumerate(examples, 1):
    command = [decoder, "--decode"] + ([flag.strip()] if flag else []) + [octets]
    out = subprocess.run(command, capture_output=True, text=True).stdout
    if query:
        out = subprocess.run(["jq", query], input=out, capture_output=True, text=True).stdout
    expected = json.loads(answer)
    name = expected.get("name", expected["type"])
    good = out and json.loads(out) == expected and list(json.loads(out)) == list(expected)
    print(f"{'ok' if good else 'not ok'} {n} - {name}")
    if not good:
        print("#", out.replace("\n", "\n# "))
END
