/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managing webhooks. A secret is in the answer that makes it, and nowhere else. */
#include <string.h>

#include "common/base/mem.h"
#include "common/proto/json_out.h"
#include "server/core/hook.h"
#include "server/core/steward.h"
#include "server/feeder.h"
#include "server/hook/target.h"
#include "server/rest/call.h"
#include "server/rest/find.h"

/* The texts and words that a body borrows. */
struct shown {
	struct str url;
	struct bytes kinds[LIMIT_HOOK_EVENTS];
};

static void shown_done(struct shown *shown)
{
	str_wipe(&shown->url);
}

static size_t show_kinds(unsigned kinds, struct bytes *words)
{
	size_t count = 0;

	for (int kind = 1; kind < (int)event_kind_words.count; kind++) {
		if (kinds & 1u << kind && count < LIMIT_HOOK_EVENTS)
			words[count++] = bytes_text(kind_word(&event_kind_words, kind));
	}
	return count;
}

/* Where to post; the whole address where the server knows its own. */
static void show_entry(const struct server *server, const struct hook_row *row,
		       const struct hook_secret *secret, struct str *out)
{
	for (const char *const *one = server->config.addresses; one && *one; one++) {
		if (strncmp(*one, "wss://", 6) == 0) {
			str_addf(out, "https://%s", *one + 6);
			break;
		}
	}
	str_addf(out, "/v1/hooks/in/%s/%s", id_text(&row->id).text, secret->text);
}

/* Who administers the server is told the host: what follows may be a secret. */
static void cut_url(struct str *url)
{
	const char *host = strstr(url->ptr, "://");

	if (host) /* which ends at the path or, without one, at the query */
		str_cut(url, (size_t)(host + 3 - url->ptr) + strcspn(host + 3, "/?"));
}

static enum err show_hook(struct call *call, struct store *store,
			  const struct hook_row *row, const struct hook_secret *secret,
			  struct shown *shown, struct body_hook *ret_body)
{
	size_t room = POSTING_QUEUE;
	enum err err = ERR_OK;

	shown->url = STR_INIT;
	if (row->kind == HOOK_OUT) {
		err = posting_room(store, POSTING_HOOK, row->key, &room);
		if (err == ERR_OK)
			err = hook_url(&call->server->keys, row, &shown->url);
		if (err == ERR_OK && call->actor.steward)
			cut_url(&shown->url);
	} else if (secret) {
		show_entry(call->server, row, secret, &shown->url);
	}
	if (err != ERR_OK)
		return err;
	*ret_body = (struct body_hook){
		.hook = row->id,
		.kind = (int)row->kind,
		.state = (int)row->state,
		.room = row->room_id,
		.name = bytes_text(row->name),
		.user = row->user,
		.url = shown->url.len ? str_view(&shown->url) : bytes_of(NULL, 0),
		.made_by = row->made_by,
		.made_ts = row->made_ms,
		.used_ts = row->used_ms,
		.waiting = POSTING_QUEUE - room,
		.failures = row->failures,
		.failed_ts = row->failed_ms,
		.status = (uint64_t)row->status,
		.error = row->error[0] ? bytes_text(row->error) : bytes_of(NULL, 0),
	};
	if (row->kind == HOOK_OUT) {
		ret_body->kinds = shown->kinds;
		ret_body->kinds_count = show_kinds(row->kinds, shown->kinds);
	}
	if (secret)
		ret_body->secret = bytes_text(secret->text);
	return ERR_OK;
}

/* Takes @row. */
static enum err answer_hook(struct call *call, struct store *store, struct hook_row *row,
			    const struct hook_secret *secret)
{
	AUTO(shown_done) struct shown shown = {.url = STR_INIT};
	struct body_hook body;
	enum err err = show_hook(call, store, row, secret, &shown, &body);

	if (err == ERR_OK)
		call_answer(call, &body);
	hook_row_done(row);
	return err;
}

