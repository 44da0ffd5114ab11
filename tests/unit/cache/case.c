/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cache/case.h"

#include <stdio.h>

#include "client/cache/cache_room.h"
#include "client/cache/cache_user.h"
#include "common/proto/kind.h"
#include "tests/lib/check.h"

struct id case_id(unsigned n)
{
	return (struct id){{(uint8_t)(n >> 8), (uint8_t)n, 7}};
}

void case_open(struct case_store *fixture)
{
	struct key_source key = key_file(fixture->box.dir);

	check_ok(cache_open(fixture->box.dir, &key, &fixture->cache));
}

void case_reopen(struct case_store *fixture)
{
	cache_free(&fixture->cache);
	case_open(fixture);
}

void case_put_room(struct case_store *fixture, struct id id, const char *slug)
{
	struct cache_room room = {.id = id,
				  .kind = ROOM_PUBLIC,
				  .security = SECURITY_PLAIN,
				  .slug = TEXT(slug),
				  .epoch = 1,
				  .joined = true};

	check_ok(cache_room_put(fixture->cache, &room));
}

void case_init(struct case_store *fixture)
{
	box_init(&fixture->box);
	case_open(fixture);
	const struct cache_user alice = {.id = ALICE, .name = TEXT("alice")};
	const struct cache_user bob = {
		.id = BOB, .name = TEXT("bob"), .display_name = TEXT("Bob")};
	check_ok(cache_user_put(fixture->cache, &alice));
	check_ok(cache_user_put(fixture->cache, &bob));
	case_put_room(fixture, OPS, "ops");
}

void case_done(struct case_store *fixture)
{
	cache_free(&fixture->cache);
	box_done(&fixture->box);
}

struct cache_event case_message(unsigned seq, const char *text)
{
	return (struct cache_event){.room = OPS,
				    .id = case_id(1000 + seq),
				    .from = ALICE,
				    .seq = seq,
				    .ord = seq,
				    .ts_ms = 1700000000000 + seq,
				    .kind = EVENT_MESSAGE,
				    .text = TEXT(text)};
}

bool case_put(struct case_store *fixture, const struct cache_event *event)
{
	bool is_new;

	check_ok(cache_event_put(fixture->cache, event, &is_new));
	return is_new;
}

void case_put_messages(struct case_store *fixture, unsigned first, unsigned last)
{
	char text[32];

	check_ok(cache_begin(fixture->cache));
	for (unsigned seq = first; seq <= last; seq++) {
		snprintf(text, sizeof(text), "message %u", seq);
		struct cache_event event = case_message(seq, text);
		case_put(fixture, &event);
	}
	check_ok(cache_commit(fixture->cache));
}

void check_text(struct bytes got, const char *want)
{
	assert_int_equal(got.len, strlen(want));
	assert_memory_equal(got.ptr, want, got.len);
}
