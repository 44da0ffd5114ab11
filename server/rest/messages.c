/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages: send, look up, page. A repeated cid gets the first answer. */
#include "common/base/mem.h"
#include "server/core/cursor.h"
#include "server/core/post.h"
#include "server/core/show.h"
#include "server/core/sync.h"
#include "server/rest/answer.h"
#include "server/rest/find.h"
#include "server/rest/idempotency.h"

#define PAGE_USUAL 50 /* events when nobody says how many */

static enum err send_work(struct call *call, struct store *store)
{
	const struct body_room_send *args = call->args;
	struct post_ack ack;
	struct post post = {
		.cid = idempotency_cid(call, &args->cid, store_now(store)),
		.text = args->text,
		.reply = args->reply,
		.thread = args->thread,
		.mentions = args->mentions,
		.mention_count = args->mentions_count,
		.files = args->files,
		.file_count = args->files_count,
	};
	enum err err = find_room(call, store, args->room, &post.room);

	if (err != ERR_OK)
		return err;
	err = post_send(store, &call->actor, &post, &ack, &call->news);
	return answer_ack(call, err, &post.cid, &ack);
}

enum err rest_room_send(struct call *call)
{
	return call_write(call, send_work, NULL);
}

static enum err send_user_work(struct call *call, struct store *store)
{
	const struct body_user_send *args = call->args;
	struct post_ack ack;
	struct post post = {
		.cid = idempotency_cid(call, &args->cid, store_now(store)),
		.text = args->text,
		.files = args->files,
		.file_count = args->files_count,
	};
	struct id user;
	enum err err = find_user(call, store, args->user, &user);

	if (err != ERR_OK)
		return err;
	err = post_send_user(store, &call->actor, &user, &post, &ack, &call->news);
	return answer_ack(call, err, &post.cid, &ack);
}

enum err rest_user_send(struct call *call)
{
	return call_write(call, send_user_work, NULL);
}

static enum err get_work(struct call *call, struct store *store)
{
	const struct body_message_ref *args = call->args;
	struct event_row event = {0};
	struct body_event body;
	enum err err = post_get(store, &call->actor, &args->id, &event);

	if (err == ERR_NOT_FOUND)
		return call_blame(call, err, "id", NULL);
	if (err != ERR_OK)
		return err;
	show_event(&event, &body);
	call_answer(call, &body);
	event_done(&event);
	return ERR_OK;
}

enum err rest_message_get(struct call *call)
{
	return call_read(call, get_work, NULL);
}

static struct body_event *show_events(const struct event_list *list)
{
	struct body_event *events = mem_alloc(list->count + 1, sizeof(*events));

	for (size_t i = 0; i < list->count; i++)
		show_event(&list->rows[i], &events[i]);
	return events;
}

static enum err page_work(struct call *call, struct store *store)
{
	const struct body_room_messages *args = call->args;
	struct sync_page page = {0};
	enum fetch_where where = args->has_after    ? FETCH_AFTER
				 : args->has_around ? FETCH_AROUND
						    : FETCH_BEFORE;
	uint64_t at = args->has_after    ? args->after
		      : args->has_around ? args->around
					 : args->before;
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = sync_fetch(store, &call->actor, &room, where, at,
				 call_limit(args->limit, PAGE_USUAL, LIMIT_PAGE), &page);
	if (err != ERR_OK)
		return err;
	struct body_event *events = show_events(&page.events);
	call_answer(call, &(struct body_page){
				  .room = room,
				  .epoch = page.epoch,
				  .events = events,
				  .events_count = page.events.count,
				  .first = page.first,
				  .last = page.last,
				  .head = page.head,
				  .complete_before = page.complete_before,
				  .complete_after = page.complete_after,
			  });
	mem_free(events);
	sync_page_done(&page);
	return ERR_OK;
}

enum err rest_room_messages(struct call *call)
{
	const struct body_room_messages *args = call->args;

	if (args->has_before + args->has_after + args->has_around > 1)
		return call_blame(call, ERR_BAD, args->has_before ? "before" : "after",
				  N_("only one of before, after and around"));
	return call_read(call, page_work, NULL);
}

static enum err history_work(struct call *call, struct store *store)
{
	const struct body_history *args = call->args;
	struct sync_filter filter = {.kind = (enum room_kind)args->kind};
	struct sync_history history = {.complete = true};
	AUTO(str_done) struct str cursor = STR_INIT;
	enum err err = ERR_OK;

	if (args->cursor.len &&
	    cursor_open(&call->server->keys, args->cursor, &filter.before) != ERR_OK)
		return call_blame(call, ERR_BAD, "cursor", NULL);
	if (args->user.ptr)
		err = find_user(call, store, args->user, &filter.peer);
	if (err == ERR_OK)
		err = sync_history(store, &call->actor, &filter,
				   call_limit(args->limit, PAGE_USUAL, LIMIT_PAGE),
				   &history);
	if (err != ERR_OK)
		return err;
	struct body_event *events = show_events(&history.events);
	if (!history.complete)
		cursor_seal(&call->server->keys, history.next, &cursor);
	call_answer(call, &(struct body_events){
				  .events = events,
				  .events_count = history.events.count,
				  .cursor = history.complete ? bytes_of(NULL, 0)
							     : str_view(&cursor),
				  .complete = history.complete,
			  });
	mem_free(events);
	sync_history_done(&history);
	return ERR_OK;
}

enum err rest_history(struct call *call)
{
	return call_read(call, history_work, NULL);
}
