/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others are told of somebody, and that he can switch each of it off: typing, read
 * markers, presence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/duet.h"

static void profile(struct duet *f, struct peer_socket *peer, const char *args)
{
	host_say(peer, "{\"type\":\"call\",\"id\":9,\"op\":\"auth_profile\",\"args\":%s}",
		 args);
	peer_expect(peer, "\"type\":\"result\"", &f->text);
	check_part(&f->text, "\"status\":200");
}

/* Everything that was on its way to @peer has come, and nothing of it was @never. */
static void settle(struct duet *f, struct peer_socket *peer, const char *never)
{
	host_say(peer, "{\"type\":\"fetch\",\"id\":77,\"room\":\"%s\"}", LOBBY(f));
	do {
		peer_expect(peer, "", &f->text);
		if (strstr(f->text.ptr, never))
			fail_msg("that should not have come: %s", f->text.ptr);
	} while (!strstr(f->text.ptr, "\"type\":\"page\""));
}

static void look(struct duet *f, struct peer_socket *peer)
{
	host_say(peer, "{\"type\":\"focus\",\"room\":\"%s\"}", LOBBY(f));
	settle(f, peer, "\"type\":\"typing\"");
}

static void who_hides_his_typing_types_unseen(void **state)
{
	struct duet *f = *state;

	look(f, &f->b);
	profile(f, &f->a, "{\"typing\":\"no\"}");
	check_part(&f->text, "\"typing\":\"no\"");
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", LOBBY(f));
	settle(f, &f->a, "\"type\":\"error\"");
	settle(f, &f->b, "\"type\":\"typing\"");
	profile(f, &f->a, "{\"typing\":\"yes\"}");
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"typing\"", &f->text);
}

static void who_hides_his_typing_while_he_types_is_not_seen_any_more(void **state)
{
	struct duet *f = *state;

	look(f, &f->b);
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"typing\"", &f->text);
	check_part(&f->text, "\"on\":true");
	profile(f, &f->a, "{\"typing\":\"no\"}");
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"typing\"", &f->text);
	check_part(&f->text, "\"on\":false");
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", LOBBY(f));
	settle(f, &f->a, "\"type\":\"error\"");
	settle(f, &f->b, "\"type\":\"typing\"");
}

static void who_hides_his_marker_reads_unseen(void **state)
{
	struct duet *f = *state;
	char marker[40];

	look(f, &f->b);
	duet_say(f, &f->b, 1, "read me");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
	unsigned long long seq = strtoull(strstr(f->text.ptr, "\"seq\":") + 6, NULL, 10);
	profile(f, &f->a, "{\"receipts\":\"no\"}");
	host_say(&f->a, "{\"type\":\"read\",\"room\":\"%s\",\"seq\":%llu}", LOBBY(f),
		 seq);
	settle(f, &f->a, "\"type\":\"error\"");
	host_skip(&f->host, LIMIT_RECEIPT_MS);
	peer_expect(&f->b, "\"type\":\"delivered\"", &f->text);
	settle(f, &f->b, "\"type\":\"receipt\"");
	host_say(&f->b,
		 "{\"type\":\"call\",\"id\":3,\"op\":\"room_members\",\"args\":{\"room\":"
		 "\"lobby\"}}");
	peer_expect(&f->b, "\"type\":\"result\"", &f->text);
	snprintf(marker, sizeof(marker), "\"read\":%llu", seq);
	assert_null(strstr(f->text.ptr, marker));
	profile(f, &f->a, "{\"receipts\":\"yes\"}");
	duet_say(f, &f->b, 2, "and me");
	host_say(&f->a, "{\"type\":\"read\",\"room\":\"%s\",\"seq\":%llu}", LOBBY(f),
		 seq + 1);
	settle(f, &f->a, "\"type\":\"error\"");
	host_skip(&f->host, LIMIT_RECEIPT_MS);
	peer_expect(&f->b, "\"type\":\"receipt\"", &f->text);
	check_part(&f->text, id_text(&f->alice.actor.user).text);
}

static void watch(struct duet *f, struct peer_socket *peer, const struct guest *whom)
{
	host_say(peer, "{\"type\":\"watch\",\"users\":[\"%s\"]}",
		 id_text(&whom->actor.user).text);
	peer_expect(peer, "\"type\":\"presence\"", &f->text);
}

