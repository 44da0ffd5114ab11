/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Webhooks. What an incoming one says is posted by an account of its own: the gate
 * sees a member like any other. The secret of an incoming one is random enough that a plain
 * hash of it gives nothing away; that of an outgoing one has to be read again and is sealed.
 */
#include "server/core/hook.h"

#include <stdio.h>
#include <string.h>

#include "common/crypto/base64url.h"
#include "common/crypto/hash.h"
#include "common/crypto/secret.h"
#include "server/core/audit.h"
#include "server/core/member.h"
#include "server/core/sealed.h"
#include "server/core/seat.h"
#include "server/core/text.h"
#include "server/store/store_account.h"
#include "server/store/store_event.h"
#include "server/store/store_member.h"
#include "server/store/store_room.h"

#define SECRET_LEN 32
#define USED_MS    60000 /* "last used" to the minute: an alert in a loop writes no more */
#define PREFIX     "whsec_"

static enum err audit(struct store *store, const struct actor *actor,
		      const struct id *hook, const char *what)
{
	char detail[64];

	snprintf(detail, sizeof(detail), "%s=%s", what, id_text(hook).text);
	if (actor->steward)
		return audit_steward(store, actor, AUDIT_HOOK_CHANGED, &(struct id){{0}},
				     bytes_text(detail));
	return audit_self(store, AUDIT_HOOK_CHANGED, &actor->user, bytes_text(detail),
			  bytes_of(NULL, 0));
}

/* ---- secrets ---- */

/* Standard base64, as Standard Webhooks writes keys: our own text with other signs. */
static void show_secret(enum hook_kind kind, struct bytes secret, struct hook_secret *ret)
{
	AUTO(str_wipe) struct str text = STR_INIT;

	base64url_add(&text, secret);
	for (size_t i = 0; kind == HOOK_OUT && i < text.len; i++) {
		char *c = &text.ptr[i];
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	}
	snprintf(ret->text, sizeof(ret->text), "%s%s%s", kind == HOOK_OUT ? PREFIX : "",
		 text.ptr, kind == HOOK_OUT ? "=" : "");
}

_Static_assert(SECRET_LEN % 3 == 2, "one sign of padding");

/* A fresh secret into @row, whose blobs are borrowed from @hold until it is stored. */
static void draw_secret(const struct keys *keys, struct hook_row *row,
			uint8_t hash[SHA256_LEN], struct buf *hold,
			struct hook_secret *ret_secret)
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;

	random_secret(keys->random, SECRET_LEN, &secret);
	show_secret(row->kind, secret_view(&secret), ret_secret);
	if (row->kind == HOOK_IN) {
		sha256(bytes_text(ret_secret->text), hash);
		row->hash = bytes_of(hash, SHA256_LEN);
	} else {
		sealed_add(keys, SEALED_HOOK_SECRET, &row->id, secret_view(&secret),
			   hold);
		row->secret = buf_view(hold);
	}
}

static enum err store_url(struct store *store, const struct keys *keys,
			  struct hook_row *row, struct bytes url)
{
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	struct hook_row set = *row;

	sealed_add(keys, SEALED_HOOK_URL, &row->id, url, &sealed);
	set.url = buf_view(&sealed);
	return store_hook_set(store, &set);
}

enum err hook_url(const struct keys *keys, const struct hook_row *row,
		  struct str *ret_url)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	enum err err = sealed_open(keys, SEALED_HOOK_URL, &row->id, row->url, &plain);

	if (err == ERR_OK)
		str_set_len(ret_url, (const char *)plain.ptr, plain.len);
	return err;
}

static enum err reload(struct store *store, struct hook_row *row)
{
	int64_t key = row->key;

	hook_row_done(row);
	return store_hook_by_key(store, key, row);
}

/* ---- making one ---- */

/* The account that an incoming one posts as: known to be a bot, with no way to log in. */
static enum err make_account(struct store *store, const struct actor *actor,
			     const struct hook_new *in, const struct seat_row *seat,
			     const struct id *id, int64_t *ret_account, struct news *news)
{
	struct member_act act = {.room = in->room, .role = ROLE_MEMBER};
	char name[LIMIT_NAME + 1];
	struct account_new account = {
		.id = store_draw_id(store),
		.kind = ACCOUNT_BOT,
		.state = ACCOUNT_ACTIVE,
		.display = in->name,
	};

	snprintf(name, sizeof(name), "hook-%.12s", id_text(id).text);
	account.name = bytes_text(name);
	if (seat->post_role > act.role)
		act.role = seat->post_role;
	act.user = account.id;
	enum err err = store_account_add(store, &account, ret_account);
	return err == ERR_OK ? member_invite(store, actor, &act, news) : err;
}

