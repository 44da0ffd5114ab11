/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /profile: a form on a screen, a page in lines, and words for both. Only what was changed
 * goes to the server, so that two devices do not undo each other's.
 */
#include <string.h>

#include "client/app_inside.h"
#include "client/avatar.h"
#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

/* ---- the page ---- */

static void add_yes(struct str *out, const char *what, int word)
{
	str_addf(out, "%s: %s\n", what, word == YES_NO_NO ? _("no") : _("yes"));
}

static void show_me(struct app *app, const char *head, const void *data)
{
	const struct body_me *me = data;
	AUTO(str_done) struct str text = STR_INIT;

	cmd_add_person(&text, &me->user);
	cmd_add_text(&text, _("E-mail"), me->email);
	str_addf(&text, "%s: %s\n", _("Found by search"),
		 me->findable == YES_NO_NO ? _("no") : _("yes"));
	add_yes(&text, _("Others see how far you have read"), me->receipts);
	add_yes(&text, _("Others see that you write"), me->typing);
	str_addf(&text, "%s: %s\n", _("Who sees whether you are there"),
		 kind_word(&shown_to_words, me->presence));
	str_addf(&text, "%s: %s\n", _("Authenticator"), me->totp ? _("yes") : _("no"));
	str_add(&text, _("\n/profile display, about or status TEXT; /profile findable "
			 "yes or no; "
			 "/profile avatar FILE or remove; /profile email ADDRESS\n"));
	str_add(&text, _("/profile receipts or typing yes or no; /profile presence "
			 "everyone, rooms or nobody\n"));
	cmd_show(app, _("Your profile"), &text);
	app_show_user(app, &me->user);
}

/* ---- the form ---- */

static void saved(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct app *app = ctx;
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str why = STR_INIT;
	struct body_me me;

	if (err != ERR_OK) {
		cmd_why(err, text, &why);
		app_edit_end(app, why.ptr);
		return;
	}
	app_edit_end(app, NULL);
	app_notice(app, _("Your profile is saved."));
	if (json_parse(text, &json) == ERR_OK &&
	    body_decode(body_me_def(), json, json_root(json), &me, NULL) == ERR_OK)
		app_show_user(app, &me.user);
}

static struct bytes changed(const char *text)
{
	return text ? bytes_text(text) : bytes_of(NULL, 0);
}

/* One of the words of a choice; 0: it was left as it is. */
static int chosen(const struct kind_words *words, const char *text)
{
	return text ? kind_value(words, text, strlen(text)) : 0;
}

static void save(struct app *app, const struct ui_values *values)
{
	if (!values)
		return;
	struct body_profile body = {.display_name = changed(values->display),
				    .status = changed(values->status),
				    .about = changed(values->about)};
	body.findable = chosen(&yes_no_words, values->findable);
	body.receipts = chosen(&yes_no_words, values->receipts);
	body.typing = chosen(&yes_no_words, values->typing);
	body.presence = chosen(&shown_to_words, values->presence);
	if (body.display_name.ptr || body.status.ptr || body.about.ptr || body.findable ||
	    body.receipts || body.typing || body.presence)
		cmd_ask(app, "auth_profile", body_profile_def(), &body, saved, app);
	else
		app_edit_end(app, NULL);
}

static const char *yes_or_no(int word)
{
	return word == YES_NO_NO ? "no" : "yes";
}

static void edit_me(struct app *app, const char *head, const void *data)
{
	const struct body_me *me = data;
	AUTO(mem_freep)
	char *display = mem_strndup((const char *)me->user.display_name.ptr,
				    me->user.display_name.len);
	AUTO(mem_freep)
	char *status =
		mem_strndup((const char *)me->user.status.ptr, me->user.status.len);
	AUTO(mem_freep)
	char *about = mem_strndup((const char *)me->user.about.ptr, me->user.about.len);

	app_edit(app,
		 &(struct ui_values){.display = display,
				     .status = status,
				     .about = about,
				     .findable = yes_or_no(me->findable),
				     .receipts = yes_or_no(me->receipts),
				     .typing = yes_or_no(me->typing),
				     .presence = me->presence ? kind_word(&shown_to_words,
									  me->presence)
							      : "everyone"},
		 save);
}

