/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Sealed values of every kind, to be gone through from the first to the last.
 *  Errors, Thread: see store.h. */
#ifndef CHAT_STORE_SEAL_H
#define CHAT_STORE_SEAL_H

#include "server/store/store.h"

enum sealed_kind {
#define SEALED(id, name, word) SEALED_##id,
#include "server/store/sealed.def"
#undef SEALED
	SEALED_COUNT
};

struct sealed_row {
	int64_t key;
	struct id whose;
	struct bytes sealed;
};

/** Owns: the values; ended with sealed_list_done(). */
struct sealed_list {
	struct sealed_row *rows;
	size_t count, cap;
};

void sealed_list_done(struct sealed_list *list);

/** Append up to @limit values above @after, in the order of their keys. */
enum err store_sealed_list(struct store *store, enum sealed_kind kind, int64_t after,
			   size_t limit, struct sealed_list *list) MUST_CHECK;
/** Put @sealed in the place of the value at @key. */
enum err store_sealed_put(struct store *store, enum sealed_kind kind, int64_t key,
			  struct bytes sealed) MUST_CHECK;

#endif
