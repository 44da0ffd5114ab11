/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Restore: everything is unpacked and checked beside what is there, and takes its place
 * only when all of it is good. What was there is moved aside and never deleted. The copy
 * carries the mark by which the server begins new epochs (decision 0031), so clients that
 * have seen more than the backup holds start over instead of missing something.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "common/os/lang.h"
#include "server/admin/archive.h"
#include "server/admin/check.h"
#include "server/admin/chore.h"
#include "server/admin/manifest.h"
#include "server/admin/passphrase.h"
#include "server/store/migrate.h"
#include "server/store/store_check.h"

struct restore {
	struct admin *admin;
	struct archive *archive;
	struct manifest manifest;
	struct buf passphrase;
	struct str work; /* the folder into which is unpacked */
	uid_t uid;       /* whose the data folder is */
	gid_t gid;
	bool had_secrets; /* before */
	uint64_t files;
};

/* What is in the data folder and is replaced by a restore. */
static const char *const parts[] = {"chat.db", "chat.db-wal", "chat.db-shm", "files",
				    "secrets"};

static bool is_hex(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdef") >= len;
}

/* A name in an archive comes from outside: these forms and no other. */
static bool is_good_name(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "chat.db") == 0)
		return true;
	if (strncmp(name, "files/", 6) == 0)
		return len == 9 + 2 * SHA256_LEN && is_hex(name + 6, 2) &&
		       name[8] == '/' && is_hex(name + 9, 2 * SHA256_LEN);
	return strncmp(name, "secrets/", 8) == 0 && len > 12 &&
	       strspn(name + 8, "abcdefghijklmnopqrstuvwxyz0123456789-") == len - 12 &&
	       strcmp(name + len - 4, ".key") == 0;
}

static enum err own(const struct restore *restore, const char *path)
{
	return geteuid() != 0 || chown(path, restore->uid, restore->gid) == 0 ? ERR_OK
									      : ERR_IO;
}

static enum err make_folder(const struct restore *restore, const char *path)
{
	enum err err = file_make_private(path);

	return err == ERR_OK ? own(restore, path) : err;
}

static enum err write_all(int fd, struct bytes bytes)
{
	while (bytes.len) {
		ssize_t done = write(fd, bytes.ptr, bytes.len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return errno == ENOSPC ? ERR_STORE : ERR_IO;
		bytes = bytes_of(bytes.ptr + done, bytes.len - (size_t)done);
	}
	return ERR_OK;
}

/* The file that is next in the archive, to @path; its digest to @ret. */
static enum err unpack_file(struct restore *restore, const char *path,
			    uint8_t ret[SHA256_LEN])
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct sha256 hash;
	struct bytes bytes;
	enum err err = fd >= 0 ? ERR_OK : ERR_IO;

	sha256_init(&hash);
	do {
		if (err == ERR_OK)
			err = archive_read(restore->archive, &bytes);
		if (err == ERR_OK) {
			sha256_add(&hash, bytes);
			err = write_all(fd, bytes);
		}
	} while (err == ERR_OK && bytes.len > 0);
	if (err == ERR_OK && fsync(fd) != 0)
		err = ERR_IO;
	if (fd >= 0)
		close(fd);
	sha256_final(&hash, ret);
	return err == ERR_OK ? own(restore, path) : err;
}

static bool names_hash(const char *name, const uint8_t hash[SHA256_LEN])
{
	AUTO(str_done) struct str path = STR_INIT;

	str_add(&path, "files/");
	blob_path(bytes_of(hash, SHA256_LEN), &path);
	return strcmp(path.ptr, name) == 0;
}

static enum err unpack_entry(struct restore *restore, const char *name)
{
	AUTO(str_done) struct str path = STR_INIT;
	uint8_t hash[SHA256_LEN];

	if (!is_good_name(name)) {
		str_addf(restore->admin->why, _("there is %s in it, which no backup has"),
			 name);
		return ERR_CORRUPT;
	}
	str_addf(&path, "%s/%s", restore->work.ptr, name);
	char *slash = strrchr(path.ptr, '/');
	*slash = '\0';
	enum err err = make_folder(restore, path.ptr);
	*slash = '/';
	if (err == ERR_OK)
		err = unpack_file(restore, path.ptr, hash);
	if (err != ERR_OK)
		return err;
	if (strcmp(name, "chat.db") == 0)
		return memcmp(hash, restore->manifest.database_hash, sizeof(hash)) == 0
			       ? ERR_OK
			       : ERR_CORRUPT;
	if (strncmp(name, "files/", 6) != 0)
		return ERR_OK;
	/* The database is what everything else hangs on; one file is told as lost. */
	if (names_hash(name, hash)) {
		restore->files++;
		return ERR_OK;
	}
	str_addf(restore->admin->said, _("damaged, and left out: %s\n"), name);
	return unlink(path.ptr) == 0 ? ERR_OK : ERR_IO;
}

