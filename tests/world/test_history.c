/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every kind of change takes its place in a room's log, so a device that was away for any
 * part of the history stands in the end where one stands that was always there. A long
 * history of all kinds is made over both transports, while one device comes and goes:
 * for a moment, for longer than a resume replays, and with its disk lost or kept.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/proto/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/world.h"

#define EVENTS 1500 /* of the rooms together, at least; CHAT_EVENTS says otherwise */
#define LOOKS  6    /* how often the two devices are compared on the way */

struct story {
	struct world *world;
	struct world_client *steady; /* alice's, always there */
	struct world_client *flaky;  /* alice's, comes and goes */
	struct world_client *bob, *carol;
	unsigned count; /* deeds, for their texts */
	bool away, killed;
};

static const char *const rooms[] = {"#ops", "#lobby"};

static const char *any_room(struct story *story)
{
	return rooms[world_random(story->world, 4) == 0];
}

static struct world_client *anybody(struct story *story)
{
	struct world_client *who[] = {story->steady, story->bob, story->carol};

	return who[world_random(story->world, ARRAY_LEN(who))];
}

/* ---- deeds: what is refused is no event, and some of it will be ---- */

static void something_is_said(struct story *story)
{
	struct world_client *who = anybody(story);
	struct id id = world_message(who, "#ops");
	unsigned number = story->count;

	switch (world_random(story->world, 5)) {
	case 0:
		world_call(who, "room_send",
			   "\"room\":\"ops\",\"text\":\"answer %u\",\"reply\":\"%s\"",
			   number, id_text(&id).text);
		break;
	case 1:
		world_http(who, "POST /v1/rooms/ops/messages",
			   "{\"text\":\"branch %u\",\"thread\":\"%s\"}", number,
			   id_text(&id).text);
		break;
	case 2:
		world_http(who, "POST /v1/rooms/lobby/messages",
			   "{\"text\":\"by http %u @alice\"}", number);
		break;
	default:
		world_call(who, "room_send",
			   "\"room\":\"%s\",\"text\":\"word %u @alice\"",
			   any_room(story) + 1, number);
	}
}

static void about(struct story *story, const char *method, const char *more,
		  const char *body)
{
	struct world_client *who = anybody(story);
	struct id id = world_message(who, any_room(story));
	char line[100];

	snprintf(line, sizeof(line), "%s /v1/messages/%s%s", method, id_text(&id).text,
		 more);
	world_http(who, line, "%s", body);
}

static void a_message_is_changed(struct story *story)
{
	struct world_client *who = anybody(story);
	struct id id = world_message(who, any_room(story));
	char text[60];

	switch (world_random(story->world, 9)) {
	case 0:
		snprintf(text, sizeof(text), "{\"text\":\"better %u\"}", story->count);
		about(story, "PATCH", "", text);
		break;
	case 1:
	case 2:
		world_call(who, "message_edit", "\"id\":\"%s\",\"text\":\"new %u\"",
			   id_text(&id).text, story->count);
		break;
	case 3: about(story, "DELETE", "", "{}"); break;
	case 4: about(story, "POST", "/reactions", "{\"text\":\"+1\"}"); break;
	case 5:
	case 6:
		world_call(who, "message_react", "\"id\":\"%s\",\"text\":\"%s\"",
			   id_text(&id).text, story->count % 3 ? "🍕" : "+1");
		break;
	case 7: about(story, "DELETE", "/reactions", "{\"text\":\"+1\"}"); break;
	case 8:
		about(story, world_random(story->world, 2) ? "PUT" : "DELETE", "/pin",
		      "{}");
		break;
	}
}

static void the_room_is_changed(struct story *story)
{
	static const char *const roles[] = {"guest", "member", "moderator"};
	const char *role = roles[world_random(story->world, ARRAY_LEN(roles))];

	switch (world_random(story->world, 5)) {
	case 0:
		world_http(story->steady, "PATCH /v1/rooms/ops",
			   "{\"topic\":\"topic %u\"}", story->count);
		break;
	case 1:
		world_call(story->steady, "room_update",
			   "\"room\":\"ops\",\"name\":\"Room %u\"", story->count);
		break;
	case 2:
		world_call(story->steady, "room_update",
			   "\"room\":\"ops\",\"post_role\":\"guest\",\"slow_ms\":%u",
			   world_random(story->world, 3));
		break;
	case 3:
		world_http(story->steady, "PATCH /v1/rooms/ops/members/bob",
			   "{\"role\":\"%s\"}", role);
		break;
	case 4:
		world_call(anybody(story), "room_update",
			   "\"room\":\"ops\",\"topic\":\"\"");
		break;
	}
}

