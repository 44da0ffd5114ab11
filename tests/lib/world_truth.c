/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be true: read from the clients' disks, and from what they show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cache/cache_event.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/cache_room.h"
#include "client/cache/cache_user.h"
#include "tests/lib/check.h"
#include "tests/lib/world_inside.h"

struct look {
	struct store_job job;
	struct id room;
	struct cache_page page;
};

static enum err look_run(struct store_job *job, struct cache *cache)
{
	struct look *look = CONTAINER_OF(job, struct look, job);

	return cache_event_before(cache, &look->room, 0, 1000, &look->page);
}

static void lines_of(struct world_client *client, const struct id *room, struct str *out)
{
	struct look look = {.job = {.run = look_run}, .room = *room};
	struct id_text name;

	world_job(client, &look.job);
	for (size_t i = 0; i < look.page.count; i++) {
		const struct cache_event *event = &look.page.events[i];
		if (event->kind != EVENT_MESSAGE)
			continue;
		str_addf(out, "%s%s: %s%.*s", out->len ? " | " : "",
			 people_name(&client->app.model.people, &event->from, &name),
			 event->deleted ? "(deleted)" : "", (int)event->text.len,
			 event->text.len ? (const char *)event->text.ptr : "");
	}
	cache_page_done(&look.page);
}

uint64_t world_head(struct world_client *client, const char *room)
{
	return world_room_of(client, room)->head_seq;
}

void world_expect_all(struct world_client *client, const char *room, const char *lines)
{
	AUTO(str_done) struct str got = STR_INIT;

	lines_of(client, &world_room_of(client, room)->id, &got);
	assert_string_equal(got.ptr, lines);
}

void world_expect(struct world_client *client, const char *room, const char *line)
{
	AUTO(str_done) struct str got = STR_INIT;
	const char *last;

	lines_of(client, &world_room_of(client, room)->id, &got);
	while ((last = strstr(got.ptr, " | ")))
		str_remove(&got, 0, (size_t)(last - got.ptr) + 3);
	assert_string_equal(got.ptr, line);
}

void world_expect_unread(struct world_client *client, const char *room, size_t unread)
{
	assert_int_equal(world_room_of(client, room)->unread, unread);
}

void world_expect_typing(struct world_client *client, const char *room, const char *name)
{
	const struct roster *roster = &world_room_of(client, room)->roster;
	AUTO(str_done) struct str who = STR_INIT;
	struct id_text text;

	for (size_t i = 0; i < roster->count; i++)
		if (roster->rows[i].typing_until_ms)
			str_add(&who, people_name(&client->app.model.people,
						  &roster->rows[i].user, &text));
	assert_string_equal(who.ptr, name);
}

void world_expect_sent(struct world_client *client)
{
	assert_int_equal(client->app.pending.count, 0);
	assert_int_equal(link_posts(client->app.link), 0);
}

struct dump {
	struct store_job job;
	void (*room)(struct cache *cache, const struct cache_room *room, struct str *out);
	struct str *out;
};

static void dump_room(struct cache *cache, const struct cache_room *room, struct str *out)
{
	struct cache_page page = CACHE_PAGE_INIT;

	str_addf(out,
		 "room %s name=%.*s joined=%d head=%llu read=%llu unread=%llu seq=%llu\n",
		 id_text(&room->id).text, (int)room->slug.len,
		 room->slug.len ? (const char *)room->slug.ptr : "", room->joined,
		 (unsigned long long)room->head, (unsigned long long)room->read,
		 (unsigned long long)room->unread, (unsigned long long)room->seq);
	check_ok(cache_event_replay(cache, &room->id, 0, 10000, &page));
	for (size_t i = 0; i < page.count; i++) {
		const struct cache_event *event = &page.events[i];
		/* Versions that were replaced are not told to who was away. */
		int len = event->kind == EVENT_EDIT ? 0 : (int)event->text.len;
		str_addf(out, " %llu kind=%d from=%.6s cid=%s deleted=%d text=%.*s\n",
			 (unsigned long long)event->seq, event->kind,
			 id_text(&event->from).text, id_text(&event->id).text,
			 event->deleted, len,
			 event->text.len ? (const char *)event->text.ptr : "");
	}
	cache_page_done(&page);
	check_ok(cache_event_before(cache, &room->id, 0, 10000, &page));
	for (size_t i = 0; i < page.count; i++)
		str_addf(out, " shows %llu %.*s\n",
			 (unsigned long long)page.events[i].seq,
			 (int)page.events[i].text.len,
			 page.events[i].text.len ? (const char *)page.events[i].text.ptr
						 : "");
	cache_page_done(&page);
}

