/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a command. It ends in two steps: when it has its result, and when the last
 * line of that has left.
 */
#include "client/script/task.h"

#include "client/auth/auth.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

static const struct task_ops *const kinds[] = {
	[REQUEST_CALL] = &task_call,     [REQUEST_FLUSH] = &task_flush,
	[REQUEST_FOLLOW] = &task_follow, [REQUEST_HISTORY] = &task_history,
	[REQUEST_LOGOUT] = &task_logout, [REQUEST_ROOMS_LIST] = &task_rooms,
	[REQUEST_SEARCH] = &task_search, [REQUEST_SAVE] = &task_save,
	[REQUEST_SEND] = &task_send,     [REQUEST_STREAM] = &task_stream,
	[REQUEST_WHOAMI] = &task_whoami,
};

static void on_late(struct app *app, void *ctx)
{
	struct task *task = task_ref(ctx);

	if (!task->ended && task->ops->late)
		task->ops->late(task);
	task_unref(&task);
}

struct task *task_new(struct app *app, struct request *request)
{
	const struct task_ops *ops = kinds[request->kind];
	struct task *task = mem_alloc(1, ops->size);

	task->ops = ops;
	task->app = app;
	task->request = *request;
	*request = REQUEST_INIT;
	task->timer = (struct app_timer){.due = on_late, .ctx = task};
	task->refs = 1;
	return task;
}

struct task *task_ref(struct task *task)
{
	task->refs++;
	return task;
}

void task_unref(struct task **ref)
{
	struct task *task = *ref;

	*ref = NULL;
	if (!task || --task->refs > 0)
		return;
	if (task->ops->done)
		task->ops->done(task);
	request_done(&task->request);
	out_done(&task->out);
	mem_free(task);
}

enum err task_session(const struct task *task)
{
	const struct link *link = task->app->link;

	if (link_state(link) != LINK_OFF)
		return ERR_OK;
	/* /disconnect, in the screen that owns the profile. */
	if (auth_step(task->app->auth) == AUTH_IN && link_why(link) == ERR_OK)
		return ERR_UNREACHABLE;
	return link_why(link) != ERR_OK ? link_why(link) : ERR_UNAUTHORIZED;
}

enum err task_away(const struct task *task)
{
	const enum err why = link_why(task->app->link);

	return why == ERR_UNTRUSTED || why == ERR_UPGRADE ? why : ERR_UNREACHABLE;
}

bool task_begin(struct task *task)
{
	if (!task->begun && task->begin)
		task->begun = task->begin(task, task->ctx);
	else
		task->begun = true;
	if (!task->begun) /* its time does not run where it only waits for another owner */
		app_timer_clear(task->app, &task->timer);
	return task->begun;
}

void task_line(struct task *task, struct bytes text)
{
	out_line(&task->out, text);
}

void task_push(struct task *task)
{
	if (!task->ended)
		task->push(task, task->ctx);
}

void task_note(struct task *task, const char *text)
{
	out_note(&task->out, text);
}

void task_progress(struct task *task, const char *name, uint64_t at, uint64_t size)
{
	out_progress(&task->out, name, at, size);
}

void task_wait(struct task *task, uint64_t ms)
{
	app_timer_set(task->app, &task->timer, clock_mono_ms(task->app->clock) + ms);
}

/* TRANSLATORS: %s is a clause like "there is no such room". */
static void add_note(struct str *note, const char *clause)
{
	str_addf(note, _("chat-client: %s"), clause);
}

void task_warn(struct task *task, enum err err)
{
	AUTO(str_done) struct str note = STR_INIT;

	add_note(&note, err == ERR_UNAUTHORIZED
				? _("nobody is signed in: chat-client --login "
				    "--account NAME")
				: _(err_text(err)));
	task_note(task, note.ptr);
}

static void finish(struct task *task, enum err err)
{
	task->code = err_row(err)->exit_code;
	task->ended = true;
	app_timer_clear(task->app, &task->timer);
	task->over(task, task->ctx);
}

static void put_error(struct task *task, const struct denial *denial)
{
	AUTO(buf_done) struct buf line = BUF_INIT;

	if (!task->request.json)
		return;
	denial_json(denial, &line);
	task_line(task, buf_view(&line));
}

void task_refused(struct task *task, const struct denial *denial)
{
	AUTO(str_done) struct str words = STR_INIT, note = STR_INIT;

	if (task->ended)
		return;
	denial_say(denial, &words);
	add_note(&note, words.ptr);
	task_note(task, note.ptr);
	put_error(task, denial);
	finish(task, denial->err);
}

void task_end(struct task *task, enum err err)
{
	const struct denial *why = auth_denial(task->app->auth);
	struct denial denial = DENIAL_INIT;

	if (task->ended)
		return;
	if (err == ERR_UNAUTHORIZED && why->err == err && why->detail.len) {
		task_refused(task, why);
		return;
	}
	denial.err = err;
	if (err != ERR_OK) {
		task_warn(task, err);
		put_error(task, &denial);
	}
	finish(task, err);
}

void task_drop(struct task *task)
{
	task->ended = true;
	app_timer_clear(task->app, &task->timer);
}
