/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A backup: the server copies its database in slices to a file beside it; everything else
 * happens here, in a process that nobody waits for. The copy is checked, packed together
 * with the files that it knows (they never change, so a later moment than the copy's is as
 * good), and what was packed is read again and compared before it gets its name. A file that
 * goes meanwhile, or is damaged, is told and spoils nothing: a restore does without it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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
#include "server/store/store_check.h"

#define PIECE       65536
#define SECRET_MOST 4096

struct backup {
	struct admin *admin;
	struct archive *archive;
	struct manifest manifest;
	struct buf passphrase;
	struct str copy;    /* of the database */
	struct str path;    /* where it goes */
	struct str part;    /* where it is until then */
	struct sha256 hash; /* of all that is in the archive, names included */
	uint64_t packed;    /* files, of those that were counted for the manifest */
	enum err err;
};

/* ---- where it goes ---- */

static void add_name(uint64_t now_ms, bool sealed, struct str *path)
{
	time_t now = (time_t)(now_ms / 1000);
	struct tm utc;
	char stamp[32];

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &utc);
	str_addf(path, "chat-backup-%s.%s", stamp, sealed ? "sealed" : "tar");
}

static enum err choose_path(struct backup *backup)
{
	const struct opts *opts = &backup->admin->config->opts;
	struct stat st;

	str_set(&backup->path, opts_text(opts, OPTION_OUTPUT));
	if (backup->path.len == 0)
		str_set(&backup->path, ".");
	if (stat(backup->path.ptr, &st) == 0 && S_ISDIR(st.st_mode)) {
		str_add(&backup->path, "/");
		add_name(backup->manifest.made_ms, backup->passphrase.len > 0,
			 &backup->path);
	}
	str_addf(&backup->part, "%s.part", backup->path.ptr);
	if (access(backup->path.ptr, F_OK) == 0) {
		str_addf(backup->admin->why,
			 _("%s is there already; a backup replaces nothing"),
			 backup->path.ptr);
		return ERR_EXISTS;
	}
	return ERR_OK;
}

/* ---- packing ---- */

static void note(struct backup *backup, const char *name, uint64_t size)
{
	char text[ARCHIVE_NAME_MOST + 32];
	int len =
		snprintf(text, sizeof(text), "%s %llu\n", name, (unsigned long long)size);

	sha256_add(&backup->hash, bytes_of(text, (size_t)len));
}

static enum err pack_bytes(struct backup *backup, const char *name, struct bytes bytes)
{
	enum err err =
		archive_begin(backup->archive, name, bytes.len, backup->manifest.made_ms);

	note(backup, name, bytes.len);
	sha256_add(&backup->hash, bytes);
	return err == ERR_OK ? archive_add(backup->archive, bytes) : err;
}

static enum err pack_open(struct backup *backup, const char *name, int fd, uint64_t size)
{
	AUTO(mem_freep) char *piece = mem_alloc(1, PIECE);
	enum err err =
		archive_begin(backup->archive, name, size, backup->manifest.made_ms);
	uint64_t left = size;

	note(backup, name, size);
	while (left > 0 && err == ERR_OK) {
		ssize_t got = read(fd, piece, left < PIECE ? (size_t)left : PIECE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ERR_IO;
		struct bytes bytes = bytes_of(piece, (size_t)got);
		sha256_add(&backup->hash, bytes);
		err = archive_add(backup->archive, bytes);
		left -= (uint64_t)got;
		if (size > PIECE)
			command_progress(_("packing"), size - left, size);
	}
	return err;
}

/* ERR_NOT_FOUND when it is not there. */
static enum err pack_file(struct backup *backup, const char *name, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	enum err err = fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
			       ? pack_open(backup, name, fd, (uint64_t)st.st_size)
			       : ERR_IO;
	close(fd);
	return err;
}

static bool is_there(const char *path, uint64_t size)
{
	struct stat st;

	return stat(path, &st) == 0 && (uint64_t)st.st_size == size;
}

/* What lies there is counted first, since the manifest is written first. */
static void count_blob(const struct blob_row *blob, void *ctx)
{
	struct backup *backup = ctx;
	AUTO(str_done) struct str path = STR_INIT;

	admin_path(backup->admin, "files/", &path);
	blob_path(blob->hash, &path);
	if (is_there(path.ptr, blob->size)) {
		backup->manifest.files++;
		backup->manifest.file_bytes += blob->size;
	} else {
		backup->manifest.missing++;
	}
}

static void pack_blob(const struct blob_row *blob, void *ctx)
{
	struct backup *backup = ctx;
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str name = STR_INIT;

	str_add(&name, "files/");
	blob_path(blob->hash, &name);
	admin_path(backup->admin, name.ptr, &path);
	if (backup->err != ERR_OK)
		return;
	backup->err = is_there(path.ptr, blob->size)
			      ? pack_file(backup, name.ptr, path.ptr)
			      : ERR_NOT_FOUND;
	if (backup->err == ERR_OK) {
		backup->packed++;
	} else if (backup->err == ERR_NOT_FOUND) {
		backup->err = ERR_OK;
		str_addf(backup->admin->said, _("not there, and so not in it: %s\n"),
			 path.ptr);
	}
}

static enum err pack_secrets(struct backup *backup)
{
	const char *folder = backup->admin->setup->config.secrets_dir;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	enum err err = dir ? ERR_OK : ERR_NOT_FOUND;

