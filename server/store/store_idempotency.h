/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Answers that are kept for requests that come twice. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_IDEMPOTENCY_H
#define CHAT_STORE_IDEMPOTENCY_H

#include "server/store/row.h"
#include "server/store/store.h"

#define IDEMPOTENCY_DIGEST_LEN 32

struct idempotency_row {
	uint8_t digest[IDEMPOTENCY_DIGEST_LEN]; /**< of the request */
	struct bytes reply;                     /**< JSON; owned after a get */
};

void idempotency_done(struct idempotency_row *row);

enum err store_idempotency_get(struct store *store, const struct id *user,
			       struct bytes name, struct idempotency_row *ret) MUST_CHECK;
/** ERR_EXISTS: @user has used @name. */
enum err store_idempotency_put(struct store *store, const struct id *user,
			       struct bytes name,
			       const struct idempotency_row *in) MUST_CHECK;
/** Forget what is from before @before_ms, at most @limit, for slices. */
enum err store_idempotency_expire(struct store *store, uint64_t before_ms,
				  size_t limit) MUST_CHECK;

#endif
