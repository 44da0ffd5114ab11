/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moderators and owners do to members and to the room. The server decides who may. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "common/base/opt.h"
#include "common/os/lang.h"

/* "@bob", "bob": the name and what follows it. */
static struct bytes take_name(const char *args, const char **ret_rest)
{
	const char *name = args + (args[0] == '@');
	size_t len = cmd_word(name, ret_rest);

	return bytes_of(name, len);
}

/* A time such as "10m" in front of @args; absent: 0, and nothing is taken. */
static uint64_t take_time(const char *args, const char **ret_rest)
{
	char word[32];
	int64_t ms;
	const char *rest;
	size_t len = cmd_word(args, &rest);

	*ret_rest = args;
	if (len == 0 || len >= sizeof(word) || !strchr("0123456789", args[0]))
		return 0;
	memcpy(word, args, len);
	word[len] = '\0';
	if (opt_parse_duration(word, &ms) != ERR_OK || ms < 0)
		return 0;
	*ret_rest = rest;
	return (uint64_t)ms;
}

static enum ui_taken simple(struct app *app, const struct ui_line *line, const char *args,
			    const char *name, const char *op)
{
	struct id_text id = id_text(line->room);
	const char *rest;
	struct body_room_user body = {.room = bytes_text(id.text),
				      .user = take_name(args, &rest)};

	if (body.user.len == 0)
		return cmd_usage(app, name);
	cmd_call(app, op, body_room_user_def(), &body);
	return UI_LINE_DONE;
}

enum ui_taken cmd_kick(struct app *app, const struct ui_line *line, const char *args)
{
	return simple(app, line, args, "kick", "room_kick");
}

enum ui_taken cmd_unban(struct app *app, const struct ui_line *line, const char *args)
{
	return simple(app, line, args, "unban", "room_unban");
}

enum ui_taken cmd_unmute(struct app *app, const struct ui_line *line, const char *args)
{
	if (!*args)
		return cmd_silence(app, line, "off");
	return simple(app, line, args, "unmute", "room_unmute");
}

enum ui_taken cmd_ban(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);
	const char *rest;
	struct body_room_ban body = {.room = bytes_text(id.text),
				     .user = take_name(args, &rest)};

	if (body.user.len == 0)
		return cmd_usage(app, "ban");
	body.for_ms = take_time(rest, &rest);
	body.why = bytes_text(rest);
	cmd_call(app, "room_ban", body_room_ban_def(), &body);
	return UI_LINE_DONE;
}

enum ui_taken cmd_mute(struct app *app, const struct ui_line *line, const char *args)
{
	if (args[0] != '@')
		return cmd_silence(app, line, args);
	struct id_text id = id_text(line->room);
	const char *rest;
	struct body_room_mute body = {.room = bytes_text(id.text),
				      .user = take_name(args, &rest)};

	if (body.user.len == 0)
		return cmd_usage(app, "mute");
	body.for_ms = take_time(rest, &rest);
	if (*rest)
		return cmd_usage(app, "mute");
	cmd_call(app, "room_mute", body_room_mute_def(), &body);
	return UI_LINE_DONE;
}

static void role_given(enum err err, unsigned status, struct bytes body, void *ctx)
{
	AUTO(str_done) struct str why = STR_INIT;

	if (err == ERR_OK)
		return;
	if (err == ERR_STATE)
		str_add(&why, _("You are its only owner: /role @NAME owner first, or "
				"/destroy it."));
	else
		cmd_why(err, body, &why);
	app_notice(ctx, why.ptr);
}

enum ui_taken cmd_role(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);
	const char *role;
	struct body_room_role body = {.room = bytes_text(id.text),
				      .user = take_name(args, &role)};

	body.role = kind_value(&role_words, role, strlen(role));
	if (body.user.len == 0 || body.role == 0)
		return cmd_usage(app, "role");
	cmd_ask(app, "room_role", body_room_role_def(), &body, role_given, app);
	return UI_LINE_DONE;
}

enum ui_taken cmd_slow(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);
	struct body_room_update body = {.room = bytes_text(id.text), .has_slow_ms = true};
	const char *rest;

	body.slow_ms = take_time(args, &rest);
	if (body.slow_ms == 0 && strcmp(args, "off") != 0)
		return cmd_usage(app, "slow");
	cmd_call(app, "room_update", body_room_update_def(), &body);
	return UI_LINE_DONE;
}

enum ui_taken cmd_writers(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);
	struct body_room_update body = {
		.room = bytes_text(id.text),
		.post_role = kind_value(&role_words, args, strlen(args))};

	if (body.post_role == 0)
		return cmd_usage(app, "writers");
	cmd_call(app, "room_update", body_room_update_def(), &body);
	return UI_LINE_DONE;
}
