/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/net/upgrade.h"

#include "tests/lib/check.h"

#define ROOM "aaaaaaaaaaaaaaaaaaaaaaaaaa"

static enum err verify(struct bytes token, struct who *ret_who, void *ctx)
{
	if (!bytes_equal(token, bytes_text("good"))) {
		return ERR_BAD_TOKEN;
	}
	ret_who->scope = 1;
	return ERR_OK;
}

static const char *const origins[] = {"https://chat.example", NULL};

static struct upgrade good(void)
{
	return (struct upgrade){
		.path = bytes_text("/v1/ws"),
		.upgrade = bytes_text("WebSocket"),
		.version = bytes_text("13"),
		.key = bytes_text("dGhlIHNhbXBsZSBub25jZQ=="),
		.protocol = bytes_text("soap, chat.v1"),
		.host = bytes_text("chat.test:8377"),
		.get = true,
	};
}

static void check_with(struct upgrade ask, bool query_token, enum err want)
{
	struct upgrade_rules rules = {
		.verify = verify, .origins = origins, .query_token = query_token};
	struct upgrade_grant grant;

	check_err(upgrade_check(&ask, &rules, &grant), want);
}

static void the_plain_case_passes(void **state)
{
	check_with(good(), false, ERR_OK);
}

static void each_wrong_header_has_its_answer(void **state)
{
	struct upgrade ask = good();

	ask.upgrade = bytes_text("h2c");
	check_with(ask, false, ERR_UPGRADE);
	ask = good();
	ask.version = bytes_text("8");
	check_with(ask, false, ERR_UPGRADE);
	ask = good();
	ask.version = bytes_of(NULL, 0);
	check_with(ask, false, ERR_UPGRADE);
	ask = good();
	ask.protocol = bytes_text("chat.v1x,chat");
	check_with(ask, false, ERR_UPGRADE);
	ask = good();
	ask.protocol = bytes_of(NULL, 0);
	check_with(ask, false, ERR_OK);
	ask = good();
	ask.key = bytes_text("short");
	check_with(ask, false, ERR_BAD);
	ask = good();
	ask.host = bytes_of(NULL, 0);
	check_with(ask, false, ERR_BAD);
	ask = good();
	ask.get = false;
	check_with(ask, false, ERR_METHOD);
	ask = good();
	ask.path = bytes_text("/v1/wsx");
	check_with(ask, false, ERR_NOT_FOUND);
	ask.path = bytes_text("/v1/ws/rooms/");
	check_with(ask, false, ERR_NO_ROOM);
}

static void an_origin_must_be_ours_or_allowed(void **state)
{
	static const struct {
		const char *origin;
		enum err err;
	} cases[] = {
		{"https://chat.example", ERR_OK},
		{"https://chat.test:8377", ERR_OK},
		{"http://chat.test:8377", ERR_OK},
		{"https://chat.test", ERR_FORBIDDEN},
		{"https://chat.example.evil", ERR_FORBIDDEN},
		{"https://evil/https://chat.example", ERR_FORBIDDEN},
		{"null", ERR_FORBIDDEN},
		{"", ERR_FORBIDDEN},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct upgrade ask = good();

		ask.origin = bytes_text(cases[i].origin);
		check_with(ask, false, cases[i].err);
	}
}

static void tokens_open_where_they_may_stand(void **state)
{
	struct upgrade ask = good();

	ask.authorization = bytes_text("bearer good");
	check_with(ask, false, ERR_OK);
	ask.authorization = bytes_text("Bearer evil");
	check_with(ask, false, ERR_BAD_TOKEN);
	ask.authorization = bytes_text("Basic good");
	check_with(ask, false, ERR_UNAUTHORIZED);
	ask.authorization = bytes_of("", 0); /* too long to look at */
	check_with(ask, false, ERR_UNAUTHORIZED);

	ask = good();
	ask.query_token = bytes_text("good");
	check_with(ask, true, ERR_UNAUTHORIZED);
	ask.path = bytes_text("/v1/ws/rooms/" ROOM);
	check_with(ask, true, ERR_OK);
	check_with(ask, false, ERR_UNAUTHORIZED);
	ask.query_token = bytes_of(NULL, 0);
	check_with(ask, true, ERR_UNAUTHORIZED);
	ask.local = true;
	check_with(ask, true, ERR_OK);
}

static void lengths_are_digits(void **state)
{
	uint64_t value;

	check_ok(header_length(bytes_text("0"), 10, &value));
	check_ok(header_length(bytes_text("0010"), 10, &value));
	assert_int_equal(value, 10);
	check_err(header_length(bytes_text("11"), 10, &value), ERR_TOO_BIG);
	check_err(header_length(bytes_text(""), 10, &value), ERR_BAD);
	check_err(header_length(bytes_text("-1"), 10, &value), ERR_BAD);
	check_err(header_length(bytes_text("+1"), 10, &value), ERR_BAD);
	check_err(header_length(bytes_text(" 1"), 10, &value), ERR_BAD);
	check_err(header_length(bytes_text("1, 1"), 10, &value), ERR_BAD);
	check_err(header_length(bytes_text("9999999999999999999"), 10, &value), ERR_BAD);
}

static void a_host_is_a_name_or_an_address(void **state)
{
	static const char *const good[] = {
		"chat.example", "chat.example:8377", "localhost", "127.0.0.1:0",
		"[::1]",        "[2001:db8::1]:443", "a_b-c.d.",  "x:",
	};
	static const char *const bad[] = {
		"",     ":80",    "a b", "a@b", "a/b",  "a:b",       "a:123456",    "[]",
		"[::1", "[::1]x", "::1", "a,b", "a\tb", "[::1]:1:2", "caf\xc3\xa9",
	};
	char name[300];

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(header_host(bytes_text(good[i])));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(header_host(bytes_text(bad[i])));
	}
	assert_false(header_host(bytes_of("a\0b", 3)));
	memset(name, 'x', sizeof(name));
	assert_true(header_host(bytes_of(name, 261)));
	assert_false(header_host(bytes_of(name, 262)));
}

CHECK_MAIN(TEST(a_host_is_a_name_or_an_address), TEST(the_plain_case_passes),
	   TEST(each_wrong_header_has_its_answer),
	   TEST(an_origin_must_be_ours_or_allowed),
	   TEST(tokens_open_where_they_may_stand), TEST(lengths_are_digits))
