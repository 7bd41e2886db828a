// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `evpnctl decode` prints: types, verdicts, reasons, and the fields of every kind of route by name.
 * With --decode [--attributes] HEX it is a small decoder itself (decode_doc.sh).
 */
#include "hex.h"

#include "bgp_json.h"

#define MARKER "ffffffffffffffffffffffffffffffff "
#define ORIGIN_PATH "40 01 01 00 40 02 06 02 01 0000fde8 "
#define RD "0001 0a000001 0001 "
#define ESI "00112233445566778899 "
#define RT4 "04 17 " RD ESI "20 0a000001 "

static json_t *decoded(const char *hex, bool attributes)
{
	u8 buf[4096], *copy;
	size_t len = unhex(hex, buf, sizeof(buf));
	json_t *j;

	copy = malloc(len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, buf, len);
	j = bgp_json_decode(copy, len, attributes, NULL);
	free(copy);
	assert_non_null(j);
	return j;
}

static const char *string_at(json_t *j, const char *name)
{
	const char *s = json_string_value(json_object_get(j, name));

	return s ? s : "";
}

static const struct {
	const char *name, *hex, *type, *verdict, *reason;
} messages[] = {
	{"keepalive", MARKER "0013 04", "keepalive", "accept", ""},
	{"end of RIB", MARKER "001d 02 0000 0006 800f03 001946", "update", "accept", ""},
	{"open", MARKER "001d 01 04 fde8 005a 0a000001 00", "open", "accept", ""},
	{"open of version 3", MARKER "001d 01 03 fde8 005a 0a000001 00", "open", "reset",
	 "BGP version is 3, expected 4"},
	{"notification", MARKER "0019 03 0602 03 627965", "notification", "accept", ""},
	{"refresh", MARKER "0017 05 0019 00 46", "route-refresh", "accept", ""},
	{"refresh, BoRR of 5", MARKER "0018 05 0019 01 46 00", "route-refresh", "reset",
	 "expected 4"},
	{"nothing", "", "unknown", "reset", "0 octets are too few"},
	{"18 octets", MARKER "0013", "unknown", "reset", "18 octets are too few"},
	{"bad marker",
	 "fe"
	 "ffffffffffffffffffffffffffffff 0013 04",
	 "keepalive", "reset", "octet 0 of the marker is 0xfe"},
	{"bad type", MARKER "0013 09", "unknown", "reset", "message type 9"},
	{"truncated", MARKER "0017 02 0000 00", "update", "reset",
	 "the header says 23 octets, 22 are there"},
	{"something follows", MARKER "0013 04 00", "keepalive", "reset",
	 "the header says 19 octets, 20 are there"},
	{"length 20 of a keepalive", MARKER "0014 04 00", "keepalive", "reset", "length 20"},
	{"a route", MARKER "0049 02 0000 0032" ORIGIN_PATH "80 0e 22 0019 46 04 0a000001 00" RT4,
	 "update", "accept", ""},
	{"ORIGIN 7",
	 MARKER "0049 02 0000 0032 40 01 01 07 40 02 06 02 01 0000fde8"
		"80 0e 22 0019 46 04 0a000001 00" RT4,
	 "update", "withdraw", "value is 7"},
	{"unknown route type",
	 MARKER "0033 02 0000 001c" ORIGIN_PATH "80 0e 0c 0019 46 04 0a000001 00 63 01 00",
	 "update", "discard", "route type 99"},
	{"attributes overrun", MARKER "0017 02 0000 0001", "update", "reset", "longer than"},
};

static void verdicts(void **state)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		json_t *j = decoded(messages[i].hex, false);
		bool accepted = !strcmp(messages[i].verdict, "accept");

		print_message("# %s\n", messages[i].name);
		assert_string_equal(string_at(j, "type"), messages[i].type);
		assert_string_equal(string_at(j, "verdict"), messages[i].verdict);
		assert_int_equal(json_object_get(j, "reason") == NULL, accepted);
		assert_non_null(strstr(string_at(j, "reason"), messages[i].reason));
		assert_int_equal(json_object_get(j, "notification") != NULL,
				 !strcmp(messages[i].verdict, "reset"));
		if (!strcmp(messages[i].type, "update") && strcmp(messages[i].name, "truncated")) {
			assert_true(json_is_object(json_object_get(j, "attributes")));
			assert_true(json_is_array(json_object_get(j, "nlri")));
		}
		json_decref(j);
	}
}

