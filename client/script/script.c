/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The owner's side: commands of our own and of others. What comes over a connection is
 * checked as the command line is. A connection whose other end goes away loses its
 * command, not what that had stored.
 */
#include "client/script/script.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "client/script/task.h"
#include "client/script/wire.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/json.h"

#define CONNS_MOST 256 /* commands at one time; a fork bomb of --send stops here */
/* How long we stay for what others have handed to us: beyond the usual --timeout; less
 * where a screen waits for the profile. */
#define LEAVE_MS 20000
#define YIELD_MS 3000
#define FULL_MS  100

struct conn {
	struct conn *next;
	struct script *script;
	struct wire wire;
	struct app_source source;
	struct task *task; /* NULL until it said what it wants */
	bool dead;
};

struct script {
	struct app *app;
	struct owner *owner;
	struct app_face face;
	struct app_source listener;
	struct app_source out;  /* while our own output takes nothing */
	struct app_timer begin; /* the rooms are known: start in the next turn */
	struct app_timer sweep;
	struct app_timer leave;
	struct conn *conns;
	size_t conn_count;
	struct task *tasks;
	struct task *own;
	bool loaded;
	bool yielded; /* to a screen */
	bool leaving; /* and begin nothing any more that must not be done twice */
	int code;     /* with which we leave */
};

/* ---- tasks ---- */

static void unlink_task(struct script *script, struct task *task)
{
	struct task **at = &script->tasks;

	while (*at && *at != task)
		at = &(*at)->next;
	if (*at)
		*at = task->next;
}

static void start_task(struct script *script, struct task *task)
{
	if (!script->loaded || task->started)
		return;
	struct task *ref = task_ref(task);
	task->started = true;
	/* A process of its own would dial now, too: who asks does not wait for the pause that
	 * this one keeps between its tries. */
	link_hurry(task->app->link);
	task->ops->start(task);
	task_unref(&ref);
}

/* Call what the app tells for every task that runs; one may end meanwhile. */
#define TELL(script, fn, ...) \
	for (struct task *task = (script)->tasks, *next; task; task = next) { \
		next = task->next; \
		if (!task->started || task->ended || !task->ops->fn) \
			continue; \
		struct task *ref = task_ref(task); \
		task->ops->fn(task, __VA_ARGS__); \
		task_unref(&ref); \
	}

static void on_state(struct app *app, void *ctx)
{
	TELL((struct script *)ctx, state, false)
}

/* In the turn after the store was read it is known whether there will be a session. */
static void begin(struct app *app, void *ctx)
{
	struct script *script = ctx;

	script->loaded = true;
	for (struct task *task = script->tasks, *next; task; task = next) {
		next = task->next;
		start_task(script, task);
	}
}

static void on_rooms(struct app *app, bool fresh, void *ctx)
{
	struct script *script = ctx;

	if (!script->loaded)
		app_timer_set(app, &script->begin, 0);
	TELL(script, state, fresh)
}

static void on_stored(struct app *app, const struct id *room, uint64_t seq, void *ctx)
{
	TELL((struct script *)ctx, stored, room, seq)
}

static void on_reset(struct app *app, const struct id *room, uint64_t seq, void *ctx)
{
	TELL((struct script *)ctx, reset, room, seq)
}

static void on_sent(struct app *app, const struct id *cid, enum err err, uint64_t seq,
		    void *ctx)
{
	TELL((struct script *)ctx, sent, cid, err, seq)
}

static void on_moved(struct app *app, const struct id *cid,
		     const struct transferred *what, void *ctx)
{
	TELL((struct script *)ctx, moved, cid, what)
}

static void on_delivered(struct app *app, const struct id *room, const struct id *user,
			 uint64_t seq, void *ctx)
{
	TELL((struct script *)ctx, delivered, room, user, seq)
}

static void on_receipt(struct app *app, const struct id *room, const struct id *user,
		       uint64_t seq, void *ctx)
{
	TELL((struct script *)ctx, receipt, room, user, seq)
}

/* Lines of @task have left. */
static void tell_written(struct task *task, uint64_t before)
{
	struct task *ref = task_ref(task);

	if (task->out.written > before && !task->ended && task->ops->written)
		task->ops->written(task);
	task_unref(&ref);
}

/* ---- connections ---- */

/* Freed by the sweep: a source may not go while it is being served. */
static void conn_close(struct conn *conn)
{
	struct script *script = conn->script;

	if (conn->dead)
		return;
	conn->dead = true;
	app_source_remove(script->app, &conn->source);
	if (conn->task) {
		task_drop(conn->task);
		unlink_task(script, conn->task);
	}
	app_timer_set(script->app, &script->sweep, 0);
}

static void conn_free(struct conn *conn)
{
	if (conn->task)
		conn->task->out.wire = NULL;
	task_unref(&conn->task);
	wire_done(&conn->wire);
	mem_free(conn);
}

static void sweep_dead(struct script *script)
{
	for (struct conn **at = &script->conns; *at;) {
		struct conn *conn = *at;
		if (!conn->dead) {
			at = &conn->next;
			continue;
		}
		*at = conn->next;
		script->conn_count--;
		conn_free(conn);
	}
}

