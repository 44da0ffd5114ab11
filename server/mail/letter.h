/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the server has to say by mail, and its form on the way (RFC 5322).
 *  Thread: any. */
#ifndef CHAT_MAIL_LETTER_H
#define CHAT_MAIL_LETTER_H

#include "server/mail/mailer.h"

enum letter_kind {
	LETTER_SIGNUP, /**< here is your code */
	LETTER_KNOWN, /**< somebody signed up with your address, but you have an account */
	LETTER_LOGIN,
	LETTER_RESET,
	LETTER_PASSWORD, /**< your password was changed */
	LETTER_STEP_UP,  /**< a code for something that needs more than a session */
};

struct letter_facts {
	const char *server; /**< how this server calls itself */
	const char *name;   /**< the account's name */
	const char *code;   /**< NULL where none belongs in it */
	const char *place;  /**< the address that asked, or "" */
	unsigned minutes;   /**< that the code is good for */
};

/** Fill subject and body; id, time and address are the caller's. */
void letter_write(struct letter *letter, enum letter_kind kind,
		  const struct letter_facts *facts);

/** Append @letter as an Internet message from @from. Lines end in \n: what goes over SMTP
 *  gets its \r there. */
void letter_print(const struct letter *letter, const char *from, struct str *str);

#endif
