/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In and out of rooms: messages from elsewhere, and the log for an export. What is said in
 * a private room or a direct chat only whoever runs the server may export, on its Unix
 * socket; a row in the audit log says that it was read.
 */
#include "common/base/mem.h"
#include "server/core/audit.h"
#include "server/core/import.h"
#include "server/core/page.h"
#include "server/core/show.h"
#include "server/rest/call.h"
#include "server/rest/find.h"
#include "server/store/store_event.h"

/* ---- in ---- */

static enum err read_item(struct call *call, struct store *store,
			  const struct body_import_item *item,
			  struct import_message *message)
{
	*message = (struct import_message){
		.cid = item->cid,
		.author = item->author,
		.said_ms = item->said_ts,
		.text = item->text,
		.thread = item->thread,
		.reply = item->reply,
	};
	return item->user.len ? find_user(call, store, item->user, &message->user)
			      : ERR_OK;
}

static enum err import_work(struct call *call, struct store *store)
{
	const struct body_import *args = call->args;
	struct import_message *messages =
		mem_alloc(args->items_count + 1, sizeof(*messages));
	struct import_count count = {0};
	struct id room;
	enum err err = find_any_room(call, store, args->room, &room);

	for (size_t i = 0; i < args->items_count && err == ERR_OK; i++)
		err = read_item(call, store, &args->items[i], &messages[i]);
	if (err == ERR_OK)
		err = import_add(store, &call->actor, &room, messages, args->items_count,
				 &count, &call->news);
	mem_free(messages);
	if (err == ERR_STATE)
		return call_blame(call, err, "room",
				  N_("nothing is imported into a direct chat"));
	if (err != ERR_OK)
		return err;
	call_answer(call,
		    &(struct body_imported){.added = count.added, .known = count.known});
	return ERR_OK;
}

enum err rest_admin_room_import(struct call *call)
{
	return call_write(call, import_work, NULL);
}

/* ---- out ---- */

/* Who is named in a page, each once. */
struct named {
	struct account_row *rows;
	struct body_log_user *bodies;
	size_t count;
};

static enum err name_one(struct store *store, const struct id *user, struct named *named)
{
	for (size_t i = 0; i < named->count; i++) {
		if (id_equal(&named->bodies[i].id, user))
			return ERR_OK;
	}
	struct account_row *row = &named->rows[named->count];
	enum err err = store_account_by_id(store, user, row);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	named->bodies[named->count++] = (struct body_log_user){
		.id = *user,
		.name = bytes_text(row->name),
		.display_name = bytes_text(row->display),
	};
	return ERR_OK;
}

static enum err answer_log(struct call *call, struct store *store,
			   const struct event_list *list, bool complete)
{
	struct body_event *events = mem_alloc(list->count + 1, sizeof(*events));
	struct named named = {
		.rows = mem_alloc(list->count + 1, sizeof(*named.rows)),
		.bodies = mem_alloc(list->count + 1, sizeof(*named.bodies)),
	};
	enum err err = ERR_OK;

	for (size_t i = 0; i < list->count && err == ERR_OK; i++) {
		show_event(&list->rows[i], &events[i]);
		err = name_one(store, &list->rows[i].from, &named);
	}
	if (err == ERR_OK)
		call_answer(call, &(struct body_room_log){.events = events,
							  .events_count = list->count,
							  .users = named.bodies,
							  .users_count = named.count,
							  .complete = complete});
	mem_free(named.bodies);
	mem_free(named.rows);
	mem_free(events);
	return err;
}

static enum err may_export(struct call *call, struct store *store,
			   const struct room_info *info)
{
	const struct body_room_log_ask *args = call->args;
	AUTO(str_done) struct str detail = STR_INIT;
	const bool open =
		info->room.kind == ROOM_PUBLIC || info->room.kind == ROOM_BROADCAST;

	if (info->room.deleted)
		return ERR_GONE;
	if (!open && call->actor.steward != STEWARD_OPERATOR)
		return call_blame(call, ERR_FORBIDDEN, "room",
				  N_("only on the server's own machine, or as a member"));
	if (args->after > 0)
		return ERR_OK;
	str_addf(&detail, "room=%s", id_text(&info->room.id).text);
	return audit_steward(store, &call->actor, AUDIT_ADMIN_READ, &(struct id){{0}},
			     str_view(&detail));
}

static enum err log_work(struct call *call, struct store *store)
{
	const struct body_room_log_ask *args = call->args;
	size_t limit = call_limit(args->limit, LIMIT_PAGE, LIMIT_PAGE);
	struct event_list list = {0};
	struct room_info info;
	enum err err = find_any_room_info(call, store, args->room, &info);

	if (err == ERR_OK)
		err = may_export(call, store, &info);
	if (err == ERR_OK)
		err = store_event_up(store, info.room.key, args->after + 1,
				     info.room.head, limit, &list);
	if (err == ERR_OK) {
		bool more = list.count == limit;
		if (page_cut(&list))
			more = true;
		err = answer_log(call, store, &list, !more);
	}
	event_list_done(&list);
	return err;
}

enum err rest_admin_room_log(struct call *call)
{
	const struct body_room_log_ask *args = call->args;

	/* The first page leaves a row in the audit log. */
	return args->after ? call_read(call, log_work, NULL)
			   : call_write(call, log_work, NULL);
}
