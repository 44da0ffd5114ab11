/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rounds over all ways of pushing, a slice at a time: a reader finds what is due, the loop
 * knows who is connected, the writer queues.
 */
#include "server/pusher.h"

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/os/zone.h"
#include "server/bus/bus.h"
#include "server/core/push.h"
#include "server/server.h"
#include "server/store/writer.h"

#define SLICE    32
#define ROUND_MS 5000

struct pusher {
	struct server *server;
	struct task task;
	struct push_list list;
	bool due[SLICE];
	int64_t after;
	uint64_t next_ms;
	bool busy;
};

struct pusher *pusher_new(struct server *server)
{
	struct pusher *pusher = mem_new(struct pusher);

	pusher->server = server;
	return pusher;
}

void pusher_free(struct pusher **pusher)
{
	if (!*pusher)
		return;
	push_list_done(&(*pusher)->list);
	mem_free(*pusher);
	*pusher = NULL;
}

static enum err look_run(struct task *task, struct store *store)
{
	struct pusher *pusher = CONTAINER_OF(task, struct pusher, task);
	enum err err = store_push_list(store, pusher->after, SLICE, &pusher->list);

	for (size_t i = 0; i < pusher->list.count && err == ERR_OK; i++)
		err = push_due(store, &pusher->list.rows[i], zone_offset,
			       &pusher->due[i]);
	return err;
}

static enum err send_run(struct task *task, struct store *store)
{
	struct pusher *pusher = CONTAINER_OF(task, struct pusher, task);
	enum err err = ERR_OK;

	for (size_t i = 0; i < pusher->list.count && err == ERR_OK; i++) {
		if (pusher->due[i])
			err = push_send(store, &pusher->server->keys,
					&pusher->list.rows[i]);
	}
	return err;
}

static void slice_done(struct task *task, enum err err)
{
	struct pusher *pusher = CONTAINER_OF(task, struct pusher, task);

	if (err != ERR_OK && err != ERR_BUSY)
		log_warn("push: nothing could be queued, error=%s", err_word(err));
	push_list_done(&pusher->list);
	pusher->busy = false;
}

static void look_done(struct task *task, enum err err)
{
	struct pusher *pusher = CONTAINER_OF(task, struct pusher, task);
	struct bus *bus = pusher->server->bus;
	size_t count = pusher->list.count;
	bool any = false;

	if (count > 0)
		pusher->after = pusher->list.rows[count - 1].key;
	if (count < SLICE) { /* the end: a round later from the start */
		pusher->after = 0;
		pusher->next_ms = clock_mono_ms(&pusher->server->clock) + ROUND_MS;
	}
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		pusher->due[i] &= bus->count(bus, &pusher->list.rows[i].user) == 0;
		any |= pusher->due[i];
	}
	pusher->task = (struct task){.run = send_run, .done = slice_done};
	if (err != ERR_OK || !any ||
	    writer_submit(pusher->server->writer, &pusher->task) != ERR_OK)
		slice_done(task, err);
}

void pusher_tick(struct pusher *pusher)
{
	if (pusher->busy || pusher->server->drain_ms != 0 ||
	    clock_mono_ms(&pusher->server->clock) < pusher->next_ms)
		return;
	pusher->busy = true;
	pusher->task = (struct task){.run = look_run, .done = look_done};
	if (reader_submit(pusher->server->writer, &pusher->task) != ERR_OK)
		pusher->busy = false;
}
