/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications: the list, and marking as read. */
#include "server/core/notification.h"

#include "common/base/mem.h"
#include "server/core/show.h"
#include "server/rest/call.h"

static enum err list_work(struct call *call, struct store *store)
{
	const struct body_notifications *args = call->args;
	const struct keys *keys = &call->server->keys;
	struct notification_place place = {.ts = UINT64_MAX, .tie = INT64_MAX};
	AUTO(notification_list_done) struct notification_list list = {0};
	AUTO(str_done) struct str cursor = STR_INIT;

	if (args->cursor.len && show_place_read(keys, args->cursor, &place) != ERR_OK)
		return call_blame(call, ERR_BAD, "cursor", NULL);
	enum err err = notification_list(store, &call->actor, args->unread, &place,
					 call_limit(args->limit, 50, LIMIT_LIST), &list);
	if (err != ERR_OK)
		return err;
	struct body_notify *rows = mem_alloc(list.count + 1, sizeof(*rows));
	for (size_t i = 0; i < list.count; i++)
		show_notification(&list.rows[i], &rows[i]);
	if (list.more)
		show_place(keys, &list, &cursor);
	call_answer(call,
		    &(struct body_notification_page){
			    .notifications = rows,
			    .notifications_count = list.count,
			    .cursor = list.more ? str_view(&cursor) : bytes_of(NULL, 0),
			    .complete = !list.more,
		    });
	mem_free(rows);
	return ERR_OK;
}

enum err rest_notifications(struct call *call)
{
	return call_read(call, list_work, NULL);
}

static enum err read_work(struct call *call, struct store *store)
{
	const struct body_notification_ref *args = call->args;
	enum err err = notification_read(store, &call->actor, &args->id, &call->news);

	return err == ERR_NOT_FOUND ? call_blame(call, err, "id", NULL) : err;
}

enum err rest_notification_read(struct call *call)
{
	return call_write(call, read_work, NULL);
}

static enum err read_all_work(struct call *call, struct store *store)
{
	const struct body_notifications_upto *args = call->args;

	return notification_read_all(store, &call->actor, args->upto_ts, &call->news);
}

enum err rest_notifications_read(struct call *call)
{
	return call_write(call, read_all_work, NULL);
}
