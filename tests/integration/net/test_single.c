/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The per-room endpoint and its small dialect, word for word as its clients expect it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/duet.h"

static void open_single(struct duet *f, struct peer_socket *peer,
			const struct guest *guest)
{
	struct str path = STR_INIT;

	str_addf(&path, "/v1/ws/rooms/%s?token=%s", LOBBY(f), guest->token.ptr);
	peer_open_tcp(peer, f->host.server->port);
	assert_int_equal(peer_upgrade(peer, path.ptr, ""), 101);
	str_done(&path);
}

static void the_room_endpoint_speaks_the_small_dialect(void **state)
{
	struct duet *f = *state;
	struct peer_socket one, two;

	open_single(f, &one, &f->alice);
	open_single(f, &two, &f->bob);
	peer_say(&one, "{\"type\":\"typing\",\"value\":true}");
	peer_expect(&one, "{\"type\":\"typing_ack\",\"value\":true}", &f->text);
	peer_expect(&two, "\"type\":\"typing\"", &f->text);
	check_part(&f->text, "\"value\":true");
	check_part(&f->text, id_text(&f->alice.actor.user).text);
	host_say(&one, "{\"type\":\"send\",\"cid\":\"%s\",\"text\":\"in here\"}",
		 cid(1).text);
	peer_expect(&two, "\"type\":\"message\"", &f->text);
	check_part(&f->text, "\"text\":\"in here\"");
	check_part(&f->text, "\"message_id\"");
	check_part(&f->text, "\"sender_id\"");
	const char *at = strstr(f->text.ptr, "\"created_at\":");
	unsigned long long ts = strtoull(at + 13, NULL, 10);

	peer_expect(&one, "\"type\":\"message\"", &f->text);
	duet_say(f, &f->b, 2, "from the big one");
	peer_expect(&one, "from the big one", &f->text);
	check_part(&f->text, "\"type\":\"message\"");
	host_say(&two, "{\"type\":\"read_upto\",\"created_at_ms\":%llu}", ts);
	peer_expect(&two, "\"type\":\"read_ack\"", &f->text);
	assert_int_equal(strtoull(strstr(f->text.ptr, "\"upto\":") + 7, NULL, 10), ts);
	peer_close(&one);
	peer_expect(&two, "\"value\":false", &f->text);
	peer_close(&two);
}

/* The next message of @peer, byte for byte. */
static void PRINTF(3, 4)
	check_next(struct duet *f, struct peer_socket *peer, const char *format, ...)
{
	char want[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(want, sizeof(want), format, ap);
	va_end(ap);
	peer_expect(peer, "", &f->text);
	assert_string_equal(f->text.ptr, want);
}

static void the_small_dialect_is_exact(void **state)
{
	struct duet *f = *state;
	struct peer_socket one, two;
	struct id_text alice = id_text(&f->alice.actor.user);

	open_single(f, &one, &f->alice);
	open_single(f, &two, &f->bob);
	peer_say(&one, "{\"type\":\"typing\",\"value\":true}");
	check_next(f, &one, "{\"type\":\"typing_ack\",\"value\":true}");
	check_next(f, &two, "{\"type\":\"typing\",\"user_id\":\"%s\",\"value\":true}",
		   alice.text);
	peer_say(&one, "{\"type\":\"typing\",\"value\":false}");
	check_next(f, &one, "{\"type\":\"typing_ack\",\"value\":false}");
	check_next(f, &two, "{\"type\":\"typing\",\"user_id\":\"%s\",\"value\":false}",
		   alice.text);
	duet_say(f, &f->a, 1, "from elsewhere");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	unsigned long long ts = strtoull(strstr(f->text.ptr, "\"ts\":") + 5, NULL, 10);
	check_next(f, &two,
		   "{\"type\":\"message\",\"message_id\":\"%s\",\"sender_id\":\"%s\","
		   "\"text\":\"from elsewhere\",\"created_at\":%llu}",
		   cid(1).text, alice.text, ts);
	host_say(&two, "{\"type\":\"read_upto\",\"created_at_ms\":%llu}", ts);
	check_next(f, &two, "{\"type\":\"read_ack\",\"upto\":%llu}", ts);
	peer_expect(&one, "from elsewhere", &f->text);
	peer_say(&one, "{\"type\":\"typing\",\"value\":true}");
	check_next(f, &one, "{\"type\":\"typing_ack\",\"value\":true}");
	check_next(f, &two, "{\"type\":\"typing\",\"user_id\":\"%s\",\"value\":true}",
		   alice.text);
	peer_close(&one);
	check_next(f, &two, "{\"type\":\"typing\",\"user_id\":\"%s\",\"value\":false}",
		   alice.text);
	peer_close(&two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DUET(the_room_endpoint_speaks_the_small_dialect),
		WITH_DUET(the_small_dialect_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