static enum err check_new(struct store *store, const struct hook_new *in,
			  const struct seat_row *seat)
{
	size_t count = 0;
	enum err err = text_check_line(in->name, LIMIT_DISPLAY);

	if (err == ERR_OK &&
	    (in->name.len == 0 || (in->kind == HOOK_OUT) != !!in->url.len))
		err = ERR_BAD;
	if (err == ERR_OK && seat->security == SECURITY_MLS)
		err = ERR_MUST_SEAL;
	if (err == ERR_OK)
		err = store_hook_count(store, seat->room, LIMIT_HOOKS, &count);
	return err == ERR_OK && count >= LIMIT_HOOKS ? ERR_STATE : err;
}

enum err hook_create(struct store *store, const struct keys *keys,
		     const struct actor *actor, const struct hook_new *in,
		     struct hook_row *ret_row, struct hook_secret *ret_secret,
		     struct news *news)
{
	AUTO(buf_done) struct buf hold = BUF_INIT;
	uint8_t hash[SHA256_LEN];
	struct seat_row seat;
	struct hook_row row = {0};
	struct hook_add add = {
		.id = store_draw_id(store), .kind = in->kind, .name = in->name};
	enum err err = seat_take(store, actor, &in->room, VERB_HOOKS, &seat);

	if (err == ERR_OK)
		err = check_new(store, in, &seat);
	if (err == ERR_OK && in->kind == HOOK_IN)
		err = make_account(store, actor, in, &seat, &add.id, &add.account, news);
	add.room = seat.room;
	add.made_by = seat.account;
	add.seq = seat.head;
	if (err == ERR_OK)
		err = store_hook_add(store, &add, &row.key);
	if (err == ERR_OK)
		err = reload(store, &row);
	if (err != ERR_OK)
		return err;
	row.kinds = in->kinds ? in->kinds : HOOK_KINDS_USUAL;
	draw_secret(keys, &row, hash, &hold, ret_secret);
	err = in->kind == HOOK_OUT ? store_url(store, keys, &row, in->url)
				   : store_hook_set(store, &row);
	row.hash = row.secret = bytes_of(NULL, 0); /* borrowed */
	if (err == ERR_OK)
		err = reload(store, &row);
	if (err == ERR_OK)
		err = audit(store, actor, &row.id, "made");
	if (err != ERR_OK) {
		hook_row_done(&row);
		return err;
	}
	*ret_row = row;
	return ERR_OK;
}

/* ---- looking and changing ---- */

enum err hook_get(struct store *store, const struct actor *actor, const struct id *id,
		  struct hook_row *ret_row)
{
	struct hook_row row;
	struct seat_row seat;
	enum err err = store_hook_by_id(store, id, &row);

	if (err != ERR_OK)
		return err;
	err = seat_take(store, actor, &row.room_id, VERB_HOOKS, &seat);
	if (err != ERR_OK) {
		hook_row_done(&row);
		return err == ERR_NO_ROOM || err == ERR_NOT_MEMBER ? ERR_NOT_FOUND : err;
	}
	*ret_row = row;
	return ERR_OK;
}

enum err hook_list(struct store *store, const struct actor *actor, const struct id *room,
		   struct hook_list *ret_list)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_HOOKS, &seat);

	return err == ERR_OK ? store_hook_list(store, seat.room, LIMIT_HOOKS, ret_list)
			     : err;
}

/* On again: from what was answered last, and with a clean sheet. */
static enum err set_state(struct store *store, struct hook_row *row,
			  enum hook_state state)
{
	if (state == row->state)
		return ERR_OK;
	row->state = state;
	row->sent_seq = row->done_seq;
	if (state == HOOK_ON)
		row->failures = 0;
	return posting_clear(store, POSTING_HOOK, row->key);
}

/* A change is made: note it, and give what there is now. Takes @row. */
static enum err settle(struct store *store, const struct actor *actor,
		       struct hook_row *row, const char *what, struct hook_row *ret_row)
{
	enum err err = audit(store, actor, &row->id, what);

