/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queue's rules. The payload of a row is sealed and bound to the row's id, under which
 * the other side knows a request however often it comes. What is signed are the bytes and
 * the moment of the try (Standard Webhooks 1.0), so a request that was overheard is of no
 * use later.
 */
#include "server/core/posting.h"

#include <string.h>

#include "common/base/base64.h"
#include "common/base/mem.h"
#include "common/crypto/hash.h"
#include "server/core/hook.h"
#include "server/core/mailing.h"
#include "server/core/push.h"
#include "server/core/sealed.h"

#define RETRY_MOST_MS 3600000 /* what another server may ask us to wait */

/* By posting_kind. */
static posting_told_fn *const owners[POSTING_PUSH + 1] = {
	[POSTING_HOOK] = hook_told,
	[POSTING_PUSH] = push_told,
};

/* ---- in ---- */

static void add_part(struct buf *plain, struct bytes part)
{
	buf_add_u32(plain, (uint32_t)part.len);
	buf_add_bytes(plain, part);
}

static enum err check_room(struct store *store, const struct posting *posting)
{
	size_t count, room;
	enum err err = store_posting_count(store, POSTING_MOST, &count);

	if (err == ERR_OK)
		err = posting_room(store, posting->kind, posting->owner, &room);
	if (err != ERR_OK)
		return err;
	return count < POSTING_MOST && room > 0 ? ERR_OK : ERR_BUSY;
}

enum err posting_room(struct store *store, enum posting_kind kind, int64_t owner,
		      size_t *ret_count)
{
	size_t count;
	enum err err =
		store_posting_queue(store, (int)kind, owner, POSTING_QUEUE, &count);

	if (err == ERR_OK)
		*ret_count = POSTING_QUEUE - count;
	return err;
}

enum err posting_add(struct store *store, const struct keys *keys,
		     const struct posting *posting)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	struct posting_row row = {
		.kind = (int)posting->kind,
		.owner = posting->owner,
		.mark = posting->mark,
		.created_ms = store_now(store),
		.expires_ms = posting->expires_ms,
	};

	if (posting->url.len > POSTING_URL || posting->headers.len > POSTING_HEADERS ||
	    posting->body.len > POSTING_BODY || posting->secret.len > POSTING_SECRET ||
	    posting->old_secret.len > POSTING_SECRET)
		return ERR_TOO_BIG;
	enum err err = check_room(store, posting);
	if (err != ERR_OK)
		return err;
	random_fill(keys->random, row.id.bytes, ID_LEN);
	add_part(&plain, posting->url);
	add_part(&plain, posting->headers);
	add_part(&plain, posting->body);
	add_part(&plain, posting->secret);
	add_part(&plain, posting->old_secret);
	sealed_add(keys, SEALED_POSTING, &row.id, buf_view(&plain), &sealed);
	row.payload = buf_view(&sealed);
	return store_posting_add(store, &row);
}

enum err posting_clear(struct store *store, enum posting_kind kind, int64_t owner)
{
	return store_posting_clear(store, (int)kind, owner);
}

/* ---- out ---- */

void due_posting_done(struct due_posting *due)
{
	posting_row_done(&due->row);
	str_wipe(&due->url);
	str_wipe(&due->headers);
	buf_wipe(&due->body);
	buf_wipe(&due->secret);
	buf_wipe(&due->old_secret);
}

static struct bytes take_part(struct rd *rd)
{
	return rd_bytes(rd, rd_u32(rd));
}

static enum err unseal(const struct keys *keys, struct due_posting *due)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	enum err err =
		sealed_open(keys, SEALED_POSTING, &due->row.id, due->row.payload, &plain);

	if (err != ERR_OK)
		return err;
	struct rd rd = rd_init(buf_view(&plain));
	struct bytes url = take_part(&rd), headers = take_part(&rd);
	str_set_len(&due->url, (const char *)url.ptr, url.len);
	str_set_len(&due->headers, (const char *)headers.ptr, headers.len);
	buf_add_bytes(&due->body, take_part(&rd));
	buf_add_bytes(&due->secret, take_part(&rd));
	buf_add_bytes(&due->old_secret, take_part(&rd));
	return rd_done(&rd);
}

