/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One look at a time. What comes while it is under way is seen by the next one.
 */
#include "server/herald.h"

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/proto/frame.h"
#include "server/core/show.h"
#include "server/on/hear.h"
#include "server/server.h"
#include "server/store/store_notification.h"
#include "server/store/writer.h"

#define LOOK_MOST 64

struct herald {
	struct server *server;
	struct task task;
	struct notification_list list;
	int64_t last;
	bool busy, again;
};

static enum err begin_run(struct task *task, struct store *store)
{
	struct herald *herald = CONTAINER_OF(task, struct herald, task);

	return store_notification_last(store, &herald->last);
}

/* Before anybody could connect; were it not, what is told late is not told again. */
static void begin_done(struct task *task, enum err err)
{
	struct herald *herald = CONTAINER_OF(task, struct herald, task);

	herald->busy = false;
	if (herald->again)
		herald_look(herald);
}

struct herald *herald_new(struct server *server)
{
	struct herald *herald = mem_new(struct herald);

	herald->server = server;
	herald->task = (struct task){.run = begin_run, .done = begin_done};
	herald->busy = reader_submit(server->writer, &herald->task) == ERR_OK;
	return herald;
}

void herald_free(struct herald **herald)
{
	if (!*herald)
		return;
	notification_list_done(&(*herald)->list);
	mem_free(*herald);
	*herald = NULL;
}

static void tell(struct server *server, const struct notification_row *row)
{
	struct heard heard = {.kind = HEARD_NOTIFY};
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct body_notify body;

	if (!heard_wanted(server, &row->user))
		return;
	show_notification(row, &body);
	frame_write_notify(&text, &body);
	heard.packet = packet_new(PACKET_SURE, buf_view(&text));
	heard_publish(server, &row->user, &heard);
	packet_unref(&heard.packet);
}

static enum err look_run(struct task *task, struct store *store)
{
	struct herald *herald = CONTAINER_OF(task, struct herald, task);

	return store_notification_fresh(store, herald->last, LOOK_MOST, &herald->list);
}

static void look_done(struct task *task, enum err err)
{
	struct herald *herald = CONTAINER_OF(task, struct herald, task);
	bool more = herald->again || herald->list.count == LOOK_MOST;

	if (err != ERR_OK)
		log_warn("herald: new notifications cannot be read, error=%s",
			 err_word(err));
	for (size_t i = 0; i < herald->list.count; i++) {
		tell(herald->server, &herald->list.rows[i]);
		herald->last = herald->list.rows[i].key;
	}
	notification_list_done(&herald->list);
	herald->busy = herald->again = false;
	if (more && err == ERR_OK)
		herald_look(herald);
}

void herald_look(struct herald *herald)
{
	herald->again = herald->busy;
	if (herald->busy)
		return;
	herald->busy = true;
	herald->task = (struct task){.run = look_run, .done = look_done};
	if (reader_submit(herald->server->writer, &herald->task) != ERR_OK)
		herald->busy = false; /* too much to do: it stands in the list */
}
