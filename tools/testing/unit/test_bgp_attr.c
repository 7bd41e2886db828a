// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path attributes and the UPDATE message: every case of RFC 7606 with its verdict, subcode and what
 * stays in force; copies, 2-octet AS numbers, packing.
 */
#include "hex.h"

#include <errno.h>

#include "bgp_attr.h"
#include "bgp_evpn.h"
#include "bgp_extcomm.h"

#define ORIGIN "40 01 01 00 "
#define PATH "40 02 06 02 01 0000fde8 "
#define LPREF "40 05 04 00000064 "
#define RD "0001 0a000001 0001 "
#define ESI "00112233445566778899 "
#define RT4 "04 17 " RD ESI "20 0a000001 "
#define RT3 "03 11 " RD "00000000 20 0a000001 "
#define REACH "80 0e 22 0019 46 04 0a000001 00 " RT4
#define UNREACH "80 0f 1c 0019 46 " RT4
#define GOOD ORIGIN PATH REACH

static const struct bgp_ctx offline = {.as4 = true, .max_len = BGP_MAX_LEN_EXTENDED};

static size_t body_of(const char *attrs, const char *nlri4, u8 *buf, size_t cap)
{
	size_t n = unhex(attrs, buf + 4, cap - 4);

	store16(buf, 0);
	store16(buf + 2, (u16)n);
	return 4 + n + unhex(nlri4, buf + 4 + n, cap - 4 - n);
}

#define KEEPS(code) BGP_BIT(BGP_ATTR_##code)
#define BASIC (KEEPS(ORIGIN) | KEEPS(AS_PATH))