/* ---- leaving ---- */

/* What has begun is done to its end here, and all lines of an end leave: nobody else could
 * go on with it. */
static bool is_owed(const struct conn *conn)
{
	return !conn->dead && conn->task && (conn->task->begun || conn->task->ended);
}

static void try_leave(struct script *script)
{
	if (!script->leaving)
		return;
	for (const struct conn *conn = script->conns; conn; conn = conn->next)
		if (is_owed(conn))
			return;
	app_quit(script->app, script->code);
}

static void leave_late(struct app *app, void *ctx)
{
	app_quit(app, ((struct script *)ctx)->code);
}

static void leave(struct script *script, int code, uint64_t most_ms)
{
	struct app *app = script->app;

	if (!script->leaving)
		app_timer_set(app, &script->leave, clock_mono_ms(app->clock) + most_ms);
	script->leaving = true;
	script->code = code;
	try_leave(script);
}

static void sweep(struct app *app, void *ctx)
{
	struct script *script = ctx;

	sweep_dead(script);
	script->listener.fd = script->owner ? owner_fd(script->owner) : -1;
	try_leave(script);
}

/* Send what waits; the end of a command closes when all of it has left. */
static void conn_push(struct conn *conn)
{
	if (conn->dead)
		return;
	bool closed = wire_flush(&conn->wire) != ERR_OK;
	bool through = conn->task && conn->task->ended && wire_waiting(&conn->wire) == 0;
	conn->source.events = POLLIN | (wire_waiting(&conn->wire) > 0 ? POLLOUT : 0);
	if (closed || through)
		conn_close(conn);
}

static void conn_push_task(struct task *task, void *ctx)
{
	conn_push(ctx);
}

static void conn_over(struct task *task, void *ctx)
{
	struct conn *conn = ctx;

	out_end(&task->out, task->code);
	unlink_task(conn->script, task);
	conn_push(conn);
}

/* The other side has to know before it is so, or it would do it once more when we die. */
static bool conn_begin(struct task *task, void *ctx)
{
	struct conn *conn = ctx;

	if (conn->dead || conn->script->leaving)
		return false;
	wire_put(&conn->wire, bytes_text("{\"type\":\"begun\"}"));
	return wire_flush(&conn->wire) == ERR_OK;
}

static void add_task(struct script *script, struct task *task)
{
	task->next = script->tasks;
	script->tasks = task;
	start_task(script, task);
}

/* One that is of another version would ask again and again if we only closed. */
static void conn_refuse(struct conn *conn)
{
	struct out out;

	out_init_wire(&out, &conn->wire);
	out_note(&out, _("chat-client: the one that has the profile open is of another "
			 "version and does not know that: end it first"));
	out_end(&out, err_row(ERR_USAGE)->exit_code);
	(void)!wire_flush(&conn->wire);
}

static enum err conn_run(struct conn *conn, struct bytes text)
{
	struct request request = REQUEST_INIT;

	if (conn->task)
		return ERR_STATE; /* one command a connection */
	enum err err = request_decode(text, &request);
	if (err != ERR_OK) {
		conn_refuse(conn);
		return err;
	}
	struct task *task = task_new(conn->script->app, &request);
	out_init_wire(&task->out, &conn->wire);
	task->begin = conn_begin;
	task->push = conn_push_task;
	task->over = conn_over;
	task->ctx = conn;
	conn->task = task;
	add_task(conn->script, task);
	return ERR_OK;
}

/* A screen wants to be the owner. A follower makes room; any other command ends by itself
 * soon; and a screen stays. */
static void conn_yield(struct conn *conn)
{
	struct script *script = conn->script;

	if (!script->own) {
		wire_put(&conn->wire, bytes_text("{\"type\":\"no\"}"));
	} else if (script->own->request.kind == REQUEST_FOLLOW && !script->own->ended) {
		script->yielded = true;
		leave(script, 0, YIELD_MS);
	}
}

/* An object of the other side: what to do, or how far it has written. */
static enum err conn_take(struct conn *conn, struct bytes text)
{
	struct json *json = NULL;
	struct bytes type;
	uint64_t count = 0;

	enum err err = json_parse(text, &json);
	if (err != ERR_OK)
		return err;
	struct json_node root = json_root(json);
	if (!json_text(json_get(root, "type"), &type)) {
		err = ERR_BAD;
	} else if (bytes_equal(type, bytes_text("run"))) {
		err = conn_run(conn, text);
	} else if (bytes_equal(type, bytes_text("yield"))) {
		conn_yield(conn);
	} else if (bytes_equal(type, bytes_text("wrote")) && conn->task &&
		   json_uint(json_get(root, "count"), &count)) {
		uint64_t before = conn->task->out.written;
		out_confirm(&conn->task->out, count);
		tell_written(conn->task, before);
	}
	json_free(&json);
	return err;
}