/* @nlri: type and length included; @json: the entry of "nlri" */
static const struct {
	const char *nlri, *json;
} routes[] = {
	{"01 19" RD ESI "ffffffff 000000",
	 "{\"action\":\"reach\",\"type\":1,\"name\":\"ethernet-ad\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"00:11:22:33:44:55:66:77:88:99\",\"etag\":4294967295,\"label\":0}"},
	{"02 21" RD ESI "00000000 30 020000000001 00 0003e9",
	 "{\"action\":\"reach\",\"type\":2,\"name\":\"mac-ip\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"00:11:22:33:44:55:66:77:88:99\",\"etag\":0,\"mac\":\"02:00:00:00:00:01\","
	 "\"ip\":null,\"label1\":1001,\"label2\":null}"},
	{"02 34" RD ESI
	 "000640c8 30 020000000001 80 20010db8000000000000000000000005 0003e9 0007d1",
	 "{\"action\":\"reach\",\"type\":2,\"name\":\"mac-ip\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"00:11:22:33:44:55:66:77:88:99\",\"etag\":409800,"
	 "\"mac\":\"02:00:00:00:00:01\",\"ip\":\"2001:db8::5\",\"label1\":1001,\"label2\":2001}"},
	{"03 11" RD "00000000 20 0a000001",
	 "{\"action\":\"reach\",\"type\":3,\"name\":\"inclusive-multicast\",\"rd\":\"10.0.0.1:1\","
	 "\"etag\":0,\"originator\":\"10.0.0.1\"}"},
	{"04 23" RD ESI "80 20010db8000000000000000000000001",
	 "{\"action\":\"reach\",\"type\":4,\"name\":\"ethernet-segment\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"00:11:22:33:44:55:66:77:88:99\",\"originator\":\"2001:db8::1\"}"},
	{"05 22" RD "00000000000000000000 00000000 18 0a010200 0a000009 0003e9",
	 "{\"action\":\"reach\",\"type\":5,\"name\":\"ip-prefix\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"00:00:00:00:00:00:00:00:00:00\",\"etag\":0,\"prefix\":\"10.1.2.0\","
	 "\"prefix-length\":24,\"gateway\":\"10.0.0.9\",\"label\":1001}"},
	{"06 18" RD "00000000 00 20 ef010101 20 0a000001 06",
	 "{\"action\":\"reach\",\"type\":6,\"name\":\"selective-multicast\",\"rd\":\"10.0.0.1:1\","
	 "\"etag\":0,\"source\":null,\"group\":\"239.1.1.1\",\"originator\":\"10.0.0.1\","
	 "\"flags\":6,\"versions\":[\"igmpv2\",\"igmpv3\"],\"exclude\":false}"},
	{"07 26" RD ESI "00000064 20 c0000207 20 ef010101 20 0a000001 0c",
	 "{\"action\":\"reach\",\"type\":7,\"name\":\"join-sync\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"00:11:22:33:44:55:66:77:88:99\",\"etag\":100,\"source\":\"192.0.2.7\","
	 "\"group\":\"239.1.1.1\",\"originator\":\"10.0.0.1\",\"flags\":12,"
	 "\"versions\":[\"igmpv3\"],\"exclude\":true}"},
	{"08 27" RD ESI "00000064 00 20 ef010101 20 0a000001 00000000 0a 02",
	 "{\"action\":\"reach\",\"type\":8,\"name\":\"leave-sync\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"00:11:22:33:44:55:66:77:88:99\",\"etag\":100,\"source\":null,"
	 "\"group\":\"239.1.1.1\",\"originator\":\"10.0.0.1\",\"reserved\":0,"
	 "\"max-response-time\":10,\"old-layout\":false,\"flags\":2,\"versions\":[\"igmpv2\"],"
	 "\"exclude\":false}"},
	{"08 26" RD ESI "00000064 00 20 ef010101 20 0a000001 00000000 02",
	 "{\"action\":\"reach\",\"type\":8,\"name\":\"leave-sync\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"00:11:22:33:44:55:66:77:88:99\",\"etag\":100,\"source\":null,"
	 "\"group\":\"239.1.1.1\",\"originator\":\"10.0.0.1\",\"reserved\":0,"
	 "\"max-response-time\":null,\"old-layout\":true,\"flags\":2,\"versions\":[\"igmpv2\"],"
	 "\"exclude\":false}"},
	{"09 14" RD "00000064 0009fde800000000",
	 "{\"action\":\"reach\",\"type\":9,\"name\":\"per-region-i-pmsi\",\"rd\":\"10.0.0.1:1\","
	 "\"etag\":100,\"region\":\"0009fde800000000\"}"},
	{"0a 13" RD "00000064 00 00 20 0a000001",
	 "{\"action\":\"reach\",\"type\":10,\"name\":\"s-pmsi\",\"rd\":\"10.0.0.1:1\",\"etag\":100,"
	 "\"source\":null,\"group\":null,\"originator\":\"10.0.0.1\"}"},
	{"0b 1b 09 14" RD "00000064 0009fde800000000 20 0a000002",
	 "{\"action\":\"reach\",\"type\":11,\"name\":\"leaf-ad\",\"route-key\":{\"type\":9,"
	 "\"name\":\"per-region-i-pmsi\",\"rd\":\"10.0.0.1:1\",\"etag\":100,"
	 "\"region\":\"0009fde800000000\"},\"originator\":\"10.0.0.2\"}"},
	{"63 02 abcd",
	 "{\"action\":\"reach\",\"type\":99,\"name\":\"unknown\",\"value\":\"abcd\","
	 "\"verdict\":\"discard\",\"reason\":\"EVPN route type 99 is unknown, the route is left "
	 "out\"}"},
	{"04 17" RD "ffffffffffffffffffff 20 0a000001",
	 "{\"action\":\"reach\",\"type\":4,\"name\":\"ethernet-segment\",\"rd\":\"10.0.0.1:1\","
	 "\"esi\":\"ff:ff:ff:ff:ff:ff:ff:ff:ff:ff\",\"originator\":\"10.0.0.1\","
	 "\"verdict\":\"withdraw\",\"reason\":\"EVPN route type 4: ESI is "
	 "ff:ff:ff:ff:ff:ff:ff:ff:ff:ff, which is reserved\"}"},
};

