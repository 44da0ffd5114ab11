/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/net/forwarded.h"

#include "common/base/attr.h"
#include "tests/lib/check.h"

static struct peer peer_at(const char *address)
{
	struct peer peer = {.local = false};

	memcpy(peer.address, address, strlen(address) + 1);
	return peer;
}

/* Who it is when @from sends @header and 10.0.0.0/8 and 2001:db8:5::/48 are ours. */
static void check_peer(const char *from, const char *header, const char *want)
{
	struct net_range rows[2];
	struct net_ranges ranges = {rows, 2};
	struct peer peer = peer_at(from);

	check_ok(net_range_parse("10.0.0.0/8", &rows[0]));
	check_ok(net_range_parse("2001:db8:5::/48", &rows[1]));
	bool changed = forwarded_peer(&ranges, bytes_text(header), &peer);

	assert_string_equal(peer.address, want);
	assert_int_equal(changed, strcmp(from, want) != 0);
}

static void ranges_are_read_strictly(void **state)
{
	static const char *const bad[] = {
		"",
		"chat",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0/8",
		"::1/129",
		"10.0.0.0/8x",
		"/8",
		"10.0.0.0/0008",
		"[::1]",
		"127.0.0.1 ",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999",
	};
	static const char *const good[] = {"127.0.0.1",   "10.0.0.0/8", "0.0.0.0/0",
					   "::1",         "::/0",       "2001:db8::/32",
					   "192.0.2.1/32"};
	struct net_range range;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		check_err(net_range_parse(bad[i], &range), ERR_BAD);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		check_ok(net_range_parse(good[i], &range));
	}
}

static void a_range_ends_at_its_last_bit(void **state)
{
	struct net_range row;
	struct net_ranges one = {&row, 1}, none = {NULL, 0};

	check_ok(net_range_parse("192.0.2.64/27", &row));
	assert_true(net_ranges_have(&one, "192.0.2.64"));
	assert_true(net_ranges_have(&one, "192.0.2.95"));
	assert_false(net_ranges_have(&one, "192.0.2.96"));
	assert_false(net_ranges_have(&one, "192.0.2.63"));
	assert_false(net_ranges_have(&one, "::1"));
	assert_false(net_ranges_have(&one, ""));
	assert_false(net_ranges_have(&none, "192.0.2.64"));
	check_ok(net_range_parse("0.0.0.0/0", &row));
	assert_true(net_ranges_have(&one, "203.0.113.9"));
	assert_false(net_ranges_have(&one,
				     "2001:db8::1")); /* not all addresses, all of IPv4 */
}

static void a_stranger_is_who_it_is_whatever_it_writes(void **state)
{
	check_peer("192.0.2.1", "203.0.113.1", "192.0.2.1");
	check_peer("192.0.2.1", "10.0.0.1", "192.0.2.1");
}

static void the_client_is_the_last_address_that_is_no_proxy(void **state)
{
	check_peer("10.0.0.1", "203.0.113.1", "203.0.113.1");
	check_peer("10.0.0.1", "1.1.1.1, 203.0.113.1", "203.0.113.1");
	check_peer("10.0.0.1", "1.1.1.1,203.0.113.1 ,\t10.2.3.4", "203.0.113.1");
	check_peer("2001:db8:5::9", "2001:db8::1", "2001:db8::1");
	check_peer("10.0.0.1", "10.0.0.2, 10.0.0.3",
		   "10.0.0.2"); /* nobody else is there */
}

static void ports_and_brackets_are_taken_off(void **state)
{
	check_peer("10.0.0.1", "203.0.113.1:4711", "203.0.113.1");
	check_peer("10.0.0.1", "[2001:DB8::1]", "2001:db8::1");
	check_peer("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1");
	check_peer("10.0.0.1", "::ffff:203.0.113.1", "203.0.113.1");
}

static void what_is_no_address_ends_the_search(void **state)
{
	check_peer("10.0.0.1", "", "10.0.0.1");
	check_peer("10.0.0.1", "unknown", "10.0.0.1");
	check_peer("10.0.0.1", "203.0.113.1, unknown", "10.0.0.1");
	check_peer("10.0.0.1", "203.0.113.1, _hidden, 10.0.0.2", "10.0.0.2");
	check_peer("10.0.0.1", ",,,", "10.0.0.1");
	check_peer("10.0.0.1", "[::1", "10.0.0.1");
	check_peer("10.0.0.1", "]", "10.0.0.1");
}

static void the_unix_socket_has_no_proxies(void **state)
{
	struct net_range all;
	struct net_ranges ranges = {&all, 1};
	struct peer peer = {.local = true, .uid = 7};

	check_ok(net_range_parse("::/0", &all));
	assert_false(forwarded_peer(&ranges, bytes_text("203.0.113.1"), &peer));
	assert_string_equal(peer.address, "");
}

CHECK_MAIN(TEST(ranges_are_read_strictly), TEST(a_range_ends_at_its_last_bit),
	   TEST(a_stranger_is_who_it_is_whatever_it_writes),
	   TEST(the_client_is_the_last_address_that_is_no_proxy),
	   TEST(ports_and_brackets_are_taken_off),
	   TEST(what_is_no_address_ends_the_search), TEST(the_unix_socket_has_no_proxies))
