/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is on the screen, and pages about it: help, keys, rooms, people, the connection. */
#include <stdio.h>
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/base/width.h"
#include "common/os/lang.h"

struct word {
	const char *word;
	int value;
};

/* The value of @text in @words, or -1. */
static int find_word(const struct word *words, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].word, text) == 0)
			return words[i].value;
	return -1;
}

/* "left   right", the left part padded to @cols columns. */
static void add_row(struct str *out, const char *left, size_t cols, const char *right)
{
	size_t used = width_text(left, strlen(left));

	str_addf(out, "%s%*s  %s\n", left, used < cols ? (int)(cols - used) : 0, "",
		 right);
}

static void add_help(const struct cmd_row *row, struct str *out)
{
	AUTO(str_done) struct str left = STR_INIT;

	str_addf(&left, "/%s %s", row->name, row->args);
	add_row(out, left.ptr, 28, _(row->help));
}

enum ui_taken cmd_help(struct app *app, const struct ui_line *line, const char *args)
{
	AUTO(str_done) struct str text = STR_INIT;
	const char *name = args + (args[0] == '/');
	size_t count;
	const struct cmd_row *rows = cmd_rows(&count);
	const struct cmd_row *row = cmd_find(name, strlen(name));

	if (*name && !row) {
		app_notice(app, _("There is no such command."));
		return UI_LINE_DONE;
	}
	if (*name) {
		add_help(row, &text);
	} else {
		str_addf(&text, "%s\n\n",
			 _("Enter sends, Alt-Enter makes a new line, Tab completes. "
			   "//x says \"/x\". /bindings lists the keys."));
		for (size_t i = 0; i < count; i++)
			add_help(&rows[i], &text);
	}
	cmd_show(app, _("Commands"), &text);
	return UI_LINE_DONE;
}

enum ui_taken cmd_bindings(struct app *app, const struct ui_line *line, const char *args)
{
	AUTO(str_done) struct str text = STR_INIT;
	size_t count;
	const struct cmd_key *rows = cmd_key_rows(&count);

	add_row(&text, "Alt-Enter, Ctrl-J", 18, _("a new line"));
	for (size_t i = 0; i < count; i++)
		add_row(&text, rows[i].name, 18, _(rows[i].help));
	str_add(&text, _("All other keys are readline's; your ~/.inputrc counts."));
	cmd_show(app, _("Keys"), &text);
	return UI_LINE_DONE;
}

static const char *link_word(const struct app *app)
{
	switch (app->model.link) {
	case MODEL_ONLINE: return _("online");
	case MODEL_CONNECTING: return _("connecting…");
	case MODEL_WAITING: return _("not connected, trying again");
	default: return _("offline");
	}
}

static void add_room(struct app *app, const struct room *room, struct str *out)
{
	AUTO(str_done) struct str left = STR_INIT;
	AUTO(str_done) struct str right = STR_INIT;

	room_title(room, &app->model.people, &left);
	if (room->unread)
		str_addf(&right,
			 Q_("%zu unread", "%zu unread", (unsigned long)room->unread),
			 room->unread);
	if (room->mentions)
		str_addf(&right, " @%zu", room->mentions);
	if (room->topic.len)
		str_addf(&right, "%s%s", right.len ? " · " : "", room->topic.ptr);
	add_row(out, left.ptr, 20, right.ptr);
}

static enum ui_taken list_rooms(struct app *app, bool unread)
{
	const struct rooms *rooms = &app->model.rooms;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < rooms->count; i++)
		if (!unread || room_group(rooms, rooms->rows[i]) == GROUP_UNREAD)
			add_room(app, rooms->rows[i], &text);
	if (text.len == 0)
		app_notice(app, unread ? _("Everything is read.")
				       : _("You are in no room yet: /join #lobby"));
	else
		cmd_show(app, unread ? _("Unread") : _("Rooms"), &text);
	return UI_LINE_DONE;
}

enum ui_taken cmd_rooms(struct app *app, const struct ui_line *line, const char *args)
{
	if (*args && strcmp(args, "public") != 0)
		return cmd_usage(app, "rooms");
	if (!*args)
		return list_rooms(app, false);
	if (link_state(app->link) == LINK_ONLINE)
		cmd_public_rooms(app);
	else
		app_notice(app, _(err_text(ERR_UNREACHABLE)));
	return UI_LINE_DONE;
}

enum ui_taken cmd_unread(struct app *app, const struct ui_line *line, const char *args)
{
	return list_rooms(app, true);
}

