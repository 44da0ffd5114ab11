/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the server has to say by mail, in words. Thread: any. */
#ifndef CHAT_MAIL_LETTER_H
#define CHAT_MAIL_LETTER_H

#include <stdint.h>

#include "common/os/catalog.h"
#include "server/mail/mailer.h"

enum letter_kind {
#define LETTER(id, word, subject, text, advice) LETTER_##id,
#include "server/mail/letter.def"
#undef LETTER
	LETTER_COUNT
};

/** The word that names it in the queue. */
const char *letter_word(enum letter_kind kind);
/** Errors: ERR_NOT_FOUND: of another version. */
enum err letter_kind_of(const char *word, enum letter_kind *ret_kind) MUST_CHECK;

/** What is put in. No member is NULL. */
struct letter_facts {
	const char *server; /**< how this server calls itself */
	const char *name;   /**< the account's name */
	const char *code;   /**< "" where none belongs in it */
	const char *what;   /**< what it is about: a key, a device, an address; or "" */
	const char *place;  /**< the address that asked, or "" */
	const char *client; /**< what its program calls itself, or "" */
	uint64_t asked_ms;  /**< when, UTC */
	unsigned minutes;   /**< that the code is good for, at least 2 */
};

/** Fill subject and body in the language of @catalog (NULL: the server's own); id, time
 *  and address are the caller's. */
void letter_write(struct letter *letter, enum letter_kind kind,
		  const struct letter_facts *facts, const struct catalog *catalog);

#endif