static void every_route(void **state)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		char hex[1024];
		u8 value[300];
		json_t *j, *list;
		char *text;
		size_t len = unhex(routes[i].nlri, value, sizeof(value));

		snprintf(hex, sizeof(hex), ORIGIN_PATH "90 0e %04zx 0019 46 04 0a000001 00 %s",
			 len + 9, routes[i].nlri);
		j = decoded(hex, true);
		list = json_object_get(j, "nlri");
		assert_int_equal(json_array_size(list), 1);
		text = json_dumps(json_array_get(list, 0), JSON_COMPACT);
		assert_string_equal(text, routes[i].json);
		free(text);
		json_decref(j);
	}
}

static void withdrawn(void **state)
{
	json_t *j = decoded("80 0f 1c 0019 46" RT4, true), *n;

	n = json_array_get(json_object_get(j, "nlri"), 0);
	assert_string_equal(string_at(n, "action"), "unreach");
	assert_int_equal(json_integer_value(json_object_get(n, "type")), 4);
	assert_string_equal(string_at(j, "verdict"), "accept");
	json_decref(j);
}

static const struct {
	const char *attrs, *name, *json;
} attributes[] = {
	{"40 01 01 01", "origin", "\"egp\""},
	{"40 02 10 02 01 0000fde8 01 02 00000001 00000002", "as-path",
	 "[{\"type\":\"sequence\",\"as\":[65000]},{\"type\":\"set\",\"as\":[1,2]}]"},
	{"40 03 04 0a000001", "next-hop", "\"10.0.0.1\""},
	{"80 04 04 00000007", "med", "7"},
	{"40 05 04 00000064", "local-pref", "100"},
	{"40 06 00", "atomic-aggregate", "true"},
	{"c0 07 08 0000fde8 0a000001", "aggregator", "{\"as\":65000,\"id\":\"10.0.0.1\"}"},
	{"c0 08 08 fde80001 ffff0006", "community", "[\"65000:1\",\"65535:6\"]"},
	{"80 09 04 0a000001", "originator-id", "\"10.0.0.1\""},
	{"80 0a 08 0a000001 0a000002", "cluster-list", "[\"10.0.0.1\",\"10.0.0.2\"]"},
	{"c0 16 09 00 06 000064 0a000001", "pmsi-tunnel",
	 "{\"type\":6,\"name\":\"ingress-replication\",\"flags\":0,\"label\":100,"
	 "\"endpoint\":\"10.0.0.1\"}"},
	{"c0 20 0c 0000fde8 00000001 00000002", "large-community", "[\"65000:1:2\"]"},
	{"c0 23 04 0000fde8", "only-to-customer", "65000"},
	{"c0 28 04 05 0001 00", "prefix-sid", "\"05000100\""},
	{"c0 c8 02 abcd", "unknown", "[{\"code\":200,\"flags\":192,\"value\":\"abcd\"}]"},
	{"c0 10 08 0002fde800000001", "ext-community",
	 "[{\"kind\":\"route-target\",\"value\":\"65000:1\",\"octets\":\"0002fde800000001\"}]"},
	{"c0 10 08 0602112233445566", "ext-community",
	 "[{\"kind\":\"es-import\",\"mac\":\"11:22:33:44:55:66\",\"octets\":\"0602112233445566\"}]"},
	{"c0 10 08 06060284000000c8", "ext-community",
	 "[{\"kind\":\"df-election\",\"algorithm\":\"highest-preference\",\"algorithm-number\":2,"
	 "\"capabilities\":33792,\"dont-preempt\":true,\"ac-df\":false,\"time-sync\":false,"
	 "\"port-mode\":true,\"preference\":200,\"octets\":\"06060284000000c8\"}]"},
	{"c0 10 08 0601010000000641", "ext-community",
	 "[{\"kind\":\"esi-label\",\"flags\":1,\"single-active\":true,\"split-horizon\":\"default\","
	 "\"label\":1601,\"octets\":\"0601010000000641\"}]"},
	{"c0 10 08 0604000205dc0000", "ext-community",
	 "[{\"kind\":\"l2-attributes\",\"flags\":2,\"primary\":true,\"backup\":false,"
	 "\"control-word\":false,\"mtu\":1500,\"octets\":\"0604000205dc0000\"}]"},
	{"c0 10 08 0600010000000007", "ext-community",
	 "[{\"kind\":\"mac-mobility\",\"sequence\":7,\"sticky\":true,"
	 "\"octets\":\"0600010000000007\"}]"},
	{"c0 10 08 030c000000000008", "ext-community",
	 "[{\"kind\":\"encapsulation\",\"tunnel\":8,\"name\":\"vxlan\","
	 "\"octets\":\"030c000000000008\"}]"},
	{"c0 10 08 060fed0037808000", "ext-community",
	 "[{\"kind\":\"service-carving-time\",\"seconds\":3976214400,\"fraction\":32768,"
	 "\"octets\":\"060fed0037808000\"}]"},
	{"c0 10 08 060afde800000001", "ext-community",
	 "[{\"kind\":\"evi-rt\",\"value\":\"65000:1\",\"octets\":\"060afde800000001\"}]"},
	{"c0 10 08 0608030000000000", "ext-community",
	 "[{\"kind\":\"arp-nd\",\"flags\":3,\"router\":true,\"override\":true,\"immutable\":false,"
	 "\"octets\":\"0608030000000000\"}]"},
	{"c0 10 08 0609004300000000", "ext-community",
	 "[{\"kind\":\"multicast-flags\",\"flags\":67,\"igmp-proxy\":true,\"mld-proxy\":true,"
	 "\"oism\":false,\"peg\":false,\"meg\":false,\"ipmg\":true,\"segmentation\":false,"
	 "\"sbd\":false,\"octets\":\"0609004300000000\"}]"},
	{"c0 10 08 030b000000000064", "ext-community",
	 "[{\"kind\":\"color\",\"color\":100,\"octets\":\"030b000000000064\"}]"},
	{"c0 10 08 030d000000000000", "ext-community",
	 "[{\"kind\":\"default-gateway\",\"octets\":\"030d000000000000\"}]"},
	{"c0 10 08 0605010000000064", "ext-community",
	 "[{\"kind\":\"e-tree\",\"flags\":1,\"leaf\":true,\"label\":100,"
	 "\"octets\":\"0605010000000064\"}]"},
	{"c0 10 08 0607000064000000", "ext-community",
	 "[{\"kind\":\"i-sid\",\"i-sid\":100,\"octets\":\"0607000064000000\"}]"},
	{"c0 10 08 060e000000000064", "ext-community",
	 "[{\"kind\":\"attachment-circuit\",\"etag\":100,\"octets\":\"060e000000000064\"}]"},
	{"c0 16 0d 00 03 000064 0a000001 e8000001", "pmsi-tunnel",
	 "{\"type\":3,\"name\":\"pim-ssm\",\"flags\":0,\"label\":100,"
	 "\"id\":\"0a000001e8000001\"}"},
	{"c0 17 08 0008 0004 04 02 0000", "tunnel-encapsulation", "\"0008000404020000\""},
	{"c0 19 14 0002200100000000000000000000000000000001", "ipv6-ext-community",
	 "[\"0002200100000000000000000000000000000001\"]"},
	{"80 1a 0b 01 000b 0000000000000001", "aigp", "\"01000b0000000000000001\""},
	{"c0 24 02 0102", "d-path", "\"0102\""},
	{"80 0e 0d 0001 01 04 0a000001 00 18 c00002", "mp-reach",
	 "{\"afi\":1,\"safi\":1,\"family\":\"ipv4-unicast\",\"next-hop\":\"10.0.0.1\","
	 "\"nlri\":\"18c00002\"}"},
	{"c0 10 08 ff99112233445566", "ext-community",
	 "[{\"kind\":\"unknown\",\"octets\":\"ff99112233445566\"}]"},
};