	if (err == ERR_OK)
		err = reload(store, row);
	if (err == ERR_OK)
		*ret_row = *row;
	else
		hook_row_done(row);
	return err;
}

static enum err apply(struct store *store, const struct keys *keys, struct hook_row *row,
		      const struct hook_change *in)
{
	enum err err = ERR_OK;

	if (in->name.len)
		snprintf(row->name, sizeof(row->name), "%.*s", (int)in->name.len,
			 (const char *)in->name.ptr);
	if (in->kinds)
		row->kinds = in->kinds;
	if (in->state)
		err = set_state(store, row, in->state);
	if (err == ERR_OK && row->account && in->name.len)
		err = store_account_set_profile(store, row->account, in->name,
						bytes_of(NULL, 0), bytes_of(NULL, 0));
	if (err != ERR_OK || !in->url.len)
		return err == ERR_OK ? store_hook_set(store, row) : err;
	/* What waits has the old one inside: it is taken from the log again. */
	row->sent_seq = row->done_seq;
	err = posting_clear(store, POSTING_HOOK, row->key);
	return err == ERR_OK ? store_url(store, keys, row, in->url) : err;
}

enum err hook_change(struct store *store, const struct keys *keys,
		     const struct actor *actor, const struct id *id,
		     const struct hook_change *in, struct hook_row *ret_row)
{
	struct hook_row row = {0};
	enum err err = hook_get(store, actor, id, &row);

	if (err == ERR_OK && row.kind == HOOK_IN && (in->url.len || in->kinds))
		err = ERR_BAD;
	if (err == ERR_OK)
		err = text_check_line(in->name, LIMIT_DISPLAY);
	if (err == ERR_OK)
		err = apply(store, keys, &row, in);
	if (err == ERR_OK)
		return settle(store, actor, &row, "changed", ret_row);
	hook_row_done(&row);
	return err;
}

enum err hook_rotate(struct store *store, const struct keys *keys,
		     const struct actor *actor, const struct id *id,
		     struct hook_row *ret_row, struct hook_secret *ret_secret)
{
	AUTO(buf_done) struct buf hold = BUF_INIT;
	uint8_t hash[SHA256_LEN];
	struct hook_row row = {0};
	enum err err = hook_get(store, actor, id, &row);

	if (err != ERR_OK)
		return err;
	struct hook_row set = row;
	set.old_secret = row.secret;
	set.old_until_ms = store_now(store) + HOOK_OLD_MS;
	draw_secret(keys, &set, hash, &hold, ret_secret);
	err = store_hook_set(store, &set);
	if (err == ERR_OK)
		return settle(store, actor, &row, "rotated", ret_row);
	hook_row_done(&row);
	return err;
}

/* Its messages keep their sender; it only cannot speak any more. */
static enum err retire(struct store *store, const struct actor *actor,
		       const struct hook_row *row, struct news *news)
{
	struct member_act act = {.room = row->room_id, .user = row->user};
	struct seat_row seat;
	enum err err = store_seat_get(store, &row->room_id, &row->user, &seat);

	if (err == ERR_OK && seat.role > 0)
		err = member_kick(store, actor, &act, news);
	return err == ERR_OK
		       ? store_account_set_state(store, row->account, ACCOUNT_SUSPENDED)
		       : err;
}

enum err hook_remove(struct store *store, const struct actor *actor, const struct id *id,
		     struct news *news)
{
	struct hook_row row = {0};
	enum err err = hook_get(store, actor, id, &row);

	if (err == ERR_OK && row.kind == HOOK_IN)
		err = retire(store, actor, &row, news);
	if (err == ERR_OK)
		err = posting_clear(store, POSTING_HOOK, row.key);
	if (err == ERR_OK)
		err = store_hook_remove(store, row.key);
	if (err == ERR_OK)
		err = audit(store, actor, id, "removed");
	hook_row_done(&row);
	return err;
}

/* ---- in ---- */