static void who_hides_is_offline_to_others_at_once(void **state)
{
	struct duet *f = *state;

	watch(f, &f->a, &f->bob);
	check_part(&f->text, "\"state\":\"online\"");
	profile(f, &f->b, "{\"presence\":\"nobody\"}");
	peer_expect(&f->a, "\"type\":\"presence\"", &f->text);
	check_part(&f->text, "\"state\":\"offline\"");
	assert_null(strstr(f->text.ptr, "\"at\""));
	watch(f, &f->a, &f->bob);
	check_part(&f->text, "\"state\":\"offline\"");
	/* coming and going of who hides is told to nobody */
	peer_close(&f->b);
	host_login(&f->host, &f->b, &f->bob, "");
	host_skip(&f->host, LIMIT_PRESENCE_MS);
	settle(f, &f->a, "\"type\":\"presence\"");
	/* he sees himself */
	watch(f, &f->b, &f->bob);
	check_part(&f->text, "\"state\":\"online\"");
	/* alice shares a room with him */
	profile(f, &f->b, "{\"presence\":\"rooms\"}");
	peer_expect(&f->a, "\"type\":\"presence\"", &f->text);
	check_part(&f->text, "\"state\":\"online\"");
}

static void who_is_at_no_device_is_away_and_then_was_last_seen(void **state)
{
	struct duet *f = *state;
	struct peer_socket phone;

	watch(f, &f->a, &f->bob);
	host_login(&f->host, &phone, &f->bob, "");
	host_say(&f->b, "{\"type\":\"focus\",\"away\":true}");
	settle(f, &f->b, "\"type\":\"error\"");
	host_skip(&f->host, LIMIT_PRESENCE_MS);
	settle(f, &f->a, "\"type\":\"presence\""); /* he is at the phone */
	host_say(&phone, "{\"type\":\"focus\",\"away\":true}");
	peer_expect(&f->a, "\"state\":\"away\"", &f->text);
	host_say(&f->b, "{\"type\":\"focus\"}");
	peer_expect(&f->a, "\"state\":\"online\"", &f->text);
	peer_close(&phone);
	peer_close(&f->b);
	peer_expect(&f->a, "\"state\":\"offline\"", &f->text);
	watch(f, &f->a, &f->bob);
	check_part(&f->text, "\"state\":\"offline\"");
	check_part(&f->text, "\"at\":");
	host_login(&f->host, &f->b, &f->bob, "");
}

static void typing_is_seen_by_who_looks_and_ends_with_the_connection(void **state)
{
	struct duet *f = *state;

	host_say(&f->b, "{\"type\":\"focus\",\"room\":\"%s\"}", LOBBY(f));
	host_say(&f->b, "{\"type\":\"fetch\",\"id\":1,\"room\":\"%s\"}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"page\"", &f->text);
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"typing\"", &f->text);
	check_part(&f->text, "\"on\":true");
	check_part(&f->text, id_text(&f->alice.actor.user).text);
	peer_close(&f->a);
	peer_expect(&f->b, "\"type\":\"typing\"", &f->text);
	check_part(&f->text, "\"on\":false");
}

static void receipts_reach_who_looks_and_delivery_the_sender(void **state)
{
	struct duet *f = *state;

	duet_say(f, &f->a, 1, "hello");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	unsigned long long seq = strtoull(strstr(f->text.ptr, "\"seq\":") + 6, NULL, 10);

	peer_expect(&f->b, "hello", &f->text);
	host_say(&f->b, "{\"type\":\"got\",\"rooms\":[[\"%s\",%llu]]}", LOBBY(f), seq);
	peer_expect(&f->a, "\"type\":\"delivered\"", &f->text);
	check_part(&f->text, id_text(&f->bob.actor.user).text);
	host_say(&f->a, "{\"type\":\"focus\",\"room\":\"%s\"}", LOBBY(f));
	host_say(&f->b, "{\"type\":\"read\",\"room\":\"%s\",\"seq\":%llu}", LOBBY(f),
		 seq);
	peer_expect(&f->a, "\"type\":\"receipt\"", &f->text);
	host_say(&f->b, "{\"type\":\"read\",\"room\":\"%s\",\"seq\":%llu}", LOBBY(f),
		 seq + 100);
	peer_expect(&f->b, "\"type\":\"error\"", &f->text);
	check_part(&f->text, "\"code\":\"bad\"");
}

