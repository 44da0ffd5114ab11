/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port through which mail leaves the server, and the only way in which a one-time
 *  code does. Implementations: mailer_smtp, mailer_sendmail (a program),
 *  mailer_spool (a file per letter), mailer_memory (tests).
 *  Thread: the mail worker's; send() may block. */
#ifndef CHAT_MAIL_MAILER_H
#define CHAT_MAIL_MAILER_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/base/id.h"
#include "common/base/str.h"

/** One mail. Owns: its texts, ended with letter_done(). */
struct letter {
	struct id id;       /**< random; names the file and the Message-ID */
	uint64_t sent_ms;   /**< UTC */
	struct str to;      /**< one address that email_check() has passed */
	struct str subject; /**< one line */
	struct str body;    /**< UTF-8, lines end in \n */
};

#define LETTER_INIT \
	((struct letter){.to = STR_INIT, .subject = STR_INIT, .body = STR_INIT})

/** Wipes: a letter may hold a code. */
void letter_done(struct letter *letter);

struct mailer {
	/** Hand @letter over for good. Errors: ERR_BUSY: not now, but others may go; ERR_BAD:
	 *  never; any other: nothing can be sent now, such as ERR_UNREACHABLE,
	 *  ERR_UNTRUSTED, ERR_UNAUTHORIZED (it does not take us for who we are), ERR_STORE. */
	enum err (*send)(struct mailer *mailer, const struct letter *letter);
	/** Do the work of send() for @letter and send nothing: so that the time of others does
	 *  not tell whether there was anybody to write to. May be NULL. */
	void (*pretend)(struct mailer *mailer, const struct letter *letter);
	/** Let a send() that is under way fail soon. May be NULL. Thread: any. */
	void (*hurry)(struct mailer *mailer);
	/** End it and set the pointer to NULL. */
	void (*close)(struct mailer **mailer);
	int reply; /**< to the last send(): a code of SMTP, an exit status; 0: none */
};

#endif
