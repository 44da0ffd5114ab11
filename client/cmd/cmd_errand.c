/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /webhook and /bot: programs that come into rooms. What a secret is stands on one page,
 * once; nothing here keeps it. Ids are shown by their beginning, so what a person types is
 * looked for in the list of the server before something is done to it.
 */
#include <string.h>

#include "client/app_inside.h"
#include "client/cmd/cmd_private.h"
#include "client/errand.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"

static void add_text(struct str *out, struct bytes text)
{
	if (text.len)
		neutral_add(out, (const char *)text.ptr, text.len, NEUTRAL_LINE);
}

static void add_words(struct str *out, const struct bytes *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		str_add(out, i ? "," : "");
		add_text(out, words[i]);
	}
}

static void say_done(struct app *app, const char *head, const void *body)
{
	app_notice(app, _("Done."));
}

/* ---- webhooks ---- */

static void add_failure(struct str *text, const struct body_hook *row)
{
	if (!row->failed_ts)
		return;
	str_addf(text, "          %s ", _("failed last"));
	cmd_add_time(text, row->failed_ts);
	str_add(text, ": ");
	if (row->status)
		str_addf(text, "%llu", (unsigned long long)row->status);
	else
		add_text(text, row->error);
	str_addf(text,
		 Q_(", %llu time in a row\n", ", %llu times in a row\n", row->failures),
		 (unsigned long long)row->failures);
}

static void add_hook(struct str *text, const struct body_hook *row)
{
	str_addf(text, "%.8s  %-3s  %-7s  ", id_text(&row->hook).text,
		 kind_word(&hook_kind_words, row->kind),
		 kind_word(&hook_state_words, row->state));
	add_text(text, row->name);
	if (row->used_ts) {
		str_addf(text, "  %s ", _("used last"));
		cmd_add_time(text, row->used_ts);
	}
	str_add_char(text, '\n');
	if (row->kind == HOOK_OUT) {
		str_add(text, "          ");
		add_words(text, row->kinds, row->kinds_count);
		str_add(text, " → ");
		add_text(text, row->url);
		if (row->waiting)
			str_addf(text, Q_("  %llu waits", "  %llu wait", row->waiting),
				 (unsigned long long)row->waiting);
		str_add_char(text, '\n');
	}
	add_failure(text, row);
}

static void show_hooks(struct app *app, const char *head, const void *data)
{
	const struct body_hooks *list = data;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < list->hooks_count; i++)
		add_hook(&text, &list->hooks[i]);
	if (!list->hooks_count)
		str_add(&text, _("This room has no webhooks.\n"));
	str_add(&text,
		_("\n/webhook add in NAME makes a URL that posts here, /webhook add "
		  "out URL NAME tells another server what happens here.\n"
		  "/webhook change HOOK name|url|kinds VALUE or on|off, rotate, ping, "
		  "remove HOOK; HOOK: the beginning of one of these, or its name.\n"));
	cmd_show(app, _("Webhooks of this room"), &text);
}

static void show_hook(struct app *app, const char *head, const void *data)
{
	const struct body_hook *row = data;
	AUTO(str_wipe) struct str text = STR_INIT;

	add_hook(&text, row);
	if (!row->secret.len) {
		cmd_show(app, _("Webhook"), &text);
		return;
	}
	str_add_char(&text, '\n');
	if (row->kind == HOOK_IN)
		cmd_add_text(&text, _("Post to"), row->url);
	else
		cmd_add_text(&text, _("Secret that signs"), row->secret);
	str_add(&text,
		_("It is shown this once: keep it now. /webhook rotate makes a new "
		  "one.\n"));
	cmd_show(app, _("Webhook"), &text);
}

/* ---- bots ---- */

static void show_bots(struct app *app, const char *head, const void *data)
{
	const struct body_bots *list = data;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < list->bots_count; i++) {
		str_add_char(&text, '@');
		add_text(&text, list->bots[i].name);
		str_add(&text, "  ");
		add_text(&text, list->bots[i].display_name);
		str_add_char(&text, '\n');
	}
	if (!list->bots_count)
		str_add(&text, _("You have no bots.\n"));
	str_add(&text,
		_("\n/bot new NAME [SHOWN AS], /bot remove NAME, /bot token list NAME, "
		  "/bot token new NAME [for=30d] [may=read,write,rooms] WHAT FOR, "
		  "/bot token revoke NAME TOKEN; /invite brings one into a room.\n"));
	cmd_show(app, _("Your bots"), &text);
}

static void bot_made(struct app *app, const char *head, const void *data)
{
	const struct body_user *user = data;
	AUTO(str_done) struct str text = STR_INIT;

	app_show_user(app, user);
	str_addf(&text, _("@%.*s is made: /bot token new %.*s WHAT FOR lets it in."),
		 (int)user->name.len, (const char *)user->name.ptr, (int)user->name.len,
		 (const char *)user->name.ptr);
	app_notice(app, text.ptr);
}

static void add_token(struct str *text, const struct body_bot_token *row)
{
	str_addf(text, "%.8s  ", id_text(&row->session).text);
	add_text(text, row->name);
	str_add(text, "  ");
	add_words(text, row->scopes, row->scopes_count);
	if (row->expires_ts) {
		str_addf(text, "  %s ", _("until"));
		cmd_add_time(text, row->expires_ts);
	}
	if (row->used_ts) {
		str_addf(text, "  %s ", _("used last"));
		cmd_add_time(text, row->used_ts);
	}
	str_add_char(text, '\n');
}

