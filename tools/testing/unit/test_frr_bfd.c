// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_frr_bfd.c - sessions out of what bfdd prints, and which of them tells of an address. The text is
 * that of FRR 8.4.4.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frr_bfd.h"

#define UP \
	"{\"multihop\":true,\"peer\":\"192.0.2.2\",\"local\":\"192.0.2.1\",\"vrf\":\"default\",\"id\":3839293971,\"remote-id\":7,\"passive-mode\":false,\"minimum-ttl\":254,\"status\":\"up\",\"uptime\":7,\"diagnostic\":\"ok\",\"remote-diagnostic\":\"ok\",\"receive-interval\":100,\"transmit-interval\":50,\"detect-multiplier\":5,\"remote-receive-interval\":200,\"remote-transmit-interval\":300,\"remote-detect-multiplier\":4}"
#define DEAD \
	"{\"multihop\":false,\"peer\":\"192.0.2.2\",\"interface\":\"wire\",\"vrf\":\"default\",\"status\":\"down\",\"downtime\":3,\"diagnostic\":\"control detection time expired\",\"remote-diagnostic\":\"neighbor signaled session down\"}"
#define SHUT \
	"{\"multihop\":false,\"peer\":\"2001:db8::2\",\"vrf\":\"default\",\"status\":\"shutdown\"}"
#define RED "{\"multihop\":false,\"peer\":\"192.0.2.9\",\"vrf\":\"red\",\"status\":\"up\"}"

static struct ip_addr ip(const char *text)
{
	struct ip_addr a = {0};

	if (*text)
		assert_int_equal(ip_parse(&a, text), 0);
	return a;
}

static void fields(void **state)
{
	struct frr_bfd *list;
	size_t n;

	assert_int_equal(frr_bfd_parse("[" UP "," DEAD "," SHUT "," RED "]\n", &list, &n), 0);
	assert_int_equal(n, 3); /* without the VRF's */
	assert_true(list[0].multihop);
	assert_int_equal(list[0].state, BFD_UP);
	assert_int_equal(list[0].seconds, 7);
	assert_int_equal(list[0].remote_mult, 4);
	assert_int_equal(list[0].interval_us, 200000);	 /* the other one takes no more */
	assert_int_equal(list[0].detection_us, 1200000); /* the other one sends no more */
	assert_true(ip_is_none(&list[1].local));
	assert_string_equal(list[1].ifname, "wire");
	assert_int_equal(list[1].state, BFD_DOWN);
	assert_int_equal(list[1].diag, BFD_DIAG_TIMEOUT);
	assert_int_equal(list[1].remote_diag, BFD_DIAG_NEIGHBOR_DOWN);
	assert_int_equal(list[1].seconds, 3);
	assert_true(list[2].shutdown);
	assert_int_equal(list[2].state, BFD_ADMIN_DOWN);
	free(list);
}

static void nothing(void **state)
{
	struct frr_bfd *list;
	size_t n;

	assert_int_equal(frr_bfd_parse("[]", &list, &n), 0);
	assert_int_equal(n, 0);
	assert_null(list);
	assert_int_equal(frr_bfd_parse("", &list, &n), -EINVAL);
	assert_int_equal(frr_bfd_parse("{}", &list, &n), -EINVAL);
	assert_int_equal(frr_bfd_parse("[{\"peer\":\"somebody\"}]", &list, &n), -EINVAL);
	assert_null(list);
	/* numbers that make no sense are cut, not multiplied past their type */
	assert_int_equal(frr_bfd_parse("[{\"peer\":\"192.0.2.2\",\"transmit-interval\":-5,"
				       "\"remote-transmit-interval\":99999999999999,"
				       "\"remote-detect-multiplier\":70000}]",
				       &list, &n),
			 0);
	assert_int_equal(list->interval_us, 0);
	assert_int_equal(list->remote_mult, 255);
	assert_int_equal(list->detection_us, 255ULL * (UINT32_MAX / 1000) * 1000);
	free(list);
}

static bool found(const struct frr_bfd *list, size_t n, const char *remote, const char *local,
		  const char *ifname, enum bfd_state state)
{
	struct ip_addr r = ip(remote), l = ip(local);
	const struct frr_bfd *b = frr_bfd_find(list, n, &r, &l, ifname);

	return b && b->state == state;
}

static void which(void **state)
{
	struct frr_bfd *list;
	struct ip_addr none = ip(""), other = ip("192.0.2.3");
	size_t n;

	assert_int_equal(frr_bfd_parse("[" DEAD "," UP "," SHUT "]", &list, &n), 0);
	/* one of two is up: the address is alive */
	assert_true(found(list, n, "192.0.2.2", "", "", BFD_UP));
	assert_true(found(list, n, "192.0.2.2", "192.0.2.1", "", BFD_UP));
	/* an address of ours that the session does not have */
	assert_true(found(list, n, "192.0.2.2", "192.0.2.7", "", BFD_DOWN));
	/* bound to a device */
	assert_true(found(list, n, "192.0.2.2", "", "wire", BFD_DOWN));
	assert_true(found(list, n, "2001:db8::2", "", "", BFD_ADMIN_DOWN));
	assert_null(frr_bfd_find(list, n, &other, &none, ""));
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(nothing),
		cmocka_unit_test(which),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