static enum err read_manifest(struct restore *restore)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct archive_entry entry;
	struct bytes bytes;
	enum err err = archive_next(restore->archive, &entry);

	if (err == ERR_OK &&
	    (strcmp(entry.name, MANIFEST_NAME) != 0 || entry.size > MANIFEST_MOST))
		err = ERR_CORRUPT;
	while (err == ERR_OK) {
		err = archive_read(restore->archive, &bytes);
		if (err == ERR_OK && bytes.len == 0)
			break;
		buf_add_bytes(&text, bytes);
	}
	if (err == ERR_OK)
		err = manifest_read(buf_view(&text), &restore->manifest);
	if (err == ERR_CORRUPT || err == ERR_NOT_FOUND) {
		str_add(restore->admin->why,
			_("that file is no backup of chat-server, or it is cut off"));
		return ERR_CORRUPT;
	}
	return err;
}

static enum err unpack(struct restore *restore)
{
	const uint64_t known =
		(uint64_t)migrate_newest(restore->admin->setup->driver->steps);
	struct archive_entry entry;
	enum err err = read_manifest(restore);

	if (err == ERR_OK && restore->manifest.schema > known) {
		str_addf(restore->admin->why,
			 _("it was made by a newer chat-server (schema %llu, known are "
			   "up to %llu)"),
			 (unsigned long long)restore->manifest.schema,
			 (unsigned long long)known);
		err = ERR_NEWER;
	}
	while (err == ERR_OK && (err = archive_next(restore->archive, &entry)) == ERR_OK)
		err = unpack_entry(restore, entry.name);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err inspect(struct restore *restore)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct store store = {0};
	uint64_t wrong = 0;

	str_addf(&path, "%s/chat.db", restore->work.ptr);
	enum err err = check_open(restore->admin, path.ptr, &store);
	if (err == ERR_OK)
		err = check_store(&store, NULL, restore->admin->said, &wrong);
	store_close(&store);
	return err;
}

/* ---- into its place ---- */

static bool exists(const char *folder, const char *name)
{
	AUTO(str_done) struct str path = STR_INIT;

	str_addf(&path, "%s/%s", folder, name);
	return access(path.ptr, F_OK) == 0;
}

static enum err move(const char *from, const char *to, const char *name)
{
	AUTO(str_done) struct str old = STR_INIT;
	AUTO(str_done) struct str new = STR_INIT;

	str_addf(&old, "%s/%s", from, name);
	str_addf(&new, "%s/%s", to, name);
	return rename(old.ptr, new.ptr) == 0 ? ERR_OK : ERR_IO;
}

/* The secrets stay where the backup has none. */
static bool is_replaced(const struct restore *restore, const char *name)
{
	return restore->manifest.secrets || strcmp(name, "secrets") != 0;
}

/* Move the parts of @from that are to be replaced to @to; in *moved a bit for each. */
static enum err move_parts(const struct restore *restore, const char *from,
			   const char *to, unsigned *moved)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(parts) && err == ERR_OK; i++) {
		if (!is_replaced(restore, parts[i]) || !exists(from, parts[i]))
			continue;
		err = move(from, to, parts[i]);
		if (err == ERR_OK)
			*moved |= 1u << i;
	}
	return err;
}

static void move_back(const struct restore *restore, const char *from, const char *to,
		      unsigned moved)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (moved & 1u << i && move(from, to, parts[i]) != ERR_OK)
			str_addf(restore->admin->said, _("%s is left in %s\n"), parts[i],
				 from);
	}
}

/* All of it or, when something cannot be moved, nothing. */
static enum err put_in_place(struct restore *restore)
{
	const char *folder = restore->admin->setup->config.data_dir;
	AUTO(str_done) struct str aside = STR_INIT;
	unsigned old = 0, new = 0;

	str_addf(&aside, "%s/before-restore-%llu", folder,
		 (unsigned long long)clock_now_ms(&restore->admin->setup->clock));
	enum err err = make_folder(restore, aside.ptr);
	if (err == ERR_OK)
		err = move_parts(restore, folder, aside.ptr, &old);
	if (err == ERR_OK)
		err = move_parts(restore, restore->work.ptr, folder, &new);
	/* What was moved must be on the disk before it is said. */
	if (err == ERR_OK)
		err = file_sync(aside.ptr);
	if (err == ERR_OK)
		err = file_sync(folder);
	if (err != ERR_OK) {
		move_back(restore, folder, restore->work.ptr, new);
		move_back(restore, aside.ptr, folder, old);
	}
	if (err != ERR_OK || !old)
		rmdir(aside.ptr);
	else
		str_addf(restore->admin->said, _("what was there is in %s\n"), aside.ptr);
	return err;
}

