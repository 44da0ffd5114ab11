/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways into a room that are handed out: somebody is brought in, or a code is made that lets
 * whoever has it in, for a time and so many uses; the codes that are open are listed and
 * taken back. The server keeps no code, only what it has become of it. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "client/piped.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/base/opt.h"
#include "common/os/lang.h"

#define SHOWN_ID 10 /* characters of an invitation's id: enough to tell a list's apart */

/* ---- making ---- */

static void add_terms(struct str *out, const struct body_invite *invite)
{
	if (invite->has_uses)
		str_addf(out,
			 Q_("It works %u time, until ", "It works %u times, until ",
			    (unsigned long)invite->uses),
			 (unsigned)invite->uses);
	else
		str_add(out, _("It works until "));
	cmd_add_time(out, invite->expires_ts);
}

static void show_code(struct app *app, const char *head, const void *body)
{
	const struct body_invite *invite = body;
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, "%s\n\n  /accept %s\n\n",
		 _("Who enters this comes into the room:"), id_text(&invite->code).text);
	add_terms(&text, invite);
	str_add(&text, _(". It is not shown again."));
	cmd_show(app, _("Invitation"), &text);
}

/* "2d 5": for two days, five times; both may be missing. */
static bool read_terms(const char *args, struct body_invite_new *invite)
{
	const char *uses, *rest;
	size_t len = cmd_word(args, &uses), digits = cmd_word(uses, &rest);
	AUTO(mem_freep) char *time = mem_strndup(args, len);
	int64_t ms = 0, number = 0;

	if (len && (opt_parse_duration(time, &ms) != ERR_OK || ms <= 0))
		return false;
	AUTO(mem_freep) char *count = mem_strndup(uses, digits);
	if (digits && (opt_parse_int(count, &number) != ERR_OK || number <= 0 || *rest))
		return false;
	invite->for_ms = (uint64_t)ms;
	invite->uses = (uint64_t)number;
	return true;
}

enum ui_taken cmd_invite(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);

	if (args[0] && !strchr("0123456789", args[0])) {
		struct body_room_invite invite = {.room = bytes_text(id.text)};
		const char *rest;
		const char *name = args + (args[0] == '@');
		invite.user = bytes_of(name, cmd_word(name, &rest));
		if (!invite.user.len || *rest)
			return cmd_usage(app, "invite");
		cmd_call(app, "room_invite", body_room_invite_def(), &invite);
		return UI_LINE_DONE;
	}
	struct body_invite_new invite = {.room = bytes_text(id.text)};
	if (!read_terms(args, &invite))
		return cmd_usage(app, "invite");
	cmd_get(app, "room_invite_new", body_invite_new_def(), &invite, body_invite_def(),
		show_code);
	return UI_LINE_DONE;
}

/* ---- those that are open ---- */

static void show_invites(struct app *app, const char *head, const void *body)
{
	const struct body_invites *list = body;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < list->invites_count; i++) {
		const struct body_invite *row = &list->invites[i];
		str_addf(&text, "%.*s  ", SHOWN_ID, id_text(&row->invite).text);
		if (row->has_inviter)
			neutral_add(&text, (const char *)row->inviter.name.ptr,
				    row->inviter.name.len, NEUTRAL_LINE);
		str_add(&text, "  ");
		add_terms(&text, row);
		str_add_char(&text, '\n');
	}
	cmd_add_more(&text, list->complete);
	if (!list->invites_count) {
		app_notice(app, _("No invitation into this room is open."));
		return;
	}
	str_addf(&text, "\n%s",
		 _("/invites revoke NUMBER takes one back; NUMBER: the beginning of one "
		   "of these."));
	cmd_show(app, _("Open invitations"), &text);
}

static void say_revoked(struct app *app, const char *head, const void *body)
{
	app_notice(app, _("That invitation no longer works."));
}

/* @begin of the one to be taken back; the list says which that is. */
static void revoke(struct app *app, const char *begin, const void *body)
{
	const struct body_invites *list = body;
	const struct body_invite *found = NULL;

	for (size_t i = 0; i < list->invites_count; i++) {
		const struct body_invite *row = &list->invites[i];
		if (strncmp(id_text(&row->invite).text, begin, strlen(begin)) != 0)
			continue;
		if (found) {
			app_notice(app, _("More than one begins like that."));
			return;
		}
		found = row;
	}
	if (!found || !found->has_room) {
		app_notice(app, _(err_text(ERR_NOT_FOUND)));
		return;
	}
	struct id_text room = id_text(&found->room.room);
	cmd_get(app, "room_invite_revoke", body_invite_ref_def(),
		&(struct body_invite_ref){.room = bytes_text(room.text),
					  .invite = found->invite},
		NULL, say_revoked);
}

enum ui_taken cmd_invites(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);
	struct body_room_list list = {.room = bytes_text(id.text), .limit = LIMIT_LIST};
	const char *begin, *rest;
	size_t len = cmd_word(args, &begin), which = cmd_word(begin, &rest);

	if (len == 0) {
		cmd_get(app, "room_invites", body_room_list_def(), &list,
			body_invites_def(), show_invites);
		return UI_LINE_DONE;
	}
	if (!cmd_is(args, len, "revoke") || !which || *rest)
		return cmd_usage(app, "invites");
	cmd_get_under(app, begin, "room_invites", body_room_list_def(), &list,
		      body_invites_def(), revoke);
	return UI_LINE_DONE;
}

/* ---- coming in ---- */

static void opened(struct app *app, enum err err, const struct id *room, void *ctx)
{
	piped_refused(app, err);
	if (err == ERR_OK)
		app_open_room(app, room);
	else
		app_notice(app, _(err_text(err)));
}

static void show_entered(struct app *app, const char *head, const void *body)
{
	const struct body_room *room = body;

	app_find_room(app, id_text(&room->room).text, opened, NULL);
}

enum ui_taken cmd_accept(struct app *app, const struct ui_line *line, const char *args)
{
	struct body_invite_code code;

	if (id_parse(args, strlen(args), &code.code) != ERR_OK)
		return cmd_usage(app, "accept");
	cmd_get(app, "invite_accept", body_invite_code_def(), &code, body_room_def(),
		show_entered);
	return UI_LINE_DONE;
}
