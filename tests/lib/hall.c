/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Four people in one store. Their ids are short and fixed, so that a failing test reads
 * the same each time.
 */
#include "tests/lib/hall.h"

#include <stdlib.h>

#include "server/store/driver_sqlite.h"
#include "server/store/store_account.h"
#include "tests/lib/check.h"

static void add_person(struct hall *hall, int who, const char *name)
{
	struct account_new account = {
		.id = {.bytes = {0xa0, (uint8_t)who}},
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_ACTIVE,
		.name = bytes_text(name),
		.display = bytes_text(name),
	};

	check_ok(store_account_add(&hall->store, &account, &hall->keys[who]));
	hall->who[who] = (struct actor){.user = account.id, .scope = SCOPE_ALL};
}

int hall_set_up(void **state)
{
	static const char *const names[PEOPLE] = {"alice", "bob", "carol", "dave"};
	struct hall *hall = calloc(1, sizeof(*hall));

	scratch_init(&hall->scratch);
	fake_clock_init(&hall->clock, 1700000000000);
	hall->path = STR_INIT;
	scratch_file(&hall->scratch, "chat.db", &hall->path);
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
	};
	check_ok(store_open(&hall->store, &config));
	for (int i = 0; i < PEOPLE; i++) {
		add_person(hall, i, names[i]);
	}
	*state = hall;
	return 0;
}

int hall_tear_down(void **state)
{
	struct hall *hall = *state;

	news_done(&hall->news);
	store_close(&hall->store);
	str_done(&hall->path);
	scratch_done(&hall->scratch);
	free(hall);
	return 0;
}

struct id hall_cid(struct hall *hall)
{
	uint8_t random[10] = {0};
	uint64_t n = ++hall->cids;

	for (int i = 0; i < 8; i++) {
		random[9 - i] = (uint8_t)(n >> (8 * i));
	}
	return id_v7(hall->clock.ms, random);
}

struct news *hall_news(struct hall *hall)
{
	news_clear(&hall->news);
	return &hall->news;
}

struct id hall_room(struct hall *hall, enum room_kind kind, const char *slug, int owner,
		    const int *members)
{
	struct id ids[PEOPLE];
	struct room_new in = {.kind = kind, .members = ids};
	struct room_view view;

	if (kind == ROOM_PUBLIC || kind == ROOM_BROADCAST) {
		in.slug = bytes_text(slug);
	} else if (slug) {
		in.name = bytes_text(slug);
	}
	for (; members[in.member_count] >= 0; in.member_count++) {
		ids[in.member_count] = hall->who[members[in.member_count]].user;
	}
	check_ok(room_create(&hall->store, &hall->who[owner], &in, &view,
			     hall_news(hall)));
	struct id id = view.room.id;
	room_view_done(&view);
	return id;
}

uint64_t hall_say(struct hall *hall, int who, const struct id *room, const char *text,
		  struct id *ret_cid)
{
	struct post post = {
		.cid = hall_cid(hall), .room = *room, .text = bytes_text(text)};
	struct post_ack ack;

	check_ok(post_send(&hall->store, &hall->who[who], &post, &ack, hall_news(hall)));
	assert_false(ack.dup);
	if (ret_cid) {
		*ret_cid = post.cid;
	}
	return ack.seq;
}

struct write {
	struct task task;
	struct actor actor;
	struct post post;
	struct post_ack ack;
	struct news news;
	enum err err;
};

static enum err write_run(struct task *task, struct store *store)
{
	struct write *write = CONTAINER_OF(task, struct write, task);

	return post_send(store, &write->actor, &write->post, &write->ack, &write->news);
}

static void write_done(struct task *task, enum err err)
{
	struct write *write = CONTAINER_OF(task, struct write, task);

	write->err = err;
	news_done(&write->news);
}

enum err hall_write(struct hall *hall, struct writer *writer, const struct id *room,
		    const char *text, uint64_t *ret_seq)
{
	struct write write = {
		.task = {.run = write_run, .done = write_done},
		.actor = hall->who[ALICE],
		.post = {.cid = hall_cid(hall), .room = *room, .text = bytes_text(text)},
	};

	check_ok(writer_submit(writer, &write.task));
	writer_reap(writer);
	if (write.err == ERR_OK)
		*ret_seq = write.ack.seq;
	return write.err;
}

struct room_view hall_view(struct hall *hall, int who, const struct id *room)
{
	struct room_view view;

	check_ok(room_get(&hall->store, &hall->who[who], room, &view));
	event_done(&view.last);
	return view;
}

void hall_texts(const struct event_list *list, struct str *ret_text)
{
	str_clear(ret_text);
	for (size_t i = 0; i < list->count; i++) {
		const struct event_row *event = &list->rows[i];
		str_addf(ret_text, "%s%llu:%.*s", i ? " " : "",
			 (unsigned long long)event->seq,
			 event->text.ptr ? (int)event->text.len : 1,
			 event->text.ptr ? (const char *)event->text.ptr : "-");
	}
}