static void say(const struct restore *restore)
{
	const struct manifest *manifest = &restore->manifest;
	struct str *said = restore->admin->said;
	uint64_t lost = manifest->missing;

	if (manifest->files > restore->files)
		lost += manifest->files - restore->files;

	str_addf(said, _("restored: %llu events, %llu people, %llu files\n"),
		 (unsigned long long)manifest->events,
		 (unsigned long long)manifest->people,
		 (unsigned long long)restore->files);
	str_add(said, _("lost: everything after "));
	admin_time(manifest->made_ms, said);
	if (manifest->newest_ms) {
		str_add(said, _("; the newest message is of "));
		admin_time(manifest->newest_ms, said);
	}
	str_add(said, "\n");
	if (lost)
		str_addf(said, _("lost: %llu files that are not in it, or damaged\n"),
			 (unsigned long long)lost);
	if (!manifest->secrets && !restore->had_secrets)
		str_addf(said,
			 _("lost: the secrets, unless you put them into %s before you "
			   "start the server: without them no password and no "
			   "authenticator app is right, and everybody needs a "
			   "password reset\n"),
			 restore->admin->setup->config.secrets_dir);
	else if (!manifest->secrets)
		str_add(said, _("the secrets in the data folder were kept\n"));
	str_add(said, _("Clients that have seen more fetch their rooms anew.\n"));
}

/* ---- all of it ---- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static enum err check_folder(struct restore *restore)
{
	struct admin *admin = restore->admin;
	const char *folder = admin->setup->config.data_dir;

	restore->had_secrets = exists(folder, "secrets");
	if ((exists(folder, "chat.db") || exists(folder, "files")) &&
	    !opts_bool(&admin->config->opts, OPTION_FORCE)) {
		str_addf(admin->why,
			 _("there is a database in %s already; with --force it is moved "
			   "aside"),
			 folder);
		return ERR_EXISTS;
	}
	return ERR_OK;
}

static enum err take_archive(struct restore *restore)
{
	struct admin *admin = restore->admin;
	const char *path = admin->words[0];
	enum err err =
		archive_open(path, buf_view(&restore->passphrase), &restore->archive);

	if (err == ERR_UNAUTHORIZED)
		str_addf(admin->why, _("%s is sealed: give --passphrase-file"), path);
	if (err != ERR_OK)
		return err;
	if (!archive_is_sealed(restore->archive) && restore->passphrase.len > 0)
		str_addf(admin->said,
			 _("%s is not sealed; the passphrase was not used\n"), path);
	return unpack(restore);
}

static enum err run(struct restore *restore)
{
	struct admin *admin = restore->admin;
	enum err err = passphrase_read(admin, &restore->passphrase);

	if (err == ERR_OK)
		err = check_folder(restore);
	if (err != ERR_OK)
		return err;
	admin_path(admin, "restore.part", &restore->work);
	remove_tree(restore->work.ptr);
	err = make_folder(restore, restore->work.ptr);
	if (err == ERR_OK)
		err = take_archive(restore);
	if (err == ERR_OK)
		err = inspect(restore);
	if (err == ERR_OK)
		err = put_in_place(restore);
	remove_tree(restore->work.ptr);
	if (err == ERR_OK)
		say(restore);
	else if (admin->why->len == 0)
		str_addf(admin->why, _("cannot restore %s: %s"), admin->words[0],
			 _(err_text(err)));
	return err;
}

enum err command_restore(struct admin *admin)
{
	AUTO(str_done) struct str lock = STR_INIT;
	struct restore restore = {
		.admin = admin, .passphrase = BUF_INIT, .work = STR_INIT};
	const char *folder = admin->setup->config.data_dir;
	struct stat st = {0};
	int fd = -1;
	enum err err = file_make_private(folder);

	admin_path(admin, "server.lock", &lock);
	if (err == ERR_OK && stat(folder, &st) != 0)
		err = ERR_IO;
	restore.uid = st.st_uid;
	restore.gid = st.st_gid;
	if (err == ERR_OK)
		err = file_lock(lock.ptr, &fd);
	if (err == ERR_LOCKED)
		str_addf(admin->why, _("a server is running in %s; stop it first"),
			 folder);
	else if (err != ERR_OK)
		str_addf(admin->why, _("cannot take %s: %s"), lock.ptr, _(err_text(err)));
	if (err == ERR_OK)
		err = own(&restore, lock.ptr) == ERR_OK ? run(&restore) : ERR_IO;
	file_unlock(&fd);
	archive_free(&restore.archive);
	buf_wipe(&restore.passphrase);
	str_done(&restore.work);
	return err;
}
