/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Migrations. All steps from the version found to the newest run in one transaction: a
 * crash in between leaves the old schema, and the copy made before is only for whoever
 * wants to go back to the older program.
 */
#include "server/store/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "server/store/store.h"

const struct migrate_step migrate_sqlite[] = {
#define STEP(version, script) {version, script},
#include "server/store/migrate_sqlite.def"
#undef STEP
	{0, NULL},
};

int migrate_newest(const struct migrate_step *steps)
{
	int newest = 0;

	for (; steps->script; steps++)
		newest = steps->version;
	return newest;
}

static enum err on_version(const struct value *col, void *ctx)
{
	*(int64_t *)ctx = col_int(&col[0]);
	return ERR_OK;
}

static enum err run_steps(struct store *store, int64_t from, int newest)
{
	const struct driver *driver = store->driver;

	for (const struct migrate_step *step = driver->steps; step->script; step++) {
		if (step->version <= from)
			continue;
		enum err err = driver->script(store->db, step->script);
		if (err) {
			log_error("store: migration failed, version=%d", step->version);
			return err;
		}
	}
	return store_run(store, STMT_meta_put,
			 VALUES(value_text(bytes_text("schema")), value_int(newest)),
			 NULL, NULL);
}

/* A copy of an earlier attempt at the same step may lie there; the database has not
 * changed since in a way that the new copy would not hold. */
static enum err copy_before(struct store *store, const char *path, int64_t version)
{
	AUTO(str_done) struct str name = STR_INIT;

	str_addf(&name, "%s.before-%lld", path, (long long)version + 1);
	if (unlink(name.ptr) != 0 && errno != ENOENT) {
		log_error("store: cannot replace the copy, path=%s error=%s", name.ptr,
			  strerror(errno));
		return ERR_STORE;
	}
	enum err err = store_backup(store, name.ptr);
	if (!err)
		log_info("store: copied before migrating, path=%s", name.ptr);
	return err;
}

enum err migrate_run(struct store *store, const char *path)
{
	const struct driver *driver = store->driver;
	int newest = migrate_newest(driver->steps);
	int64_t version = 0;
	enum err err = driver->script(store->db, driver->steps->script);

	if (!err)
		err = store_run(store, STMT_meta_get,
				VALUES(value_text(bytes_text("schema"))), on_version,
				&version);
	if (err || version == newest)
		return err;
	if (version > newest) {
		log_error("store: written by a newer version, schema=%lld known=%d",
			  (long long)version, newest);
		return ERR_NEWER;
	}
	if (version > 0 && (err = copy_before(store, path, version)))
		return err;
	if ((err = driver->begin(store->db)))
		return err;
	if ((err = run_steps(store, version, newest))) {
		driver->rollback(store->db);
		return err;
	}
	if ((err = driver->commit(store->db)))
		return err;
	log_info("store: schema is up to date, version=%d", newest);
	return ERR_OK;
}