	while (err == ERR_OK && (entry = readdir(dir))) {
		AUTO(str_done) struct str path = STR_INIT;
		AUTO(str_done) struct str name = STR_INIT;
		AUTO(buf_wipe) struct buf text = BUF_INIT;
		size_t len = strlen(entry->d_name);
		if (len < 5 || len > 60 || strcmp(entry->d_name + len - 4, ".key") != 0)
			continue;
		str_addf(&path, "%s/%s", folder, entry->d_name);
		str_addf(&name, "secrets/%s", entry->d_name);
		err = file_read_secret(path.ptr, SECRET_MOST, &text);
		if (err == ERR_OK)
			err = pack_bytes(backup, name.ptr, buf_view(&text));
	}
	if (dir)
		closedir(dir);
	return err;
}

static enum err pack(struct backup *backup, struct store *store)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	enum err err = archive_create(backup->part.ptr, buf_view(&backup->passphrase),
				      &backup->admin->setup->random, &backup->archive);

	if (err != ERR_OK)
		return err;
	manifest_write(&backup->manifest, &text);
	sha256_init(&backup->hash);
	err = pack_bytes(backup, MANIFEST_NAME, buf_view(&text));
	if (err == ERR_OK)
		err = pack_file(backup, "chat.db", backup->copy.ptr);
	if (err == ERR_OK)
		err = store_blob_each(store, pack_blob, backup);
	if (err == ERR_OK)
		err = backup->err;
	if (err == ERR_OK && backup->manifest.secrets)
		err = pack_secrets(backup);
	return err == ERR_OK ? archive_finish(backup->archive) : err;
}

/* ---- checking ---- */

static enum err hash_file(const char *path, uint64_t *ret_size, uint8_t ret[SHA256_LEN])
{
	AUTO(mem_freep) char *piece = mem_alloc(1, PIECE);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct sha256 hash;
	ssize_t got = 0;

	if (fd < 0)
		return ERR_IO;
	*ret_size = 0;
	sha256_init(&hash);
	while ((got = read(fd, piece, PIECE)) > 0) {
		sha256_add(&hash, bytes_of(piece, (size_t)got));
		*ret_size += (uint64_t)got;
	}
	close(fd);
	sha256_final(&hash, ret);
	return got == 0 ? ERR_OK : ERR_IO;
}

/* Is the copy sound, and what is in it? */
static enum err inspect(struct backup *backup, struct store *store)
{
	struct admin *admin = backup->admin;
	struct manifest *manifest = &backup->manifest;
	struct store_stats stats = {0};
	uint64_t wrong = 0;
	enum err err = check_store(store, NULL, admin->said, &wrong);

	if (err == ERR_OK)
		err = store_stats(store, &stats);
	if (err == ERR_OK)
		err = store_blob_each(store, count_blob, backup);
	if (err == ERR_OK)
		err = hash_file(backup->copy.ptr, &manifest->database_bytes,
				manifest->database_hash);
	if (wrong > 0)
		str_addf(admin->why,
			 _("the database is damaged, and its copy is not kept; earlier "
			   "backups may be sound"));
	manifest->schema = stats.schema;
	manifest->newest_ms = stats.newest_ms;
	manifest->events = stats.events;
	manifest->people = stats.people;
	manifest->rooms = stats.direct + stats.private + stats.public + stats.broadcast;
	return err;
}

/* Files are named by their content; one that was damaged on the disk is in it as it is. */
static void verify_name(struct backup *backup, const char *name, struct sha256 *hash)
{
	AUTO(str_done) struct str path = STR_INIT;
	uint8_t bytes[SHA256_LEN];

	sha256_final(hash, bytes);
	str_add(&path, "files/");
	blob_path(bytes_of(bytes, sizeof(bytes)), &path);
	if (strncmp(name, "files/", 6) == 0 && strcmp(path.ptr, name) != 0)
		str_addf(backup->admin->said,
			 _("damaged, and left out when it is restored: %s\n"), name);
}

static enum err verify_entry(struct backup *backup, struct archive *archive,
			     const struct archive_entry *entry)
{
	struct sha256 hash;
	struct bytes bytes;
	enum err err;

	note(backup, entry->name, entry->size);
	sha256_init(&hash);
	do {
		err = archive_read(archive, &bytes);
		if (err != ERR_OK)
			return err;
		sha256_add(&backup->hash, bytes);
		sha256_add(&hash, bytes);
	} while (bytes.len > 0);
	verify_name(backup, entry->name, &hash);
	return ERR_OK;
}