enum err posting_due(struct store *store, const struct keys *keys,
		     struct due_posting *dues, size_t limit, size_t *ret_count)
{
	struct posting_row rows[POSTING_BATCH * 2];
	size_t count = 0;
	enum err err = store_posting_due(
		store, rows, limit < ARRAY_LEN(rows) ? limit : ARRAY_LEN(rows), &count);

	for (size_t i = 0; i < count; i++) {
		struct due_posting *due = &dues[i];

		*due = (struct due_posting){
			.row = rows[i], .url = STR_INIT, .headers = STR_INIT};
		due->unreadable = unseal(keys, due) != ERR_OK;
		mem_free((void *)(uintptr_t)due->row.payload.ptr);
		due->row.payload = bytes_of(NULL, 0);
	}
	*ret_count = count;
	return err;
}

/* In base64 with padding, which common/base has without. */
void posting_sign(struct bytes secret, const char *id, uint64_t now_s, struct bytes body,
		  struct str *out)
{
	AUTO(str_done) struct str head = STR_INIT;
	AUTO(buf_done) struct buf text = BUF_INIT;
	uint8_t mac[SHA256_LEN];
	struct hmac hmac;

	str_addf(&head, "%s.%llu.", id, (unsigned long long)now_s);
	hmac_init(&hmac, secret);
	hmac_add(&hmac, str_view(&head));
	hmac_add(&hmac, body);
	hmac_final(&hmac, mac);
	base64_encode(&text, bytes_of(mac, sizeof(mac)));
	str_add(out, "v1,");
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];
		str_add_char(out, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	str_add_char(out, '=');
}

_Static_assert(SHA256_LEN % 3 == 2, "one sign of padding");

void posting_headers(const struct due_posting *due, uint64_t now_ms, struct str *out)
{
	struct id_text id = id_text(&due->row.id);
	uint64_t now_s = now_ms / 1000;

	str_add_len(out, due->headers.ptr, due->headers.len);
	if (due->secret.len == 0)
		return;
	str_addf(out,
		 "webhook-id: %s\nwebhook-timestamp: %llu\nwebhook-signature: ", id.text,
		 (unsigned long long)now_s);
	posting_sign(buf_view(&due->secret), id.text, now_s, buf_view(&due->body), out);
	if (due->old_secret.len) {
		str_add_char(out, ' ');
		posting_sign(buf_view(&due->old_secret), id.text, now_s,
			     buf_view(&due->body), out);
	}
	str_add_char(out, '\n');
}

/* ---- what became of it ---- */

static enum posting_fate judge(const struct due_posting *due,
			       const struct posting_try *tried, uint64_t again_ms)
{
	const struct posting_row *row = &due->row;

	if (tried->err == ERR_OK)
		return POSTING_SENT;
	if (due->unreadable || tried->status == 410 || row->tries + 1 >= POSTING_TRIES ||
	    (row->expires_ms && again_ms >= row->expires_ms))
		return POSTING_LOST;
	return POSTING_LATER;
}

static uint64_t when_again(struct store *store, const struct random *random,
			   const struct due_posting *due, const struct posting_try *tried)
{
	uint64_t wait_ms = mailing_wait_ms(random, due->row.tries + 1);
	uint64_t asked_ms = tried->retry_after_ms < RETRY_MOST_MS ? tried->retry_after_ms
								  : RETRY_MOST_MS;

	return store_now(store) + (asked_ms > wait_ms ? asked_ms : wait_ms);
}

enum err posting_settle(struct store *store, const struct random *random,
			const struct due_posting *due, const struct posting_try *tried,
			enum posting_fate *ret_fate)
{
	const struct posting_row *row = &due->row;
	uint64_t again_ms = when_again(store, random, due, tried);
	enum posting_fate fate = judge(due, tried, again_ms);
	enum err err = fate == POSTING_LATER ? store_posting_defer(store, row, again_ms,
								   err_word(tried->err))
					     : store_posting_drop(store, row);

	if (err == ERR_NOT_FOUND) { /* the queue was cleared while it was under way */
		*ret_fate = POSTING_SENT;
		return ERR_OK;
	}
	if (err == ERR_OK && row->kind > 0 && row->kind <= POSTING_PUSH &&
	    owners[row->kind])
		err = owners[row->kind](store, row, fate, tried);
	if (err == ERR_OK)
		*ret_fate = fate;
	return err;
}
