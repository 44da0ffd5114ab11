/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A VFS over the system's. To play a loss of power it keeps, per file, what stood at the
 * places that were written since the last sync, and what was written there: the old state
 * is put back, and then a random choice of sectors of the new one. The index of the log
 * (-shm) is memory and is gone at a loss of power; SQLite makes it anew.
 */
#include "tests/lib/disk.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/check.h"

#define SECTOR 512

/* One write or truncation that was not synced. */
struct change {
	struct change *before;
	sqlite3_int64 at, size; /* of the file before it */
	int len;
	bool truncation;
	unsigned char *old, *new;
};

struct disk_file {
	sqlite3_file head;
	sqlite3_file *real;
	char *path;
	struct change *changes; /* the newest first */
	struct disk_file *next;
};

static struct {
	pthread_mutex_t mutex;
	sqlite3_vfs vfs;
	struct disk_file *files;
	unsigned nth[DISK_OPS]; /* 0: does not fail */
	bool stays, lies, promises;
	unsigned failed;
	unsigned cut; /* 0: never */
	uint64_t random;
} disk = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static struct disk_file *file_of(sqlite3_file *head)
{
	return (void *)head;
}

static const sqlite3_io_methods *real_methods(sqlite3_file *head)
{
	return file_of(head)->real->pMethods;
}

static unsigned draw(unsigned bound)
{
	disk.random = disk.random * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(disk.random >> 33) % bound;
}

/* ---- faults ---- */

static bool strikes(enum disk_op op)
{
	bool hit = false;

	pthread_mutex_lock(&disk.mutex);
	if (disk.nth[op] == 1) {
		hit = true;
		disk.failed++;
		disk.nth[op] = disk.stays;
	} else if (disk.nth[op] > 1) {
		disk.nth[op]--;
	}
	pthread_mutex_unlock(&disk.mutex);
	return hit;
}

void disk_fail(enum disk_op op, unsigned nth, bool stays)
{
	pthread_mutex_lock(&disk.mutex);
	memset(disk.nth, 0, sizeof(disk.nth));
	disk.nth[op] = nth;
	disk.stays = stays;
	disk.failed = 0;
	pthread_mutex_unlock(&disk.mutex);
}

unsigned disk_failed(void)
{
	pthread_mutex_lock(&disk.mutex);
	unsigned failed = disk.failed;
	pthread_mutex_unlock(&disk.mutex);
	return failed;
}

/* ---- the power ---- */

static void put_back(int fd, const struct change *change)
{
	if (change->len > 0 &&
	    pwrite(fd, change->old, (size_t)change->len, change->at) != change->len)
		abort();
	if (ftruncate(fd, change->size) != 0)
		abort();
}

/* Some of its sectors, in the order of writing: the caller comes to the oldest first. */
static void put_new(int fd, const struct change *change)
{
	if (change->truncation) {
		if (draw(2) && ftruncate(fd, change->at) != 0)
			abort();
		return;
	}
	if (draw(3) == 0)
		return;
	bool whole = draw(2);
	for (int at = 0; at < change->len; at += SECTOR) {
		int len = change->len - at < SECTOR ? change->len - at : SECTOR;
		if (!whole && draw(3) == 0)
			continue;
		if (pwrite(fd, change->new + at, (size_t)len, change->at + at) != len)
			abort();
	}
}

static void play_new(int fd, const struct change *change)
{
	if (!change)
		return;
	play_new(fd, change->before);
	put_new(fd, change);
}

