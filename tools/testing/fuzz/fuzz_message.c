// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole messages of any type through the header parser, the decoders and the JSON printer; an accepted
 * OPEN, encoded and decoded again, says the same. The input is a message from its marker on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp_json.h"
#include "bgp_msg.h"

#define CHECK(x)                                                                \
	do {                                                                    \
		if (!(x)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); \
			abort();                                                \
		}                                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check_open(const u8 *body, size_t len)
{
	static u8 again[BGP_MAX_LEN], third[BGP_MAX_LEN];
	struct bgp_error err = {0};
	struct bgp_open o, p;
	size_t n;

	if (bgp_open_decode(body, len, &o, &err)) {
		CHECK(err.code && err.reason[0]);
		return;
	}
	n = bgp_open_encode(&o, again, sizeof(again));
	CHECK(n >= BGP_MIN_OPEN);
	CHECK(!bgp_open_decode(again + BGP_HEADER_LEN, n - BGP_HEADER_LEN, &p, &err));
	CHECK(o.as == p.as && o.hold_time == p.hold_time && o.id == p.id);
	/* what was written once is written the same way again */
	CHECK(bgp_open_encode(&p, third, sizeof(third)) == n && !memcmp(again, third, n));
	CHECK(o.caps.mp_n == p.caps.mp_n && o.caps.gr_n == p.caps.gr_n &&
	      o.caps.add_path_n == p.caps.add_path_n && o.caps.llgr_n == p.caps.llgr_n &&
	      o.caps.ext_nh_n == p.caps.ext_nh_n && o.caps.as4 == p.caps.as4 &&
	      o.caps.gr == p.caps.gr && o.caps.llgr == p.caps.llgr &&
	      o.caps.refresh == p.caps.refresh && o.caps.ext_msg == p.caps.ext_msg &&
	      o.caps.enh_refresh == p.caps.enh_refresh && o.caps.role == p.caps.role);
}

static void check_others(u8 type, const u8 *body, size_t len)
{
	struct bgp_notification n;
	struct bgp_refresh r;
	struct bgp_error err = {0};

	if (type == BGP_NOTIFICATION)
		CHECK(!bgp_notification_decode(body, len, &n));
	if (type == BGP_ROUTE_REFRESH && bgp_refresh_decode(body, len, &r, &err))
		CHECK(err.code && err.reason[0]);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bgp_header h = {0};
	struct bgp_error err = {0};
	json_t *j = bgp_json_decode(data, size, false, NULL);

	CHECK(j && json_object_get(j, "type") && json_object_get(j, "verdict"));
	json_decref(j);
	if (bgp_header_parse(data, size, BGP_MAX_LEN, &h, &err) != 1)
		return 0;
	if (h.type == BGP_OPEN)
		check_open(data + BGP_HEADER_LEN, h.len - BGP_HEADER_LEN);
	else
		check_others(h.type, data + BGP_HEADER_LEN, h.len - BGP_HEADER_LEN);
	return 0;
}
