/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs the rows of migrate.def. The version is written in the same transaction as the
 * tables, so a crash leaves the old schema or the new one.
 */
#include "client/cache/migrate.h"

#include <assert.h>

static const struct step {
	unsigned version;
	const char *sql;
} steps[] = {
#define MIGRATE(number, text) {number, text},
#include "client/cache/migrate.def"
#undef MIGRATE
};

unsigned cache_schema_newest(void)
{
	return steps[ARRAY_LEN(steps) - 1].version;
}

static enum err run_steps(struct db *db, uint64_t from)
{
	AUTO(str_done) struct str version = STR_INIT;
	enum err err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(steps) && err == ERR_OK; i++) {
		assert(i == 0 || steps[i].version >= steps[i - 1].version);
		if (steps[i].version > from)
			err = db_script(db, steps[i].sql);
	}
	str_addf(&version, "PRAGMA user_version = %u", cache_schema_newest());
	if (err == ERR_OK)
		err = db_script(db, version.ptr);
	return err;
}

enum err migrate(struct db *db)
{
	uint64_t version;

	enum err err = db_version(db, &version);
	if (err != ERR_OK)
		return err;
	if (version == cache_schema_newest())
		return ERR_OK;
	if (version > cache_schema_newest())
		return ERR_NEWER;
	err = db_script(db, "BEGIN IMMEDIATE");
	if (err != ERR_OK)
		return err;
	err = run_steps(db, version);
	if (err == ERR_OK)
		err = db_script(db, "COMMIT");
	if (err != ERR_OK && db_in_transaction(db) && db_script(db, "ROLLBACK") != ERR_OK)
		return ERR_STORE;
	return err;
}
