/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Recovery codes: what opens the door when the authenticator is lost. Fifty random bits
 *  each, written "abcde-fghij", kept as keyed hashes. Thread: any. */
#ifndef CHAT_CORE_RECOVERY_H
#define CHAT_CORE_RECOVERY_H

#include "common/base/id.h"
#include "common/crypto/hash.h"
#include "common/crypto/random.h"

#define RECOVERY_CODES    10 /**< shown at once, each good for one log-in */
#define RECOVERY_TEXT_LEN 11
#define RECOVERY_HASH_LEN SHA256_LEN

struct recovery_code {
	char text[RECOVERY_TEXT_LEN + 1];
};

struct recovery_code recovery_draw(const struct random *random);
/** Read what somebody typed: capitals, blanks and a missing hyphen are forgiven.
 *  Errors: ERR_BAD_CODE. */
enum err recovery_parse(struct bytes text, struct recovery_code *ret_code) MUST_CHECK;
/** What is stored of @code of @user. */
void recovery_hash(struct bytes key, const struct id *user,
		   const struct recovery_code *code, uint8_t ret_hash[RECOVERY_HASH_LEN]);

#endif
