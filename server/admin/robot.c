/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server bot, token and webhook: the programs that come into rooms. Their owners manage
 * them from the client; here is what whoever runs the server needs to stop one.
 */
#include <string.h>

#include "common/os/lang.h"
#include "server/admin/chore.h"
#include "server/admin/verb.h"

static void add_time(struct str *out, const char *label, uint64_t ms)
{
	if (!ms)
		return;
	str_addf(out, "  %s ", label);
	admin_time(ms, out);
}

/* ---- bots ---- */

static void print_bot(const void *item, struct str *out)
{
	const struct body_account *bot = item;

	verb_column(out, bot->name, 20);
	str_add(out, " ");
	verb_column(out, bot->state, 11);
	admin_time(bot->used_ts ? bot->used_ts : bot->made_ts, out);
	str_add(out, "  ");
	verb_column(out, bot->display_name, 0);
}

static enum err list_bots(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_users, .words = {{"bots", "true"}}};

	if (admin->count)
		ask.words[1] = (struct ask_word){"q", admin->words[0]};
	return verb_list(admin, &ask, print_bot);
}

enum err command_bot(struct admin *admin)
{
	static const struct verb verbs[] = {{"list", 0, 1, list_bots, false}};

	return verb_run(admin, "bot", verbs, ARRAY_LEN(verbs));
}

/* ---- tokens ---- */

static void print_token(const void *item, struct str *out)
{
	const struct body_bot_token *token = item;

	str_addf(out, "%s  ", id_text(&token->session).text);
	for (size_t i = 0; i < token->scopes_count; i++) {
		str_add(out, i ? "," : "");
		verb_column(out, token->scopes[i], 0);
	}
	add_time(out, _("until"), token->expires_ts);
	add_time(out, _("used last"), token->used_ts);
	str_add(out, "  ");
	verb_column(out, token->name, 0);
}

static enum err list_tokens(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_bot_tokens,
			       .words = {{"user", admin->words[0]}}};

	return verb_list(admin, &ask, print_token);
}

static enum err new_token(struct admin *admin)
{
	const struct body_bot_token_new args = {.user = bytes_text(admin->words[0]),
						.name = bytes_text(admin->words[1])};
	struct body_bot_token token;
	struct verb_ask ask = {.op = REST_admin_bot_token_new,
			       .words = {{"user", admin->words[0]}},
			       .args = &args,
			       .ret_body = &token};
	bool printed = false;
	enum err err = verb_show(admin, &ask, &printed);

	if (err == ERR_OK && !printed)
		str_addf(admin->said, "%.*s\n", (int)token.token.len,
			 (const char *)token.token.ptr);
	json_free(&ask.json);
	return err;
}

static enum err revoke_token(struct admin *admin)
{
	struct verb_ask ask = {
		.op = REST_admin_bot_token_revoke,
		.words = {{"user", admin->words[0]}, {"session", admin->words[1]}}};
	enum err err = verb_ask(admin, &ask);

	if (err == ERR_OK)
		str_add(admin->said, _("the token is ended\n"));
	return err;
}

enum err command_token(struct admin *admin)
{
	static const struct verb verbs[] = {
		{"list", 1, 1, list_tokens, false},
		{"new", 2, 2, new_token, false},
		{"revoke", 2, 2, revoke_token, false},
	};

	return verb_run(admin, "token", verbs, ARRAY_LEN(verbs));
}

/* ---- webhooks ---- */

static void print_hook(const void *item, struct str *out)
{
	const struct body_hook *hook = item;

	str_addf(out, "%s  %-3s %-7s  ", id_text(&hook->hook).text,
		 kind_word(&hook_kind_words, hook->kind),
		 kind_word(&hook_state_words, hook->state));
	verb_column(out, hook->name, 0);
	str_add(out, hook->url.len ? "  " : "");
	verb_column(out, hook->url, 0);
	add_time(out, _("used last"), hook->used_ts);
	add_time(out, _("failed last"), hook->failed_ts);
}

static enum err list_hooks(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_room_hooks,
			       .words = {{"room", admin->words[0]}}};

	return verb_list(admin, &ask, print_hook);
}

static enum err turn(struct admin *admin, enum yes_no on, const char *done)
{
	struct body_hook_switch args = {.on = on};
	struct verb_ask ask = {.op = REST_admin_hook_change,
			       .words = {{"hook", admin->words[0]}},
			       .args = &args};
	enum err err = id_parse(admin->words[0], strlen(admin->words[0]), &args.hook);

	if (err != ERR_OK) {
		str_add(admin->why,
			_("a webhook is named by its id, as the list has it"));
		return ERR_USAGE;
	}
	err = verb_ask(admin, &ask);
	if (err == ERR_OK)
		str_addf(admin->said, "%s\n", done);
	return err;
}

static enum err disable_hook(struct admin *admin)
{
	return turn(admin, YES_NO_NO, _("the webhook is off"));
}

static enum err enable_hook(struct admin *admin)
{
	return turn(admin, YES_NO_YES, _("the webhook is on"));
}

static enum err remove_hook(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_hook_remove,
			       .words = {{"hook", admin->words[0]}}};
	enum err err = verb_ask(admin, &ask);

	if (err == ERR_OK)
		str_add(admin->said, _("the webhook is removed\n"));
	return err;
}

enum err command_webhook(struct admin *admin)
{
	static const struct verb verbs[] = {
		{"disable", 1, 1, disable_hook, false},
		{"enable", 1, 1, enable_hook, false},
		{"list", 1, 1, list_hooks, false},
		{"remove", 1, 1, remove_hook, true},
	};

	return verb_run(admin, "webhook", verbs, ARRAY_LEN(verbs));
}
