/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line of words, read from the left: a verb, what it is about, and the rest, which may
 * have blanks in it. What the server checks anyway (lengths, kinds of event, scopes) is not
 * checked here; it names the field.
 */
#include "client/errand.h"

#include <string.h>

#include "common/base/opt.h"

#define BLANKS " \t\n"

/* The next word; *text goes on behind it. Empty: there is none. */
static struct bytes take_word(const char **text)
{
	const char *word = *text + strspn(*text, BLANKS);
	size_t len = strcspn(word, BLANKS);

	*text = word + len + strspn(word + len, BLANKS);
	return bytes_of(word, len);
}

/* All that is left, without blanks at its end. */
static struct bytes take_rest(const char **text)
{
	struct bytes rest = bytes_text(*text);

	while (rest.len && strchr(BLANKS, rest.ptr[rest.len - 1]))
		rest.len--;
	*text += strlen(*text);
	return rest;
}

static bool is(struct bytes word, const char *text)
{
	return bytes_equal(word, bytes_text(text));
}

/* "message,edit": at most as many as there is room for. */
static bool split(struct bytes list, struct errand *ret, struct bytes **ret_words,
		  size_t *ret_count)
{
	size_t count = 0, from = 0;

	for (size_t at = 0; at <= list.len; at++) {
		if (at < list.len && list.ptr[at] != ',')
			continue;
		if (at == from || count == LIMIT_HOOK_EVENTS)
			return false;
		ret->words[count++] = bytes_of(list.ptr + from, at - from);
		from = at + 1;
	}
	*ret_words = ret->words;
	*ret_count = count;
	return true;
}

static void set(struct errand *ret, const char *op, const struct body_def *in,
		const struct body_def *out)
{
	ret->op = op;
	ret->in = in;
	ret->out = out;
}

/* ---- webhooks ---- */

static bool add_hook(const char *text, struct bytes room, struct errand *ret)
{
	struct body_hook_new *body = &ret->body.hook_new;
	struct bytes way = take_word(&text);

	set(ret, "room_hook_new", body_hook_new_def(), body_hook_def());
	body->room = room;
	body->kind = is(way, "in") ? HOOK_IN : is(way, "out") ? HOOK_OUT : 0;
	if (body->kind == HOOK_OUT)
		body->url = take_word(&text);
	body->name = take_rest(&text);
	return body->kind && body->name.len;
}

static bool change_hook(const char *text, struct errand *ret)
{
	struct body_hook_change *body = &ret->body.hook_change;

	ret->which = take_word(&text);
	struct bytes what = take_word(&text), value = take_rest(&text);
	set(ret, "hook_change", body_hook_change_def(), body_hook_def());
	if (is(what, "on") || is(what, "off")) {
		body->on = is(what, "on") ? YES_NO_YES : YES_NO_NO;
		return value.len == 0;
	}
	if (is(what, "name"))
		body->name = value;
	else if (is(what, "url"))
		body->url = value;
	else
		return is(what, "kinds") &&
		       split(value, ret, &body->kinds, &body->kinds_count);
	return value.len;
}

enum err errand_hook(const char *text, struct bytes room, struct errand *ret)
{
	struct bytes verb = take_word(&text);
	bool good = true;

	*ret = (struct errand){.op = NULL};
	if (!verb.len || is(verb, "list")) {
		set(ret, "room_hooks", body_room_list_def(), body_hooks_def());
		ret->body.room.room = room;
		return *text ? ERR_USAGE : ERR_OK;
	}
	if (is(verb, "add"))
		return add_hook(text, room, ret) ? ERR_OK : ERR_USAGE;
	if (is(verb, "change"))
		return change_hook(text, ret) ? ERR_OK : ERR_USAGE;
	if (is(verb, "ping"))
		set(ret, "hook_ping", body_hook_ref_def(), NULL);
	else if (is(verb, "remove"))
		set(ret, "hook_remove", body_hook_ref_def(), NULL);
	else if (is(verb, "rotate"))
		set(ret, "hook_rotate", body_hook_ref_def(), body_hook_def());
	else
		good = false;
	ret->which = take_word(&text);
	return good && ret->which.len && !*text ? ERR_OK : ERR_USAGE;
}

