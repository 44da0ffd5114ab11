/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /devices, /whois, /block, /unblock, /blocks: oneself and others. */
#include <string.h>

#include "client/app_inside.h"
#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/audit.h"

static void say_done(struct app *app, const char *head, const void *body)
{
	app_notice(app, _("Done."));
}

void cmd_add_text(struct str *out, const char *label, struct bytes text)
{
	if (!text.len)
		return;
	str_addf(out, "%s: ", label);
	neutral_add(out, (const char *)text.ptr, text.len, NEUTRAL_TEXT);
	str_add_char(out, '\n');
}

/* ---- /devices ---- */

static void show_sessions(struct app *app, const char *head, const void *data)
{
	const struct body_sessions *body = data;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < body->sessions_count; i++) {
		const struct body_session *row = &body->sessions[i];
		str_addf(&text, "%.8s  ", id_text(&row->session).text);
		cmd_add_time(&text, row->used_ts);
		str_addf(&text, "  %.*s  ", (int)row->how.len,
			 row->how.len ? (const char *)row->how.ptr : "");
		neutral_add(&text, (const char *)row->device_name.ptr,
			    row->device_name.len, NEUTRAL_LINE);
		str_add(&text, "  ");
		neutral_add(&text, (const char *)row->place.ptr, row->place.len,
			    NEUTRAL_LINE);
		str_add(&text, row->current ? _("  (this one)\n") : "\n");
	}
	if (!body->complete)
		str_add(&text, _("…and older ones\n"));
	str_add(&text,
		_("\n/devices end ID, /devices end others, /devices name ID TEXT; ID: "
		  "the beginning of one of those at the left.\n"));
	cmd_show(app, _("Where you are logged in: last used, how, device, address"),
		 &text);
}

/* What happened to the account, newest first: the verb in words, who, from where. */
static void show_history(struct app *app, const char *head, const void *data)
{
	const struct body_audit_page *page = data;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < page->entries_count; i++) {
		const struct body_audit_entry *row = &page->entries[i];
		AUTO(mem_freep)
		char *verb = mem_strndup((const char *)row->verb.ptr, row->verb.len);
		cmd_add_time(&text, row->ts);
		str_addf(&text, "  %s", _(audit_text(verb)));
		if (row->detail.len) {
			str_add(&text, ": ");
			neutral_add(&text, (const char *)row->detail.ptr, row->detail.len,
				    NEUTRAL_LINE);
		}
		if (row->place.len) {
			str_add(&text, "  ");
			neutral_add(&text, (const char *)row->place.ptr, row->place.len,
				    NEUTRAL_LINE);
		}
		str_add_char(&text, '\n');
	}
	if (!page->complete)
		str_add(&text, _("…and older ones\n"));
	cmd_show(app, _("What happened to your account"), &text);
}

/* A session by the beginning of its id. */
struct wanted {
	struct app *app;
	char *begin, *name; /* name NULL: end it */
};

static void wanted_free(struct wanted *wanted)
{
	mem_free(wanted->begin);
	mem_free(wanted->name);
	mem_free(wanted);
}

static const struct body_session *find_session(const struct body_sessions *list,
					       const char *begin, bool *ret_several)
{
	const struct body_session *found = NULL;

	*ret_several = false;
	for (size_t i = 0; i < list->sessions_count; i++) {
		if (strncmp(id_text(&list->sessions[i].session).text, begin,
			    strlen(begin)) != 0)
			continue;
		*ret_several = found != NULL;
		found = &list->sessions[i];
	}
	return found;
}

static void found_came(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct wanted *wanted = ctx;
	AUTO(json_free) struct json *json = NULL;
	struct body_sessions list;
	const struct body_session *found = NULL;
	bool several = false;

	if (err == ERR_OK && json_parse(text, &json) == ERR_OK &&
	    body_decode(body_sessions_def(), json, json_root(json), &list, NULL) ==
		    ERR_OK)
		found = find_session(&list, wanted->begin, &several);
	if (!found || several) {
		app_notice(wanted->app, _(err_text(err != ERR_OK ? err
						   : several     ? ERR_AMBIGUOUS
								 : ERR_NOT_FOUND)));
	} else if (wanted->name) {
		struct body_session_name body = {found->session,
						 bytes_text(wanted->name)};
		cmd_get(wanted->app, "auth_session_rename", body_session_name_def(),
			&body, NULL, say_done);
	} else {
		struct body_session_ref body = {found->session};
		cmd_get(wanted->app, "auth_session_revoke", body_session_ref_def(), &body,
			NULL, say_done);
	}
	wanted_free(wanted);
}

