/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The payload of a row is sealed with the server's key, bound to the recipient, the kind
 * and the times of the row, so that rows cannot be mixed by whoever writes to the file: no
 * code goes to another address than the one it was made for.
 */
#include "server/core/mailing.h"

#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "common/crypto/aead.h"
#include "common/crypto/secret.h"
#include "server/store/store_notification.h"

#define NONCE_LEN 24
#define TEXT_MOST 1024 /* bytes of one fact; they are cut where they come in */

static void add_fact(struct buf *plain, struct bytes text)
{
	size_t len = text.len < TEXT_MOST ? text.len : TEXT_MOST;

	buf_add_u16(plain, (uint16_t)len);
	buf_add(plain, text.ptr, len);
}

static void add_context(struct buf *context, const struct mail_row *row)
{
	buf_add_bytes(context, bytes_text("chat letter 1"));
	add_fact(context, bytes_text(row->recipient));
	add_fact(context, bytes_text(row->letter));
	buf_add_u64(context, row->created_ms);
	buf_add_u64(context, row->expires_ms);
}

static void seal(const struct keys *keys, const struct mailing *mailing,
		 const struct mail_row *row, struct buf *ret_sealed)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	AUTO(buf_done) struct buf context = BUF_INIT;
	uint8_t nonce[NONCE_LEN];
	struct id id;

	random_fill(keys->random, id.bytes, ID_LEN);
	random_fill(keys->random, nonce, sizeof(nonce));
	buf_add(&plain, id.bytes, ID_LEN);
	add_fact(&plain, bytes_text(mailing->name));
	add_fact(&plain, bytes_text(mailing->code ? mailing->code : ""));
	add_fact(&plain, mailing->what);
	add_fact(&plain, mailing->place.address);
	add_fact(&plain, mailing->place.client);
	add_context(&context, row);
	buf_add(ret_sealed, nonce, sizeof(nonce));
	aead_seal(&aead_xchacha20, root_view(keys->mail), bytes_of(nonce, sizeof(nonce)),
		  buf_view(&context), buf_view(&plain), ret_sealed);
}

static enum err check_room(struct store *store, size_t most)
{
	size_t count;
	enum err err = store_mail_count(store, most, &count);

	return err == ERR_OK && count >= most ? ERR_BUSY : err;
}

static enum err add(struct store *store, const struct keys *keys,
		    const struct mailing *mailing)
{
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	struct bytes language = mailing->place.language;
	uint64_t now_ms = store_now(store);
	struct mail_row row = {
		.created_ms = now_ms,
		.expires_ms = mailing->expires_ms ? mailing->expires_ms
						  : now_ms + MAILING_LIFE_MS,
	};

	snprintf(row.recipient, sizeof(row.recipient), "%s",
		 mailing->to ? mailing->to : "");
	snprintf(row.letter, sizeof(row.letter), "%s",
		 letter_word(mailing->to ? mailing->kind : LETTER_NONE));
	if (*mailing->locale)
		snprintf(row.locale, sizeof(row.locale), "%s", mailing->locale);
	else if (language.len && language.len < sizeof(row.locale))
		memcpy(row.locale, language.ptr, language.len);
	seal(keys, mailing, &row, &sealed);
	row.payload = buf_view(&sealed);
	return store_mail_add(store, &row);
}

enum err mailing_add(struct store *store, const struct keys *keys,
		     const struct mailing *mailing)
{
	enum err err = check_room(store, MAILING_MOST);

	return err == ERR_OK ? add(store, keys, mailing) : err;
}

enum err notice_add(struct store *store, const struct keys *keys,
		    const struct account_row *account, enum letter_kind kind,
		    struct bytes what, const struct login_place *place)
{
	struct notification_new new = {
		.account = account->key, .why = WHY_SECURITY, .what = letter_word(kind)};
	enum err err = store_notification_add(store, &new);

	if (err != ERR_OK || !account->email_verified)
		return err;
	err = check_room(store, MAILING_MOST + MAILING_RESERVE);
	if (err == ERR_BUSY) {
		log_error("mail: the queue is full, a notice is lost, letter=%s",
			  letter_word(kind));
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	return add(store, keys,
		   &(struct mailing){.kind = kind,
				     .to = account->email,
				     .name = account->name,
				     .locale = account->locale,
				     .what = what,
				     .place = *place});
}

/* ---- what is due ---- */

void due_letter_done(struct due_letter *letter)
{
	str_done(&letter->name);
	str_wipe(&letter->code);
	str_done(&letter->what);
	str_done(&letter->place);
	str_done(&letter->client);
}

static void take_fact(struct rd *rd, struct str *ret_text)
{
	struct bytes text = rd_bytes(rd, rd_u16(rd));

	str_set_len(ret_text, (const char *)text.ptr, text.len);
}

enum err due_letter_read(struct bytes plain, struct due_letter *letter)
{
	struct rd rd = rd_init(plain);

	rd_copy(&rd, letter->id.bytes, ID_LEN);
	take_fact(&rd, &letter->name);
	take_fact(&rd, &letter->code);
	take_fact(&rd, &letter->what);
	take_fact(&rd, &letter->place);
	take_fact(&rd, &letter->client);
	return rd_done(&rd) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

static enum err unseal(const struct keys *keys, const struct mail_row *row,
		       struct due_letter *letter)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	AUTO(buf_done) struct buf context = BUF_INIT;
	struct rd rd = rd_init(row->payload);
	struct bytes nonce = rd_bytes(&rd, NONCE_LEN);
	struct bytes sealed = rd_rest(&rd);

	add_context(&context, row);
	if (rd_done(&rd) != ERR_OK ||
	    aead_open(&aead_xchacha20, root_view(keys->mail), nonce, buf_view(&context),
		      sealed, &plain) != ERR_OK)
		return ERR_CORRUPT;
	return due_letter_read(buf_view(&plain), letter);
}

static void open_letter(const struct keys *keys, const struct mail_row *row,
			struct due_letter *letter)
{
	*letter = (struct due_letter){
		.key = row->key,
		.name = STR_INIT,
		.code = STR_INIT,
		.what = STR_INIT,
		.place = STR_INIT,
		.client = STR_INIT,
		.created_ms = row->created_ms,
		.expires_ms = row->expires_ms,
		.tries = row->tries,
	};
	snprintf(letter->to, sizeof(letter->to), "%s", row->recipient);
	snprintf(letter->locale, sizeof(letter->locale), "%s", row->locale);
	letter->unreadable = letter_kind_of(row->letter, &letter->kind) != ERR_OK ||
			     unseal(keys, row, letter) != ERR_OK;
}

enum err mailing_due(struct store *store, const struct keys *keys,
		     struct due_letter *letters, size_t limit, size_t *ret_count)
{
	struct mail_row rows[MAILING_BATCH];
	size_t count = 0;
	enum err err = store_mail_due(
		store, rows, limit < MAILING_BATCH ? limit : MAILING_BATCH, &count);

	for (size_t i = 0; i < count; i++) {
		open_letter(keys, &rows[i], &letters[i]);
		mail_row_done(&rows[i]);
	}
	*ret_count = count;
	return err;
}

uint64_t mailing_wait_ms(const struct random *random, unsigned tries)
{
	uint64_t wait = 2000;

	for (unsigned i = 1; i < tries && wait < 900000; i++)
		wait *= 3;
	if (wait > 900000)
		wait = 900000;
	return wait - wait / 4 + random_below(random, (uint32_t)(wait / 2) + 1);
}
