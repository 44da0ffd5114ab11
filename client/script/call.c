/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One operation of the server and its answer in lines: with --json as it came, a line for
 * each row of a list; else words with tabs between them. Lists are followed to their end.
 * --call asks once and prints the answer as it is.
 */
#include <string.h>
#include <time.h>

#include "client/avatar.h"
#include "client/script/keys.h"
#include "client/script/task.h"
#include "client/ui/qr.h"
#include "common/base/neutral.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"
#include "common/proto/body.h"
#include "common/proto/json_out.h"
#include "common/proto/rest.h"

#define QR_BLACK_ON_WHITE "\x1b[38;5;16;48;5;231m"
#define PAGES_MOST        100000 /* of a list that never ends */

struct call {
	struct task task; /* first */
	bool asked;
	unsigned pages;
};

/* The answers that are lists, and which members of a row people want to see. */
static const struct {
	const char *op, *list;
	const char *columns[8]; /* …_ts: a time; current: whether it is this one */
} lists[] = {
	{"auth_sessions",
	 "sessions",
	 {"session", "how", "device_name", "place", "client", "used_ts", "current"}},
	{"auth_blocks", "users", {"name", "display_name"}},
	{"auth_export", "records", {NULL}},
	{"auth_recovery_codes", "codes", {NULL}},
	{"auth_totp_confirm", "codes", {NULL}},
	{"bot_tokens", "tokens", {"session", "name", "scopes", "expires_ts", "used_ts"}},
	{"bots", "bots", {"name", "display_name"}},
	{"room_hooks", "hooks", {"hook", "kind", "state", "name", "url"}},
	{"notifications",
	 "notifications",
	 {"why", "room_name", "from_name", "count", "what", "text"}},
	{"users", "users", {"name", "display_name", "status", "bot"}},
};

static struct call *call_of(struct task *task)
{
	return CONTAINER_OF(task, struct call, task);
}

static void ask(struct task *task, const char *op, struct bytes args);

static void put_json(struct task *task, struct json_node node)
{
	AUTO(buf_wipe) struct buf line = BUF_INIT;

	json_print(node, &line);
	task_line(task, buf_view(&line));
}

static void add_value(struct json_node node, struct str *line)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct bytes bytes;

	if (json_text(node, &bytes)) {
		neutral_add(line, (const char *)bytes.ptr, bytes.len, NEUTRAL_LINE);
	} else if (node.ptr) {
		json_print(node, &text);
		str_add_len(line, (const char *)text.ptr, text.len);
	}
}

static bool is_time(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && strcmp(name + len - 3, "_ts") == 0;
}

/* One member of a row, as people write it here. */
static void add_column(struct json_node row, const char *name, struct str *line)
{
	struct json_node node = json_get(row, name);
	bool is = false;
	uint64_t ms = 0;
	char when[32];
	struct tm tm;

	if (is_time(name) && json_uint(node, &ms)) {
		time_t seconds = (time_t)(ms / 1000);
		if (ms && localtime_r(&seconds, &tm) &&
		    strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm))
			str_add(line, when);
	} else if (strcmp(name, "current") == 0 || strcmp(name, "bot") == 0) {
		json_bool(node, &is);
		str_add(line, !is ? "" : name[0] == 'b' ? _("bot") : _("this one"));
	} else {
		add_value(node, line);
	}
}

static void put_row(struct task *task, size_t list, struct json_node row)
{
	AUTO(str_done) struct str line = STR_INIT;
	bool plain = json_type(row) == JSON_TEXT && !task->request.json;

	if (!plain && (task->request.json || !lists[list].columns[0])) {
		put_json(task, row);
		return;
	}
	if (plain)
		add_value(row, &line);
	for (const char *const *name = lists[list].columns; !plain && *name; name++) {
		if (name != lists[list].columns)
			str_add_char(&line, '\t');
		add_column(row, *name, &line);
	}
	task_line(task, str_view(&line));
}

/* "name<TAB>value" for each member of an object and of those in it. */
static void put_members(struct task *task, struct json_node object)
{
	for (struct json_node child = json_first(object); child.ptr;
	     child = json_next(child)) {
		AUTO(str_done) struct str line = STR_INIT;
		if (json_type(child) == JSON_OBJECT) {
			put_members(task, child);
			continue;
		}
		str_addf(&line, "%s\t", json_key(child));
		add_value(child, &line);
		task_line(task, str_view(&line));
	}
}

