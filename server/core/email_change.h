/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Another e-mail address: a code goes to the new one, to show that it is read, and one to
 *  the old one, to show that its owner agrees. Only both together change anything. Whether
 *  the new address is somebody's already does not show: that somebody is told by mail, and
 *  the code is told to nobody. Thread: the writer. */
#ifndef CHAT_CORE_EMAIL_CHANGE_H
#define CHAT_CORE_EMAIL_CHANGE_H

#include "server/core/login.h"

struct email_change {
	struct id challenge; /**< answered by the code at the new address */
	struct id old;       /**< by the one at the old address; zero: there is none */
	uint64_t expires_ms;
	uint64_t retry_ms; /**< with ERR_RATE, and with ERR_BUSY: too much mail waits */
};

/** The password was given. @typed is the new address as it was typed.
 *  Errors: ERR_RATE, ERR_BUSY, ERR_STATE: it is the account's already. */
enum err email_change_open(struct store *store, const struct keys *keys,
			   const struct account_row *account, const struct email *email,
			   struct bytes typed, const struct login_place *place,
			   struct email_change *ret_change) MUST_CHECK;

struct email_proof {
	struct id challenge, old;
	struct otp_code code, old_code;
	bool has_old;
};

/** Errors: those of login_spend() are refusals, with *ret_field "code" or "old_code";
 *  ERR_EXISTS: somebody else has confirmed the address meanwhile. */
enum err email_change_confirm(struct store *store, const struct keys *keys,
			      const struct actor *actor, const struct email_proof *proof,
			      const struct login_place *place, const char **ret_field,
			      enum err *ret_refused) MUST_CHECK;

#endif
