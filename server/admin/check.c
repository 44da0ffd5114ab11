/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check reads the database with a connection of its own, also beside a running server: a
 * reader takes nothing from the writer, and an hour of reading belongs into a process that
 * nobody waits for (doc/decisions/0032-long-reads.md).
 */
#include "server/admin/check.h"

#include <string.h>
#include <sys/stat.h>

#include "common/os/lang.h"
#include "server/admin/chore.h"
#include "server/store/store_check.h"

struct report {
	struct str *said;
	uint64_t wrong;
	const char *files; /* the folder */
	uint64_t count, bytes;
};

static void on_found(const char *what, void *ctx)
{
	struct report *report = ctx;

	report->wrong++;
	str_addf(report->said, "%s\n", what);
}

static void on_blob(const struct blob_row *blob, void *ctx)
{
	struct report *report = ctx;
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str what = STR_INIT;
	struct stat st;

	str_addf(&path, "%s/", report->files);
	blob_path(blob->hash, &path);
	report->count++;
	report->bytes += blob->size;
	if (stat(path.ptr, &st) != 0)
		str_addf(&what, "file %s: not there", path.ptr);
	else if ((uint64_t)st.st_size != blob->size)
		str_addf(&what, "file %s: bytes: %lld, as the database knows: %llu",
			 path.ptr, (long long)st.st_size, (unsigned long long)blob->size);
	if (what.len)
		on_found(what.ptr, report);
}

enum err check_store(struct store *store, const char *files, struct str *said,
		     uint64_t *ret_wrong)
{
	struct report report = {.said = said, .files = files};
	enum err err = store->driver->check(store->db, on_found, &report);

	if (err == ERR_OK || err == ERR_CORRUPT) {
		enum err rows = store_check_rows(store, on_found, &report);
		err = rows == ERR_OK ? err : rows;
	}
	if (files && (err == ERR_OK || err == ERR_CORRUPT)) {
		enum err blobs = store_blob_each(store, on_blob, &report);
		err = blobs == ERR_OK ? err : blobs;
	}
	*ret_wrong = report.wrong;
	return err == ERR_OK && report.wrong ? ERR_CORRUPT : err;
}

enum err check_open(const struct admin *admin, const char *path, struct store *ret_store)
{
	return store_open(ret_store, &(struct store_config){
					     .driver = admin->setup->driver,
					     .path = path,
					     .clock = &admin->setup->clock,
					     .reader = true,
				     });
}

enum err command_check(struct admin *admin)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str files = STR_INIT;
	struct store store = {0};
	struct store_stats stats = {0};
	uint64_t wrong = 0;
	enum err err = admin_need_database(admin);

	if (err != ERR_OK)
		return err;
	admin_path(admin, "chat.db", &path);
	admin_path(admin, "files", &files);
	err = check_open(admin, path.ptr, &store);
	if (err == ERR_OK)
		err = check_store(&store, files.ptr, admin->said, &wrong);
	if (err == ERR_OK)
		err = store_stats(&store, &stats);
	store_close(&store);
	if (err == ERR_OK) {
		str_addf(admin->said,
			 _("%s is sound: %llu events, %llu people, %llu files, "),
			 path.ptr, (unsigned long long)stats.events,
			 (unsigned long long)stats.people,
			 (unsigned long long)stats.blobs);
		admin_size(stats.size.pages * stats.size.page_bytes, admin->said);
		str_add(admin->said, "\n");
	} else if (err == ERR_CORRUPT) {
		str_addf(admin->why,
			 _("%s is damaged (findings: %llu); restore a backup, and look "
			   "after the disk"),
			 path.ptr, (unsigned long long)wrong);
	} else {
		str_addf(admin->why, _("cannot check %s: %s"), path.ptr,
			 _(err_text(err)));
	}
	return err;
}