static enum err read_kinds(struct call *call, const struct bytes *words, size_t count,
			   unsigned *ret_kinds)
{
	for (size_t i = 0; i < count; i++) {
		int kind = kind_value(&event_kind_words, (const char *)words[i].ptr,
				      words[i].len);
		if (!kind)
			return call_blame(call, ERR_BAD, "kinds",
					  N_("there is no such kind of event"));
		*ret_kinds |= 1u << kind;
	}
	return ERR_OK;
}

static enum err check_url(struct call *call, struct bytes url)
{
	struct target target;
	const char *why;
	enum err err = target_check(&call->server->config.hook_allow, url, &target, &why);

	return err == ERR_OK ? ERR_OK : call_blame(call, err, "url", why);
}

/* There may be something to feed from now on. */
static void changed(struct call *call)
{
	feeder_wake(call->server->feeder);
	call_finish(call);
}

static enum err new_work(struct call *call, struct store *store)
{
	const struct body_hook_new *args = call->args;
	struct hook_new in = {
		.kind = (enum hook_kind)args->kind,
		.name = args->name,
		.url = args->url,
	};
	struct hook_secret secret;
	struct hook_row row;
	enum err err = find_room(call, store, args->room, &in.room);

	if (err == ERR_OK)
		err = read_kinds(call, args->kinds, args->kinds_count, &in.kinds);
	if (err == ERR_OK)
		err = hook_create(store, &call->server->keys, &call->actor, &in, &row,
				  &secret, &call->news);
	if (err == ERR_STATE)
		return call_blame(call, err, NULL, N_("the room has too many webhooks"));
	return err == ERR_OK ? answer_hook(call, store, &row, &secret) : err;
}

enum err rest_room_hook_new(struct call *call)
{
	const struct body_hook_new *args = call->args;
	bool out = args->kind == HOOK_OUT;

	if (out != !!args->url.len)
		return call_blame(call, ERR_BAD, "url", NULL);
	if (!out && args->kinds_count)
		return call_blame(call, ERR_BAD, "kinds", NULL);
	enum err err = out ? check_url(call, args->url) : ERR_OK;
	return err == ERR_OK ? call_write(call, new_work, changed) : err;
}

/* Takes @list. */
static enum err answer_list(struct call *call, struct store *store,
			    struct hook_list *list)
{
	struct shown shown[LIMIT_HOOKS];
	struct body_hook rows[LIMIT_HOOKS];
	enum err err = ERR_OK;
	size_t count = 0;

	for (; count < list->count && err == ERR_OK; count++)
		err = show_hook(call, store, &list->rows[count], NULL, &shown[count],
				&rows[count]);
	if (err == ERR_OK)
		call_answer(call, &(struct body_hooks){.hooks = rows,
						       .hooks_count = list->count});
	for (size_t i = 0; i < count; i++)
		shown_done(&shown[i]);
	hook_list_done(list);
	return err;
}

static enum err list_work(struct call *call, struct store *store)
{
	const struct body_room_list *args = call->args;
	struct hook_list list = {0};
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = hook_list(store, &call->actor, &room, &list);
	return err == ERR_OK ? answer_list(call, store, &list) : err;
}

enum err rest_room_hooks(struct call *call)
{
	return call_read(call, list_work, NULL);
}

static enum err blame_hook(struct call *call, enum err err)
{
	return err == ERR_NOT_FOUND ? call_blame(call, err, "hook", NULL) : err;
}

static enum err get_work(struct call *call, struct store *store)
{
	const struct body_hook_ref *args = call->args;
	struct hook_row row;
	enum err err = hook_get(store, &call->actor, &args->hook, &row);

	return err == ERR_OK ? answer_hook(call, store, &row, NULL)
			     : blame_hook(call, err);
}

enum err rest_hook_get(struct call *call)
{
	return call_read(call, get_work, NULL);
}

static enum err change_work(struct call *call, struct store *store)
{
	const struct body_hook_change *args = call->args;
	struct hook_change in = {.name = args->name, .url = args->url};
	struct hook_row row;
	enum err err = read_kinds(call, args->kinds, args->kinds_count, &in.kinds);

