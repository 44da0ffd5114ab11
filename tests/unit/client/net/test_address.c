/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/net/address.h"

#include "tests/lib/check.h"

static void expect(const char *text, const char *canonical)
{
	AUTO(address_done) struct address address = ADDRESS_INIT;
	AUTO(str_done) struct str printed = STR_INIT;

	check_ok(address_parse(text, &address));
	address_print(&address, &printed);
	assert_string_equal(printed.ptr, canonical);
}

static void each_form_has_one_canonical_text(void **state)
{
	expect("unix:/run/chat/chat.sock", "unix:/run/chat/chat.sock");
	expect("ws://127.0.0.1:8000", "ws://127.0.0.1:8000");
	expect("ws://localhost/", "ws://localhost:8377");
	expect("ws://[::1]:1", "ws://[::1]:1");
	expect("wss://Chat.Example.org", "wss://chat.example.org:8377");
	expect("wss://[2001:db8::7]:443", "wss://[2001:db8::7]:443");
}

static void anything_else_is_refused_and_changes_nothing(void **state)
{
	static const char *const bad[] = {
		"",
		"chat.example.org",
		"http://a",
		"unix:",
		"unix:relative",
		"wss://",
		"wss://:1",
		"wss://a:",
		"wss://a:0",
		"wss://a:65536",
		"wss://a:1x",
		"wss://a:-1",
		"wss://a b",
		"wss://u@a",
		"wss://a/path",
		"wss://a?t=1",
		"wss://[::1",
		"wss://[::1]x",
		"wss://[g]:1",
		"wss://a\r\nb",
	};
	AUTO(address_done) struct address address = ADDRESS_INIT;

	check_ok(address_parse("ws://127.0.0.1:7", &address));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_not_equal(address_parse(bad[i], &address), ERR_OK);
	assert_int_equal(address.port, 7);
}

static void clear_text_does_not_leave_the_machine(void **state)
{
	AUTO(address_done) struct address address = ADDRESS_INIT;

	check_err(address_parse("ws://chat.example.org", &address), ERR_FORBIDDEN);
	check_err(address_parse("ws://127.0.0.1.example.org", &address), ERR_FORBIDDEN);
	check_err(address_parse("ws://10.0.0.1:80", &address), ERR_FORBIDDEN);
}

static void a_socket_path_that_the_system_cannot_take_is_named(void **state)
{
	AUTO(address_done) struct address address = ADDRESS_INIT;
	char text[5 + 200];

	memset(text, 'a', sizeof(text));
	memcpy(text, "unix:/", 6);
	text[sizeof(text) - 1] = '\0';
	check_err(address_parse(text, &address), ERR_TOO_BIG);
}

CHECK_MAIN(TEST(each_form_has_one_canonical_text),
	   TEST(anything_else_is_refused_and_changes_nothing),
	   TEST(clear_text_does_not_leave_the_machine),
	   TEST(a_socket_path_that_the_system_cannot_take_is_named))