/* The server does not tell one about oneself. */
static int presence_of(const struct app *app, const struct id *user,
		       const struct person *person)
{
	if (id_equal(user, app_user(app)))
		return app->model.link == MODEL_ONLINE ? PRESENCE_ONLINE
						       : PRESENCE_OFFLINE;
	return person ? (int)person->presence : 0;
}

static void add_member(struct app *app, const struct member *member, struct str *out)
{
	static const char *const states[] = {
		[PRESENCE_ONLINE] = N_("online"),
		[PRESENCE_AWAY] = N_("away"),
		[PRESENCE_OFFLINE] = N_("offline"),
	};
	const struct person *person = people_find(&app->model.people, &member->user);
	const char *state = states[presence_of(app, &member->user, person)];
	const char *role = kind_word(&role_words, member->role);
	AUTO(str_done) struct str left = STR_INIT, right = STR_INIT;
	struct id_text id;

	str_add(&left, people_name(&app->model.people, &member->user, &id));
	if (person && person->account.len)
		str_addf(&left, " (@%s)", person->account.ptr);
	if (person && person->bot)
		str_add(&left, _(" [bot]"));
	add_row(&right, role, 10, state ? _(state) : "");
	str_cut(&right, right.len - 1);
	add_row(out, left.ptr, 28, right.ptr);
}

enum ui_taken cmd_who(struct app *app, const struct ui_line *line, const char *args)
{
	const struct room *room = cmd_room_now(app);
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < room->roster.count; i++)
		add_member(app, &room->roster.rows[i], &text);
	if (room->roster.total > room->roster.count)
		str_addf(&text, _("… and %zu more"),
			 room->roster.total - room->roster.count);
	cmd_show(app, _("Members"), &text);
	return UI_LINE_DONE;
}

static void add_self(struct app *app, struct str *out)
{
	const struct person *self = people_find(&app->model.people, app_user(app));

	if (id_is_zero(app_user(app))) {
		str_add(out, _("Nobody is logged in: /login or /signup."));
		return;
	}
	str_addf(out, _("You are @%s on %s, %s."),
		 self && self->account.len ? self->account.ptr : "?",
		 app->model.server.ptr, link_word(app));
}

enum ui_taken cmd_whoami(struct app *app, const struct ui_line *line, const char *args)
{
	AUTO(str_done) struct str text = STR_INIT;

	add_self(app, &text);
	app_notice(app, text.ptr);
	return UI_LINE_DONE;
}

/* What a member has to know before he writes. */
static void add_rules(const struct room *room, struct str *text)
{
	if (room->post_role > ROLE_GUEST)
		str_addf(text, _("To write here one needs this role: %s.\n"),
			 kind_word(&role_words, room->post_role));
	if (room->slow_ms)
		str_addf(text,
			 Q_("Members wait %llu second between two messages.\n",
			    "Members wait %llu seconds between two messages.\n",
			    (unsigned long)(room->slow_ms / 1000)),
			 (unsigned long long)(room->slow_ms / 1000));
}

/* What one will be told of it. */
static void add_level(const struct app *app, const struct room *room, struct str *text)
{
	if (room->level)
		str_addf(text, _("Worth a notification here: %s.\n"),
			 kind_word(&notify_level_words, room->level));
	if (room->muted_until_ms <= clock_now_ms(app->clock))
		return;
	str_add(text, _("You muted this room"));
	if (room->muted_until_ms < LIMIT_MUTE_MS) {
		str_addf(text, " %s ", _("until"));
		cmd_add_time(text, room->muted_until_ms);
	}
	str_add(text, ".\n");
}

enum ui_taken cmd_info(struct app *app, const struct ui_line *line, const char *args)
{
	static const char *const kinds[] = {
		[ROOM_DIRECT] = N_("a direct chat"),
		[ROOM_PRIVATE] = N_("a private room"),
		[ROOM_PUBLIC] = N_("a public room"),
		[ROOM_BROADCAST] = N_("announcements to everybody"),
	};
	const struct room *room = cmd_room_now(app);
	AUTO(str_done) struct str text = STR_INIT;

	add_self(app, &text);
	str_addf(&text,
		 Q_("\n%zu message waits to be sent.\n",
		    "\n%zu messages wait to be sent.\n",
		    (unsigned long)app->model.waiting),
		 app->model.waiting);
	if (room) {
		str_add_char(&text, '\n');
		room_title(room, &app->model.people, &text);
		str_addf(&text, ": %s\n%s\n", _(kinds[room->kind]),
			 room->sealed ? _("Messages are end-to-end encrypted.")
				      : _("Messages are not end-to-end encrypted: the "
					  "server can read them."));
		if (room->topic.len)
			str_addf(&text, "%s\n", room->topic.ptr);
		add_rules(room, &text);
		add_level(app, room, &text);
	}
	cmd_show(app, _("Info"), &text);
	return UI_LINE_DONE;
}