static void every_attribute(void **state)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		json_t *j = decoded(attributes[i].attrs, true), *v;
		char *text;

		assert_string_equal(string_at(j, "type"), "attributes");
		assert_string_equal(string_at(j, "verdict"),
				    strcmp(attributes[i].name, "mp-reach") ? "accept" : "withdraw");
		v = json_object_get(json_object_get(j, "attributes"), attributes[i].name);
		assert_non_null(v);
		text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_string_equal(text, attributes[i].json);
		free(text);
		json_decref(j);
	}
}

/* Every truncation of a message of every sort gives an answer, and it is a reset. */
static void truncations(void **state)
{
	static const char *const whole[] = {
		MARKER "0049 02 0000 0032" ORIGIN_PATH "80 0e 22 0019 46 04 0a000001 00" RT4,
		MARKER "001d 01 04 fde8 005a 0a000001 00",
		MARKER "0019 03 0602 03 627965",
		MARKER "0017 05 0019 00 46",
	};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		u8 buf[128];
		size_t len = unhex(whole[i], buf, sizeof(buf));

		for (size_t n = 0; n < len; n++) {
			u8 *copy = malloc(n ? n : 1);
			json_t *j;

			assert_non_null(copy);
			memcpy(copy, buf, n);
			j = bgp_json_decode(copy, n, false, NULL);
			assert_string_equal(string_at(j, "verdict"), "reset");
			assert_true(string_at(j, "reason")[0]);
			json_decref(j);
			free(copy);
		}
	}
}