static const struct {
	const char *name, *attrs, *nlri4;
	enum bgp_peer_kind peer;
	enum bgp_verdict verdict;
	u8 subcode;	    /* of the NOTIFICATION, where it is a reset */
	u64 present;	    /* what is in force, where it is no reset */
	const char *reason; /* a part of the sentence */
} cases[] = {
	{"good", GOOD, "", 0, BGP_ACCEPT, 0, BASIC, ""},
	{"good, MP_REACH first", REACH ORIGIN PATH, "", 0, BGP_ACCEPT, 0, BASIC, ""},
	{"good, extended length 0", "50 01 0001 00" PATH REACH, "", 0, BGP_ACCEPT, 0, BASIC, ""},
	{"good, all of them",
	 GOOD LPREF
	 "40 03 04 0a000001 80 04 04 00000007 40 06 00"
	 "c0 07 08 0000fde8 0a000001 c0 08 04 fde80001 80 09 04 0a000001 80 0a 04 0a000001"
	 "c0 10 08 0602112233445566 c0 16 09 00 06 000064 0a000001"
	 "c0 20 0c 0000fde8 00000001 00000002 c0 23 04 0000fde8",
	 "", BGP_PEER_IBGP, BGP_ACCEPT, 0,
	 BASIC | KEEPS(LOCAL_PREF) | KEEPS(NEXT_HOP) | KEEPS(MED) | KEEPS(ATOMIC_AGGREGATE) |
		 KEEPS(AGGREGATOR) | KEEPS(COMMUNITY) | KEEPS(ORIGINATOR_ID) | KEEPS(CLUSTER_LIST) |
		 KEEPS(EXT_COMMUNITY) | KEEPS(PMSI) | KEEPS(LARGE_COMMUNITY) | KEEPS(OTC),
	 ""},
	{"withdraw only", UNREACH, "", 0, BGP_ACCEPT, 0, 0, ""},
	{"reach and unreach", UNREACH GOOD, "", 0, BGP_ACCEPT, 0, BASIC, ""},

	/* section 7, one attribute after the other */
	{"ORIGIN 3", "40 01 01 03" PATH REACH, "", 0, BGP_WITHDRAW, 0, KEEPS(AS_PATH),
	 "origin (1): value is 3"},
	{"ORIGIN of 2", "40 01 02 0000" PATH REACH, "", 0, BGP_WITHDRAW, 0, KEEPS(AS_PATH),
	 "length is 2, expected 1"},
	{"ORIGIN of 0", "40 01 00" PATH REACH, "", 0, BGP_WITHDRAW, 0, KEEPS(AS_PATH),
	 "length is 0"},
	{"AS_PATH empty", ORIGIN "40 02 00" REACH, "", 0, BGP_ACCEPT, 0, BASIC, ""},
	{"AS_PATH segment type 0", ORIGIN "40 02 06 00 01 0000fde8" REACH, "", 0, BGP_WITHDRAW, 0,
	 KEEPS(ORIGIN), "segment type is 0"},
	{"AS_PATH segment type 5", ORIGIN "40 02 06 05 01 0000fde8" REACH, "", 0, BGP_WITHDRAW, 0,
	 KEEPS(ORIGIN), "segment type is 5"},
	{"AS_PATH overrun", ORIGIN "40 02 06 02 02 0000fde8" REACH, "", 0, BGP_WITHDRAW, 0,
	 KEEPS(ORIGIN), "longer than"},
	{"AS_PATH underrun", ORIGIN "40 02 07 02 01 0000fde8 02" REACH, "", 0, BGP_WITHDRAW, 0,
	 KEEPS(ORIGIN), "longer than the 1 octets"},
	{"AS_PATH empty segment", ORIGIN "40 02 02 02 00" REACH, "", 0, BGP_WITHDRAW, 0,
	 KEEPS(ORIGIN), "empty"},
	{"AS_PATH with AS 0", ORIGIN "40 02 0a 02 02 0000fde8 00000000" REACH, "", 0, BGP_WITHDRAW,
	 0, KEEPS(ORIGIN), "AS 0"},
	{"AS_PATH of confederations", ORIGIN "40 02 0c 03 01 0000fde8 04 01 0000fde9" REACH, "", 0,
	 BGP_ACCEPT, 0, BASIC, ""},
	{"NEXT_HOP of 5", GOOD "40 03 05 0a00000100", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "next-hop (3)"},
	{"MED of 3", GOOD "80 04 03 000001", "", 0, BGP_WITHDRAW, 0, BASIC, "med (4)"},
	{"LOCAL_PREF of 3", GOOD "40 05 03 000064", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "local-pref (5)"},
	{"LOCAL_PREF of 3, iBGP", GOOD "40 05 03 000064", "", BGP_PEER_IBGP, BGP_WITHDRAW, 0, BASIC,
	 "local-pref (5)"},
	{"LOCAL_PREF of 3, eBGP", GOOD "40 05 03 000064", "", BGP_PEER_EBGP, BGP_DISCARD, 0, BASIC,
	 "external"},
	{"LOCAL_PREF, eBGP", GOOD LPREF, "", BGP_PEER_EBGP, BGP_DISCARD, 0, BASIC, "external"},
	{"LOCAL_PREF missing, iBGP", GOOD, "", BGP_PEER_IBGP, BGP_WITHDRAW, 0, BASIC,
	 "local-pref (5) is missing"},
	{"LOCAL_PREF missing, eBGP", GOOD, "", BGP_PEER_EBGP, BGP_ACCEPT, 0, BASIC, ""},
	{"ATOMIC_AGGREGATE of 1", GOOD "40 06 01 00", "", 0, BGP_DISCARD, 0, BASIC,
	 "atomic-aggregate (6)"},
	{"AGGREGATOR of 6", GOOD "c0 07 06 fde8 0a000001", "", 0, BGP_DISCARD, 0, BASIC,
	 "aggregator (7): length is 6, expected 8"},
	{"AGGREGATOR of 0", GOOD "c0 07 00", "", 0, BGP_DISCARD, 0, BASIC, "aggregator (7)"},
	{"AGGREGATOR with AS 0", GOOD "c0 07 08 00000000 0a000001", "", 0, BGP_DISCARD, 0, BASIC,
	 "AS is 0"},
	{"COMMUNITY of 0", GOOD "c0 08 00", "", 0, BGP_WITHDRAW, 0, BASIC, "community (8)"},
	{"COMMUNITY of 5", GOOD "c0 08 05 fde8000100", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "length is 5, expected a multiple of 4"},
	{"ORIGINATOR_ID of 5", GOOD "80 09 05 0a00000100", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "originator-id (9)"},
	{"ORIGINATOR_ID, eBGP", GOOD "80 09 04 0a000001", "", BGP_PEER_EBGP, BGP_DISCARD, 0, BASIC,
	 "external"},
	{"CLUSTER_LIST of 0", GOOD "80 0a 00", "", 0, BGP_WITHDRAW, 0, BASIC, "cluster-list (10)"},
	{"CLUSTER_LIST of 6", GOOD "80 0a 06 0a0000010a00", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "cluster-list (10)"},
	{"CLUSTER_LIST, eBGP", GOOD "80 0a 04 0a000001", "", BGP_PEER_EBGP, BGP_DISCARD, 0, BASIC,
	 "external"},
	{"EXT_COMMUNITY of 0", GOOD "c0 10 00", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "ext-community (16)"},
	{"EXT_COMMUNITY of 7", GOOD "c0 10 07 06021122334455", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "ext-community (16)"},
	{"EXT_COMMUNITY of 12", GOOD "c0 10 0c 0602112233445566 06021122", "", 0, BGP_WITHDRAW, 0,
	 BASIC, "length is 12"},
	{"EXT_COMMUNITY unknown", GOOD "c0 10 08 ff99112233445566", "", 0, BGP_ACCEPT, 0,
	 BASIC | KEEPS(EXT_COMMUNITY), ""},
	{"AS4_PATH between new speakers", GOOD "c0 11 06 02 01 0000fde8", "", 0, BGP_DISCARD, 0,
	 BASIC, "as4-path (17)"},
	{"AS4_AGGREGATOR between new speakers", GOOD "c0 12 08 0000fde8 0a000001", "", 0,
	 BGP_DISCARD, 0, BASIC, "as4-aggregator (18)"},
	{"PMSI of 4", GOOD "c0 16 04 00060000", "", 0, BGP_WITHDRAW, 0, BASIC, "pmsi-tunnel (22)"},
	{"PMSI of a type that is not known", GOOD "c0 16 09 00 63 000064 0a000001", "", 0,
	 BGP_ACCEPT, 0, BASIC | KEEPS(PMSI), ""},
	{"PMSI with 3 octets of endpoint", GOOD "c0 16 08 00 06 000064 0a0000", "", 0, BGP_WITHDRAW,
	 0, BASIC, "identifier of 3"},
	{"PMSI with Partial", GOOD "e0 16 09 00 06 000064 0a000001", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "Partial"},
	{"PMSI IPv6", GOOD "c0 16 15 00 06 000064 20010db8000000000000000000000001", "", 0,
	 BGP_ACCEPT, 0, BASIC | KEEPS(PMSI), ""},
	{"TUNNEL_ENCAP TLV overruns", GOOD "c0 17 06 0008 0004 0000", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "tunnel-encapsulation (23)"},
	{"TUNNEL_ENCAP sub-TLV overruns", GOOD "c0 17 07 0008 0003 04 02 00", "", 0, BGP_WITHDRAW,
	 0, BASIC, "tunnel-encapsulation (23)"},
	{"TUNNEL_ENCAP", GOOD "c0 17 08 0008 0004 04 02 0000", "", 0, BGP_ACCEPT, 0,
	 BASIC | KEEPS(TUNNEL_ENCAP), ""},
	{"IPv6 EXT_COMMUNITY of 8", GOOD "c0 19 08 0602112233445566", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "ipv6-ext-community (25)"},
	{"IPv6 EXT_COMMUNITY of 20", GOOD "c0 19 14 0002200100000000000000000000000000000001", "",
	 0, BGP_ACCEPT, 0, BASIC | KEEPS(EXT6_COMMUNITY), ""},
	{"AIGP transitive", GOOD "c0 1a 0b 01 000b 0000000000000001", "", 0, BGP_DISCARD, 0, BASIC,
	 "aigp (26): flags"},
	{"AIGP too short", GOOD "80 1a 03 01 0002", "", 0, BGP_DISCARD, 0, BASIC, "aigp (26)"},
	{"LARGE_COMMUNITY of 13", GOOD "c0 20 0d 0000fde8000000010000000200", "", 0, BGP_WITHDRAW,
	 0, BASIC, "large-community (32)"},
	{"OTC of 2", GOOD "c0 23 02 fde8", "", 0, BGP_WITHDRAW, 0, BASIC, "only-to-customer (35)"},
	{"PREFIX_SID overruns", GOOD "c0 28 04 01 0007 00", "", 0, BGP_DISCARD, 0, BASIC,
	 "prefix-sid (40)"},

	/* section 3 (c): flags */
	{"ORIGIN optional", "c0 01 01 00" PATH REACH, "", 0, BGP_WITHDRAW, 0, KEEPS(AS_PATH),
	 "origin (1): flags are 0xc0"},
	{"ORIGIN not transitive", "00 01 01 00" PATH REACH, "", 0, BGP_WITHDRAW, 0, KEEPS(AS_PATH),
	 "flags are 0x00"},
	{"COMMUNITY well-known", GOOD "40 08 04 fde80001", "", 0, BGP_WITHDRAW, 0, BASIC, "flags"},
	{"COMMUNITY not transitive", GOOD "80 08 04 fde80001", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "flags"},
	{"EXT_COMMUNITY partial", GOOD "e0 10 08 0602112233445566", "", 0, BGP_ACCEPT, 0,
	 BASIC | KEEPS(EXT_COMMUNITY), ""},
	{"lower four bits of the flags are ignored", "4f 01 01 00" PATH REACH, "", 0, BGP_ACCEPT, 0,
	 BASIC, ""},
	{"AGGREGATOR not transitive", GOOD "80 07 08 0000fde8 0a000001", "", 0, BGP_WITHDRAW, 0,
	 BASIC, "flags"},
	{"MP_REACH transitive", ORIGIN PATH "c0 0e 22 0019 46 04 0a000001 00" RT4, "", 0, BGP_RESET,
	 BGP_UPDATE_FLAGS, 0, "mp-reach (14): flags"},
	{"MP_UNREACH transitive", "c0 0f 1c 0019 46" RT4, "", 0, BGP_RESET, BGP_UPDATE_FLAGS, 0,
	 "mp-unreach (15): flags"},

	/* section 3 (d): missing */
	{"ORIGIN missing", PATH REACH, "", 0, BGP_WITHDRAW, 0, KEEPS(AS_PATH),
	 "origin (1) is missing"},
	{"AS_PATH missing", ORIGIN REACH, "", 0, BGP_WITHDRAW, 0, KEEPS(ORIGIN),
	 "as-path (2) is missing"},
	{"NEXT_HOP missing with IPv4 routes", ORIGIN PATH, "18 c00002", 0, BGP_WITHDRAW, 0, BASIC,
	 "next-hop (3) is missing"},
	{"NEXT_HOP with IPv4 routes", ORIGIN PATH "40 03 04 0a000001", "18 c00002", 0, BGP_ACCEPT,
	 0, BASIC | KEEPS(NEXT_HOP), ""},
	{"nothing is mandatory in a withdraw", UNREACH "c0 08 04 fde80001", "", 0, BGP_ACCEPT, 0,
	 KEEPS(COMMUNITY), ""},

	/* section 3 (g): twice */
	{"ORIGIN twice", ORIGIN GOOD, "", 0, BGP_DISCARD, 0, BASIC, "origin (1) is there twice"},
	{"ORIGIN twice, the second bad", GOOD "40 01 01 07", "", 0, BGP_DISCARD, 0, BASIC, "twice"},
	{"unknown one twice", GOOD "c0 c8 01 00 c0 c8 01 01", "", 0, BGP_DISCARD, 0, BASIC,
	 "attribute 200 is there twice"},
	{"MP_REACH twice", GOOD REACH, "", 0, BGP_RESET, BGP_UPDATE_MALFORMED, 0,
	 "mp-reach (14) is there twice"},
	{"MP_UNREACH twice", UNREACH UNREACH, "", 0, BGP_RESET, BGP_UPDATE_MALFORMED, 0,
	 "mp-unreach (15) is there twice"},
	{"twice, and one to withdraw for", ORIGIN GOOD "c0 08 00", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "community (8)"},

	/* section 4: lengths */
	{"last attribute overruns", GOOD "c0 08 08 fde80001", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "length is 8, 4 octets of attributes are left"},
	{"last attribute overruns, extended", GOOD "d0 08 0400 fde80001", "", 0, BGP_WITHDRAW, 0,
	 BASIC, "length is 1024"},
	{"one octet left", GOOD "c0", "", 0, BGP_WITHDRAW, 0, BASIC, "1 octets at the end"},
	{"two octets left", GOOD "c0 08", "", 0, BGP_WITHDRAW, 0, BASIC, "2 octets at the end"},
	{"three octets left, extended", GOOD "d0 08 00", "", 0, BGP_WITHDRAW, 0, BASIC,
	 "3 octets at the end"},
	{"MP_REACH overruns", ORIGIN PATH "80 0e 30 0019 46 04 0a000001 00" RT4, "", 0, BGP_RESET,
	 BGP_UPDATE_LENGTH, 0, "mp-reach (14): length is 48"},

	/* sections 5.2, 5.3, 7.11: no certainty about the routes */
	{"error without a route", ORIGIN PATH "c0 08 00", "", 0, BGP_RESET, BGP_UPDATE_LENGTH, 0,
	 "no reachable route"},
	{"error beside a withdraw", UNREACH "40 01 01 07", "", 0, BGP_RESET, BGP_UPDATE_ORIGIN, 0,
	 "no reachable route"},
	{"discard without a route", ORIGIN PATH "40 06 01 00", "", 0, BGP_DISCARD, 0, BASIC,
	 "atomic-aggregate"},
	{"an MP_REACH without routes", ORIGIN PATH "80 0e 09 0019 46 04 0a000001 00", "", 0,
	 BGP_ACCEPT, 0, BASIC, ""},
	{"an error, and MP_REACH without routes", "40 01 01 07 80 0e 09 0019 46 04 0a000001 00", "",
	 0, BGP_RESET, BGP_UPDATE_ORIGIN, 0, "no reachable route"},
	{"truncated before MP_REACH", ORIGIN "40 02 40" REACH, "", 0, BGP_RESET, BGP_UPDATE_LENGTH,
	 0, "no reachable route"},
	{"MP_REACH of 4", ORIGIN PATH "80 0e 04 0019 46 04", "", 0, BGP_RESET, BGP_UPDATE_OPTIONAL,
	 0, "length is 4, expected at least 5"},
	{"MP_REACH of 0", ORIGIN PATH "80 0e 00", "", 0, BGP_RESET, BGP_UPDATE_OPTIONAL, 0,
	 "length is 0"},
	{"MP_REACH next hop of 0", ORIGIN PATH "80 0e 1e 0019 46 00 00" RT4, "", 0, BGP_RESET,
	 BGP_UPDATE_OPTIONAL, 0, "next hop length is 0"},
	{"MP_REACH next hop of 5", ORIGIN PATH "80 0e 23 0019 46 05 0a00000100 00" RT4, "", 0,
	 BGP_RESET, BGP_UPDATE_OPTIONAL, 0, "next hop length is 5, expected 4, 16 or 32"},
	{"MP_REACH next hop of 12",
	 ORIGIN PATH "80 0e 2a 0019 46 0c 00000000000000000a000001 00" RT4, "", 0, BGP_RESET,
	 BGP_UPDATE_OPTIONAL, 0, "next hop length is 12"},
	{"MP_REACH next hop overruns", ORIGIN PATH "80 0e 08 0019 46 10 0a000001", "", 0, BGP_RESET,
	 BGP_UPDATE_OPTIONAL, 0, "next hop length is 16"},
	{"MP_REACH IPv6 next hop",
	 ORIGIN PATH "80 0e 2e 0019 46 10 20010db8000000000000000000000001 00" RT4, "", 0,
	 BGP_ACCEPT, 0, BASIC, ""},
	{"MP_REACH next hop of 32, global and link-local",
	 ORIGIN PATH "80 0e 3e 0019 46 20 20010db8000000000000000000000001"
		     "fe800000000000000000000000000001 00" RT4,
	 "", 0, BGP_ACCEPT, 0, BASIC, ""},
	{"MP_REACH next hop 127.0.0.1", ORIGIN PATH "80 0e 22 0019 46 04 7f000001 00" RT4, "", 0,
	 BGP_WITHDRAW, 0, BASIC, "next hop is 127.0.0.1"},
	{"MP_REACH next hop 0.0.0.0", ORIGIN PATH "80 0e 22 0019 46 04 00000000 00" RT4, "", 0,
	 BGP_WITHDRAW, 0, BASIC, "next hop is 0.0.0.0"},
	{"MP_REACH next hop ::ffff:10.0.0.1",
	 ORIGIN PATH "80 0e 2e 0019 46 10 00000000000000000000ffff0a000001 00" RT4, "", 0,
	 BGP_WITHDRAW, 0, BASIC, "next hop is ::ffff:10.0.0.1"},
	{"confederation sequence, eBGP", ORIGIN "40 02 06 03 01 0000fde8" REACH, "", BGP_PEER_EBGP,
	 BGP_WITHDRAW, 0, KEEPS(ORIGIN), "a confederation, from an external peer"},
	{"confederation set, eBGP", ORIGIN "40 02 06 04 01 0000fde8" REACH, "", BGP_PEER_EBGP,
	 BGP_WITHDRAW, 0, KEEPS(ORIGIN), "segment type is 4"},
	{"confederation sequence, offline", ORIGIN "40 02 06 03 01 0000fde8" REACH, "", 0,
	 BGP_ACCEPT, 0, BASIC, ""},
	{"MP_UNREACH of 2", "80 0f 02 0019", "", 0, BGP_RESET, BGP_UPDATE_OPTIONAL, 0,
	 "length is 2, expected at least 3"},
	{"a route overruns", ORIGIN PATH "80 0e 21 0019 46 04 0a000001 00 04 17" RD ESI "20 0a0000",
	 "", 0, BGP_RESET, BGP_UPDATE_OPTIONAL, 0, "length is 23, 22 octets are left"},
	{"a withdrawn route overruns", "80 0f 0a 0019 46 04 17 0001 0a00 00", "", 0, BGP_RESET,
	 BGP_UPDATE_OPTIONAL, 0, "length is 23, 5 octets are left"},
	{"one octet of a route", ORIGIN PATH "80 0e 23 0019 46 04 0a000001 00" RT4 "04", "", 0,
	 BGP_RESET, BGP_UPDATE_OPTIONAL, 0, "1 octets are too few"},
	{"a route too short for itself",
	 ORIGIN PATH "80 0e 21 0019 46 04 0a000001 00 04 16" RD ESI "20 0a0000", "", 0, BGP_RESET,
	 BGP_UPDATE_OPTIONAL, 0, "22 octets are too few"},
	{"IPv4 prefix of 33", ORIGIN PATH "40 03 04 0a000001", "21 c000020000", 0, BGP_RESET,
	 BGP_UPDATE_NETWORK, 0, "length 33"},
	{"IPv4 prefix overruns", ORIGIN PATH "40 03 04 0a000001", "18 c000", 0, BGP_RESET,
	 BGP_UPDATE_NETWORK, 0, "IPv4 routes"},
	{"IPv6 unicast prefix of 129",
	 ORIGIN PATH "80 0e 17 0002 01 10 20010db8000000000000000000000001 00 81 00", "", 0,
	 BGP_RESET, BGP_UPDATE_NETWORK, 0, "IPv6 routes"},
	{"a family we do not know", ORIGIN PATH "80 0e 0c 0063 63 04 0a000001 00 ffffff", "", 0,
	 BGP_ACCEPT, 0, BASIC, ""},

	/* unknown attributes */
	{"unknown optional transitive", GOOD "c0 c8 02 abcd", "", 0, BGP_ACCEPT, 0, BASIC, ""},
	{"unknown optional", GOOD "80 c8 02 abcd", "", 0, BGP_ACCEPT, 0, BASIC, ""},
	{"unknown, empty", GOOD "c0 c8 00", "", 0, BGP_ACCEPT, 0, BASIC, ""},
	{"unknown well-known", GOOD "40 c8 02 abcd", "", 0, BGP_RESET,
	 BGP_UPDATE_UNKNOWN_WELL_KNOWN, 0, "attribute 200"},
	{"attribute 0", GOOD "00 00 00", "", 0, BGP_RESET, BGP_UPDATE_UNKNOWN_WELL_KNOWN, 0,
	 "attribute 0"},

	/* the strongest one wins */
	{"discard, withdraw, reset", "40 01 01 07 40 06 01 00" PATH REACH REACH, "", 0, BGP_RESET,
	 BGP_UPDATE_MALFORMED, 0, "mp-reach"},
	{"discard and withdraw", "40 06 01 00 40 01 01 07" PATH REACH, "", 0, BGP_WITHDRAW, 0,
	 KEEPS(AS_PATH), "origin (1)"},
	{"the first of equals is named", "40 01 01 07" PATH REACH "c0 08 00", "", 0, BGP_WITHDRAW,
	 0, KEEPS(AS_PATH), "origin (1)"},
};