static enum ui_taken with_session(struct app *app, const char *begin, size_t len,
				  const char *name)
{
	struct wanted *wanted = mem_new(struct wanted);
	struct body_list body = {.limit = LIMIT_LIST};

	wanted->app = app;
	wanted->begin = mem_strndup(begin, len);
	wanted->name = name ? mem_strndup(name, strlen(name)) : NULL;
	cmd_ask(app, "auth_sessions", body_list_def(), &body, found_came, wanted);
	return UI_LINE_DONE;
}

enum ui_taken cmd_devices(struct app *app, const struct ui_line *line, const char *args)
{
	const char *rest, *text;
	size_t len = cmd_word(args, &rest), which = cmd_word(rest, &text);

	if (len == 0) {
		cmd_get(app, "auth_sessions", body_list_def(),
			&(struct body_list){.limit = 50}, body_sessions_def(),
			show_sessions);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "history") && !which) {
		cmd_get(app, "auth_audit", body_list_def(),
			&(struct body_list){.limit = 50}, body_audit_page_def(),
			show_history);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "end") && cmd_is(rest, which, "others")) {
		cmd_get(app, "auth_logout", body_logout_def(),
			&(struct body_logout){.others = true}, NULL, say_done);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "end") && which && !*text)
		return with_session(app, rest, which, NULL);
	if (cmd_is(args, len, "name") && which && *text)
		return with_session(app, rest, which, text);
	return cmd_usage(app, "devices");
}

/* ---- /whois ---- */

void cmd_add_person(struct str *text, const struct body_user *user)
{
	if (user->deleted) {
		str_add(text, _("This account was deleted.\n"));
		return;
	}
	cmd_add_text(text, _("Name"), user->name);
	cmd_add_text(text, _("Shown as"), user->display_name);
	cmd_add_text(text, _("Status"), user->status);
	cmd_add_text(text, _("About"), user->about);
	if (user->admin)
		str_add(text, _("Administers this server.\n"));
	if (user->bot)
		str_add(text, _("Is a program.\n"));
	if (user->avatar)
		str_add(text, _("Has a picture.\n"));
}

static void show_whois(struct app *app, const char *head, const void *data)
{
	const struct body_user *user = data;
	AUTO(str_done) struct str text = STR_INIT, title = STR_INIT;

	cmd_add_person(&text, user);
	str_addf(&title, "@%.*s", (int)user->name.len, (const char *)user->name.ptr);
	cmd_show(app, title.ptr, &text);
	app_show_user(app, user);
}

static struct bytes name_of(const char *args)
{
	return bytes_text(args + (args[0] == '@'));
}

static enum ui_taken about_user(struct app *app, const char *name, const char *args,
				const char *op, const struct body_def *out,
				cmd_show_fn *show)
{
	struct body_user_ref body = {name_of(args)};

	if (!body.user.len)
		return cmd_usage(app, name);
	cmd_get(app, op, body_user_ref_def(), &body, out, show);
	return UI_LINE_DONE;
}

enum ui_taken cmd_whois(struct app *app, const struct ui_line *line, const char *args)
{
	return about_user(app, "whois", args, "user_get", body_user_def(), show_whois);
}

/* ---- blocks ---- */

enum ui_taken cmd_block(struct app *app, const struct ui_line *line, const char *args)
{
	return about_user(app, "block", args, "user_block", NULL, say_done);
}

enum ui_taken cmd_unblock(struct app *app, const struct ui_line *line, const char *args)
{
	return about_user(app, "unblock", args, "user_unblock", NULL, say_done);
}

static void show_blocks(struct app *app, const char *head, const void *data)
{
	const struct body_user_list *list = data;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < list->users_count; i++) {
		str_add_char(&text, '@');
		neutral_add(&text, (const char *)list->users[i].name.ptr,
			    list->users[i].name.len, NEUTRAL_LINE);
		str_add_char(&text, '\n');
	}
	if (!list->users_count)
		str_add(&text, _("You block nobody.\n"));
	cmd_show(app, _("Whom you block"), &text);
}

enum ui_taken cmd_blocks(struct app *app, const struct ui_line *line, const char *args)
{
	cmd_get(app, "auth_blocks", body_list_def(),
		&(struct body_list){.limit = LIMIT_LIST}, body_user_list_def(),
		show_blocks);
	return UI_LINE_DONE;
}
