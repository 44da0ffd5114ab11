/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list is the server's; nothing of it is kept here. The usual reasons for a refusal are
 * found before it is asked. */
#include "client/auth/key_ring.h"

#include <string.h>
#include <time.h>

#include "client/app_inside.h"
#include "client/net/denial.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "common/os/lang.h"

struct key_ask {
	struct app *app;
	key_ring_fn *fn;
	void *ctx;
	struct str which; /* to be removed */
};

static struct key_ask *ask_new(struct app *app, key_ring_fn *fn, void *ctx)
{
	struct key_ask *ask = mem_new(struct key_ask);

	*ask = (struct key_ask){app, fn, ctx, STR_INIT};
	return ask;
}

/* Tells, then ends. */
static void finish(struct key_ask *ask, enum err err, const char *why,
		   const struct body_ssh_keys *keys)
{
	ask->fn(ask->app, err, why, keys, ask->ctx);
	str_done(&ask->which);
	mem_free(ask);
}

static void on_done(enum err err, unsigned status, struct bytes body, void *ctx)
{
	AUTO(str_done) struct str why = STR_INIT;

	if (err != ERR_OK)
		denial_words(err, body, &why);
	finish(ctx, err, why.len ? why.ptr : NULL, NULL);
}

/* ---- the list ---- */

typedef void list_fn(struct key_ask *ask, const struct body_ssh_keys *keys);

static void with_list(struct key_ask *ask, enum err err, struct bytes body, list_fn *next)
{
	struct body_ssh_keys keys;
	struct json *json = NULL;

	if (err == ERR_OK)
		err = body_parse(body_ssh_keys_def(), body, &json, &keys);
	if (err == ERR_OK)
		next(ask, &keys);
	else
		finish(ask, err, NULL, NULL);
	json_free(&json);
}

static void show_list(struct key_ask *ask, const struct body_ssh_keys *keys)
{
	finish(ask, ERR_OK, NULL, keys);
}

static void listed(enum err err, unsigned status, struct bytes body, void *ctx)
{
	with_list(ctx, err, body, show_list);
}

void key_ring_list(struct app *app, key_ring_fn *fn, void *ctx)
{
	app_call(app, "auth_keys", bytes_text("{}"), listed, ask_new(app, fn, ctx));
}

void key_ring_line(const struct body_ssh_key *key, struct str *out)
{
	time_t used = (time_t)(key->used_ts / 1000);
	struct tm tm;
	char date[32];

	neutral_add(out, (const char *)key->fingerprint.ptr, key->fingerprint.len,
		    NEUTRAL_LINE);
	str_add(out, "  ");
	neutral_add(out, (const char *)key->name.ptr, key->name.len, NEUTRAL_LINE);
	str_add(out, key->name.len ? "  " : "");
	if (key->used_ts && localtime_r(&used, &tm)) {
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
		str_addf(out, _("used %s"), date);
	} else {
		str_add(out, _("not used yet"));
	}
	if (key->verify)
		str_addf(out, ", %s", _("asks for PIN or finger"));
}

/* ---- adding ---- */

void key_choice_done(struct key_choice *choice)
{
	str_done(&choice->line);
}

void key_choice_agent(const struct agent_key *key, struct key_choice *ret)
{
	str_set(&ret->line, sshkey_type(&key->key));
	str_add_char(&ret->line, ' ');
	sshkey_base64_add(&ret->line, key->key.blob, true);
	str_add_char(&ret->line, ' ');
	/* As much of the comment as fits into a line that the server reads. */
	size_t room = SSHKEY_LINE_MOST - ret->line.len;
	size_t len = key->comment.len < room ? key->comment.len : 0;
	str_add_len(&ret->line, (const char *)key->comment.ptr, len);
}

enum err key_choice_read(const char *text, struct key_choice *ret, struct str *why)
{
	AUTO(buf_done) struct buf file = BUF_INIT, blob = BUF_INIT;
	struct bytes line = bytes_text(text), comment;
	const char *reason = NULL;
	struct sshkey key;
	enum err err = ERR_OK;

	if (!strchr(text, ' ')) {
		err = file_read(text, SSHKEY_LINE_MOST, &file);
		line = buf_view(&file);
	}
	if (err == ERR_OK)
		err = sshkey_parse_line(line, &blob, &key, &comment, &reason);
	if (err != ERR_OK) {
		str_addf(why, "%s: %s", text, reason ? _(reason) : _(err_text(err)));
		return err;
	}
	key_choice_agent(&(struct agent_key){key, comment}, ret);
	return ERR_OK;
}

void key_ring_add(struct app *app, const struct key_choice *choice, const char *password,
		  bool verify, key_ring_fn *fn, void *ctx)
{
	struct body_ssh_key_add add = {.key = str_view(&choice->line), .verify = verify};
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	if (*password)
		add.password = bytes_text(password);
	body_encode(body_ssh_key_add_def(), &out, &add);
	app_call(app, "auth_key_add", buf_view(&args), on_done, ask_new(app, fn, ctx));
}

/* ---- removing ---- */

static bool is_meant(const struct body_ssh_key *key, struct bytes which)
{
	if (bytes_equal(key->name, which))
		return true;
	return which.len >= 8 && which.len <= key->fingerprint.len &&
	       memcmp(key->fingerprint.ptr, which.ptr, which.len) == 0;
}

static void remove_found(struct key_ask *ask, const struct body_ssh_keys *keys)
{
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);
	const struct body_ssh_key *found = NULL;

	for (size_t i = 0; i < keys->keys_count; i++) {
		if (!is_meant(&keys->keys[i], str_view(&ask->which)))
			continue;
		if (found) {
			finish(ask, ERR_AMBIGUOUS,
			       _("several keys are called that: use the fingerprint"),
			       NULL);
			return;
		}
		found = &keys->keys[i];
	}
	if (!found) {
		finish(ask, ERR_NOT_FOUND, _("no key is called that"), NULL);
		return;
	}
	body_encode(body_ssh_key_ref_def(), &out,
		    &(struct body_ssh_key_ref){.key = found->key});
	app_call(ask->app, "auth_key_remove", buf_view(&args), on_done, ask);
}

static void listed_to_remove(enum err err, unsigned status, struct bytes body, void *ctx)
{
	with_list(ctx, err, body, remove_found);
}

void key_ring_remove(struct app *app, const char *which, key_ring_fn *fn, void *ctx)
{
	struct key_ask *ask = ask_new(app, fn, ctx);

	str_set(&ask->which, which);
	app_call(app, "auth_keys", bytes_text("{}"), listed_to_remove, ask);
}
