/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hangs on a message: reactions, earlier texts, readers, the thread, pins. */
#include "common/base/mem.h"
#include "server/core/cursor.h"
#include "server/core/message.h"
#include "server/core/page.h"
#include "server/core/show.h"
#include "server/rest/call.h"
#include "server/rest/find.h"

#define PAGE_USUAL 50 /* rows when nobody says how many */

/* A message that is not there is about the id that was given. */
static enum err blame_id(struct call *call, enum err err)
{
	return err == ERR_NOT_FOUND ? call_blame(call, err, "id", NULL) : err;
}

/* Where a list goes on, as a number in a sealed cursor; 0: from the start. */
static enum err cursor_number(struct call *call, struct bytes cursor, int64_t *ret_at)
{
	*ret_at = 0;
	if (cursor.len == 0)
		return ERR_OK;
	return cursor_open(&call->server->keys, cursor, ret_at) == ERR_OK
		       ? ERR_OK
		       : call_blame(call, ERR_BAD, "cursor", NULL);
}

struct reactions {
	struct body_reaction rows[LIMIT_LIST + 1];
	struct buf texts; /* what the rows point into, once it grows no more */
	size_t count;
};

static enum err on_reaction(struct bytes emoji, const struct id *user, uint64_t ts,
			    void *ctx)
{
	struct reactions *all = ctx;

	/* The length for now: the texts move as they grow. */
	all->rows[all->count++] = (struct body_reaction){
		.text = bytes_of(NULL, emoji.len), .user = *user, .ts = ts};
	buf_add_bytes(&all->texts, emoji);
	return ERR_OK;
}

static void point_texts(struct reactions *all)
{
	const uint8_t *at = all->texts.ptr;

	for (size_t i = 0; i < all->count; i++) {
		all->rows[i].text.ptr = at;
		at += all->rows[i].text.len;
	}
}

static void reactions_done(struct reactions *all)
{
	buf_done(&all->texts);
}

static enum err reactions_work(struct call *call, struct store *store)
{
	const struct body_message_list *args = call->args;
	AUTO(reactions_done) struct reactions all = {.count = 0};
	AUTO(str_done) struct str cursor = STR_INIT;
	size_t limit = call_limit(args->limit, PAGE_USUAL, LIMIT_LIST);
	int64_t skip;
	enum err err = cursor_number(call, args->cursor, &skip);

	if (err == ERR_OK)
		err = blame_id(call, message_reactions(store, &call->actor, &args->id,
						       (size_t)skip, limit + 1,
						       on_reaction, &all));
	if (err != ERR_OK)
		return err;
	point_texts(&all);
	bool more = all.count > limit;
	if (more)
		cursor_seal(&call->server->keys, skip + (int64_t)limit, &cursor);
	call_answer(call, &(struct body_reactions){
				  .reactions = all.rows,
				  .reactions_count = more ? limit : all.count,
				  .cursor = more ? str_view(&cursor) : bytes_of(NULL, 0),
				  .complete = !more,
			  });
	return ERR_OK;
}

enum err rest_message_reactions(struct call *call)
{
	return call_read(call, reactions_work, NULL);
}

/* Texts are at most doubled by JSON: C0 but newline and tab are refused at the door. */
#define VERSION_BYTES (PAGE_BYTES / 2)

struct versions {
	struct body_version rows[LIMIT_VERSIONS + 1]; /* their texts are owned */
	size_t count, bytes;
	bool more;
};

static enum err on_version(uint64_t seq, uint64_t ts, struct bytes body, void *ctx)
{
	struct versions *all = ctx;

	all->bytes += body.len;
	all->more |= all->count == LIMIT_VERSIONS ||
		     (all->count > 0 && all->bytes > VERSION_BYTES);
	if (all->more)
		return ERR_OK;
	all->rows[all->count++] = (struct body_version){
		.seq = seq,
		.ts = ts,
		.text = bytes_of(mem_strndup((const char *)body.ptr, body.len),
				 body.len)};
	return ERR_OK;
}

static void versions_done(struct versions *all)
{
	for (size_t i = 0; i < all->count; i++)
		mem_free((void *)(uintptr_t)all->rows[i].text.ptr);
}

