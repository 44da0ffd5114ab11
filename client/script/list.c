/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --rooms, --whoami, and how --history begins: one answer, then the end. Each waits for the
 * server a moment, since what it says is newer. Where it is out of reach the store answers, and
 * stderr says as of when; a profile that has never heard its server has no answer.
 */
#include "client/script/list.h"

#include <string.h>
#include <time.h>

#include "client/app_inside.h"
#include "client/change.h"
#include "client/script/line.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/json_out.h"

#define LOOK_MS 20 /* nobody tells when the last room is caught up */

struct list *list_of(struct task *task)
{
	return CONTAINER_OF(task, struct list, task);
}

void list_submit(struct task *task, enum err (*run)(struct store_job *, struct cache *),
		 void (*done)(struct store_job *, enum err))
{
	struct list_read *read = mem_new(struct list_read);

	*read = (struct list_read){.job = {.run = run, .done = done},
				   .task = task_ref(task)};
	store_submit(task->app->store, &read->job);
}

void list_read_free(struct list_read *read)
{
	cache_rooms_done(&read->rooms);
	cache_session_done(&read->session);
	cache_page_done(&read->page);
	task_unref(&read->task);
	mem_free(read);
}

/* ---- waiting for the server ---- */

static uint64_t now_ms(const struct task *task)
{
	return clock_mono_ms(task->app->clock);
}

/* The store is asked, behind what is noted and not in it yet. */
static void ask(struct task *task)
{
	struct list *list = list_of(task);

	list->asked = true;
	list->deadline_ms = now_ms(task) + task->request.timeout_ms;
	task_wait(task, task->request.timeout_ms);
	changes_flush(task->app);
	list->ask(task);
}

/* The server is out of reach: what the store has, or nothing. */
static void ask_offline(struct task *task)
{
	const struct app *app = task->app;
	AUTO(str_done) struct str note = STR_INIT;
	time_t seconds = (time_t)(app->fresh_ms / 1000);
	struct tm tm;
	char when[32] = "";

	if (!app->fresh_ms || !localtime_r(&seconds, &tm)) {
		task_end(task, task_away(task));
		return;
	}
	if (task_away(task) != ERR_UNREACHABLE)
		task_warn(task, task_away(task));
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	/* TRANSLATORS: %s is a date and a time */
	str_addf(&note, _("chat-client: offline: as of %s"), when);
	task_note(task, note.ptr);
	ask(task);
}

/* It makes no sense to wait for the server, or what there is is new. */
static void look(struct task *task)
{
	struct list *list = list_of(task);
	const struct link *link = task->app->link;
	const enum link_state state = link_state(link);

	if (list->asked)
		return;
	const enum err session = task_session(task);
	if (session != ERR_OK && session != ERR_UNREACHABLE)
		task_end(task, session);
	else if (state == LINK_WAITING || session != ERR_OK)
		ask_offline(task);
	else if (list->fresh && link_caught_up(link))
		ask(task);
}

void list_start(struct task *task, void (*ask_fn)(struct task *task))
{
	struct list *list = list_of(task);

	list->ask = ask_fn;
	list->deadline_ms = now_ms(task) + task->request.timeout_ms;
	/* An owner that runs already knows its rooms. */
	list->fresh = link_caught_up(task->app->link);
	look(task);
	if (!list->asked && !task->ended)
		task_wait(task, LOOK_MS);
}

void list_state(struct task *task, bool fresh)
{
	list_of(task)->fresh |= fresh;
	look(task);
}

void list_late(struct task *task)
{
	struct list *list = list_of(task);

	look(task);
	if (task->ended)
		return;
	if (now_ms(task) < list->deadline_ms) {
		if (!list->asked)
			task_wait(task, LOOK_MS);
	} else if (list->asked) {
		task_end(task, ERR_TIMEOUT);
	} else {
		ask_offline(task);
	}
}

/* ---- --rooms ---- */

static enum err rooms_run(struct store_job *job, struct cache *cache)
{
	struct list_read *read = CONTAINER_OF(job, struct list_read, job);

	return cache_room_list(cache, &read->rooms);
}

static void rooms_read(struct store_job *job, enum err err)
{
	struct list_read *read = CONTAINER_OF(job, struct list_read, job);
	struct task *task = read->task;
	AUTO(str_done) struct str line = STR_INIT;

	for (size_t i = 0; i < read->rooms.count && !task->ended; i++) {
		if (!read->rooms.rooms[i].joined)
			continue;
		str_clear(&line);
		line_room(&task->app->model, &read->rooms.rooms[i], task->request.json,
			  &line);
		task_line(task, str_view(&line));
	}
	if (!task->ended)
		task_end(task, err);
	list_read_free(read);
}

static void rooms_ask(struct task *task)
{
	list_submit(task, rooms_run, rooms_read);
}

static void rooms_start(struct task *task)
{
	list_start(task, rooms_ask);
}

const struct task_ops task_rooms = {.size = sizeof(struct list),
				    .start = rooms_start,
				    .state = list_state,
				    .late = list_late};

/* ---- --whoami ---- */

static enum err whoami_run(struct store_job *job, struct cache *cache)
{
	struct list_read *read = CONTAINER_OF(job, struct list_read, job);

	return cache_session_get(cache, &read->session);
}

static void put_text(struct json_out *out, const char *key, struct bytes text)
{
	if (!text.ptr)
		return;
	json_out_put_text(out, key, text);
}

static void whoami_json(struct task *task, const struct cache_session *session,
			bool online)
{
	const struct model *model = &task->app->model;
	const struct person *self = people_find(&model->people, &model->self);
	AUTO(buf_done) struct buf line = BUF_INIT;
	struct json_out out = json_out_init(&line);

	json_out_open(&out, '{');
	put_text(&out, "type", bytes_text("user"));
	put_text(&out, "user", bytes_text(id_text(&session->user).text));
	put_text(&out, "name", session->name);
	/* What others were told since the session began. */
	put_text(&out, "display_name",
		 self ? str_view(&self->display) : session->display_name);
	put_text(&out, "device", bytes_text(id_text(&session->device).text));
	put_text(&out, "server", session->server);
	json_out_put_bool(&out, "online", online);
	json_out_close(&out, '}');
	task_line(task, buf_view(&line));
}

static void whoami_text(struct task *task, const struct cache_session *session,
			bool online)
{
	AUTO(str_done) struct str line = STR_INIT;

	neutral_add(&line, (const char *)session->name.ptr, session->name.len,
		    NEUTRAL_LINE);
	str_add_char(&line, '\t');
	neutral_add(&line, (const char *)session->server.ptr, session->server.len,
		    NEUTRAL_LINE);
	str_add_char(&line, '\t');
	str_add(&line, online ? _("online") : _("offline"));
	task_line(task, str_view(&line));
}

static void whoami_read(struct store_job *job, enum err err)
{
	struct list_read *read = CONTAINER_OF(job, struct list_read, job);
	struct task *task = read->task;
	const bool online = link_state(task->app->link) == LINK_ONLINE;

	if (!task->ended && err == ERR_OK && task->request.json)
		whoami_json(task, &read->session, online);
	else if (!task->ended && err == ERR_OK)
		whoami_text(task, &read->session, online);
	if (!task->ended)
		task_end(task, err);
	list_read_free(read);
}

static void whoami_ask(struct task *task)
{
	list_submit(task, whoami_run, whoami_read);
}

static void whoami_start(struct task *task)
{
	list_start(task, whoami_ask);
}

const struct task_ops task_whoami = {.size = sizeof(struct list),
				     .start = whoami_start,
				     .state = list_state,
				     .late = list_late};