static void rfc7606(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bgp_ctx ctx = offline;
		struct bgp_update u;
		u8 body[1024], *copy;
		size_t len = body_of(cases[i].attrs, cases[i].nlri4, body, sizeof(body));

		print_message("# %s\n", cases[i].name);
		ctx.peer = cases[i].peer;
		copy = malloc(len); /* an octet too far is seen by ASan */
		assert_non_null(copy);
		memcpy(copy, body, len);
		assert_int_equal(bgp_update_decode(copy, len, &ctx, &u), cases[i].verdict);
		if (!strstr(u.out.err.reason, cases[i].reason))
			fail_msg("\"%s\" lacks \"%s\"", u.out.err.reason, cases[i].reason);
		assert_int_equal(u.out.err.reason[0] != '\0', cases[i].verdict != BGP_ACCEPT);
		if (cases[i].verdict == BGP_RESET) {
			assert_int_equal(u.out.err.code, BGP_ERR_UPDATE);
			assert_int_equal(u.out.err.subcode, cases[i].subcode);
		} else {
			assert_int_equal(u.attrs.present, cases[i].present);
		}
		free(copy);
	}
}

/* The NOTIFICATION's data is the attribute with its header, as RFC 4271 section 6.3 wants it. */
static void error_data(void **state)
{
	struct bgp_update u;
	u8 body[256];
	size_t len;

	len = body_of(GOOD "40 c8 02 abcd", "", body, sizeof(body));
	assert_int_equal(bgp_update_decode(body, len, &offline, &u), BGP_RESET);
	assert_hex(u.out.err.data, u.out.err.data_len, "40c802abcd");
	len = body_of(ORIGIN PATH "80 0e 04 0019 46 04", "", body, sizeof(body));
	assert_int_equal(bgp_update_decode(body, len, &offline, &u), BGP_RESET);
	assert_hex(u.out.err.data, u.out.err.data_len, "800e0400194604");
	/* what is wrong with a route is wrong with the attribute it is in */
	len = body_of(ORIGIN PATH "80 0f 0a 0019 46 04 17 0001 0a00 00", "", body, sizeof(body));
	assert_int_equal(bgp_update_decode(body, len, &offline, &u), BGP_RESET);
	assert_int_equal(u.out.err.subcode, BGP_UPDATE_OPTIONAL);
	assert_hex(u.out.err.data, u.out.err.data_len, "800f0a0019460417 00010a0000");
	len = body_of(ORIGIN PATH "80 0e 0d 0019 46 04 0a000001 00 01 02 0001", "", body,
		      sizeof(body));
	assert_int_equal(bgp_update_decode(body, len, &offline, &u), BGP_RESET);
	assert_hex(u.out.err.data, u.out.err.data_len, "800e0d001946040a0000010001020001");
}

