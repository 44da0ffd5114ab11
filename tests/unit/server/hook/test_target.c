/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/hook/target.h"

#include "tests/lib/check.h"

static const struct target_allow nothing;

static enum err check_url(const struct target_allow *allow, const char *url)
{
	struct target target;
	const char *why = NULL;
	enum err err = target_check(allow, bytes_text(url), &target, &why);

	assert_non_null(why);
	return err;
}

static void a_url_is_taken_apart(void **state)
{
	struct target target;
	const char *why;

	check_ok(target_check(&nothing,
			      bytes_text("https://Hooks.Example.org:8443/a?b=c"), &target,
			      &why));
	assert_string_equal(target.host, "hooks.example.org");
	check_ok(target_check(&nothing, bytes_text("https://[2606:4700::1111]/x"),
			      &target, &why));
	assert_string_equal(target.host, "2606:4700::1111");
}

static void what_is_no_url_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"https://",
		"https:///path",
		"ftp://example.org/",
		"file:///etc/passwd",
		"gopher://example.org:25/",
		"example.org/hook",
		"https://user@example.org/",
		"https://user:word@example.org/",
		"https://example.org@127.0.0.1/",
		"https://example.org:0/",
		"https://example.org:65536/",
		"https://example.org:/",
		"https://example.org:80x/",
		"https://exa mple.org/",
		"https://example.org/\r\nHost: other",
		"https://example.org/#part",
		"https://ex\xc3\xa4mple.org/",
		"https://[::1/",
		"https://[example.org]/",
		"https://a\\b/",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_err(check_url(&nothing, bad[i]), ERR_BAD);
}

static void no_private_address_is_asked(void **state)
{
	static const char *const closed[] = {
		"0.0.0.0",
		"10.1.2.3",
		"100.64.0.1",
		"127.0.0.1",
		"127.255.255.254",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.1",
		"192.168.1.1",
		"198.18.0.1",
		"224.0.0.1",
		"255.255.255.255",
		"240.0.0.1",
		"::",
		"::1",
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::127.0.0.1",
		"fe80::1",
		"fc00::1",
		"fd12:3456::1",
		"fec0::1",
		"ff02::1",
		"64:ff9b::7f00:1",
		"64:ff9b:1::1",
		"2001::1",
		"2001:db8::1",
		"2002:7f00:1::",
		"100::1",
		"fd00:ec2::254",
		"not an address",
		"",
	};
	const struct target target = {.host = "example.org"};

	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		assert_false(target_may(&nothing, &target, closed[i]));
}

static void a_public_address_is_asked(void **state)
{
	static const char *const open[] = {
		"1.1.1.1",          "9.255.255.255",        "11.0.0.0",
		"172.32.0.1",       "172.15.255.255",       "100.63.255.255",
		"223.255.0.1",      "2606:4700:4700::1111", "::ffff:8.8.8.8",
		"64:ff9b::808:808",
	};
	const struct target target = {.host = "example.org"};

	for (size_t i = 0; i < ARRAY_LEN(open); i++)
		assert_true(target_may(&nothing, &target, open[i]));
}

static void an_address_in_a_url_is_judged_at_once(void **state)
{
	check_err(check_url(&nothing, "https://127.0.0.1/"), ERR_FORBIDDEN);
	check_err(check_url(&nothing, "https://[::1]:8443/"), ERR_FORBIDDEN);
	check_err(check_url(&nothing, "https://[::ffff:10.0.0.1]/"), ERR_FORBIDDEN);
	check_err(check_url(&nothing, "https://169.254.169.254/latest/meta-data"),
		  ERR_FORBIDDEN);
	check_ok(check_url(&nothing, "https://1.1.1.1/"));
}

static void plain_http_goes_only_where_the_operator_says(void **state)
{
	static const char *const hosts[] = {"Ntfy.lan", NULL};
	struct net_range range;

	check_ok(net_range_parse("127.0.0.0/8", &range));
	const struct target_allow allow = {&range, 1, hosts};

	check_err(check_url(&nothing, "http://example.org/"), ERR_FORBIDDEN);
	check_err(check_url(&allow, "http://example.org/"), ERR_FORBIDDEN);
	check_err(check_url(&allow, "http://1.1.1.1/"), ERR_FORBIDDEN);
	check_ok(check_url(&allow, "http://127.0.0.1:8080/"));
	check_ok(check_url(&allow, "http://ntfy.lan/topic"));
	check_ok(check_url(&allow, "HTTPS://NTFY.LAN/topic"));
}

static void what_is_listed_may_be_private(void **state)
{
	static const char *const hosts[] = {"ntfy.lan", NULL};
	struct net_range range;

	check_ok(net_range_parse("10.0.0.0/8", &range));
	const struct target_allow allow = {&range, 1, hosts};
	const struct target named = {.host = "ntfy.lan", .allowed = true};
	const struct target other = {.host = "example.org"};

	assert_true(target_may(&allow, &named, "192.168.1.1"));
	assert_true(target_may(&allow, &other, "10.9.9.9"));
	assert_true(target_may(&allow, &other, "::ffff:10.9.9.9"));
	assert_false(target_may(&allow, &other, "192.168.1.1"));
	assert_false(target_may(&allow, &other, "127.0.0.1"));
}

CHECK_MAIN(TEST(a_url_is_taken_apart), TEST(what_is_no_url_is_refused),
	   TEST(no_private_address_is_asked), TEST(a_public_address_is_asked),
	   TEST(an_address_in_a_url_is_judged_at_once),
	   TEST(plain_http_goes_only_where_the_operator_says),
	   TEST(what_is_listed_may_be_private))
