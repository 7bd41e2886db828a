#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A second DF election, to compare the first with.

Written from the rules of RFC 7432 (8.5), RFC 8584 (with erratum 7811), RFC 9785, RFC 9722 and
RFC 9786, in another language and another shape: whole integers instead of 32-bit arithmetic,
sorting instead of running maxima, zlib's CRC instead of tables, the backup always by electing again.

    df_second.py generate SEED COUNT    random cases, a JSON array, on standard output
    df_second.py compare CASES ANSWERS  elect and compare; TAP on standard output
"""

import ipaddress
import json
import random
import sys
import zlib

NUMBER = {"modulo": 0, "hrw": 1, "highest-preference": 2, "lowest-preference": 3}
NAME = {n: name for name, n in NUMBER.items()}


def address_key(text):
    """Numeric, IPv4 before IPv6."""
    a = ipaddress.ip_address(text)
    return (a.version, int(a))


def advertised(c):
    """(algorithm, set of capabilities) that a candidate counts with."""
    if c.get("df-election", True) is not True and c.get("df-election") != 1:
        return 0, frozenset()
    caps = {k for k in ("dont-preempt", "ac-df", "port-mode", "time-sync") if c.get(k, False)}
    return NUMBER[c.get("algorithm", "modulo")], frozenset(caps)


def agree(candidates):
    """(algorithm, capabilities in force, is it a fallback)."""
    if not candidates:
        return 0, frozenset(), False
    ads = [advertised(c) for c in candidates]
    not_compared = {"dont-preempt", "time-sync"}
    if all("port-mode" in caps for _, caps in ads):
        not_compared.add("ac-df")
    compared = {(alg, caps - not_compared) for alg, caps in ads}
    if len(compared) > 1:
        return 0, frozenset(), True
    alg, caps = compared.pop()
    return alg, caps, False


def takes_part(c, tag):
    if not c.get("ad-per-es", True):
        return False
    tags = c.get("ad-per-evi")
    return tags is None or tag in tags


def pick(alg, esi, tag, candidates):
    """The DF; @tag is None in port mode."""
    if not candidates:
        return None
    ordered = sorted(candidates, key=lambda c: address_key(c["address"]))
    if alg == 0:
        value = int.from_bytes(esi[3:7], "big") if tag is None else tag
        return ordered[value % len(ordered)]
    if alg == 1:
        key = esi if tag is None else tag.to_bytes(4, "big") + esi
        digest = zlib.crc32(key) % 2**31

        def weight(c):
            si = int(ipaddress.ip_address(c["address"]))
            return (1103515245 * ((1103515245 * si + 12345) ^ digest) + 12345) % 2**31

        # sorted() is stable: of equal weights the lowest address stays in front
        return sorted(ordered, key=weight, reverse=True)[0]

    def preference(c):
        p = c.get("preference", 32767)
        dp = "dont-preempt" in advertised(c)[1]
        return (-p if alg == 2 else p, 0 if dp else 1, address_key(c["address"]))

    return min(ordered, key=preference)


def elect(case):
    esi = bytes.fromhex(case.get("esi", "00:" * 9 + "00").replace(":", ""))
    candidates = case.get("candidates", [])
    alg, caps, fallback = agree(candidates)
    port = "port-mode" in caps
    result = []
    for tag in [None] if port else case.get("vlans", [0]):
        running = list(candidates)
        if "ac-df" in caps and not port:
            running = [c for c in running if takes_part(c, tag)]
        df = pick(alg, esi, tag, running)
        backup = pick(alg, esi, tag, [c for c in running if c is not df])
        result.append({"vlan": tag, "df": df and df["address"], "backup": backup and backup["address"]})
    return {"algorithm": NAME[alg], "port-mode": port, "fallback": fallback, "result": result}


# Random cases. Small pools make ties, collisions and agreement frequent.

V4 = ["9.255.255.255", "10.0.0.2", "10.0.0.9", "10.0.0.10", "10.0.0.100", "138.0.0.2", "192.0.2.1",
      "255.255.255.254", "128.0.0.0", "0.0.0.1"]
V6 = ["::1", "::2", "2001:db8::1", "2001:db8:1::1", "2001:db8::a", "2001:db8::10", "fe80::1", "100::"]


def random_address(rnd):
    kind = rnd.random()
    if kind < 0.4:
        return rnd.choice(V4)
    if kind < 0.6:
        return rnd.choice(V6)
    if kind < 0.8:
        return str(ipaddress.IPv4Address(rnd.getrandbits(32)))
    return str(ipaddress.IPv6Address(rnd.getrandbits(128)))


def random_tag(rnd):
    kind = rnd.random()
    if kind < 0.7:
        return rnd.randrange(4096)
    if kind < 0.9:
        return rnd.randrange(1 << 24)
    return rnd.randrange((1 << 32) - 1)


def random_candidate(rnd, common, address, vlans):
    c = {"address": address}
    for key, value in common.items():
        if rnd.random() < 0.97:
            c[key] = value
    if rnd.random() < 0.05:
        c["algorithm"] = rnd.choice(list(NUMBER))
    if rnd.random() < 0.6:
        c["preference"] = rnd.choice([0, 100, 100, 200, 32767, 32767, 65535, rnd.randrange(65536)])
    for key, chance in (("dont-preempt", 0.3), ("time-sync", 0.3)):
        if rnd.random() < chance:
            c[key] = rnd.random() < 0.7
    for key, chance in (("port-mode", 0.03), ("ac-df", 0.1)):
        if rnd.random() < chance:
            c[key] = rnd.random() < 0.5
    if rnd.random() < 0.06:
        c["df-election"] = rnd.choice([True, False, 2, 3])
    if rnd.random() < 0.25:
        c["ad-per-es"] = rnd.random() < 0.6
    if rnd.random() < 0.4:
        c["ad-per-evi"] = [v for v in vlans if rnd.random() < 0.6]
    return c


def random_case(rnd):
    vlans = [random_tag(rnd) for _ in range(rnd.randrange(12))]
    common = {"algorithm": rnd.choice(list(NUMBER))}
    if rnd.random() < 0.35:
        common["port-mode"] = True
    if rnd.random() < 0.35:
        common["ac-df"] = True
    if rnd.random() < 0.04:
        common["df-election"] = rnd.choice([False, 2])
    addresses = {}
    for _ in range(rnd.choice([0, 1, 2, 2, 2, 3, 3, 4, 5, 8, 16])):
        a = random_address(rnd)
        addresses[address_key(a)] = a
    esi = bytes(rnd.choice([0, 255, rnd.randrange(256)]) for _ in range(10))
    case = {
        "esi": esi.hex(":"),
        "vlans": vlans,
        "candidates": [random_candidate(rnd, common, a, vlans) for a in addresses.values()],
    }
    rnd.shuffle(case["candidates"])
    for key in ("esi", "vlans"):
        if rnd.random() < 0.03:
            del case[key]
    return case


def generate(seed, count):
    rnd = random.Random(seed)
    json.dump([random_case(rnd) for _ in range(count)], sys.stdout)


# Comparison, counted by what was elected, so that a kind that never occurred cannot pass.


def difference(case, got):
    want = elect(case)
    if got.get("fallback") == "" or not isinstance(got.get("fallback"), (str, type(None))):
        return f"fallback is {got.get('fallback')!r}"
    got = dict(got, fallback=got["fallback"] is not None)
    return None if got == want else f"want {json.dumps(want)} got {json.dumps(got)}"


def kind_of(case):
    alg, caps, fallback = agree(case.get("candidates", []))
    if fallback:
        return "disagreement"
    if "port-mode" in caps:
        return NAME[alg] + ", port mode"
    return NAME[alg] + (", AC-DF" if "ac-df" in caps else "")


KINDS = ["disagreement"] + [n + how for n in NUMBER for how in ("", ", AC-DF", ", port mode")]
LEAST = 20


def compare(cases, answers):
    seen = {k: 0 for k in KINDS}
    wrong = {k: [] for k in KINDS}
    if len(cases) != len(answers):
        print(f"Bail out! {len(cases)} cases, {len(answers)} answers")
        return 1
    for case, got in zip(cases, answers):
        kind = kind_of(case)
        seen[kind] += 1
        diff = difference(case, got)
        if diff:
            wrong[kind].append((case, diff))
    print(f"1..{len(KINDS)}")
    for i, kind in enumerate(KINDS, 1):
        good = not wrong[kind] and seen[kind] >= LEAST
        print(f"{'ok' if good else 'not ok'} {i} - {kind}: {seen[kind]} cases, {len(wrong[kind])} differ")
        for case, diff in wrong[kind][:3]:
            print(f"# {json.dumps(case)}\n# {diff}")
    return any(wrong.values()) or min(seen.values()) < LEAST


def main(argv):
    if len(argv) == 4 and argv[1] == "generate":
        return generate(int(argv[2]), int(argv[3]))
    if len(argv) == 4 and argv[1] == "compare":
        with open(argv[2]) as cases, open(argv[3]) as answers:
            return compare(json.load(cases), json.load(answers))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