static void open_fields(void **state)
{
	json_t *j = decoded(MARKER "003b 01 04 5ba0 0009 c0000201 1e 0206 0104 00190046 0202 0200 "
				   "0206 4104 fa56ea00 0208 4006 8078 001946 80",
			    false),
	       *caps;
	char *text;

	assert_string_equal(string_at(j, "verdict"), "accept");
	assert_int_equal(json_integer_value(json_object_get(j, "as")), 4200000000u);
	assert_string_equal(string_at(j, "id"), "192.0.2.1");
	caps = json_object_get(j, "capabilities");
	text = json_dumps(caps, JSON_COMPACT);
	assert_string_equal(
		text,
		"{\"multiprotocol\":[{\"afi\":25,\"safi\":70,\"family\":\"l2vpn-evpn\"}],"
		"\"route-refresh\":true,\"enhanced-route-refresh\":false,\"extended-message\":false,"
		"\"four-octet-as\":4200000000,\"graceful-restart\":{\"restarting\":true,"
		"\"notification\":false,\"time\":120,\"families\":[{\"afi\":25,\"safi\":70,"
		"\"family\":\"l2vpn-evpn\",\"forwarding\":true}]}}");
	free(text);
	json_decref(j);
}

static void every_capability(void **state)
{
	static const struct {
		const char *capability, *name, *json;
	} caps[] = {
		{"0506 0019 0046 0002", "extended-next-hop",
		 "[{\"afi\":25,\"safi\":70,\"family\":\"l2vpn-evpn\",\"next-hop-afi\":2}]"},
		{"0600", "extended-message", "true"},
		{"0200", "route-refresh", "true"},
		{"8000", "route-refresh", "true"},
		{"4600", "enhanced-route-refresh", "true"},
		{"0901 03", "role", "\"customer\""},
		{"0901 09", "role", "9"},
		{"4504 001946 03", "add-path",
		 "[{\"afi\":25,\"safi\":70,\"family\":\"l2vpn-evpn\",\"mode\":\"both\"}]"},
		{"4707 001946 80 015180", "long-lived-graceful-restart",
		 "[{\"afi\":25,\"safi\":70,\"family\":\"l2vpn-evpn\",\"forwarding\":true,"
		 "\"stale-time\":86400}]"},
		{"4908 03 706531 03 6c6162", "fqdn", "{\"host\":\"pe1\",\"domain\":\"lab\"}"},
		{"c800", "unknown", "[200]"},
	};

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		char hex[256];
		u8 value[64];
		size_t len = unhex(caps[i].capability, value, sizeof(value));
		char *text;
		json_t *j;

		snprintf(hex, sizeof(hex), MARKER "%04zx 01 04 fde8 005a 0a000001 %02zx 02%02zx %s",
			 31 + len, len + 2, len, caps[i].capability);
		j = decoded(hex, false);
		assert_string_equal(string_at(j, "verdict"), "accept");
		text = json_dumps(json_object_get(json_object_get(j, "capabilities"), caps[i].name),
				  JSON_COMPACT | JSON_ENCODE_ANY);
		assert_non_null(text);
		assert_string_equal(text, caps[i].json);
		free(text);
		json_decref(j);
	}
}