enum err hook_enter(struct store *store, const struct id *id, struct bytes secret,
		    struct hook_row *ret_row)
{
	static const uint8_t nothing[SHA256_LEN];
	struct hook_row row = {0};
	uint8_t hash[SHA256_LEN];
	enum err err = store_hook_by_id(store, id, &row);

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	struct bytes want = row.hash.len ? row.hash : bytes_of(nothing, SHA256_LEN);
	sha256(secret, hash);
	bool right = bytes_equal_secret(bytes_of(hash, SHA256_LEN), want);
	if (!right || row.kind != HOOK_IN)
		err = ERR_NOT_FOUND;
	else if (row.state != HOOK_ON || row.halted)
		err = ERR_GONE;
	if (err == ERR_OK)
		*ret_row = row;
	else
		hook_row_done(&row);
	return err;
}

enum err hook_used(struct store *store, const struct id *id)
{
	struct hook_row row = {0};
	enum err err = store_hook_by_id(store, id, &row);

	if (err == ERR_OK && store_now(store) - row.used_ms >= USED_MS) {
		row.used_ms = store_now(store);
		err = store_hook_set(store, &row);
	}
	hook_row_done(&row);
	return err;
}

/* ---- out ---- */

enum err hook_queue(struct store *store, const struct keys *keys,
		    const struct hook_row *row, uint64_t seq, struct bytes body)
{
	AUTO(buf_wipe) struct buf secret = BUF_INIT, old = BUF_INIT;
	AUTO(str_wipe) struct str url = STR_INIT;
	enum err err = hook_url(keys, row, &url);

	if (err == ERR_OK)
		err = sealed_open(keys, SEALED_HOOK_SECRET, &row->id, row->secret,
				  &secret);
	if (err == ERR_OK && row->old_secret.len && row->old_until_ms > store_now(store))
		err = sealed_open(keys, SEALED_HOOK_OLD, &row->id, row->old_secret, &old);
	if (err != ERR_OK)
		return err;
	return posting_add(
		store, keys,
		&(struct posting){
			.kind = POSTING_HOOK,
			.owner = row->key,
			.mark = seq,
			.url = str_view(&url),
			.headers = bytes_text("Content-Type: application/json\n"),
			.body = body,
			.secret = buf_view(&secret),
			.old_secret = buf_view(&old),
		});
}

static enum err feed_event(struct store *store, const struct keys *keys,
			   const struct hook_row *row, const struct event_row *event,
			   hook_write_fn *write, void *ctx)
{
	AUTO(buf_done) struct buf body = BUF_INIT;
	struct user_row from;

	/* What was imported was said elsewhere, and long ago. */
	if (!(row->kinds & 1u << event->kind) || event->author.len)
		return ERR_OK;
	enum err err = store_user_by_id(store, &event->from, &from);
	if (err != ERR_OK || from.kind == ACCOUNT_BOT)
		return err;
	write(row, event, &from, &body, ctx);
	return hook_queue(store, keys, row, event->seq, buf_view(&body));
}

enum err hook_feed(struct store *store, const struct keys *keys, int64_t key,
		   hook_write_fn *write, void *ctx)
{
	AUTO(event_list_done) struct event_list list = {0};
	struct hook_row row = {0};
	size_t room = 0;
	enum err err = store_hook_by_key(store, key, &row);

	if (err == ERR_OK)
		err = posting_room(store, POSTING_HOOK, key, &room);
	if (err == ERR_OK)
		err = store_event_up(store, row.room, row.sent_seq + 1, INT64_MAX, room,
				     &list);
	for (size_t i = 0; i < list.count && err == ERR_OK; i++) {
		err = feed_event(store, keys, &row, &list.rows[i], write, ctx);
		row.sent_seq = list.rows[i].seq;
	}
	if (err == ERR_OK && list.count)
		err = store_hook_set(store, &row);
	hook_row_done(&row);
	return err;
}

enum err hook_told(struct store *store, const struct posting_row *posting,
		   enum posting_fate fate, const struct posting_try *tried)
{
	struct hook_row row = {0};
	enum err err = store_hook_by_key(store, posting->owner, &row);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	if (fate == POSTING_SENT) {
		row.failures = 0;
		row.used_ms = store_now(store);
		if (posting->mark)
			row.done_seq = posting->mark;
	} else {
		row.failures++;
		row.failed_ms = store_now(store);
		row.status = tried->status;
		snprintf(row.error, sizeof(row.error), "%s", err_word(tried->err));
	}
	if (fate == POSTING_LOST)
		err = set_state(store, &row, HOOK_FAILING);
	if (err == ERR_OK)
		err = store_hook_set(store, &row);
	hook_row_done(&row);
	return err;
}
