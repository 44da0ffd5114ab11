/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Letters on their way out, in the database: a letter is queued in the transaction that
 *  gives the reason for it, survives a crash, and is sent at least once, always under the
 *  same Message-ID. The queue is bounded. What a letter says is sealed while it waits,
 *  since it may hold a code; its words are chosen when it is sent.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_MAILING_H
#define CHAT_CORE_MAILING_H

#include "server/core/keys.h"
#include "server/core/place.h"
#include "server/mail/letter.h"
#include "server/store/store_account.h"
#include "server/store/store_mail.h"

#define MAILING_MOST    1000 /**< codes that wait: at 5 a second, three minutes of them */
#define MAILING_RESERVE 200  /**< places more that notices have, and codes have not */
#define MAILING_BATCH   16   /**< letters that are taken at once */
#define MAILING_FULL_MS 60000
#define MAILING_LIFE_MS 259200000 /**< three days, then a notice is no news any more */

struct mailing {
	enum letter_kind kind;
	const char *to;      /**< one address; NULL: nobody, the same is done for show */
	const char *name;    /**< the account's */
	const char *locale;  /**< the account's; "": that of `place`, or the server's */
	const char *code;    /**< or NULL */
	struct bytes what;   /**< see struct letter_facts; or {NULL, 0} */
	uint64_t expires_ms; /**< it is of no use afterwards; 0: after three days */
	struct login_place place;
};

/** Queue a letter. With `to` NULL the writes are those of a letter that goes to somebody:
 *  who is known must not show in the time. Errors: ERR_BUSY: the queue is full. */
enum err mailing_add(struct store *store, const struct keys *keys,
		     const struct mailing *mailing) MUST_CHECK;

/** Tell the owner of @account about what happened to it: the letter @kind (of letter.def),
 *  with @what in it. No letter is queued for an account without a verified address; a full
 *  queue is logged and does not stop what the notice is about. It is a notification as
 *  well, for every device. */
enum err notice_add(struct store *store, const struct keys *keys,
		    const struct account_row *account, enum letter_kind kind,
		    struct bytes what, const struct login_place *place) MUST_CHECK;

/** A letter that is due, opened. Owns: its texts, ended with due_letter_done(). */
struct due_letter {
	int64_t key;
	enum letter_kind kind; /**< LETTER_NONE: it is for nobody */
	struct id id;
	char to[LIMIT_EMAIL + 1];
	char locale[LIMIT_WORD + 1];
	struct str name, code, what, place, client;
	uint64_t created_ms, expires_ms;
	unsigned tries;
	bool unreadable; /**< sealed by another key, or of another version */
};

void due_letter_done(struct due_letter *letter);
/** Read the id and the texts of @letter, all STR_INIT before, from what was sealed in its
 *  row. Errors: ERR_CORRUPT: another version wrote it; the texts are to be ended then, too.
 *  Thread: any. */
enum err due_letter_read(struct bytes plain, struct due_letter *letter) MUST_CHECK;

/** At most @limit letters that are due. What is returned in @letters is the
 *  caller's. Thread: reader. */
enum err mailing_due(struct store *store, const struct keys *keys,
		     struct due_letter *letters, size_t limit,
		     size_t *ret_count) MUST_CHECK;

/** How long after the failure number @tries (from 1) it is tried again: 2 s, three times as
 *  long each time, at most a quarter of an hour, give or take a quarter at random. */
uint64_t mailing_wait_ms(const struct random *random, unsigned tries);

#endif