static void framing(void **state)
{
	static const struct {
		const char *body;
		enum bgp_verdict verdict;
		u8 subcode;
	} bodies[] = {
		{"0000 0000", BGP_ACCEPT, 0},
		{"0004 18c00002 0000", BGP_ACCEPT, 0},
		{"0005 18c00002 0000", BGP_RESET, BGP_UPDATE_MALFORMED},
		{"0004 18c00002", BGP_RESET, BGP_UPDATE_MALFORMED},
		{"0004 21c00002 0000", BGP_RESET, BGP_UPDATE_NETWORK},
		{"0000 0001", BGP_RESET, BGP_UPDATE_MALFORMED},
		{"0000 00", BGP_RESET, BGP_UPDATE_MALFORMED},
		{"00", BGP_RESET, BGP_UPDATE_MALFORMED},
		{"", BGP_RESET, BGP_UPDATE_MALFORMED},
		{"ffff ffff", BGP_RESET, BGP_UPDATE_MALFORMED},
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct bgp_update u;
		u8 body[64];
		size_t len = unhex(bodies[i].body, body, sizeof(body));

		assert_int_equal(bgp_update_decode(body, len, &offline, &u), bodies[i].verdict);
		if (bodies[i].verdict == BGP_RESET)
			assert_int_equal(u.out.err.subcode, bodies[i].subcode);
	}
}

static void end_of_rib(void **state)
{
	static const struct {
		const char *body;
		bool eor;
		u16 afi;
		u8 safi;
	} bodies[] = {
		{"0000 0000", true, 1, 1},
		{"0000 0006 80 0f 03 0019 46", true, 25, 70},
		{"0000 0007 90 0f 0003 0019 46", true, 25, 70},
		{"0000 0006 80 0f 03 0001 85", true, 1, 133},
		{"0000 000a 80 0f 03 0019 46 40 01 01 00", false, 0, 0},
		{"0004 18c00002 0006 80 0f 03 0019 46", false, 0, 0},
		{"0000 001f 80 0f 1c 0019 46" RT4, false, 0, 0},
	};
	u8 buf[64];
	size_t len;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct bgp_update u;

		len = unhex(bodies[i].body, buf, sizeof(buf));
		assert_int_equal(bgp_update_decode(buf, len, &offline, &u), BGP_ACCEPT);
		assert_int_equal(u.eor, bodies[i].eor);
		assert_int_equal(u.eor_af.afi, bodies[i].afi);
		assert_int_equal(u.eor_af.safi, bodies[i].safi);
	}
	len = bgp_eor_encode(25, 70, buf, sizeof(buf));
	assert_hex(buf, len, "ffffffffffffffffffffffffffffffff 001d 02 0000 0006 80 0f 03 0019 46");
	len = bgp_eor_encode(1, 1, buf, sizeof(buf));
	assert_hex(buf, len, "ffffffffffffffffffffffffffffffff 0017 02 0000 0000");
	assert_int_equal(bgp_eor_encode(25, 70, buf, 28), 0);
}