static void presence_of_the_watched_is_told(void **state)
{
	struct duet *f = *state;

	watch(f, &f->a, &f->bob);
	check_part(&f->text, "\"state\":\"online\"");
	peer_close(&f->b);
	peer_expect(&f->a, "\"type\":\"presence\"", &f->text);
	check_part(&f->text, "\"state\":\"offline\"");
	host_login(&f->host, &f->b, &f->bob, "");
	peer_expect(&f->a, "\"state\":\"online\"", &f->text);
}

/* Whoever blocks is gone for the one who is blocked: at once, and for the next who looks. */
static void who_blocks_hides_his_presence(void **state)
{
	struct duet *f = *state;
	struct id_text alice = id_text(&f->alice.actor.user);

	watch(f, &f->a, &f->bob);
	check_part(&f->text, "\"state\":\"online\"");
	host_say(&f->b,
		 "{\"type\":\"call\",\"id\":1,\"op\":\"user_block\",\"args\":{\"user\":"
		 "\"%s\"}}",
		 alice.text);
	peer_expect(&f->b, "\"status\":204", &f->text);
	peer_expect(&f->a, "\"type\":\"presence\"", &f->text);
	check_part(&f->text, "\"state\":\"offline\"");
	watch(f, &f->a, &f->bob);
	check_part(&f->text, "\"state\":\"offline\"");
	/* The other way round nothing is hidden. */
	watch(f, &f->b, &f->alice);
	check_part(&f->text, "\"state\":\"online\"");
}

/* Bob reconnects ten times within two seconds, and nobody is told. */
static void who_comes_back_at_once_was_not_away(void **state)
{
	struct duet *f = *state;

	watch(f, &f->a, &f->bob);
	check_part(&f->text, "\"state\":\"online\"");
	for (int i = 0; i < 10; i++) {
		peer_close(&f->b);
		host_login(&f->host, &f->b, &f->bob, "");
	}
	host_skip(&f->host, LIMIT_PRESENCE_MS);
	peer_close(&f->b);
	peer_expect(&f->a, "\"type\":\"presence\"", &f->text);
	check_part(&f->text, "\"state\":\"offline\""); /* the first since the watch */
	host_login(&f->host, &f->b, &f->bob, "");
}

/* Alice looks while he is away, within the two seconds; that he is back is no news to the
 * others who watch him, but to her. */
static void who_looks_within_a_change_hears_how_it_ends(void **state)
{
	struct duet *f = *state;

	watch(f, &f->a, &f->bob);
	host_say(&f->b, "{\"type\":\"focus\",\"away\":true}");
	settle(f, &f->b, "\"type\":\"error\"");
	watch(f, &f->a, &f->bob);
	check_part(&f->text, "\"state\":\"away\"");
	host_say(&f->b, "{\"type\":\"focus\"}");
	settle(f, &f->b, "\"type\":\"error\"");
	host_skip(&f->host, LIMIT_PRESENCE_MS);
	peer_expect(&f->a, "\"type\":\"presence\"", &f->text);
	check_part(&f->text, "\"state\":\"online\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DUET(typing_is_seen_by_who_looks_and_ends_with_the_connection),
		WITH_DUET(receipts_reach_who_looks_and_delivery_the_sender),
		WITH_DUET(presence_of_the_watched_is_told),
		WITH_DUET(who_blocks_hides_his_presence),
		WITH_DUET(who_comes_back_at_once_was_not_away),
		WITH_DUET(who_looks_within_a_change_hears_how_it_ends),
		WITH_DUET(who_hides_his_typing_types_unseen),
		WITH_DUET(who_hides_his_typing_while_he_types_is_not_seen_any_more),
		WITH_DUET(who_hides_his_marker_reads_unseen),
		WITH_DUET(who_hides_is_offline_to_others_at_once),
		WITH_DUET(who_is_at_no_device_is_away_and_then_was_last_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
