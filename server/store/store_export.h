/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Everything that is kept about one account, table by table, for its owner. Errors: see
 *  store.h. Thread: the store's; a reader will do. */
#ifndef CHAT_STORE_EXPORT_H
#define CHAT_STORE_EXPORT_H

#include "server/store/store.h"

/** Where an export goes on. All zero: at the beginning. */
struct export_place {
	unsigned section; /**< number of the table; the count of them: the end */
	int64_t at;
};

/** The number of tables. */
unsigned store_export_sections(void);

/** One record: its kind, the names of its columns (ended by NULL) and their values. */
typedef enum err export_row_fn(const char *record, const char *const *names,
			       const struct value *values, void *ctx);

/** At most @limit records from *@place on, which moves behind them. There may be none, and
 *  more behind: what is sparse is looked through in slices. */
enum err store_export_read(struct store *store, int64_t account, size_t limit,
			   struct export_place *place, export_row_fn *row,
			   void *ctx) MUST_CHECK;

#endif
