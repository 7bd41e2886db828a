#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Has the messages of foreign.txt, which other projects' tests are made of, decoded and judged. TAP.

here=$(cd "$(dirname "$0")" && pwd)
decoder=${UNIT_DIR:-$here/../../../build/san/unit}/test_bgp_json
if ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP python3 is not installed"
	exit 0
fi
if [ ! -x "$decoder" ]; then
	echo "Bail out! $decoder is not built"
	exit 1
fi

python3 - "$decoder" "$here/foreign.txt" <<'END'
import json
import subprocess
import sys

decoder, path = sys.argv[1:]
rows = [line.split() for line in open(path) if not line.startswith("#")]
print(f"1..{len(rows)}")
for n, (types, verdict, project, octets) in enumerate(rows, 1):
    answer = subprocess.run([decoder, "--decode", octets], capture_output=True, text=True).stdout
    said = json.loads(answer) if answer.startswith("{") else {"verdict": "none"}
    good = said["verdict"] == verdict
    print(f"{'ok' if good else 'not ok'} {n} - {project}: route type {types}: {verdict}")
    if not good:
        print(f"# {said['verdict']}: {said.get('reason')}: {octets}")
END