static void conn_ready(struct app *app, short revents, void *ctx)
{
	struct conn *conn = ctx;
	struct bytes text;

	enum err end = wire_fill(&conn->wire), err = ERR_OK;
	while (err == ERR_OK && !conn->dead) {
		err = wire_next(&conn->wire, &text);
		if (err != ERR_OK || !text.ptr)
			break;
		err = conn_take(conn, text);
	}
	if (end != ERR_OK || err != ERR_OK)
		conn_close(conn);
	else
		conn_push(conn);
}

static void conn_add(struct script *script, int fd)
{
	struct conn *conn = mem_new(struct conn);

	conn->script = script;
	wire_init(&conn->wire, fd);
	conn->source = (struct app_source){
		.fd = fd, .events = POLLIN, .ready = conn_ready, .ctx = conn};
	conn->next = script->conns;
	script->conns = conn;
	script->conn_count++;
	app_source_add(script->app, &conn->source);
	/* The sign of life for which the other side waits. */
	wire_put(&conn->wire, bytes_text("{\"type\":\"hello\",\"tells\":true}"));
	conn_push(conn);
}

static void on_listener(struct app *app, short revents, void *ctx)
{
	struct script *script = ctx;
	int fd;

	while (script->conn_count < CONNS_MOST && (fd = owner_accept(script->owner)) >= 0)
		conn_add(script, fd);
	/* Whoever is not let in keeps it readable: not to be looked at for a while. */
	if (script->conn_count < CONNS_MOST && errno != EMFILE && errno != ENFILE)
		return;
	script->listener.fd = -1;
	app_timer_set(app, &script->sweep, clock_mono_ms(app->clock) + FULL_MS);
}

/* ---- our own command ---- */

static void own_push(struct script *script)
{
	struct task *task = script->own;
	uint64_t before = task->out.written;

	bool closed = out_flush(&task->out) != ERR_OK;
	script->out.fd = !closed && out_is_stuck(&task->out) ? task->out.fd : -1;
	if (closed) {
		/* Nobody reads: as if SIGPIPE had ended us, but in order. */
		out_complain(task->out.why);
		task_drop(task);
		leave(script, err_row(ERR_IO)->exit_code, LEAVE_MS);
		return;
	}
	tell_written(task, before);
	if (task->ended && !out_is_stuck(&task->out))
		leave(script, task->code, LEAVE_MS);
}

static void on_out(struct app *app, short revents, void *ctx)
{
	own_push(ctx);
}

static void own_push_task(struct task *task, void *ctx)
{
	own_push(ctx);
}

static void own_over(struct task *task, void *ctx)
{
	struct script *script = ctx;

	unlink_task(script, task);
	own_push(script);
}

void script_run(struct script *script, struct request *request, int fd)
{
	struct task *task = task_new(script->app, request);

	out_init_fd(&task->out, fd);
	task->over = own_over;
	task->push = own_push_task;
	task->ctx = script;
	script->own = task;
	add_task(script, task);
}

bool script_yielded(struct script *script, struct request *ret, struct buf *ret_rest)
{
	if (!script->yielded)
		return false;
	struct out *out = &script->own->out;
	task_drop(script->own);
	buf_add(ret_rest, out->queue.ptr + out->at, out->queue.len - out->at);
	*ret = script->own->request;
	script->own->request = REQUEST_INIT;
	return true;
}

/* ---- life ---- */

struct script *script_new(struct app *app, struct owner *owner)
{
	struct script *script = mem_new(struct script);

	script->app = app;
	script->owner = owner;
	script->loaded = app->loaded;
	script->face = (struct app_face){.state = on_state,
					 .rooms = on_rooms,
					 .stored = on_stored,
					 .reset = on_reset,
					 .sent = on_sent,
					 .moved = on_moved,
					 .delivered = on_delivered,
					 .receipt = on_receipt,
					 .ctx = script};
	script->listener =
		(struct app_source){.fd = script->owner ? owner_fd(script->owner) : -1,
				    .events = POLLIN,
				    .ready = on_listener,
				    .ctx = script};
	script->out = (struct app_source){
		.fd = -1, .events = POLLOUT, .ready = on_out, .ctx = script};
	script->begin = (struct app_timer){.due = begin, .ctx = script};
	script->sweep = (struct app_timer){.due = sweep, .ctx = script};
	script->leave = (struct app_timer){.due = leave_late, .ctx = script};
	app_face_add(app, &script->face);
	app_source_add(app, &script->listener);
	app_source_add(app, &script->out);
	return script;
}

void script_free(struct script **ref)
{
	struct script *script = *ref;

	if (!script)
		return;
	*ref = NULL;
	app_face_remove(script->app, &script->face);
	app_source_remove(script->app, &script->listener);
	app_source_remove(script->app, &script->out);
	for (struct conn *conn = script->conns; conn; conn = conn->next)
		conn_close(conn);
	sweep_dead(script);
	app_timer_clear(script->app, &script->sweep);
	app_timer_clear(script->app, &script->leave);
	app_timer_clear(script->app, &script->begin);
	if (script->own)
		task_drop(script->own);
	task_unref(&script->own);
	mem_free(script);
}