/* For a camera; at a terminal in colours that no palette changes. */
static void put_qr(struct task *task, struct json_node offer)
{
	AUTO(qr_done) struct qr qr = QR_INIT;
	AUTO(str_done) struct str text = STR_INIT;
	struct bytes url;

	if (!json_text(json_get(offer, "url"), &url))
		return;
	str_add_len(&text, (const char *)url.ptr, url.len);
	if (qr_draw(text.ptr, QR_QUIET, &qr) != ERR_OK)
		return;
	for (const char *line = qr.lines.ptr, *end; (end = strchr(line, '\n'));
	     line = end + 1) {
		str_clear(&text);
		if (task->request.colours)
			str_add(&text, QR_BLACK_ON_WHITE);
		str_add_len(&text, line, (size_t)(end - line));
		if (task->request.colours)
			str_add(&text, "\x1b[m");
		task_line(task, str_view(&text));
	}
}

static size_t list_of(const char *op)
{
	size_t i = 0;

	while (i < ARRAY_LEN(lists) && strcmp(lists[i].op, op) != 0)
		i++;
	return i;
}

/* The same arguments once more, but for @key. */
static void ask_with(struct task *task, const char *key, struct bytes value)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	if (json_parse(str_view(&task->request.text), &json) != ERR_OK)
		return;
	json_out_open(&out, '{');
	json_out_put_text(&out, key, value);
	for (struct json_node child = json_first(json_root(json)); child.ptr;
	     child = json_next(child)) {
		AUTO(buf_done) struct buf text = BUF_INIT;
		if (strcmp(json_key(child), key) == 0)
			continue;
		json_print(child, &text);
		json_out_key(&out, json_key(child));
		json_out_raw(&out, buf_view(&text));
	}
	json_out_close(&out, '}');
	ask(task, task->request.name.ptr, buf_view(&args));
}

static void show_list(struct task *task, size_t list, struct json_node root)
{
	struct json_node row = json_first(json_get(root, lists[list].list));
	struct bytes cursor;

	for (; row.ptr; row = json_next(row))
		put_row(task, list, row);
	if (json_text(json_get(root, "cursor"), &cursor) && cursor.len &&
	    ++call_of(task)->pages < PAGES_MOST) {
		task_push(task);
		ask_with(task, "cursor", cursor);
	} else {
		task_end(task, ERR_OK);
	}
}

/* The step-up is open: go on with the code, or say what is needed. */
static void stepped_up(struct task *task, struct json_node root)
{
	struct request *request = &task->request;
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);
	struct bytes challenge, factor;

	if (!json_text(json_get(root, "challenge"), &challenge) ||
	    !json_text(json_get(root, "factor"), &factor)) {
		task_end(task, ERR_BAD);
		return;
	}
	bool none = bytes_equal(factor, bytes_text("none"));
	if (request->room_count == 0 && !none) {
		put_json(task, root);
		task_note(task, _("chat-client: finish with --challenge and --code"));
		task_end(task, ERR_OK);
		return;
	}
	json_out_open(&out, '{');
	json_out_put_text(&out, "challenge", challenge);
	if (!none) {
		json_out_put_text(&out, "code", str_view(&request->rooms[0]));
	}
	json_out_close(&out, '}');
	str_set(&request->name, request->room.ptr);
	str_clear(&request->room);
	ask(task, request->name.ptr, buf_view(&args));
}

static void show(struct task *task, struct bytes body)
{
	const char *op = task->request.name.ptr;
	AUTO(json_free) struct json *json = NULL;
	size_t list = list_of(op);

	if (body.len == 0) { /* done, and nothing to say */
		task_end(task, ERR_OK);
		return;
	}
	if (json_parse(body, &json) != ERR_OK) {
		task_end(task, ERR_BAD);
		return;
	}
	struct json_node root = json_root(json);
	if (task->request.whole) {
		put_json(task, root);
		task_end(task, ERR_OK);
	} else if (task->request.room.len) {
		stepped_up(task, root);
	} else if (strcmp(op, "auth_key_add") == 0 && !task->request.json) {
		task_line(task, bytes_text(_("key added")));
		task_end(task, ERR_OK);
	} else if (list < ARRAY_LEN(lists)) {
		show_list(task, list, root);
	} else {
		if (task->request.json)
			put_json(task, root);
		else
			put_members(task, root);
		if (!task->request.json && strcmp(op, "auth_totp_enrol") == 0)
			put_qr(task, root);
		if (strcmp(op, "auth_email") == 0)
			task_note(task, _("chat-client: finish with --confirm-email CODE "
					  "--challenge … and, where there is one, "
					  "--old-challenge … --old-code CODE"));
		task_end(task, ERR_OK);
	}
}