/* Read it again as a restore would. */
static enum err verify(struct backup *backup)
{
	struct archive *archive = NULL;
	struct archive_entry entry;
	uint8_t written[SHA256_LEN], there[SHA256_LEN];
	enum err err =
		archive_open(backup->part.ptr, buf_view(&backup->passphrase), &archive);

	sha256_final(&backup->hash, written);
	sha256_init(&backup->hash);
	while (err == ERR_OK && (err = archive_next(archive, &entry)) == ERR_OK)
		err = verify_entry(backup, archive, &entry);
	archive_free(&archive);
	sha256_final(&backup->hash, there);
	if (err != ERR_NOT_FOUND)
		return err;
	return memcmp(written, there, sizeof(there)) == 0 ? ERR_OK : ERR_CORRUPT;
}

/* ---- all of it ---- */

static void say(const struct backup *backup)
{
	const struct manifest *manifest = &backup->manifest;
	struct str *said = backup->admin->said;

	str_addf(said, "%s: ", backup->path.ptr);
	admin_size(archive_bytes(backup->archive), said);
	str_addf(said, _(", checked; %llu events, %llu people, %llu files\n"),
		 (unsigned long long)manifest->events,
		 (unsigned long long)manifest->people,
		 (unsigned long long)backup->packed);
	if (manifest->secrets)
		str_add(said, _("The secrets are in it; it is sealed with the "
				"passphrase.\n"));
	else
		str_addf(said,
			 _("The secrets are not in it. Keep a copy of %s in another "
			   "place: without them nobody can log in with a password.\n"),
			 backup->admin->setup->config.secrets_dir);
}

static enum err make(struct backup *backup)
{
	struct admin *admin = backup->admin;
	struct chore_report report = {0};
	struct store store = {0};
	enum err err = chore_do(admin, CHORE_BACKUP, false, &report);

	if (err != ERR_OK)
		return err;
	err = check_open(admin, backup->copy.ptr, &store);
	if (err == ERR_OK)
		err = inspect(backup, &store);
	if (err == ERR_OK)
		err = pack(backup, &store);
	store_close(&store);
	if (err == ERR_OK)
		err = verify(backup);
	if (err == ERR_OK)
		err = file_move(backup->part.ptr, backup->path.ptr);
	command_progress(NULL, 0, 0);
	if (err == ERR_OK)
		say(backup);
	else if (admin->why->len == 0)
		str_addf(admin->why, _("cannot write the backup %s: %s"),
			 backup->part.ptr, _(err_text(err)));
	return err;
}

static enum err prepare(struct backup *backup)
{
	struct admin *admin = backup->admin;
	const struct opts *opts = &admin->config->opts;
	enum err err = passphrase_read(admin, &backup->passphrase);

	backup->manifest.made_ms = clock_now_ms(&admin->setup->clock);
	backup->manifest.secrets = opts_bool(opts, OPTION_WITH_SECRETS);
	if (err == ERR_OK && backup->manifest.secrets && backup->passphrase.len == 0) {
		str_add(admin->why,
			_("--with-secrets needs --passphrase-file: a file, 0600, whose "
			  "first line seals the backup"));
		err = ERR_USAGE;
	}
	if (err == ERR_OK)
		err = admin_need_database(admin);
	return err == ERR_OK ? choose_path(backup) : err;
}

/* One at a time. Made by root, the lock still belongs to whoever has the folder. */
static enum err take_lock(struct admin *admin, int *ret_fd)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct stat st;

	admin_path(admin, "backup.lock", &path);
	enum err err = file_lock(path.ptr, ret_fd);
	if (err == ERR_LOCKED)
		str_add(admin->why, _("another backup is under way"));
	if (err == ERR_OK && geteuid() == 0 &&
	    (stat(admin->setup->config.data_dir, &st) != 0 ||
	     fchown(*ret_fd, st.st_uid, st.st_gid) != 0))
		err = ERR_IO;
	return err;
}

enum err command_backup(struct admin *admin)
{
	struct backup backup = {
		.admin = admin,
		.passphrase = BUF_INIT,
		.copy = STR_INIT,
		.path = STR_INIT,
		.part = STR_INIT,
	};
	int fd = -1;
	enum err err = prepare(&backup);

	if (err == ERR_OK)
		err = take_lock(admin, &fd);
	if (err == ERR_OK) {
		admin_path(admin, "backup.part", &backup.copy);
		unlink(backup.part.ptr); /* of one that was broken off */
		err = make(&backup);
		unlink(backup.copy.ptr);
		unlink(backup.part.ptr);
	}
	file_unlock(&fd);
	archive_free(&backup.archive);
	buf_wipe(&backup.passphrase);
	str_done(&backup.copy);
	str_done(&backup.path);
	str_done(&backup.part);
	return err;
}
