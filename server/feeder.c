/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One task of the writer at a time, whatever happens meanwhile: it finds the webhooks that
 * are behind and queues for each what is new. Queueing and moving on in the log are one
 * transaction, so nothing is left out and nothing is queued twice.
 */
#include "server/feeder.h"

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/proto/body.h"
#include "server/core/hook.h"
#include "server/core/show.h"
#include "server/server.h"
#include "server/store/store_room.h"
#include "server/store/writer.h"

#define HOOKS_AT_ONCE 32

struct feeder {
	struct server *server;
	struct task task;
	bool any; /* there is a webhook to feed, or it is not known */
	bool running, again;
	bool more; /* of the last run: hooks were left */
	bool none; /* of the last run: there is no webhook */
};

struct feeder *feeder_new(struct server *server)
{
	struct feeder *feeder = mem_new(struct feeder);

	feeder->server = server;
	feeder->any = feeder->again = true; /* what was left before the last end */
	return feeder;
}

void feeder_free(struct feeder **feeder)
{
	mem_free(*feeder);
	*feeder = NULL;
}

/* The room under the name that its owner knows. */
static void write_event(const struct hook_row *row, const struct event_row *event,
			const struct user_row *from, struct buf *out, void *ctx)
{
	struct store *store = ctx;
	struct room_view view = {0};
	struct body_hook_event body = {
		.type = bytes_text("hook_event"),
		.hook = row->id,
		.has_from = true,
		.has_event = true,
	};
	struct json_out json = json_out_init(out);

	if (store_view_get(store, &row->room_id, &row->made_by, &view) == ERR_OK)
		body.room_name =
			bytes_text(view.room.slug[0] ? view.room.slug : view.room.name);
	else
		body.room_name = bytes_text("");
	show_user(from, &body.from);
	show_event(event, &body.event);
	body_encode(body_hook_event_def(), &json, &body);
	room_view_done(&view);
}

static enum err feed_run(struct task *task, struct store *store)
{
	struct feeder *feeder = CONTAINER_OF(task, struct feeder, task);
	int64_t keys[HOOKS_AT_ONCE];
	size_t count = 0;
	bool any = true;
	enum err err =
		store_hook_behind(store, POSTING_QUEUE, HOOKS_AT_ONCE, keys, &count);

	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = hook_feed(store, &feeder->server->keys, keys[i], write_event,
				store);
	if (err == ERR_OK && count == 0)
		err = store_hook_outs(store, &any);
	feeder->more = count > 0;
	feeder->none = !any;
	return err;
}

static void feed_done(struct task *task, enum err err)
{
	struct feeder *feeder = CONTAINER_OF(task, struct feeder, task);

	feeder->running = false;
	if (err == ERR_BUSY) {
		feeder->again = true; /* all queues together are full: next second */
		return;
	}
	if (err != ERR_OK) {
		log_error("hook: the webhooks cannot be fed, error=%s", err_word(err));
		return;
	}
	if (feeder->none && !feeder->again)
		feeder->any = false;
	if (feeder->more || feeder->again)
		feeder_look(feeder);
}

void feeder_look(struct feeder *feeder)
{
	if (!feeder || !feeder->any)
		return;
	feeder->again = feeder->running;
	if (feeder->running)
		return;
	feeder->running = true;
	feeder->task = (struct task){.run = feed_run, .done = feed_done};
	if (writer_submit(feeder->server->writer, &feeder->task) != ERR_OK) {
		feeder->running = false;
		feeder->again = true;
	}
}

void feeder_wake(struct feeder *feeder)
{
	feeder->any = true;
	feeder_look(feeder);
}

void feeder_tick(struct feeder *feeder)
{
	if (feeder->again && !feeder->running)
		feeder_look(feeder);
}
