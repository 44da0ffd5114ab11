/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * migrate: what a start of the server would do, at a time of one's choosing. A dry run does
 * it to a copy, so that it tells the truth about time, space and this very data.
 */
#include "server/store/migrate.h"

#include <string.h>
#include <unistd.h>

#include "common/os/file.h"
#include "common/os/lang.h"
#include "server/admin/check.h"
#include "server/admin/chore.h"

static enum err schema_of(struct admin *admin, const char *path, int64_t *ret_schema)
{
	struct store store = {0};
	enum err err = check_open(admin, path, &store);

	if (err == ERR_OK)
		err = store_num(&store, STMT_meta_get,
				VALUES(value_text(bytes_text("schema"))), ret_schema);
	store_close(&store);
	return err;
}

static enum err open_whole(struct admin *admin, const char *path, struct store *store)
{
	return store_open(store, &(struct store_config){
					 .driver = admin->setup->driver,
					 .path = path,
					 .clock = &admin->setup->clock,
					 .random = &admin->setup->random,
				 });
}

static void remove_copy(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
	AUTO(str_done) struct str name = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		str_set(&name, path);
		str_add(&name, endings[i]);
		unlink(name.ptr);
	}
}

/* Copy, migrate the copy, check it, throw it away. */
static enum err rehearse(struct admin *admin, const char *path, int64_t from, int to)
{
	AUTO(str_done) struct str copy = STR_INIT;
	AUTO(str_done) struct str before = STR_INIT;
	struct store store = {0};
	uint64_t wrong = 0, begun = clock_mono_ms(&admin->setup->clock);

	str_addf(&copy, "%s.rehearsal", path);
	str_addf(&before, "%s.before-%lld", copy.ptr, (long long)from + 1);
	remove_copy(copy.ptr);
	enum err err = check_open(admin, path, &store);
	if (err == ERR_OK)
		err = store_backup(&store, copy.ptr);
	store_close(&store);
	if (err == ERR_OK)
		err = open_whole(admin, copy.ptr, &store);
	if (err == ERR_OK)
		err = check_store(&store, NULL, admin->said, &wrong);
	store_close(&store);
	remove_copy(copy.ptr);
	unlink(before.ptr);
	if (err == ERR_OK)
		str_addf(admin->said,
			 _("tried on a copy: from schema %lld to %d in %.1f s, and it "
			   "is sound; nothing was changed\n"),
			 (long long)from, to,
			 (double)(clock_mono_ms(&admin->setup->clock) - begun) / 1000);
	return err;
}

static enum err migrate(struct admin *admin, const char *path, int64_t from, int to)
{
	struct store store = {0};
	enum err err = open_whole(admin, path, &store);

	store_close(&store);
	if (err == ERR_OK)
		str_addf(admin->said,
			 _("migrated from schema %lld to %d; as it was before: "
			   "%s.before-%lld\n"),
			 (long long)from, to, path, (long long)from + 1);
	return err;
}

static enum err run(struct admin *admin)
{
	AUTO(str_done) struct str path = STR_INIT;
	const int newest = migrate_newest(admin->setup->driver->steps);
	int64_t schema = 0;

	admin_path(admin, "chat.db", &path);
	enum err err = schema_of(admin, path.ptr, &schema);
	if (err == ERR_OK && schema == newest) {
		str_addf(admin->said, _("the schema is up to date: %d\n"), newest);
		return ERR_OK;
	}
	if (err == ERR_OK && schema > newest)
		err = ERR_NEWER;
	if (err == ERR_OK)
		err = opts_bool(&admin->config->opts, OPTION_DRY_RUN)
			      ? rehearse(admin, path.ptr, schema, newest)
			      : migrate(admin, path.ptr, schema, newest);
	if (err != ERR_OK && admin->why->len == 0)
		str_addf(admin->why, _("cannot migrate %s: %s"), path.ptr,
			 _(err_text(err)));
	return err;
}

enum err command_migrate(struct admin *admin)
{
	AUTO(str_done) struct str lock = STR_INIT;
	int fd = -1;
	enum err err = admin_need_database(admin);

	if (err != ERR_OK)
		return err;
	admin_path(admin, "server.lock", &lock);
	err = file_lock(lock.ptr, &fd);
	if (err == ERR_LOCKED)
		str_add(admin->why, _("a server is running; it migrated when it started, "
				      "so there is nothing to do"));
	if (err == ERR_OK)
		err = run(admin);
	file_unlock(&fd);
	return err;
}