static void show_tokens(struct app *app, const char *head, const void *data)
{
	const struct body_bot_tokens *list = data;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < list->tokens_count; i++)
		add_token(&text, &list->tokens[i]);
	if (!list->tokens_count)
		str_add(&text, _("This bot has no token.\n"));
	cmd_show(app, _("Tokens: beginning of the id, what for, what it may"), &text);
}

static void token_made(struct app *app, const char *head, const void *data)
{
	const struct body_bot_token *row = data;
	AUTO(str_wipe) struct str text = STR_INIT;

	add_token(&text, row);
	str_add_char(&text, '\n');
	cmd_add_text(&text, _("Token"), row->token);
	str_add(&text, _("It is shown this once: keep it now, in a file of mode 0600; "
			 "chat-client --token-file FILE comes in with it.\n"));
	cmd_show(app, _("New token"), &text);
}

/* ---- asking ---- */

static void send(struct app *app, const struct errand *errand)
{
	const struct {
		const struct body_def *out;
		cmd_show_fn *show;
	} shown[] = {
		{body_bot_token_def(), token_made}, {body_bot_tokens_def(), show_tokens},
		{body_bots_def(), show_bots},       {body_hook_def(), show_hook},
		{body_hooks_def(), show_hooks},     {body_user_def(), bot_made},
	};
	cmd_show_fn *show = say_done;

	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		if (shown[i].out == errand->out)
			show = shown[i].show;
	cmd_get(app, errand->op, errand->in, &errand->body, errand->out, show);
}

/* An errand about one of a list that has not come yet. */
struct wanted {
	struct app *app;
	char *text; /* the line, read again then */
	struct id_text room;
	bool hook;
};

static enum err read_errand(bool hook, const char *text, const struct id_text *room,
			    struct errand *ret)
{
	return hook ? errand_hook(text, bytes_text(room->text), ret)
		    : errand_bot(text, ret);
}

/* How many @id or @name is: all that begin so, but a name that is just so is the one. */
struct found {
	struct id id;
	size_t count;
	bool named;
};

static void look_at(struct found *found, struct bytes which, const struct id *id,
		    struct bytes name)
{
	struct id_text text = id_text(id);
	bool named = bytes_equal(which, name);

	if (!named &&
	    (found->named || strncmp(text.text, (const char *)which.ptr, which.len) != 0))
		return;
	if (named && !found->named)
		found->count = 0;
	found->named |= named;
	found->id = *id;
	found->count++;
}

static struct found look_for(const struct errand *errand, bool hook, struct json *json)
{
	struct found found = {.count = 0};
	struct body_hooks hooks = {.hooks_count = 0};
	struct body_bot_tokens tokens = {.tokens_count = 0};
	const struct body_def *def = hook ? body_hooks_def() : body_bot_tokens_def();
	void *body = hook ? (void *)&hooks : (void *)&tokens;

	if (body_decode(def, json, json_root(json), body, NULL) != ERR_OK)
		return found;
	for (size_t i = 0; i < hooks.hooks_count; i++)
		look_at(&found, errand->which, &hooks.hooks[i].hook, hooks.hooks[i].name);
	for (size_t i = 0; i < tokens.tokens_count; i++)
		look_at(&found, errand->which, &tokens.tokens[i].session,
			tokens.tokens[i].name);
	return found;
}

static void list_came(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct wanted *wanted = ctx;
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str why = STR_INIT;
	struct errand errand;
	struct found found = {.count = 0};

	if (err == ERR_OK)
		err = read_errand(wanted->hook, wanted->text, &wanted->room, &errand);
	if (err == ERR_OK)
		err = json_parse(text, &json);
	if (err == ERR_OK)
		found = look_for(&errand, wanted->hook, json);
	if (err == ERR_OK && found.count == 1) {
		errand_aim(&errand, &found.id);
		send(wanted->app, &errand);
	} else if (err == ERR_OK && found.count > 1) {
		app_notice(wanted->app, _("Several begin so: type more of it."));
	} else {
		cmd_why(err == ERR_OK ? ERR_NOT_FOUND : err, text, &why);
		app_notice(wanted->app, why.ptr);
	}
	mem_free(wanted->text);
	mem_free(wanted);
}

static void ask_list(struct app *app, const struct errand *errand, const char *text,
		     const struct id_text *room, bool hook)
{
	struct wanted *wanted = mem_new(struct wanted);
	struct body_room_list of_room = {.room = bytes_text(room->text)};
	struct body_bot_ref of_bot = {errand->body.token_ref.user};

	*wanted = (struct wanted){app, mem_strndup(text, strlen(text)), *room, hook};
	if (hook)
		cmd_ask(app, "room_hooks", body_room_list_def(), &of_room, list_came,
			wanted);
	else
		cmd_ask(app, "bot_tokens", body_bot_ref_def(), &of_bot, list_came,
			wanted);
}

static enum ui_taken run(struct app *app, const struct ui_line *line, const char *text,
			 bool hook)
{
	struct id_text room = {""};
	struct errand errand;

	if (hook)
		room = id_text(line->room);
	if (read_errand(hook, text, &room, &errand) != ERR_OK)
		return cmd_usage(app, hook ? "webhook" : "bot");
	if (!errand.which.len || errand_aim_self(&errand))
		send(app, &errand);
	else
		ask_list(app, &errand, text, &room, hook);
	return UI_LINE_DONE;
}

enum ui_taken cmd_bot(struct app *app, const struct ui_line *line, const char *args)
{
	return run(app, line, args, false);
}

enum ui_taken cmd_webhook(struct app *app, const struct ui_line *line, const char *args)
{
	return run(app, line, args, true);
}