/* Carol is thrown out in all ways and comes back in all ways. */
static void somebody_comes_or_goes(struct story *story)
{
	switch (world_random(story->world, 8)) {
	case 0:
		world_http(story->steady, "DELETE /v1/rooms/ops/members/carol", "{}");
		break;
	case 1: world_call(story->carol, "room_leave", "\"room\":\"ops\""); break;
	case 2:
		world_http(story->steady, "POST /v1/rooms/ops/bans",
			   "{\"user\":\"carol\",\"for_ms\":60000}");
		break;
	case 3: world_http(story->steady, "DELETE /v1/rooms/ops/bans/carol", "{}"); break;
	case 4:
		world_http(story->steady, "PUT /v1/rooms/ops/members/carol/mute",
			   "{\"for_ms\":20000}");
		break;
	case 5:
		world_call(story->bob, "room_invite",
			   "\"room\":\"ops\",\"user\":\"carol\"");
		break;
	default: world_call(story->carol, "room_join", "\"room\":\"ops\"");
	}
}

static void a_deed(struct story *story)
{
	uint32_t kind = world_random(story->world, 20);

	story->count++;
	if (kind < 9)
		something_is_said(story);
	else if (kind < 15)
		a_message_is_changed(story);
	else if (kind < 17)
		the_room_is_changed(story);
	else if (kind < 19)
		somebody_comes_or_goes(story);
	else
		world_read(story->steady, any_room(story));
	world_wait(story->world, world_random(story->world, 2000));
}

/* ---- the flaky device ---- */

static void come_or_go(struct story *story)
{
	if (!story->away) {
		story->killed = world_random(story->world, 2);
		if (story->killed)
			world_kill_client(story->flaky);
		else
			world_unplug(story->flaky);
		story->away = true;
		return;
	}
	if (story->killed)
		world_start_client(story->flaky);
	else
		world_plug(story->flaky);
	story->away = false;
}

static void be_there(struct story *story)
{
	if (story->away)
		come_or_go(story);
	world_settle(story->world);
	world_drop(story->flaky);
	world_settle(story->world);
	for (size_t i = 0; i < ARRAY_LEN(rooms); i++) {
		world_enter(story->steady, rooms[i]);
		world_enter(story->flaky, rooms[i]);
		world_scroll(story->steady, rooms[i]);
		world_scroll(story->flaky, rooms[i]);
	}
}

/* The first line in which they differ. */
static void expect_same(struct story *story, uint64_t seed)
{
	AUTO(str_done) struct str steady = STR_INIT, flaky = STR_INIT;
	const char *a, *b;

	world_state(story->steady, &steady);
	world_state(story->flaky, &flaky);
	for (a = steady.ptr, b = flaky.ptr; *a || *b;) {
		size_t len = strcspn(a, "\n");
		if (strcspn(b, "\n") != len || memcmp(a, b, len) != 0)
			fail_msg("seed %llu, after %u deeds: %.*s, but the flaky one has "
				 "%.*s",
				 (unsigned long long)seed, story->count, (int)len, a,
				 (int)strcspn(b, "\n"), b);
		a += len + (a[len] == '\n');
		b += len + (b[len] == '\n');
	}
}

static uint64_t events_of(struct story *story)
{
	uint64_t events = 0;

	for (size_t i = 0; i < ARRAY_LEN(rooms); i++)
		events += world_head(story->steady, rooms[i]);
	return events;
}

static void begin(struct story *story, uint64_t seed)
{
	*story = (struct story){.world = world_new(seed)};
	story->steady = world_client(story->world, "alice");
	story->flaky = world_client(story->world, "alice");
	story->bob = world_client(story->world, "bob");
	story->carol = world_client(story->world, "carol");
	world_room(story->steady, "ops");
	world_join(story->bob, "ops");
	world_join(story->carol, "ops");
	world_settle(story->world);
}

static void who_was_away_stands_where_one_stands_who_was_there(void **state)
{
	const char *seed_text = getenv("CHAT_SEED"), *events_text = getenv("CHAT_EVENTS");
	uint64_t seed = seed_text ? strtoull(seed_text, NULL, 10) : 1;
	uint64_t most = events_text ? strtoull(events_text, NULL, 10) : EVENTS;
	struct story story;

	begin(&story, seed);
	for (uint64_t look = 1; look <= LOOKS; look++) {
		while (events_of(&story) < most * look / LOOKS) {
			/* Sometimes for a few deeds, sometimes for more than is replayed. */
			uint32_t deeds = world_random(story.world, 4)
						 ? world_random(story.world, 40)
						 : 2 * LIMIT_REPLAY;
			while (deeds-- > 0)
				a_deed(&story);
			come_or_go(&story);
		}
		be_there(&story);
		expect_same(&story, seed);
	}
	world_free(&story.world);
}

CHECK_MAIN(TEST(who_was_away_stands_where_one_stands_who_was_there))
