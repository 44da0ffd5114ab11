/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The way from any older schema to the present one: forward only.
 *  Thread: that of the connection. */
#ifndef CHAT_STORE_MIGRATE_H
#define CHAT_STORE_MIGRATE_H

#include "server/store/driver.h"

/** One script of a version; a list ends with script NULL, versions rise. */
struct migrate_step {
	int version;
	const char *script;
};

extern const struct migrate_step migrate_sqlite[];

struct store;

/** The version that @steps lead to. */
int migrate_newest(const struct migrate_step *steps);

/** Bring the schema of @store to the newest version, after a copy to "@path.before-N"
 *  (N = the first new version) of one that holds something.
 *  Errors: ERR_NEWER: written by a newer version; ERR_STORE. Either way nothing changed. */
enum err migrate_run(struct store *store, const char *path) MUST_CHECK;

#endif