static void judging(void **state)
{
	static const struct {
		const char *attrs;
		enum bgp_verdict verdict;
		const char *reason;
	} messages[] = {
		{GOOD, BGP_ACCEPT, ""},
		/* an unknown type beside a good route, reachable and unreachable */
		{ORIGIN PATH "80 0e 25 0019 46 04 0a000001 00" RT4 "63 01 00", BGP_DISCARD, "99"},
		{"80 0f 06 0019 46 63 01 00", BGP_DISCARD, "99"},
		{ORIGIN PATH "80 0e 22 0019 46 04 0a000001 00 04 17" RD
			     "00000000000000000000 20 0a000001",
		 BGP_WITHDRAW, "reserved"},
		{"80 0f 1c 0019 46 04 17" RD "00000000000000000000 20 0a000001", BGP_ACCEPT, ""},
		/* the message's own verdict is part of it */
		{GOOD "40 06 01 00", BGP_DISCARD, "atomic-aggregate"},
		{ORIGIN PATH "80 0e 25 0019 46 04 0a000001 00" RT4 "63 01 00 c0 08 00",
		 BGP_WITHDRAW, "community"},
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		struct bgp_outcome out;
		struct bgp_update u;
		u8 body[256];
		size_t len = body_of(messages[i].attrs, "", body, sizeof(body));

		assert_true(bgp_update_decode(body, len, &offline, &u) < BGP_RESET);
		assert_int_equal(bgp_update_judge(&u, &offline, &out), messages[i].verdict);
		assert_non_null(strstr(out.err.reason, messages[i].reason));
	}
}

/* Rules over a route and its attributes: RFC 9746, RFC 9136, RFC 9251, the synchronization draft */
static void routes_with_attributes(void **state)
{
#define RT1 "80 0e 24 0019 46 04 0a000001 00 01 19" RD ESI "ffffffff 000000"
#define RT2(esi) \
	"80 0e 30 0019 46 04 0a000001 00 02 25" RD esi "00000064 30 020000000001 20 0a010105 000000"
#define RT5(esi, gw, label) \
	"80 0e 2d 0019 46 04 0a000001 00 05 22" RD esi "00000000 18 0a010200" gw label
#define RT7 "80 0e 2d 0019 46 04 0a000001 00 07 22" RD ESI "00000064 00 20 ef010101 20 0a000001 02"
#define NOESI "00000000000000000000 "
	static const struct {
		const char *name, *reach, *ecs;
		enum bgp_verdict verdict;
	} tests[] = {
		{"SHT 0, single-active", RT1, "c0 10 08 0601010000000000", BGP_ACCEPT},
		{"SHT 1, single-active", RT1, "c0 10 08 0601410000000000", BGP_WITHDRAW},
		{"SHT 2, single-active", RT1, "c0 10 08 0601810000000000", BGP_WITHDRAW},
		{"SHT 1, no encapsulation", RT1, "c0 10 08 0601400000000000", BGP_WITHDRAW},
		{"SHT 1, VXLAN", RT1, "c0 10 10 0601400000000000 030c000000000008", BGP_WITHDRAW},
		{"SHT 2, NVGRE", RT1, "c0 10 10 0601800000000000 030c000000000009", BGP_WITHDRAW},
		{"SHT 2, MPLS", RT1, "c0 10 10 0601800000000000 030c00000000000a", BGP_WITHDRAW},
		{"SHT 1, Geneve", RT1, "c0 10 10 0601400000000000 030c000000000013", BGP_ACCEPT},
		{"SHT 2, MPLS in UDP", RT1, "c0 10 10 0601800000000000 030c00000000000d",
		 BGP_ACCEPT},
		{"SHT 3, Geneve", RT1, "c0 10 10 0601c00000000000 030c000000000013", BGP_WITHDRAW},
		{"SHT 1, SRv6", RT1, "c0 10 08 0601400000000000 c0 28 04 05 0001 00", BGP_ACCEPT},
		{"RT-2 without ES", RT2(NOESI), "c0 10 08 0002fde800000001", BGP_ACCEPT},
		{"RT-2 to synchronize", RT2(ESI), "c0 10 10 0602112233445566 060afde800000001",
		 BGP_ACCEPT},
		{"RT-2 to synchronize, ESI 0", RT2(NOESI),
		 "c0 10 10 0602112233445566 060afde800000001", BGP_WITHDRAW},
		{"RT-2 to synchronize, MAX-ESI", RT2("ffffffffffffffffffff"),
		 "c0 10 08 060afde800000001", BGP_WITHDRAW},
		{"RT-5", RT5(NOESI, "00000000", "0003e9"), "c0 10 08 0002fde800000001", BGP_ACCEPT},
		{"RT-5 label 0", RT5(NOESI, "00000000", "000000"), "c0 10 08 0002fde800000001",
		 BGP_WITHDRAW},
		{"RT-5 gateway, label 0", RT5(NOESI, "0a000001", "000000"),
		 "c0 10 08 0002fde800000001", BGP_ACCEPT},
		{"RT-5 ESI, label 0", RT5(ESI, "00000000", "000000"), "c0 10 08 0002fde800000001",
		 BGP_ACCEPT},
		{"RT-5 ESI and gateway", RT5(ESI, "0a000001", "0003e9"),
		 "c0 10 08 0002fde800000001", BGP_WITHDRAW},
		{"RT-5 router's MAC, label 0", RT5(NOESI, "00000000", "000000"),
		 "c0 10 08 0603020000000001", BGP_ACCEPT},
		{"RT-5 broadcast router's MAC", RT5(NOESI, "00000000", "0003e9"),
		 "c0 10 08 0603ffffffffffff", BGP_WITHDRAW},
		{"RT-5 multicast router's MAC", RT5(NOESI, "00000000", "0003e9"),
		 "c0 10 08 060301005e000001", BGP_WITHDRAW},
		{"RT-7", RT7, "c0 10 10 0602112233445566 060afde800000001", BGP_ACCEPT},
		{"RT-7 by route target", RT7, "c0 10 08 0002fde800000001", BGP_ACCEPT},
		{"RT-7 without EVI-RT", RT7, "c0 10 08 0602112233445566", BGP_WITHDRAW},
		{"RT-7 with two ES-Imports", RT7,
		 "c0 10 18 0602112233445566 0602112233445567 060afde800000001", BGP_WITHDRAW},
		{"RT-7 with two EVI-RTs", RT7,
		 "c0 10 18 0602112233445566 060afde800000001 060b0a0000010001", BGP_WITHDRAW},
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		struct bgp_outcome out;
		char attrs[1024];
		struct bgp_update u;
		u8 body[256];
		size_t len;

		print_message("# %s\n", tests[i].name);
		snprintf(attrs, sizeof(attrs), "%s %s %s", ORIGIN PATH, tests[i].reach,
			 tests[i].ecs);
		len = body_of(attrs, "", body, sizeof(body));
		assert_int_equal(bgp_update_decode(body, len, &offline, &u), BGP_ACCEPT);
		assert_int_equal(bgp_update_judge(&u, &offline, &out), tests[i].verdict);
		assert_int_equal(out.err.reason[0] != '\0', tests[i].verdict != BGP_ACCEPT);
	}
}

/* A stream of attributes alone: whether routes follow it, nobody knows. */
static void attributes_alone(void **state)
{
	static const struct {
		const char *attrs;
		enum bgp_verdict verdict;
	} streams[] = {
		{"", BGP_ACCEPT},
		{ORIGIN, BGP_ACCEPT},
		{"40 01 01 03", BGP_WITHDRAW},
		{"c0 10 07 06021122334455", BGP_WITHDRAW},
		{"40 06 01 00", BGP_DISCARD},
		{ORIGIN ORIGIN, BGP_DISCARD},
		{GOOD, BGP_ACCEPT},
		{REACH, BGP_WITHDRAW},
		{"40 01 01 03" UNREACH, BGP_RESET},
		{REACH REACH, BGP_RESET},
	};

	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		struct bgp_update u;
		u8 buf[256];
		size_t len = unhex(streams[i].attrs, buf, sizeof(buf));

		assert_int_equal(bgp_attrs_decode(buf, len, &offline, &u), streams[i].verdict);
		assert_false(u.eor);
	}
}

static void decode_stream(const char *hex, const struct bgp_ctx *ctx, struct bgp_update *u, u8 *buf,
			  size_t cap)
{
	bgp_attrs_decode(buf, unhex(hex, buf, cap), ctx, u);
}

