/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The password once more, before what a stolen session must not be able to do. Of an
 *  account without a password (known by a key, or by a Unix socket) a log-in of the last ten
 *  minutes is asked instead, or that the request comes over that socket. Thread: loop. */
#ifndef CHAT_REST_REAUTH_H
#define CHAT_REST_REAUTH_H

#include "server/rest/call.h"

/** Must be first in the data of the call. */
struct reauth {
	struct account_row
		account; /**< of the actor; its password is wiped before `work` */
	struct bytes password;
	call_work_fn *work;
};

/** Look whether @password (or {NULL, 0}) is the actor's, then run @work on the writer and
 *  answer. Wrong ones are counted like those of log-ins. Where there is no password and the
 *  log-in is too long ago the answer is ERR_UNAUTHORIZED, with a sentence.
 *  Errors: ERR_BUSY, ERR_FORBIDDEN (the token is not good for accounts). */
enum err reauth_write(struct call *call, struct bytes password,
		      call_work_fn *work) MUST_CHECK;

/** Spend the code @text of the step-up @challenge of the actor. In call->refused: what to
 *  answer when it was not right. Errors: those of login_step_up(). Thread: the writer. */
enum err reauth_step_up(struct call *call, struct store *store,
			const struct id *challenge, struct bytes text,
			struct account_row *ret_account) MUST_CHECK;

#endif