/* ---- the picture ---- */

static void avatar_changed(enum err err, unsigned status, struct bytes text, void *ctx)
{
	AUTO(str_done) struct str why = STR_INIT;

	if (err == ERR_OK)
		str_add(&why, _("Your picture is changed."));
	else
		cmd_why(err, text, &why);
	app_notice(ctx, why.ptr);
}

static enum ui_taken avatar(struct app *app, const char *what)
{
	AUTO(str_done) struct str why = STR_INIT;

	if (strcmp(what, "remove") == 0) {
		cmd_ask(app, "auth_avatar_remove", body_none_def(),
			&(struct body_none){{NULL, 0}}, avatar_changed, app);
		return UI_LINE_DONE;
	}
	if (avatar_put(app, what, avatar_changed, app, &why) == ERR_OK)
		return UI_LINE_DONE;
	app_notice(app, why.ptr);
	return UI_LINE_KEEP;
}

/* ---- the command ---- */

static void get_me(struct app *app, cmd_show_fn *show)
{
	cmd_get(app, "auth_me", body_none_def(), &(struct body_none){{NULL, 0}},
		body_me_def(), show);
}

/* What others are told without one's doing. */
static bool take_shown(const char *what, size_t len, const char *value,
		       struct body_profile *body)
{
	size_t size = strlen(value);

	if (cmd_is(what, len, "presence"))
		body->presence = kind_value(&shown_to_words, value, size);
	else if (cmd_is(what, len, "receipts"))
		body->receipts = kind_value(&yes_no_words, value, size);
	else if (cmd_is(what, len, "typing"))
		body->typing = kind_value(&yes_no_words, value, size);
	else
		return false;
	return true;
}

enum ui_taken cmd_profile(struct app *app, const struct ui_line *line, const char *args)
{
	const char *rest;
	size_t len = cmd_word(args, &rest);
	struct body_profile body = {.findable = 0};
	struct bytes text = bytes_text(rest);

	if (len == 0 || (cmd_is(args, len, "show") && !*rest)) {
		bool form = len == 0 && app->ui && !ui_is_linear(app->ui);
		get_me(app, form ? edit_me : show_me);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "avatar") && *rest)
		return avatar(app, rest);
	if (cmd_is(args, len, "email") && *rest && app->ui)
		return cmd_email(app, rest);
	if (cmd_is(args, len, "display") && *rest)
		body.display_name = text;
	else if (cmd_is(args, len, "about"))
		body.about = text;
	else if (cmd_is(args, len, "status"))
		body.status = text;
	else if (cmd_is(args, len, "findable"))
		body.findable = kind_value(&yes_no_words, rest, text.len);
	else if (!take_shown(args, len, rest, &body))
		return cmd_usage(app, "profile");
	if (!body.display_name.ptr && !body.about.ptr && !body.status.ptr &&
	    !body.findable && !body.presence && !body.receipts && !body.typing)
		return cmd_usage(app, "profile");
	cmd_get(app, "auth_profile", body_profile_def(), &body, body_me_def(), show_me);
	return UI_LINE_DONE;
}

/* ---- away ---- */

static void away_noted(struct app *app, const char *head, const void *data)
{
	app_notice(app, _("You are away, as far as others see, until /back."));
}

enum ui_taken cmd_away(struct app *app, const struct ui_line *line, const char *args)
{
	const struct body_profile body = {.status = bytes_text(args)};

	link_away(app->link, true);
	if (*args)
		cmd_get(app, "auth_profile", body_profile_def(), &body, body_me_def(),
			away_noted);
	else
		away_noted(app, "", NULL);
	return UI_LINE_DONE;
}

enum ui_taken cmd_back(struct app *app, const struct ui_line *line, const char *args)
{
	link_away(app->link, false);
	app_notice(app, _("You are there again."));
	return UI_LINE_DONE;
}
