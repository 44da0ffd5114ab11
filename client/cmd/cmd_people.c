/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /devices, /profile, /whois, /block, /unblock, /blocks: oneself and others. */
#include <string.h>
#include <time.h>

#include "client/app_inside.h"
#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/audit.h"

/* ---- answers ---- */

/* Who waits for a body, and what is done with it. */
struct asked {
	struct app *app;
	const struct body_def *def;
	size_t size;
	void (*show)(struct app *app, const void *body);
};

static void came(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct asked *asked = ctx;
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str why = STR_INIT;
	void *body = mem_alloc(1, asked->size);

	if (err != ERR_OK) {
		cmd_why(err, text, &why);
		app_notice(asked->app, why.ptr);
	} else if (!asked->def) {
		asked->show(asked->app, NULL);
	} else if (json_parse(text, &json) == ERR_OK &&
		   body_decode(asked->def, json, json_root(json), body, NULL) == ERR_OK) {
		asked->show(asked->app, body);
	}
	mem_free(body);
	mem_free(asked);
}

/* @out: the definition of the answer, NULL where there is none. */
static void ask(struct app *app, const char *op, const struct body_def *in,
		const void *args, const struct body_def *out,
		void (*show)(struct app *app, const void *body))
{
	struct asked *asked = mem_new(struct asked);

	*asked = (struct asked){app, out, out ? out->size : 1, show};
	cmd_ask(app, op, in, args, came, asked);
}

static void say_done(struct app *app, const void *body)
{
	app_notice(app, _("Done."));
}

static void add_text(struct str *out, const char *label, struct bytes text)
{
	if (!text.len)
		return;
	str_addf(out, "%s: ", label);
	neutral_add(out, (const char *)text.ptr, text.len, NEUTRAL_TEXT);
	str_add_char(out, '\n');
}

static void add_time(struct str *out, uint64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;
	char text[32] = "";

	if (localtime_r(&seconds, &local))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local);
	str_add(out, text);
}

/* ---- /devices ---- */

static void show_sessions(struct app *app, const void *data)
{
	const struct body_sessions *body = data;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < body->sessions_count; i++) {
		const struct body_session *row = &body->sessions[i];
		str_addf(&text, "%.8s  ", id_text(&row->session).text);
		add_time(&text, row->used_ts);
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
		_("\n/devices end NUMBER, /devices end others, /devices name NUMBER "
		  "TEXT; NUMBER: the beginning of one of these.\n"));
	cmd_show(app, _("Where you are logged in: last used, how, device, address"),
		 &text);
}

/* What happened to the account, newest first: the verb in words, who, from where. */
static void show_history(struct app *app, const void *data)
{
	const struct body_audit_page *page = data;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < page->entries_count; i++) {
		const struct body_audit_entry *row = &page->entries[i];
		AUTO(mem_freep)
		char *verb = mem_strndup((const char *)row->verb.ptr, row->verb.len);
		add_time(&text, row->ts);
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
		ask(wanted->app, "auth_session_rename", body_session_name_def(), &body,
		    NULL, say_done);
	} else {
		struct body_session_ref body = {found->session};
		ask(wanted->app, "auth_session_revoke", body_session_ref_def(), &body,
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
		ask(app, "auth_sessions", body_list_def(),
		    &(struct body_list){.limit = 50}, body_sessions_def(), show_sessions);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "history") && !which) {
		ask(app, "auth_audit", body_list_def(), &(struct body_list){.limit = 50},
		    body_audit_page_def(), show_history);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "end") && cmd_is(rest, which, "others")) {
		ask(app, "auth_logout", body_logout_def(),
		    &(struct body_logout){.others = true}, NULL, say_done);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "end") && which && !*text)
		return with_session(app, rest, which, NULL);
	if (cmd_is(args, len, "name") && which && *text)
		return with_session(app, rest, which, text);
	return cmd_usage(app, "devices");
}

/* ---- /profile, /whois ---- */

static void add_user(const struct body_user *user, struct str *text)
{
	if (user->deleted) {
		str_add(text, _("This account was deleted.\n"));
		return;
	}
	add_text(text, _("Name"), user->name);
	add_text(text, _("Shown as"), user->display_name);
	add_text(text, _("Status"), user->status);
	add_text(text, _("About"), user->about);
	if (user->admin)
		str_add(text, _("Administers this server.\n"));
	if (user->bot)
		str_add(text, _("Is a program.\n"));
	if (user->avatar)
		str_add(text, _("Has a picture.\n"));
}

static void show_me(struct app *app, const void *data)
{
	const struct body_me *me = data;
	AUTO(str_done) struct str text = STR_INIT;

	add_user(&me->user, &text);
	add_text(&text, _("E-mail"), me->email);
	str_addf(&text, "%s: %s\n", _("Found by search"),
		 me->findable == YES_NO_NO ? _("no") : _("yes"));
	str_addf(&text, "%s: %s\n", _("Authenticator"), me->totp ? _("yes") : _("no"));
	str_add(&text,
		_("\n/profile display, about or status TEXT; /profile findable yes or "
		  "no\n"));
	cmd_show(app, _("Your profile"), &text);
	app_show_user(app, &me->user);
}

enum ui_taken cmd_profile(struct app *app, const struct ui_line *line, const char *args)
{
	const char *rest;
	size_t len = cmd_word(args, &rest);
	struct body_profile body = {.findable = 0};
	struct bytes text = bytes_of(rest, strlen(rest));

	if (len == 0) {
		ask(app, "auth_me", body_none_def(), &(struct body_none){{NULL, 0}},
		    body_me_def(), show_me);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "display") && *rest)
		body.display_name = text;
	else if (cmd_is(args, len, "about"))
		body.about = text;
	else if (cmd_is(args, len, "status"))
		body.status = text;
	else if (cmd_is(args, len, "findable"))
		body.findable = kind_value(&yes_no_words, rest, text.len);
	if (!body.display_name.ptr && !body.about.ptr && !body.status.ptr &&
	    !body.findable)
		return cmd_usage(app, "profile");
	ask(app, "auth_profile", body_profile_def(), &body, body_me_def(), show_me);
	return UI_LINE_DONE;
}

static void show_whois(struct app *app, const void *data)
{
	const struct body_user *user = data;
	AUTO(str_done) struct str text = STR_INIT, title = STR_INIT;

	add_user(user, &text);
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
				void (*show)(struct app *app, const void *body))
{
	struct body_user_ref body = {name_of(args)};

	if (!body.user.len)
		return cmd_usage(app, name);
	ask(app, op, body_user_ref_def(), &body, out, show);
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

static void show_blocks(struct app *app, const void *data)
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
	ask(app, "auth_blocks", body_list_def(), &(struct body_list){.limit = LIMIT_LIST},
	    body_user_list_def(), show_blocks);
	return UI_LINE_DONE;
}