enum ui_taken cmd_clear(struct app *app, const struct ui_line *line, const char *args)
{
	struct room *room = cmd_room_now(app);

	/* Nothing is forgotten: scrolling back brings it all again. */
	if (!room->timeline.at_end) {
		timeline_clear(&room->timeline);
		app_history(app, &room->id, UI_NEWEST, 0);
	}
	timeline_cover(&room->timeline, room->head_seq);
	if (app->ui)
		ui_touch(app->ui);
	return UI_LINE_DONE;
}

enum ui_taken cmd_scroll(struct app *app, const struct ui_line *line, const char *args)
{
	static const struct word words[] = {
		{"bottom", UI_BOTTOM},       {"down", UI_LINE_DOWN},
		{"mark", UI_MARK},           {"top", UI_TOP},
		{"page-down", UI_PAGE_DOWN}, {"page-up", UI_PAGE_UP},
		{"up", UI_LINE_UP},
	};
	int move = find_word(words, ARRAY_LEN(words), args);

	if (move < 0)
		return cmd_usage(app, "scroll");
	if (app->ui)
		ui_scroll(app->ui, (enum ui_move)move);
	return UI_LINE_DONE;
}

enum ui_taken cmd_pane(struct app *app, const struct ui_line *line, const char *args)
{
	static const struct word words[] = {{"members", UI_PANE_MEMBERS},
					    {"rooms", UI_PANE_ROOMS},
					    {"times", UI_PANE_TIMES}};
	int pane = find_word(words, ARRAY_LEN(words), args);

	if (pane < 0)
		return cmd_usage(app, "pane");
	if (app->ui)
		ui_toggle(app->ui, (enum ui_pane)pane);
	return UI_LINE_DONE;
}

enum ui_taken cmd_theme(struct app *app, const struct ui_line *line, const char *args)
{
	if (app->ui && ui_theme(app->ui, args) != ERR_OK)
		return cmd_usage(app, "theme");
	return UI_LINE_DONE;
}

enum ui_taken cmd_set(struct app *app, const struct ui_line *line, const char *args)
{
	static const struct word words[] = {{"off", 0}, {"on", 1}};
	static const struct word forms[] = {
		{"auto", UI_NOTIFY_AUTO}, {"bell", UI_NOTIFY_BELL},
		{"osc9", UI_NOTIFY_9},    {"osc777", UI_NOTIFY_777},
		{"osc99", UI_NOTIFY_99},  {"off", UI_NOTIFY_OFF},
	};
	static const struct word images[] = {
		{"auto", UI_IMAGES_AUTO},   {"blocks", UI_IMAGES_BLOCKS},
		{"kitty", UI_IMAGES_KITTY}, {"off", UI_IMAGES_OFF},
		{"on", UI_IMAGES_AUTO},     {"sixel", UI_IMAGES_SIXEL},
	};
	const char *value;
	size_t len = cmd_word(args, &value);
	int image = find_word(images, ARRAY_LEN(images), value);
	int on = find_word(words, ARRAY_LEN(words), value);
	int form = find_word(forms, ARRAY_LEN(forms), value);

	if (cmd_is(args, len, "theme"))
		return cmd_theme(app, line, value);
	if (cmd_is(args, len, "notify") && form >= 0) {
		if (app->ui)
			ui_notify(app->ui, (enum ui_notify)form);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "images") && image >= 0) {
		if (app->ui)
			ui_images(app->ui, (enum ui_images)image);
		return UI_LINE_DONE;
	}
	void (*set)(struct ui *, bool) = cmd_is(args, len, "markdown") ? ui_markdown
					 : cmd_is(args, len, "mouse")  ? ui_mouse
								       : NULL;
	if (!set || on < 0)
		return cmd_usage(app, "set");
	if (app->ui)
		set(app->ui, on);
	return UI_LINE_DONE;
}

enum ui_taken cmd_redraw(struct app *app, const struct ui_line *line, const char *args)
{
	if (app->ui)
		ui_redraw(app->ui);
	return UI_LINE_DONE;
}

enum ui_taken cmd_stop(struct app *app, const struct ui_line *line, const char *args)
{
	if (app->ui)
		ui_stop(app->ui);
	return UI_LINE_DONE;
}

enum ui_taken cmd_cancel(struct app *app, const struct ui_line *line, const char *args)
{
	if (app->ui)
		ui_cancel(app->ui);
	return UI_LINE_DONE;
}
