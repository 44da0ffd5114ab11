/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port to a FIDO2 token that can hmac-secret: from a credential and a salt it makes
 *  the same 32 bytes each time, and only when it is touched. Thread: any; it blocks until
 *  the token was touched, or a time that is the token's. */
#ifndef CHAT_CLIENT_UNLOCK_TOKEN_H
#define CHAT_CLIENT_UNLOCK_TOKEN_H

#include "client/unlock/box.h"

struct token {
	/** Make a credential: box->credential, and box->pin where the token has a PIN. @pin:
	 *  terminated, or "". Errors: ERR_NOT_FOUND (no token that can do it), ERR_WRONG_KEY
	 *  (the PIN, or one is needed), ERR_FORBIDDEN (not touched), ERR_IO. */
	enum err (*make)(const struct token *token, const char *pin,
			 struct box *box) MUST_CHECK;
	/** The secret of box->credential and box->token_salt. Errors: the same. */
	enum err (*secret)(const struct token *token, const char *pin,
			   const struct box *box, struct secret *ret) MUST_CHECK;
};

/** The real one; NULL where the program was built without libfido2. */
const struct token *token_fido2(void);

#endif
