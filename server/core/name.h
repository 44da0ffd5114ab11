/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What names, addresses and passwords may look like. Pure. Thread: any. */
#ifndef CHAT_CORE_NAME_H
#define CHAT_CORE_NAME_H

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/proto/limits.h"

/** What to say to who gets them wrong. */
#define NAME_RULE \
	N_("a name is 1 to 32 of a-z 0-9 . _ -, the first of them a letter or a digit")
#define LINE_RULE  N_("that must be one line, and not blank")
#define EMAIL_RULE N_("that is not an e-mail address")

/** Whether @name has the grammar of account names and slugs:
 *  [a-z0-9][a-z0-9._-]{0,31} */
bool name_is_valid(struct bytes name);

/** Whether @text is one line with something to see in it: for names and texts that stand
 *  beside messages. */
bool line_is_valid(struct bytes text);

/** An e-mail address in the form that addresses are compared and stored in. */
struct email {
	char text[LIMIT_EMAIL + 1];
};

/** Check the form of @address (dot-atom@domain of RFC 5321, ASCII) and fold its case.
 *  Errors: ERR_BAD. */
enum err email_fold(struct bytes address, struct email *ret_email) MUST_CHECK;

/** Whether @password is good enough for the account @name with @email (either may be
 *  empty). *ret_why says in English what is wrong with it.
 *  Errors: ERR_WEAK_PASSWORD, ERR_TOO_BIG. */
enum err password_check(struct bytes password, struct bytes name, struct bytes email,
			const char **ret_why) MUST_CHECK;

#endif