static void text(void **state)
{
	static const struct {
		u8 code;
		const char *text;
	} texts[] = {
		{BGP_ATTR_ORIGIN, "incomplete"},
		{BGP_ATTR_AS_PATH, "(65010) 65000 65001 {1,2}"},
		{BGP_ATTR_NEXT_HOP, "10.0.0.1"},
		{BGP_ATTR_MED, "7"},
		{BGP_ATTR_ATOMIC_AGGREGATE, "yes"},
		{BGP_ATTR_AGGREGATOR, "65000 10.0.0.1"},
		{BGP_ATTR_COMMUNITY, "65000:1 65535:6"},
		{BGP_ATTR_CLUSTER_LIST, "10.0.0.1 10.0.0.2"},
		{BGP_ATTR_EXT_COMMUNITY, "es-import:11:22:33:44:55:66"},
		{BGP_ATTR_PMSI, "type 6 label 100 flags 0x00 endpoint 10.0.0.1"},
		{BGP_ATTR_LARGE_COMMUNITY, "65000:1:2"},
		{BGP_ATTR_D_PATH, "0102"},
		{BGP_ATTR_LOCAL_PREF, ""},
		{99, ""},
	};
	struct bgp_update u;
	char out[BGP_ATTR_STRLEN];
	u8 buf[1024];

	decode_stream("40 01 01 02 40 02 1a 03 01 0000fdf2 02 02 0000fde8 0000fde9 01 02 00000001 "
		      "00000002 40 03 04 0a000001 80 04 04 00000007 40 06 00 c0 07 08 0000fde8 "
		      "0a000001 c0 08 08 fde80001 ffff0006 80 0a 08 0a000001 0a000002 c0 10 08 "
		      "0602112233445566 c0 16 09 00 06 000064 0a000001 c0 20 0c 0000fde8 00000001 "
		      "00000002 c0 24 02 0102",
		      &offline, &u, buf, sizeof(buf));
	assert_int_equal(u.out.verdict, BGP_ACCEPT);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(bgp_attr_format(&u.attrs, texts[i].code, out), texts[i].text);

	/* what does not fit is cut off */
	memset(buf, 0, sizeof(buf));
	unhex("d0 08 0320", buf, sizeof(buf));
	bgp_attrs_decode(buf, 804, &offline, &u);
	bgp_attr_format(&u.attrs, BGP_ATTR_COMMUNITY, out);
	assert_true(strlen(out) < BGP_ATTR_STRLEN);
	assert_string_equal(out + strlen(out) - 3, "...");
}

static void questions(void **state)
{
	struct bgp_update u;
	u8 buf[256], path[64];
	size_t len;

	decode_stream("40 02 1a 03 01 0000fdf2 02 02 0000fde8 0000fde9 01 02 00000001 00000002 "
		      "c0 08 08 fde80001 ffff0006 80 0a 08 0a000001 0a000002",
		      &offline, &u, buf, sizeof(buf));
	assert_int_equal(bgp_as_path_length(&u.attrs), 3);
	assert_int_equal(bgp_as_path_first(&u.attrs), 0); /* a confederation leads */
	assert_true(bgp_as_path_has(&u.attrs, 65001) && bgp_as_path_has(&u.attrs, 2) &&
		    bgp_as_path_has(&u.attrs, 65010));
	assert_false(bgp_as_path_has(&u.attrs, 65002));
	assert_true(bgp_community_has(&u.attrs, BGP_COMM_LLGR_STALE));
	assert_false(bgp_community_has(&u.attrs, BGP_COMM_NO_LLGR));
	assert_true(bgp_cluster_has(&u.attrs, 0x0a000002));
	assert_false(bgp_cluster_has(&u.attrs, 0x0a000003));
	len = bgp_as_path_prepend(&u.attrs, 7, path, sizeof(path));
	assert_hex(path, len,
		   "02 01 00000007 03 01 0000fdf2 02 02 0000fde8 0000fde9 01 02 00000001 "
		   "00000002");
	decode_stream("40 02 06 02 01 0000fde8", &offline, &u, buf, sizeof(buf));
	assert_int_equal(bgp_as_path_first(&u.attrs), 65000);
	len = bgp_as_path_prepend(&u.attrs, 7, path, sizeof(path));
	assert_hex(path, len, "02 02 00000007 0000fde8");
	assert_int_equal(bgp_as_path_prepend(&u.attrs, 7, path, 9), 0);
	bgp_attrs_init(&u.attrs);
	len = bgp_as_path_prepend(&u.attrs, 7, path, sizeof(path));
	assert_hex(path, len, "02 01 00000007");
}

static const struct bgp_ctx old = {.as4 = false, .max_len = BGP_MAX_LEN};

/* RFC 6793: what an old speaker sent, merged; and what is sent to one */
static void two_octet_as(void **state)
{
	static const struct {
		const char *stream, *path;
		u32 aggregator;
	} merges[] = {
		{"40 02 06 02 02 fde8 fde9", "02 02 0000fde8 0000fde9", 0},
		{"40 02 08 02 03 fde8 5ba0 5ba0 c0 11 0a 02 02 00010001 00010002",
		 "02 01 0000fde8 02 02 00010001 00010002", 0},
		/* AS4_PATH is longer: not to be believed */
		{"40 02 04 02 01 5ba0 c0 11 0a 02 02 00010001 00010002", "02 01 00005ba0", 0},
		/* AGGREGATOR needed no AS_TRANS: AS4_PATH is stale */
		{"40 02 04 02 01 5ba0 c0 07 06 fde8 0a000001 c0 11 06 02 01 00010001 "
		 "c0 12 08 00010001 0a000001",
		 "02 01 00005ba0", 65000},
		{"40 02 04 02 01 5ba0 c0 07 06 5ba0 0a000001 c0 11 06 02 01 00010001 "
		 "c0 12 08 00010001 0a000001",
		 "02 01 00010001", 65537},
		/* a set counts one, a confederation nothing */
		{"40 02 10 03 01 fdf2 01 02 0001 0002 02 02 5ba0 5ba0 c0 11 06 02 01 00010001",
		 "03 01 0000fdf2 01 02 00000001 00000002 02 01 00005ba0 02 01 00010001", 0},
		{"40 02 04 02 01 5ba0 c0 11 0c 03 01 0000fdf2 02 01 00010001", "02 01 00010001", 0},
	};

	for (size_t i = 0; i < sizeof(merges) / sizeof(merges[0]); i++) {
		struct bgp_attrs copy;
		struct bgp_update u;
		u8 buf[256], mem[256];

		decode_stream(merges[i].stream, &old, &u, buf, sizeof(buf));
		assert_int_equal(u.out.verdict, BGP_ACCEPT);
		assert_true(bgp_attrs_size(&u.attrs) <= sizeof(mem));
		bgp_attrs_copy(&copy, &u.attrs, mem);
		assert_hex(copy.as_path.p, copy.as_path.len, merges[i].path);
		assert_int_equal(copy.aggregator.as, merges[i].aggregator);
		assert_true(copy.as4);
		assert_false(BGP_HAS(&copy, BGP_ATTR_AS4_PATH) ||
			     BGP_HAS(&copy, BGP_ATTR_AS4_AGGREGATOR));
	}
}

static void to_old_speaker(void **state)
{
	struct bgp_update u;
	u8 buf[256], out[256];
	int len;

	decode_stream("40 02 0a 02 02 0000fde8 00010001 c0 07 08 00010001 0a000001", &offline, &u,
		      buf, sizeof(buf));
	len = bgp_attrs_encode(&u.attrs, &old, out, sizeof(out));
	assert_hex(out, (size_t)len,
		   "40 02 06 02 02 fde8 5ba0 c0 07 06 5ba0 0a000001 "
		   "c0 11 0a 02 02 0000fde8 00010001 c0 12 08 00010001 0a000001");
	decode_stream("40 02 06 02 01 0000fde8 c0 07 08 0000fde8 0a000001", &offline, &u, buf,
		      sizeof(buf));
	len = bgp_attrs_encode(&u.attrs, &old, out, sizeof(out));
	assert_hex(out, (size_t)len, "40 02 04 02 01 fde8 c0 07 06 fde8 0a000001");
	/* and from an old one to a new one */
	decode_stream("40 02 06 02 02 fde8 fde9", &old, &u, buf, sizeof(buf));
	len = bgp_attrs_encode(&u.attrs, &offline, out, sizeof(out));
	assert_hex(out, (size_t)len, "40 02 0a 02 02 0000fde8 0000fde9");
}

