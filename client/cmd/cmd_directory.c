/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /people: the users of the server, all or by the beginning of a name, a page at a time.
 * Enter opens the direct chat with the one that is marked; the last row is the next page.
 */
#include <string.h>

#include "client/app_inside.h"
#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"

#define PAGE_PEOPLE 50

struct rows {
	struct str text;
	char *commands[PAGE_PEOPLE + 1];
	size_t count;
};

static void add_command(struct rows *rows, const struct str *command)
{
	rows->commands[rows->count++] = mem_strndup(command->ptr, command->len);
}

static void add_user(struct rows *rows, const struct body_user *user)
{
	AUTO(str_done) struct str command = STR_INIT;

	str_addf(&rows->text, "@%.*s", (int)user->name.len, (const char *)user->name.ptr);
	if (user->bot)
		str_addf(&rows->text, " (%s)", _("bot"));
	if (user->display_name.len && !bytes_equal(user->display_name, user->name)) {
		str_add(&rows->text, "  ");
		neutral_add(&rows->text, (const char *)user->display_name.ptr,
			    user->display_name.len, NEUTRAL_LINE);
	}
	if (user->status.len) {
		str_add(&rows->text, " — ");
		neutral_add(&rows->text, (const char *)user->status.ptr, user->status.len,
			    NEUTRAL_LINE);
	}
	str_add_char(&rows->text, '\n');
	str_addf(&command, "/join @%.*s", (int)user->name.len,
		 (const char *)user->name.ptr);
	add_command(rows, &command);
}

static void show_people(struct app *app, const char *prefix, const void *data)
{
	const struct body_user_list *list = data;
	struct rows rows = {.text = STR_INIT};
	AUTO(str_done) struct str next = STR_INIT;

	for (size_t i = 0; i < list->users_count && i < PAGE_PEOPLE; i++)
		add_user(&rows, &list->users[i]);
	if (list->cursor.len) {
		str_addf(&next, "/people %s%s> %.*s", prefix, *prefix ? " " : "",
			 (int)list->cursor.len, (const char *)list->cursor.ptr);
		str_addf(&rows.text, "%s\n", _("… and more"));
		add_command(&rows, &next);
	}
	if (rows.count == 0)
		app_notice(app, _("Nobody is called that here."));
	else if (app->ui && ui_is_linear(app->ui) && next.len)
		str_addf(&rows.text, "%s\n", next.ptr);
	if (rows.count && app->ui)
		ui_choose(app->ui, _("People: Enter opens a chat"), rows.text.ptr,
			  (const char *const *)rows.commands, rows.count);
	for (size_t i = 0; i < rows.count; i++)
		mem_free(rows.commands[i]);
	str_done(&rows.text);
}

/* [BEGINNING] [> NAME]: those behind NAME. */
enum ui_taken cmd_people(struct app *app, const struct ui_line *line, const char *args)
{
	const char *rest, *after = NULL, *end = "";
	size_t len = cmd_word(args, &rest);
	struct body_users body = {.limit = PAGE_PEOPLE};
	AUTO(str_done) struct str prefix = STR_INIT;

	if (cmd_is(args, len, ">"))
		after = rest;
	else if (*rest == '>' && cmd_word(rest, &after) != 1)
		return cmd_usage(app, "people");
	else
		str_add_len(&prefix, args + (args[0] == '@'), len - (args[0] == '@'));
	if (after)
		body.cursor = bytes_of(after, cmd_word(after, &end));
	if (*end || (!after && *rest) || (after && !*after))
		return cmd_usage(app, "people");
	body.prefix = str_view(&prefix);
	cmd_get_under(app, prefix.ptr, "users", body_users_def(), &body,
		      body_user_list_def(), show_people);
	return UI_LINE_DONE;
}