	if (args->on)
		in.state = args->on == YES_NO_YES ? HOOK_ON : HOOK_OFF;
	if (err == ERR_OK)
		err = hook_change(store, &call->server->keys, &call->actor, &args->hook,
				  &in, &row);
	return err == ERR_OK ? answer_hook(call, store, &row, NULL)
			     : blame_hook(call, err);
}

enum err rest_hook_change(struct call *call)
{
	const struct body_hook_change *args = call->args;
	enum err err = args->url.len ? check_url(call, args->url) : ERR_OK;

	return err == ERR_OK ? call_write(call, change_work, changed) : err;
}

static enum err rotate_work(struct call *call, struct store *store)
{
	const struct body_hook_ref *args = call->args;
	struct hook_secret secret;
	struct hook_row row;
	enum err err = hook_rotate(store, &call->server->keys, &call->actor, &args->hook,
				   &row, &secret);

	return err == ERR_OK ? answer_hook(call, store, &row, &secret)
			     : blame_hook(call, err);
}

enum err rest_hook_rotate(struct call *call)
{
	return call_write(call, rotate_work, NULL);
}

static enum err remove_work(struct call *call, struct store *store)
{
	const struct body_hook_ref *args = call->args;

	return blame_hook(call,
			  hook_remove(store, &call->actor, &args->hook, &call->news));
}

enum err rest_hook_remove(struct call *call)
{
	return call_write(call, remove_work, NULL);
}

static enum err ping_work(struct call *call, struct store *store)
{
	const struct body_hook_ref *args = call->args;
	AUTO(buf_done) struct buf body = BUF_INIT;
	struct json_out json = json_out_init(&body);
	struct hook_row row;
	enum err err = hook_get(store, &call->actor, &args->hook, &row);

	if (err != ERR_OK)
		return blame_hook(call, err);
	json_out_open(&json, '{');
	json_out_key(&json, "type");
	json_out_text(&json, bytes_text("hook_ping"));
	json_out_key(&json, "hook");
	json_out_text(&json, bytes_text(id_text(&row.id).text));
	json_out_close(&json, '}');
	err = row.kind == HOOK_OUT && row.state == HOOK_ON
		      ? hook_queue(store, &call->server->keys, &row, 0, buf_view(&body))
		      : ERR_STATE;
	hook_row_done(&row);
	return err;
}

enum err rest_hook_ping(struct call *call)
{
	return call_write(call, ping_work, NULL);
}

/* ---- for who administers the server ---- */

static enum err any_list_work(struct call *call, struct store *store)
{
	const struct body_any_room *args = call->args;
	struct hook_list list = {0};
	struct room_info info;
	struct id room;
	enum err err = find_any_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = store_room_info(store, &room, &info);
	if (err == ERR_OK)
		err = store_hook_list(store, info.room.key, LIMIT_HOOKS, &list);
	return err == ERR_OK ? answer_list(call, store, &list) : err;
}

enum err rest_admin_room_hooks(struct call *call)
{
	return call_read(call, any_list_work, NULL);
}

static enum err switch_work(struct call *call, struct store *store)
{
	const struct body_hook_switch *args = call->args;
	const struct hook_change in = {
		.state = args->on == YES_NO_YES ? HOOK_ON : HOOK_OFF,
	};
	struct hook_row row;
	struct actor actor;
	enum err err = steward_act(store, &call->actor, &actor);

	if (err == ERR_OK)
		err = hook_change(store, &call->server->keys, &actor, &args->hook, &in,
				  &row);
	return err == ERR_OK ? answer_hook(call, store, &row, NULL)
			     : blame_hook(call, err);
}

enum err rest_admin_hook_change(struct call *call)
{
	return call_write(call, switch_work, changed);
}

static enum err any_remove_work(struct call *call, struct store *store)
{
	const struct body_hook_ref *args = call->args;
	struct actor actor;
	enum err err = steward_act(store, &call->actor, &actor);

	if (err == ERR_OK)
		err = hook_remove(store, &actor, &args->hook, &call->news);
	return blame_hook(call, err);
}

enum err rest_admin_hook_remove(struct call *call)
{
	return call_write(call, any_remove_work, NULL);
}