/* IPv4 routes around the attributes, path identifiers, an old speaker's AS path */
static void other_contexts(void **state)
{
	const struct bgp_ctx paths = {true, true, BGP_PEER_UNKNOWN, BGP_MAX_LEN};
	const struct bgp_ctx old = {false, false, BGP_PEER_UNKNOWN, BGP_MAX_LEN};
	json_t *j, *n;
	char *text;
	u8 buf[256];
	size_t len;

	j = decoded(MARKER "002d 02 0004 18c00002 000e 40 01 01 00 40 02 00 40 03 04 0a000001"
			   "18 c63364",
		    false);
	assert_string_equal(string_at(j, "verdict"), "accept");
	assert_string_equal(string_at(j, "ipv4-withdrawn"), "18c00002");
	assert_string_equal(string_at(j, "ipv4-nlri"), "18c63364");
	json_decref(j);

	len = unhex(ORIGIN_PATH "80 0e 26 0019 46 04 0a000001 00 00000007" RT4, buf, sizeof(buf));
	j = bgp_json_decode(buf, len, true, &paths);
	assert_string_equal(string_at(j, "verdict"), "accept");
	n = json_array_get(json_object_get(j, "nlri"), 0);
	assert_int_equal(json_integer_value(json_object_get(n, "path-id")), 7);
	json_decref(j);

	len = unhex("40 02 04 02 01 5ba0 c0 11 06 02 01 00010001 c0 07 06 5ba0 0a000001"
		    "c0 12 08 00010001 0a000001",
		    buf, sizeof(buf));
	j = bgp_json_decode(buf, len, true, &old);
	text = json_dumps(json_object_get(j, "attributes"), JSON_COMPACT);
	assert_string_equal(text, "{\"as-path\":[{\"type\":\"sequence\",\"as\":[23456]}],"
				  "\"aggregator\":{\"as\":23456,\"id\":\"10.0.0.1\"},"
				  "\"as4-path\":[{\"type\":\"sequence\",\"as\":[65537]}],"
				  "\"as4-aggregator\":{\"as\":65537,\"id\":\"10.0.0.1\"}}");
	free(text);
	json_decref(j);
}