static void came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct task *task = ctx;

	AUTO(denial_done) struct denial denial = DENIAL_INIT;

	if (!task->ended && err == ERR_OK) {
		show(task, body);
	} else if (!task->ended) {
		denial_read(&denial, err, body);
		task_refused(task, &denial);
	}
	task_unref(&task);
}

static void ask(struct task *task, const char *op, struct bytes args)
{
	const struct rest_row *row = rest_find(op, strlen(op));
	struct app *app = task->app;
	const struct id *key = &task->request.cid;

	call_of(task)->asked = true;
	task_wait(task, task->request.timeout_ms);
	if (row && rest_takes_key(row) && !id_is_zero(key))
		link_call_once(app->link, op, bytes_text(id_text(key).text), args, came,
			       task_ref(task));
	else
		app_call(app, op, args, came, task_ref(task));
}

/* A picture is no JSON: its path is in the text, and it goes beside the link. */
static void upload(struct task *task)
{
	AUTO(str_done) struct str why = STR_INIT, line = STR_INIT;

	task_wait(task, task->request.timeout_ms);
	enum err err =
		avatar_put(task->app, task->request.text.ptr, came, task_ref(task), &why);
	if (err == ERR_OK)
		return;
	str_addf(&line, "chat-client: %s", why.ptr);
	task_note(task, line.ptr);
	task_end(task, err);
	task_unref(&task);
}

static void room_found(struct app *app, enum err err, const struct id *room, void *ctx)
{
	struct task *task = ctx;

	if (!task->ended && err == ERR_OK)
		ask_with(task, "room", bytes_text(id_text(room).text));
	else if (!task->ended)
		task_end(task, err);
	task_unref(&task);
}

/* The server finds rooms by their slugs; private ones have names that we know. */
static void find_room(struct task *task)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str name = STR_INIT;
	struct bytes room = {NULL, 0};

	if (json_parse(str_view(&task->request.text), &json) == ERR_OK)
		(void)json_text(json_get(json_root(json), "room"), &room);
	str_add_len(&name, (const char *)room.ptr, room.len);
	app_find_room(task->app, name.ptr, room_found, task_ref(task));
}

/* The same without making or joining anything: that is asked for by its operation. */
static void aim_room(struct task *task)
{
	const struct model *model = &task->app->model;
	AUTO(json_free) struct json *json = NULL;
	struct room *room = NULL;
	struct bytes name;

	if (json_parse(str_view(&task->request.text), &json) != ERR_OK ||
	    !json_text(json_get(json_root(json), "room"), &name) || name.len == 0) {
		ask(task, task->request.name.ptr, str_view(&task->request.text));
		return;
	}
	const char *text = (const char *)name.ptr;
	const enum err err = rooms_named(&model->rooms, &model->people, text, &room);
	if (err == ERR_AMBIGUOUS)
		task_end(task, err);
	else if (err == ERR_OK)
		ask_with(task, "room", bytes_text(id_text(&room->id).text));
	else
		ask_with(task, "room", bytes_text(text + (text[0] == '#')));
}

static void begin(struct task *task)
{
	const char *op = task->request.name.ptr;

	call_of(task)->asked = true;
	if (!task_begin(task))
		return;
	if (task->request.whole)
		aim_room(task);
	else if (strcmp(op, "auth_avatar_put") == 0)
		upload(task);
	else if (strcmp(op, "auth_keys") == 0 || strcmp(op, "auth_key_remove") == 0)
		keys_run(task);
	else if (strcmp(op, "room_hooks") == 0 || strcmp(op, "room_hook_new") == 0)
		find_room(task);
	else
		ask(task, op, str_view(&task->request.text));
}

static void look(struct task *task)
{
	const enum link_state state = link_state(task->app->link);

	if (call_of(task)->asked)
		return;
	if (state == LINK_ONLINE)
		begin(task);
	else if (state == LINK_WAITING)
		task_end(task, task_away(task));
	else if (state == LINK_OFF)
		task_end(task, task_session(task));
}

static void call_state(struct task *task, bool fresh)
{
	look(task);
}

static void call_start(struct task *task)
{
	task_wait(task, task->request.timeout_ms);
	look(task);
}

static void call_late(struct task *task)
{
	task_end(task, call_of(task)->asked ? ERR_TIMEOUT : task_away(task));
}

static void call_done(struct task *task)
{
	wipe(task->request.text.ptr, task->request.text.len);
}

const struct task_ops task_call = {.size = sizeof(struct call),
				   .start = call_start,
				   .state = call_state,
				   .late = call_late,
				   .done = call_done};
