/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bring a store to the newest schema (migrate.def). Thread: store. */
#ifndef CHAT_CLIENT_CACHE_MIGRATE_H
#define CHAT_CLIENT_CACHE_MIGRATE_H

#include "client/cache/db.h"

/** All missing steps in one transaction, or none.
 *  Errors: ERR_NEWER for a store that is ahead of this program; those of cache.h. */
enum err migrate(struct db *db) MUST_CHECK;
/** The version that migrate() leads to. */
unsigned cache_schema_newest(void);

#endif