static enum err versions_work(struct call *call, struct store *store)
{
	const struct body_message_list *args = call->args;
	AUTO(versions_done) struct versions all = {.count = 0};
	AUTO(str_done) struct str cursor = STR_INIT;
	int64_t skip;
	enum err err = cursor_number(call, args->cursor, &skip);

	if (err == ERR_OK)
		err = blame_id(call, message_versions(store, &call->actor, &args->id,
						      (size_t)skip, LIMIT_VERSIONS + 1,
						      on_version, &all));
	if (err != ERR_OK)
		return err;
	if (all.more)
		cursor_seal(&call->server->keys, skip + (int64_t)all.count, &cursor);
	call_answer(call, &(struct body_versions){.versions = all.rows,
						  .versions_count = all.count,
						  .cursor = all.more ? str_view(&cursor)
								     : bytes_of(NULL, 0),
						  .complete = !all.more});
	return ERR_OK;
}

enum err rest_message_versions(struct call *call)
{
	return call_read(call, versions_work, NULL);
}

static enum err readers_work(struct call *call, struct store *store)
{
	const struct body_message_list *args = call->args;
	struct member_list list = {0};
	enum err err =
		message_readers(store, &call->actor, &args->id, args->cursor,
				call_limit(args->limit, PAGE_USUAL, LIMIT_LIST), &list);

	if (err != ERR_OK)
		return blame_id(call, err);
	struct body_user *users = mem_alloc(list.count + 1, sizeof(*users));
	for (size_t i = 0; i < list.count; i++)
		show_user(&list.rows[i].user, &users[i]);
	struct bytes next = list.more ? bytes_text(list.rows[list.count - 1].user.name)
				      : bytes_of(NULL, 0);
	call_answer(call, &(struct body_user_list){.users = users,
						   .users_count = list.count,
						   .cursor = next,
						   .complete = !list.more});
	mem_free(users);
	member_list_done(&list);
	return ERR_OK;
}

enum err rest_message_readers(struct call *call)
{
	return call_read(call, readers_work, NULL);
}

/* @next 0: this is the last page. */
static void answer_events(struct call *call, const struct event_list *list, uint64_t next)
{
	struct body_event *events = mem_alloc(list->count + 1, sizeof(*events));
	AUTO(str_done) struct str cursor = STR_INIT;

	for (size_t i = 0; i < list->count; i++)
		show_event(&list->rows[i], &events[i]);
	if (next)
		cursor_seal(&call->server->keys, (int64_t)next, &cursor);
	call_answer(call, &(struct body_events){.events = events,
						.events_count = list->count,
						.cursor = next ? str_view(&cursor)
							       : bytes_of(NULL, 0),
						.complete = !next});
	mem_free(events);
}

static enum err thread_work(struct call *call, struct store *store)
{
	const struct body_message_list *args = call->args;
	AUTO(event_list_done) struct event_list list = {0};
	uint64_t next = 0;
	int64_t before;
	enum err err = cursor_number(call, args->cursor, &before);

	if (err == ERR_OK)
		err = blame_id(
			call,
			message_thread(store, &call->actor, &args->id, (uint64_t)before,
				       call_limit(args->limit, PAGE_USUAL, LIMIT_PAGE),
				       &list, &next));
	if (err == ERR_OK)
		answer_events(call, &list, next);
	return err;
}

enum err rest_message_thread(struct call *call)
{
	return call_read(call, thread_work, NULL);
}

static enum err pins_work(struct call *call, struct store *store)
{
	const struct body_room_list *args = call->args;
	AUTO(event_list_done) struct event_list list = {0};
	uint64_t next = 0;
	struct id room;
	int64_t skip;
	enum err err = cursor_number(call, args->cursor, &skip);

	if (err == ERR_OK)
		err = find_room(call, store, args->room, &room);
	if (err == ERR_OK)
		err = message_pins(store, &call->actor, &room, (uint64_t)skip,
				   call_limit(args->limit, PAGE_USUAL, LIMIT_PAGE), &list,
				   &next);
	if (err == ERR_OK)
		answer_events(call, &list, next);
	return err;
}

enum err rest_room_pins(struct call *call)
{
	return call_read(call, pins_work, NULL);
}
