/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * read and got: how far a user has read, how far a device has stored. The markers are
 * written at once; others hear of them once a second, the furthest only, since a reader who
 * scrolls moves the marker with each line.
 */
#include "server/core/receipt.h"

#include "common/base/map.h"
#include "common/base/mem.h"
#include "server/on/hear.h"
#include "server/on/receipts.h"
#include "server/on/session.h"

struct receipt_task {
	struct on_task base;
	struct id room; /* of read; zero: got */
	uint64_t seq;
	struct got_row *rows;
	size_t count;
};

static enum err receipt_run(struct task *base, struct store *store)
{
	struct receipt_task *task = CONTAINER_OF(base, struct receipt_task, base.task);
	const struct actor *actor = &task->base.actor;

	return task->rows ? receipt_got(store, actor, task->rows, task->count,
					&task->base.news)
			  : receipt_read(store, actor, &task->room, task->seq,
					 &task->base.news);
}

static void receipt_free(struct receipt_task *task)
{
	news_done(&task->base.news);
	mem_free(task->rows);
	mem_free(task);
}

static void receipt_done(struct task *base, enum err err)
{
	struct receipt_task *task = CONTAINER_OF(base, struct receipt_task, base.task);
	struct session *session = on_task_back(&task->base);

	if (err == ERR_OK) {
		server_publish(task->base.server, &task->base.news, &task->base.from);
	} else if (session) {
		session_error(session, err, NULL, "seq", NULL, 0);
	}
	receipt_free(task);
}

static enum err start(struct receipt_task *task)
{
	task->base.task.size = sizeof(*task) + task->count * sizeof(*task->rows);
	enum err err = on_task_write(&task->base);

	if (err != ERR_OK) {
		receipt_free(task);
	}
	return err;
}

enum err on_read(struct session *session, struct frame *frame)
{
	struct body_read body;
	enum err err = frame_read_read(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	struct receipt_task *task = mem_new(struct receipt_task);

	on_task_init(&task->base, session, receipt_run, receipt_done);
	task->room = body.room;
	task->seq = body.seq;
	return start(task);
}

enum err on_got(struct session *session, struct frame *frame)
{
	struct body_got body;
	enum err err = frame_read_got(frame, &body, &session->bad_field);

	if (err != ERR_OK || body.rooms_count == 0) {
		return err;
	}
	struct receipt_task *task = mem_new(struct receipt_task);

	on_task_init(&task->base, session, receipt_run, receipt_done);
	task->count = body.rooms_count;
	task->rows = mem_alloc(task->count, sizeof(*task->rows));
	for (size_t i = 0; i < task->count; i++) {
		task->rows[i] = (struct got_row){body.rooms[i].room, body.rooms[i].seq};
	}
	return start(task);
}

/* ---- what others are told ---- */

struct receipts {
	struct map map; /* folded (room, user, kind) → row + 1 */
	struct receipt_news *rows;
	size_t count, cap;
};

struct receipts *receipts_new(uint64_t seed)
{
	struct receipts *receipts = mem_new(struct receipts);

	map_init(&receipts->map, seed);
	return receipts;
}

void receipts_free(struct receipts **receipts)
{
	if (*receipts) {
		map_done(&(*receipts)->map);
		mem_free((*receipts)->rows);
		mem_free(*receipts);
		*receipts = NULL;
	}
}

/* Both ids were drawn by this server, so their sum is as random as each of them. */
static struct id fold(const struct receipt_news *row)
{
	struct id key = row->room;

	for (size_t i = 0; i < ID_LEN; i++) {
		key.bytes[i] ^= row->user.bytes[(i + 1) % ID_LEN];
	}
	key.bytes[0] ^= (uint8_t)row->kind;
	return key;
}

void receipts_add(struct receipts *receipts, const struct receipt_news *row)
{
	struct id key = fold(row);
	uintptr_t at = (uintptr_t)map_get(&receipts->map, &key);

	if (at > 0) {
		if (receipts->rows[at - 1].seq < row->seq) {
			receipts->rows[at - 1].seq = row->seq;
		}
		return;
	}
	if (receipts->count == receipts->cap) {
		receipts->cap = mem_grow(receipts->cap, receipts->count + 1);
		receipts->rows = mem_resize(receipts->rows, receipts->cap,
					    sizeof(*receipts->rows));
	}
	receipts->rows[receipts->count++] = *row;
	map_put(&receipts->map, &key, (void *)(uintptr_t)receipts->count);
}

static void tell(struct server *server, const struct receipt_news *row)
{
	struct heard heard = {.user = row->user, .seq = row->seq};
	struct buf text = BUF_INIT;

	if (!heard_wanted(server, &row->room)) {
		return;
	}
	if (row->kind == RECEIPT_READ) {
		struct body_receipt body = {
			.room = row->room, .user = row->user, .seq = row->seq};

		heard.kind = HEARD_RECEIPT;
		frame_write_receipt(&text, &body);
		heard.packet = packet_new(PACKET_SOFT, buf_view(&text));
	} else {
		struct body_delivered body = {
			.room = row->room, .seq = row->seq, .user = row->user};

		/* --wait=delivered stands on it, so it is not dropped */
		heard.kind = HEARD_DELIVERED;
		frame_write_delivered(&text, &body);
		heard.packet = packet_new(PACKET_SURE, buf_view(&text));
	}
	heard_publish(server, &row->room, &heard);
	packet_unref(&heard.packet);
	buf_done(&text);
}

void receipts_tell(struct server *server, struct receipts *receipts)
{
	for (size_t i = 0; i < receipts->count; i++) {
		struct id key = fold(&receipts->rows[i]);

		tell(server, &receipts->rows[i]);
		map_remove(&receipts->map, &key);
	}
	receipts->count = 0;
}