/* The process has no next line. */
static void lose_power(void)
{
	for (struct disk_file *file = disk.files; file; file = file->next) {
		int fd = open(file->path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			abort();
		for (struct change *change = file->changes; change;
		     change = change->before)
			put_back(fd, change);
		play_new(fd, file->changes);
		close(fd);
	}
	_exit(0);
}

/* Called with the mutex held, which is never let go once the power is. */
static void count_down(void)
{
	if (disk.cut && --disk.cut == 0)
		lose_power();
}

void disk_cut(unsigned nth, uint64_t seed)
{
	pthread_mutex_lock(&disk.mutex);
	disk.cut = nth;
	disk.random = seed * 2 + 1;
	pthread_mutex_unlock(&disk.mutex);
}

void disk_promise(bool neighbours)
{
	disk.promises = neighbours;
}

void disk_lie(void)
{
	disk.lies = true;
}

static void forget_changes(struct disk_file *file)
{
	for (struct change *change = file->changes, *before; change; change = before) {
		before = change->before;
		free(change->old);
		free(change->new);
		free(change);
	}
	file->changes = NULL;
}

/* What stands at @at and behind it, up to @len bytes. */
static struct change *remember(struct disk_file *file, sqlite3_int64 at, int len)
{
	struct change *change = calloc(1, sizeof(*change));
	sqlite3_file *real = file->real;

	real->pMethods->xFileSize(real, &change->size);
	change->at = at;
	change->len = len;
	if (at + len > change->size)
		change->len = at < change->size ? (int)(change->size - at) : 0;
	change->old = calloc(1, (size_t)change->len + 1);
	if (change->len > 0)
		real->pMethods->xRead(real, change->old, change->len, at);
	change->before = file->changes;
	return change;
}

/* ---- the VFS ---- */

static int disk_close(sqlite3_file *head)
{
	struct disk_file *file = file_of(head);

	pthread_mutex_lock(&disk.mutex);
	struct disk_file **at = &disk.files;
	while (*at && *at != file)
		at = &(*at)->next;
	if (*at)
		*at = file->next;
	forget_changes(file);
	free(file->path);
	pthread_mutex_unlock(&disk.mutex);
	return file->real->pMethods->xClose(file->real);
}

static int disk_read(sqlite3_file *head, void *ret, int len, sqlite3_int64 at)
{
	return strikes(DISK_READ)
		       ? SQLITE_IOERR_READ
		       : real_methods(head)->xRead(file_of(head)->real, ret, len, at);
}

static int disk_write(sqlite3_file *head, const void *src, int len, sqlite3_int64 at)
{
	struct disk_file *file = file_of(head);

	if (strikes(DISK_WRITE))
		return SQLITE_IOERR_WRITE;
	pthread_mutex_lock(&disk.mutex);
	if (disk.cut && file->path) {
		struct change *change = remember(file, at, len);
		/* put_back() needs the old length, put_new() the new one */
		change->new = malloc((size_t)len);
		memcpy(change->new, src, (size_t)len);
		if (change->len < len) {
			change->old = realloc(change->old, (size_t)len);
			memset(change->old + change->len, 0, (size_t)(len - change->len));
			change->len = len;
		}
		file->changes = change;
		count_down();
	}
	int rc = file->real->pMethods->xWrite(file->real, src, len, at);
	pthread_mutex_unlock(&disk.mutex);
	return rc;
}

static int disk_truncate(sqlite3_file *head, sqlite3_int64 size)
{
	struct disk_file *file = file_of(head);

	if (strikes(DISK_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	pthread_mutex_lock(&disk.mutex);
	if (disk.cut && file->path) {
		sqlite3_int64 now = size;
		file->real->pMethods->xFileSize(file->real, &now);
		struct change *change =
			remember(file, size, now > size ? (int)(now - size) : 0);
		change->truncation = true;
		file->changes = change;
	}
	int rc = file->real->pMethods->xTruncate(file->real, size);
	pthread_mutex_unlock(&disk.mutex);
	return rc;
}

/* Nothing here loses power but by our own hand, so the system need not sync. */
static int disk_sync(sqlite3_file *head, int flags)
{
	if (strikes(DISK_SYNC))
		return SQLITE_IOERR_FSYNC;
	pthread_mutex_lock(&disk.mutex);
	count_down();
	if (!disk.lies)
		forget_changes(file_of(head));
	pthread_mutex_unlock(&disk.mutex);
	return SQLITE_OK;
}

static int disk_size(sqlite3_file *head, sqlite3_int64 *ret)
{
	return real_methods(head)->xFileSize(file_of(head)->real, ret);
}

static int disk_lock(sqlite3_file *head, int level)
{
	return real_methods(head)->xLock(file_of(head)->real, level);
}

static int disk_unlock(sqlite3_file *head, int level)
{
	return real_methods(head)->xUnlock(file_of(head)->real, level);
}

static int disk_reserved(sqlite3_file *head, int *ret)
{
	return real_methods(head)->xCheckReservedLock(file_of(head)->real, ret);
}

static int disk_control(sqlite3_file *head, int op, void *arg)
{
	return real_methods(head)->xFileControl(file_of(head)->real, op, arg);
}

static int disk_sector(sqlite3_file *head)
{
	return SECTOR;
}

static int disk_traits(sqlite3_file *head)
{
	return disk.promises ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

static int disk_shm_map(sqlite3_file *head, int page, int size, int extend,
			void volatile **ret)
{
	return strikes(DISK_SHM) ? SQLITE_IOERR_SHMMAP
				 : real_methods(head)->xShmMap(file_of(head)->real, page,
							       size, extend, ret);
}

static int disk_shm_lock(sqlite3_file *head, int at, int count, int flags)
{
	return real_methods(head)->xShmLock(file_of(head)->real, at, count, flags);
}

static void disk_shm_barrier(sqlite3_file *head)
{
	real_methods(head)->xShmBarrier(file_of(head)->real);
}

static int disk_shm_unmap(sqlite3_file *head, int remove)
{
	return real_methods(head)->xShmUnmap(file_of(head)->real, remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = disk_close,
	.xRead = disk_read,
	.xWrite = disk_write,
	.xTruncate = disk_truncate,
	.xSync = disk_sync,
	.xFileSize = disk_size,
	.xLock = disk_lock,
	.xUnlock = disk_unlock,
	.xCheckReservedLock = disk_reserved,
	.xFileControl = disk_control,
	.xSectorSize = disk_sector,
	.xDeviceCharacteristics = disk_traits,
	.xShmMap = disk_shm_map,
	.xShmLock = disk_shm_lock,
	.xShmBarrier = disk_shm_barrier,
	.xShmUnmap = disk_shm_unmap,
};

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *head, int flags,
		     int *ret_flags)
{
	struct disk_file *file = file_of(head);
	sqlite3_vfs *base = vfs->pAppData;

	memset(file, 0, (size_t)vfs->szOsFile);
	if (strikes(DISK_OPEN))
		return SQLITE_CANTOPEN;
	file->real = (void *)(file + 1);
	int rc = base->xOpen(base, name, file->real, flags, ret_flags);
	if (!file->real->pMethods)
		return rc;
	head->pMethods = &methods;
	pthread_mutex_lock(&disk.mutex);
	if (name) {
		file->path = strdup(name);
		file->next = disk.files;
		disk.files = file;
	}
	pthread_mutex_unlock(&disk.mutex);
	return rc;
}

void disk_install(void)
{
	sqlite3_vfs *base = sqlite3_vfs_find(NULL);

	disk.vfs = *base; /* paths, time and randomness as below */
	disk.vfs.szOsFile = (int)sizeof(struct disk_file) + base->szOsFile;
	disk.vfs.zName = "disk";
	disk.vfs.pAppData = base;
	disk.vfs.xOpen = disk_open;
	assert_int_equal(sqlite3_vfs_register(&disk.vfs, 1), SQLITE_OK);
}