/* ---- bots ---- */

static struct bytes take_bot(const char **text)
{
	if (**text == '@')
		(*text)++;
	return take_word(text);
}

/* "for=TIME" and "may=SCOPE,…" in front of the name. */
static bool take_limits(const char **text, struct errand *ret)
{
	struct body_bot_token_new *body = &ret->body.token_new;
	char time[32] = "";
	int64_t ms;

	for (;;) {
		const char *rest = *text;
		struct bytes word = take_word(&rest);
		struct bytes value =
			bytes_of(word.ptr + 4, word.len > 4 ? word.len - 4 : 0);
		if (!value.len)
			return true;
		if (memcmp(word.ptr, "may=", 4) == 0) {
			if (!split(value, ret, &body->scopes, &body->scopes_count))
				return false;
		} else if (memcmp(word.ptr, "for=", 4) == 0) {
			if (value.len >= sizeof(time))
				return false;
			memcpy(time, value.ptr, value.len);
			time[value.len] = '\0';
			if (opt_parse_duration(time, &ms) != ERR_OK || ms <= 0)
				return false;
			body->for_ms = (uint64_t)ms;
		} else {
			return true;
		}
		*text = rest;
	}
}

static bool about_token(const char *text, struct errand *ret)
{
	struct bytes verb = take_word(&text), bot = take_bot(&text);

	if (is(verb, "list")) {
		set(ret, "bot_tokens", body_bot_ref_def(), body_bot_tokens_def());
		ret->body.bot_ref.user = bot;
		return bot.len && !*text;
	}
	if (is(verb, "new")) {
		set(ret, "bot_token_new", body_bot_token_new_def(), body_bot_token_def());
		ret->body.token_new.user = bot;
		if (!take_limits(&text, ret))
			return false;
		ret->body.token_new.name = take_rest(&text);
		return ret->body.token_new.name.len;
	}
	set(ret, "bot_token_revoke", body_bot_token_ref_def(), NULL);
	ret->body.token_ref.user = bot;
	ret->which = take_word(&text);
	return is(verb, "revoke") && ret->which.len && !*text;
}

enum err errand_bot(const char *text, struct errand *ret)
{
	struct bytes verb = take_word(&text);

	*ret = (struct errand){.op = NULL};
	if (!verb.len || is(verb, "list")) {
		set(ret, "bots", body_none_def(), body_bots_def());
		return *text ? ERR_USAGE : ERR_OK;
	}
	if (is(verb, "new")) {
		set(ret, "bot_new", body_bot_new_def(), body_user_def());
		ret->body.bot_new.name = take_bot(&text);
		struct bytes display = take_rest(&text);
		if (display.len)
			ret->body.bot_new.display_name = display;
		return ret->body.bot_new.name.len ? ERR_OK : ERR_USAGE;
	}
	if (is(verb, "token"))
		return about_token(text, ret) ? ERR_OK : ERR_USAGE;
	set(ret, "bot_remove", body_bot_ref_def(), NULL);
	ret->body.bot_ref.user = take_bot(&text);
	return is(verb, "remove") && ret->body.bot_ref.user.len && !*text ? ERR_OK
									  : ERR_USAGE;
}

/* ---- which one ---- */

void errand_aim(struct errand *errand, const struct id *id)
{
	if (errand->in == body_bot_token_ref_def())
		errand->body.token_ref.session = *id;
	else if (errand->in == body_hook_change_def())
		errand->body.hook_change.hook = *id;
	else
		errand->body.hook_ref.hook = *id;
}

bool errand_aim_self(struct errand *errand)
{
	struct id id;

	if (id_parse((const char *)errand->which.ptr, errand->which.len, &id) != ERR_OK)
		return false;
	errand_aim(errand, &id);
	return true;
}
