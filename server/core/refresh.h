/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Refresh tokens: what keeps a log-in alive. A session is a family of them; giving one in
 *  replaces it by its successor. Who comes with one that was replaced is a thief, or was
 *  robbed, and the family dies. Thread: any. */
#ifndef CHAT_CORE_REFRESH_H
#define CHAT_CORE_REFRESH_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/crypto/hash.h"
#include "common/crypto/random.h"
#include "server/store/store_session.h"

#define REFRESH_GRACE_MS 60000         /**< the answer got lost; ask once more */
#define REFRESH_LIFE_MS  7776000000ULL /**< 90 days without a sign of life */
#define REFRESH_LEN      32
#define REFRESH_TEXT_LEN 43 /**< characters of base64url */

struct refresh_token {
	uint8_t bytes[REFRESH_LEN];
};

struct refresh_text {
	char text[REFRESH_TEXT_LEN + 1];
};

/** The first token of a family. */
struct refresh_token refresh_draw(const struct random *random);
/** The successor of @token. @key is the server's: without it nobody can go on from a token,
 *  with it the same answer can be given twice. */
struct refresh_token refresh_next(const struct refresh_token *token, struct bytes key);
/** What is stored of @token. */
void refresh_hash(const struct refresh_token *token, uint8_t ret_hash[TOKEN_HASH_LEN]);

struct refresh_text refresh_text(const struct refresh_token *token);
/** Errors: ERR_BAD_TOKEN for what has not the form of a token. */
enum err refresh_parse(struct bytes text, struct refresh_token *ret_token) MUST_CHECK;

enum refresh_verdict {
	REFRESH_ROTATE, /**< replace it: store the successor, mark this one as used */
	REFRESH_AGAIN,  /**< the successor is stored already: give it out once more */
	REFRESH_REUSED, /**< it was replaced and is here again: revoke the session */
	REFRESH_OVER,   /**< it or its session has expired */
	REFRESH_ENDED,  /**< its session was revoked, or the account may not come in */
};

/** What to do with a token whose row was found. */
enum refresh_verdict refresh_judge(const struct refresh_row *row,
				   const struct session_row *session, uint64_t now_ms);

#endif