static void hex_texts(void **state)
{
	static const struct {
		const char *text, *hex, *reason;
	} texts[] = {
		{"0102AbcD", "0102abcd", NULL},
		{"01:02-03 04\n05\t0x06 0X07", "01020304050607", NULL},
		{"0x0102", "0102", NULL},
		{"00x1", NULL, "'x' at position 3"},
		{"", NULL, "no hexadecimal digits"},
		{" \n", NULL, "no hexadecimal digits"},
		{"012", NULL, "odd"},
		{"01zz", NULL, "'z' at position 3"},
		{"01\x01", NULL, "octet 0x01 at position 3"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t room = strlen(texts[i].text) / 2, len = 0;
		u8 *out = malloc(room ? room : 1);
		char reason[128] = "";

		assert_non_null(out);
		if (texts[i].hex) {
			assert_int_equal(bgp_hex_parse(texts[i].text, out, &len, reason, 128), 0);
			assert_hex(out, len, texts[i].hex);
		} else {
			assert_int_not_equal(bgp_hex_parse(texts[i].text, out, &len, reason, 128),
					     0);
			assert_non_null(strstr(reason, texts[i].reason));
		}
		free(out);
	}
}

static int decoder(const char *hex, bool attrs)
{
	u8 *bytes = malloc(strlen(hex) / 2 + 1);
	char reason[128];
	size_t len;
	json_t *j;

	if (!bytes || bgp_hex_parse(hex, bytes, &len, reason, sizeof(reason)))
		return 1;
	j = bgp_json_decode(bytes, len, attrs, NULL);
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
	free(bytes);
	return 0;
}

/* What is unusual and right is kept; what no PE can be is not. */
static void judged(void **state)
{
	static const struct {
		const char *hex;
		const char *verdict;
	} unusual[] = {
		/* RT-1 per EVI of a single-homed circuit, RFC 8214 */
		{"ffffffffffffffffffffffffffffffff005f0200000048800e2400194604c00002020001"
		 "190001c0000202000100000000000000000000000000640186a140010100400200400504"
		 "00000064c010100002fde8000000010604000205dc0000",
		 "accept"},
		/* RT-3 with a PMSI tunnel of BIER */
		{"ffffffffffffffffffffffffffffffff005b0200000044800e1c00194604c00002020003"
		 "110001c000020200010000000020c00002024001010040020040050400000064c0160900"
		 "0b0000640a000001c010080002fde800000001",
		 "accept"},
		/* RT-3 with a PMSI tunnel type 13 */
		{"ffffffffffffffffffffffffffffffff005b0200000044800e1c00194604c00002020003"
		 "110001c000020200010000000020c00002024001010040020040050400000064c0160900"
		 "0d0000640a000001c010080002fde800000001",
		 "accept"},
		/* RT-4 of 0.0.0.0 */
		{"ffffffffffffffffffffffffffffffff005d0200000046800e2200194604c00002020004"
		 "17000100000000000003443839ffff010000012000000000400101004002004005040000"
		 "0064c010100602443839ffff010606020000007fff",
		 "withdraw"},
		/* next hop 127.0.0.1 */
		{"ffffffffffffffffffffffffffffffff005d0200000046800e22001946047f0000010004"
		 "170001c0000202000003443839ffff0100000120c0000202400101004002004005040000"
		 "0064c010100602443839ffff010606020000007fff",
		 "withdraw"},
		/* next hops 2001:db8::2 and fe80::2 */
		{"ffffffffffffffffffffffffffffffff00790200000062800e3e0019462020010db80000"
		 "00000000000000000002fe8000000000000000000000000000020004170001c000020200"
		 "0003443839ffff0100000120c00002024001010040020040050400000064c01010060244"
		 "3839ffff010606020000007fff",
		 "accept"},
	};

	for (size_t i = 0; i < sizeof(unusual) / sizeof(unusual[0]); i++) {
		u8 bytes[BGP_MAX_LEN];
		json_t *j = bgp_json_decode(bytes, unhex(unusual[i].hex, bytes, sizeof(bytes)),
					    false, NULL);

		assert_string_equal(json_string_value(json_object_get(j, "verdict")),
				    unusual[i].verdict);
		json_decref(j);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),	    cmocka_unit_test(every_route),
		cmocka_unit_test(withdrawn),	    cmocka_unit_test(every_attribute),
		cmocka_unit_test(truncations),	    cmocka_unit_test(open_fields),
		cmocka_unit_test(every_capability), cmocka_unit_test(other_contexts),
		cmocka_unit_test(hex_texts),	    cmocka_unit_test(judged),
	};

	if (argc >= 3 && !strcmp(argv[1], "--decode"))
		return decoder(argv[argc - 1], argc == 4 && !strcmp(argv[2], "--attributes"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