static void add_bytes(struct str *out, const char *key, struct bytes text)
{
	str_addf(out, " %s=%.*s", key, (int)text.len,
		 text.len ? (const char *)text.ptr : "");
}

static int by_reaction(const void *a, const void *b)
{
	const struct cache_reaction *one = a, *two = b;
	int order = id_compare(&one->target, &two->target);

	order = order ? order : id_compare(&one->from, &two->from);
	if (order || one->text.len != two->text.len)
		return order ? order : (one->text.len > two->text.len ? 1 : -1);
	return memcmp(one->text.ptr, two->text.ptr, one->text.len);
}

static void state_members(struct cache *cache, const struct id *room, struct str *out)
{
	struct cache_users users = CACHE_USERS_INIT;

	check_ok(cache_member_list(cache, room, &users));
	for (size_t i = 0; i < users.count; i++) {
		add_bytes(out, "member", users.users[i].name);
		str_addf(out, " role=%d\n", users.users[i].role);
	}
	cache_users_done(&users);
}

static void state_room(struct cache *cache, const struct cache_room *room,
		       struct str *out)
{
	struct cache_page page = CACHE_PAGE_INIT;

	str_addf(out, "room %s", id_text(&room->id).text);
	add_bytes(out, "slug", room->slug);
	add_bytes(out, "name", room->name);
	add_bytes(out, "topic", room->topic);
	str_addf(out, " joined=%d slow=%llu writers=%d head=%llu read=%llu unread=%llu\n",
		 room->joined, (unsigned long long)room->slow_ms, room->post_role,
		 (unsigned long long)room->head, (unsigned long long)room->read,
		 (unsigned long long)room->unread);
	state_members(cache, &room->id, out);
	check_ok(cache_event_before(cache, &room->id, 0, 1000000, &page));
	for (size_t i = 0; i < page.count; i++) {
		const struct cache_event *event = &page.events[i];
		str_addf(out, " %llu kind=%d from=%.6s about=%.6s change=%d deleted=%d",
			 (unsigned long long)event->seq, event->kind,
			 id_text(&event->from).text, id_text(&event->user).text,
			 event->change, event->deleted);
		str_addf(out, " edited=%d reply=%.26s thread=%.26s",
			 event->edited_ms != 0 && !event->deleted,
			 id_text(&event->reply).text, id_text(&event->thread).text);
		add_bytes(out, "text", event->text);
		str_add_char(out, '\n');
	}
	if (page.reaction_count > 1)
		qsort(page.reactions, page.reaction_count, sizeof(*page.reactions),
		      by_reaction);
	for (size_t i = 0; i < page.reaction_count; i++) {
		str_addf(out, " reaction to=%s from=%.6s",
			 id_text(&page.reactions[i].target).text,
			 id_text(&page.reactions[i].from).text);
		add_bytes(out, "text", page.reactions[i].text);
		str_add_char(out, '\n');
	}
	cache_page_done(&page);
}

static int by_id(const void *a, const void *b)
{
	return id_compare(&((const struct cache_room *)a)->id,
			  &((const struct cache_room *)b)->id);
}

static enum err dump_run(struct store_job *job, struct cache *cache)
{
	struct dump *dump = CONTAINER_OF(job, struct dump, job);
	struct cache_rooms rooms = CACHE_ROOMS_INIT;
	enum err err = cache_room_list(cache, &rooms);

	if (err != ERR_OK)
		return err;
	qsort(rooms.rooms, rooms.count, sizeof(*rooms.rooms), by_id);
	for (size_t i = 0; i < rooms.count; i++)
		dump->room(cache, &rooms.rooms[i], dump->out);
	cache_rooms_done(&rooms);
	return ERR_OK;
}

void world_dump(struct world_client *client, struct str *out)
{
	struct dump dump = {.job = {.run = dump_run}, .room = dump_room, .out = out};

	world_job(client, &dump.job);
}

void world_state(struct world_client *client, struct str *out)
{
	struct dump dump = {.job = {.run = dump_run}, .room = state_room, .out = out};

	world_job(client, &dump.job);
}