/* Sorted by code, unknown ones in their place with Partial, non-transitive ones and repetitions left out */
static void encode_order(void **state)
{
	struct bgp_update u;
	struct bgp_attrs copy;
	u8 buf[256], out[256], mem[256];
	int len;

	decode_stream("c0 c8 02 abcd 80 c9 01 00 c0 1e 01 07 c0 c8 01 00 c0 10 08 0602112233445566"
		      "e0 08 04 fde80001" PATH ORIGIN,
		      &offline, &u, buf, sizeof(buf));
	assert_int_equal(u.out.verdict, BGP_DISCARD); /* 200 is there twice */
	len = bgp_attrs_encode(&u.attrs, &offline, out, sizeof(out));
	assert_hex(out, (size_t)len,
		   ORIGIN PATH "e0 08 04 fde80001 c0 10 08 0602112233445566"
			       "e0 1e 01 07 e0 c8 02 abcd");
	assert_int_equal(bgp_attrs_encode(&u.attrs, &offline, out, (size_t)len - 1), -EMSGSIZE);

	assert_true(bgp_attrs_size(&u.attrs) <= sizeof(mem));
	bgp_attrs_copy(&copy, &u.attrs, mem);
	assert_hex(copy.unknown.p, copy.unknown.len, "e01e0107 e0c802abcd");
	memset(buf, 0xee, sizeof(buf)); /* the copy does not look at the message again */
	assert_int_equal(bgp_attrs_encode(&copy, &offline, buf, sizeof(buf)), len);
	assert_memory_equal(buf, out, (size_t)len);
}

/* Code 0 is reserved, but optional transitive it is passed on like any other. */
static void attribute_zero(void **state)
{
	struct bgp_update u;
	u8 buf[64], out[64];
	int len;

	decode_stream("c0 00 02 abcd" ORIGIN, &offline, &u, buf, sizeof(buf));
	assert_int_equal(u.out.verdict, BGP_ACCEPT);
	len = bgp_attrs_encode(&u.attrs, &offline, out, sizeof(out));
	assert_hex(out, (size_t)len, "e0 00 02 abcd" ORIGIN);
}

/* RFC 6514 section 5: identifiers that fit their type, and those that do not */
static void pmsi_types(void **state)
{
	static const struct {
		const char *value;
		bool good;
	} values[] = {
		{"00 00 000064", true},
		{"00 01 000064 0a000001 0000 0001 0a000001", true},
		{"00 01 000064 0a000001", false},
		{"00 02 000064 06 0001 04 0a000001 0000", true},
		{"00 02 000064", false},
		{"00 03 000064 0a000001 e8000001", true},
		{"00 04 000064 0a000001 ef000001", true},
		{"00 05 000064 0a000001 ef", false},
		{"00 06 000064", false},
		{"00 07 000064 06", true},
		{"00 08 000064", true},
		{"08 0a 000064 0a000002", true},
		{"00 0a 000064 0a00000200", false},
		{"00 0b 000064 01 0001 0a000001", true},
		{"00 0b 000064 0a000001", true}, /* BIER, SR trees: known to others */
		{"00 0c 000064", true},
		{"00 0d 000064 0a000001", true},
		{"00 86 000064 000065 0a000001", true}, /* composite: a label more */
		{"00 86 000064 0000", false},
		{"00 ff 000064 000065", true},
		{"00 ff 000064", false},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char attrs[256];
		struct bgp_update u;
		u8 value[64], buf[256];
		size_t len = unhex(values[i].value, value, sizeof(value));

		snprintf(attrs, sizeof(attrs), GOOD "c0 16 %02zx %s", len, values[i].value);
		decode_stream(attrs, &offline, &u, buf, sizeof(buf));
		assert_int_equal(u.out.verdict, values[i].good ? BGP_ACCEPT : BGP_WITHDRAW);
		assert_int_equal(BGP_HAS(&u.attrs, BGP_ATTR_PMSI), values[i].good);
	}
}

/* What an old speaker may get wrong is left out, and the rest stays */
static void as4_malformed(void **state)
{
	static const char *const streams[] = {
		"40 02 04 02 01 5ba0 c0 11 05 02 01 000100",
		"40 02 04 02 01 5ba0 c0 11 02 02 00",
		"40 02 04 02 01 5ba0 c0 11 06 07 01 00010001",
		"40 02 04 02 01 5ba0 c0 11 06 02 01 00000000",
		"40 02 04 02 01 5ba0 c0 12 06 00010001 0a00",
	};

	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		struct bgp_update u;
		u8 buf[64];

		decode_stream(streams[i], &old, &u, buf, sizeof(buf));
		assert_int_equal(u.out.verdict, BGP_DISCARD);
		assert_int_equal(u.attrs.present, KEEPS(AS_PATH));
	}
}

/* More than 255 octets need the extended length; AS4_PATH of an old speaker is passed on to another */
static void long_values(void **state)
{
	struct bgp_update u;
	u8 buf[1200], out[1200], path[64];
	int len;

	memset(buf, 0x11, sizeof(buf));
	unhex("d0 c8 0400", buf, sizeof(buf));
	bgp_attrs_decode(buf, 4 + 1024, &offline, &u);
	assert_int_equal(u.out.verdict, BGP_ACCEPT);
	len = bgp_attrs_encode(&u.attrs, &offline, out, sizeof(out));
	assert_int_equal(len, 4 + 1024);
	assert_hex(out, 4, "f0 c8 0400");
	decode_stream("40 02 04 02 01 5ba0 c0 11 06 02 01 00010001", &old, &u, path, sizeof(path));
	len = bgp_attrs_encode(&u.attrs, &old, out, sizeof(out));
	assert_hex(out, (size_t)len, "40 02 04 02 01 5ba0 c0 11 06 02 01 00010001");
}

static void copies_compare(void **state)
{
	static const char one[] = GOOD "c0 10 08 0602112233445566 c0 c8 02 abcd";
	static const char *const others[] = {
		GOOD "c0 10 08 0602112233445567 c0 c8 02 abcd",
		GOOD "c0 10 08 0602112233445566 c0 c8 02 abce",
		GOOD "c0 10 08 0602112233445566",
		GOOD "c0 10 08 0602112233445566 c0 c8 02 abcd 80 04 04 00000000",
		GOOD "e0 10 08 0602112233445566 c0 c8 02 abcd",
		"40 01 01 01" PATH REACH "c0 10 08 0602112233445566 c0 c8 02 abcd",
	};
	u8 bufs[2][256], mems[2][256];
	struct bgp_attrs a, b;
	struct bgp_update u;

	decode_stream(one, &offline, &u, bufs[0], sizeof(bufs[0]));
	bgp_attrs_copy(&a, &u.attrs, mems[0]);
	/* another order on the wire, the same attributes */
	decode_stream("c0 c8 02 abcd c0 10 08 0602112233445566" PATH ORIGIN REACH, &offline, &u,
		      bufs[1], sizeof(bufs[1]));
	bgp_attrs_copy(&b, &u.attrs, mems[1]);
	assert_true(bgp_attrs_equal(&a, &b));
	assert_int_equal(bgp_attrs_size(&a), bgp_attrs_size(&b));
	assert_memory_equal(mems[0], mems[1], bgp_attrs_size(&a));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		decode_stream(others[i], &offline, &u, bufs[1], sizeof(bufs[1]));
		bgp_attrs_copy(&b, &u.attrs, mems[1]);
		assert_false(bgp_attrs_equal(&a, &b));
	}
}

static struct evpn_nlri mac_route(unsigned int i)
{
	struct evpn_nlri n = {.type = EVPN_MACIP, .labels = 1};

	n.rd = rd_make_ip(0x0a000001, 1);
	store32(n.mac.b + 2, i);
	return n;
}

/* Thousands of routes: every message is full but within its limit, decodes, and nothing is lost. */
static void packing(void **state)
{
	static const struct {
		size_t max;
		bool add_path, withdraw;
	} runs[] = {
		{BGP_MAX_LEN, false, false},
		{BGP_MAX_LEN, true, false},
		{BGP_MAX_LEN_EXTENDED, false, false},
		{BGP_MAX_LEN, false, true},
		{BGP_MAX_LEN, true, true},
	};
	static u8 buf[BGP_MAX_LEN_EXTENDED];
	const struct ip_addr nh = ip_v4(0x0a000001);
	u8 attr_bytes[64];
	struct slice attrs = {attr_bytes, unhex(ORIGIN PATH, attr_bytes, sizeof(attr_bytes))};

	for (size_t r = 0; r < sizeof(runs) / sizeof(runs[0]); r++) {
		struct bgp_ctx ctx = {true, runs[r].add_path, BGP_PEER_UNKNOWN, runs[r].max};
		unsigned int sent = 0, received = 0, messages = 0;

		while (sent < 5000) {
			struct bgp_packer p;
			struct bgp_outcome out;
			struct bgp_header h;
			struct bgp_error err;
			struct bgp_update u;
			struct evpn_nlri n;
			struct evpn_iter it;
			size_t len;
			int added = 1;

			if (runs[r].withdraw)
				bgp_pack_unreach(&p, buf, sizeof(buf), &ctx);
			else
				bgp_pack_reach(&p, buf, sizeof(buf), &ctx, &nh, &attrs);
			while (sent < 5000 && added == 1) {
				n = mac_route(sent);
				n.path_id = sent;
				added = bgp_pack_add(&p, &n);
				assert_true(added >= 0);
				sent += added;
			}
			len = bgp_pack_end(&p);
			messages++;
			assert_true(len > 0 && len <= runs[r].max);
			if (sent < 5000) /* full: not even one more would have fitted */
				assert_true(len + 2 + 33 + 4 > runs[r].max);
			assert_int_equal(bgp_header_parse(buf, len, runs[r].max, &h, &err), 1);
			assert_int_equal(h.len, len);
			assert_int_equal(bgp_update_decode(buf + 19, len - 19, &ctx, &u),
					 BGP_ACCEPT);
			assert_int_equal(u.reach.present, !runs[r].withdraw);
			assert_int_equal(u.unreach.present, runs[r].withdraw);
			evpn_iter_init(&it, runs[r].withdraw ? &u.unreach.nlri : &u.reach.nlri,
				       runs[r].add_path, runs[r].withdraw);
			while (evpn_iter_next(&it, &n, &out)) {
				assert_int_equal(load32(n.mac.b + 2), received);
				assert_int_equal(n.path_id, runs[r].add_path ? received : 0);
				received++;
			}
		}
		assert_int_equal(received, 5000);
		assert_true(messages > 1);
	}
}

static void packing_refuses(void **state)
{
	const struct bgp_ctx ctx = {true, false, BGP_PEER_UNKNOWN, BGP_MAX_LEN};
	const struct ip_addr nh = ip_v4(0x0a000001);
	static u8 attr_bytes[5000], buf[BGP_MAX_LEN];
	struct slice attrs = {attr_bytes, 0};
	struct evpn_nlri n = mac_route(1), bad = {.type = EVPN_ES};
	struct bgp_packer p;

	bgp_pack_reach(&p, buf, sizeof(buf), &ctx, &nh, &attrs);
	assert_int_equal(bgp_pack_end(&p), 0);
	bgp_pack_reach(&p, buf, sizeof(buf), &ctx, &nh, &attrs);
	assert_int_equal(bgp_pack_add(&p, &bad), -EINVAL);
	assert_int_equal(bgp_pack_add(&p, &n), 1);
	assert_true(bgp_pack_end(&p) > 0);
	attrs.len = 4040; /* leaves too little for one route */
	bgp_pack_reach(&p, buf, sizeof(buf), &ctx, &nh, &attrs);
	assert_int_equal(bgp_pack_add(&p, &n), -EMSGSIZE);
	assert_int_equal(bgp_pack_end(&p), 0);
	attrs.len = 5000; /* leaves nothing */
	bgp_pack_reach(&p, buf, sizeof(buf), &ctx, &nh, &attrs);
	assert_int_equal(bgp_pack_add(&p, &n), -EMSGSIZE);
	assert_int_equal(bgp_pack_end(&p), 0);
}

/* RFC 7606 section 5.1: MP_REACH_NLRI comes first */
static void packed_octets(void **state)
{
	const struct bgp_ctx ctx = {true, false, BGP_PEER_UNKNOWN, BGP_MAX_LEN};
	struct ip_addr nh = ip_v4(0x0a000001);
	u8 attr_bytes[64], buf[BGP_MAX_LEN];
	struct slice attrs = {attr_bytes, unhex(ORIGIN PATH, attr_bytes, sizeof(attr_bytes))};
	struct evpn_nlri n = {.type = EVPN_ES, .orig = nh};
	struct bgp_packer p;
	size_t len;

	n.rd = rd_make_ip(0x0a000001, 1);
	esi_parse(&n.esi, "00:11:22:33:44:55:66:77:88:99");
	bgp_pack_reach(&p, buf, sizeof(buf), &ctx, &nh, &attrs);
	assert_int_equal(bgp_pack_add(&p, &n), 1);
	len = bgp_pack_end(&p);
	assert_hex(buf, len,
		   "ffffffffffffffffffffffffffffffff 004a 02 0000 0033 90 0e 0022 0019 46 04 "
		   "0a000001 00" RT4 ORIGIN PATH);
	bgp_pack_unreach(&p, buf, sizeof(buf), &ctx);
	bgp_pack_add(&p, &n);
	len = bgp_pack_end(&p);
	assert_hex(buf, len,
		   "ffffffffffffffffffffffffffffffff 0037 02 0000 0020 90 0f 001c 0019 46" RT4);
}

static void pmsi(void **state)
{
	struct bgp_pmsi p = {.type = PMSI_INGRESS_REPLICATION, .label = 100}, q;
	struct bgp_attrs a;
	u8 buf[64];
	size_t len;

	p.endpoint = ip_v4(0x0a000001);
	len = bgp_pmsi_encode(&p, buf, sizeof(buf));
	assert_hex(buf, len, "00 06 000064 0a000001");
	bgp_attrs_init(&a);
	assert_false(bgp_pmsi_get(&a, &q));
	a.pmsi = (struct slice){buf, len};
	assert_true(bgp_pmsi_get(&a, &q));
	assert_true(q.type == 6 && q.label == 100 && ip_equal(&q.endpoint, &p.endpoint));
	assert_int_equal(bgp_pmsi_encode(&p, buf, 8), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7606),
		cmocka_unit_test(error_data),
		cmocka_unit_test(framing),
		cmocka_unit_test(end_of_rib),
		cmocka_unit_test(judging),
		cmocka_unit_test(routes_with_attributes),
		cmocka_unit_test(attributes_alone),
		cmocka_unit_test(text),
		cmocka_unit_test(questions),
		cmocka_unit_test(two_octet_as),
		cmocka_unit_test(to_old_speaker),
		cmocka_unit_test(encode_order),
		cmocka_unit_test(copies_compare),
		cmocka_unit_test(packing),
		cmocka_unit_test(packing_refuses),
		cmocka_unit_test(packed_octets),
		cmocka_unit_test(pmsi),
		cmocka_unit_test(attribute_zero),
		cmocka_unit_test(pmsi_types),
		cmocka_unit_test(as4_malformed),
		cmocka_unit_test(long_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
