/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VFS itself, and the database file: page n on the disk is the piece of its first
 * 4048 bytes, bound to n, and the id of the key. Position and size of pages are those of
 * SQLite, so its reads and writes stay aligned and nothing is ever read to be written.
 *
 * Only whole pages are written, by SQLite's own rule; reads may ask for a part (the head
 * of page 1 before the page size is known) and get it from the opened page. The reserved
 * bytes read as zeroes. A page that does not open is an error, never data.
 */
#include "client/cache/vfs_file.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

#define BODY (VFS_PAGE - VFS_RESERVE)

_Static_assert(VFS_RESERVE == SEAL_OVERHEAD + SEAL_ID,
	       "what stands in the reserved bytes");

static struct vfs_file *file_of(sqlite3_file *head)
{
	return CONTAINER_OF(head, struct vfs_file, head);
}

int vfs_file_get(struct vfs_file *file, void *ret, int len, sqlite3_int64 at)
{
	sqlite3_file *real = vfs_file_real(file);

	return real->pMethods->xRead(real, ret, len, at);
}

/* Page @number into vfs->plain. */
static int page_open(struct vfs_file *file, sqlite3_int64 number)
{
	struct vfs_seal *vfs = file->vfs;
	const struct seal_place place = {.role = SEAL_PAGE, .number = (uint64_t)number};
	const uint8_t *id = vfs->piece + BODY + SEAL_OVERHEAD;
	sqlite3_int64 size;

	int rc = vfs_file_get(file, vfs->piece, VFS_PAGE, (number - 1) * VFS_PAGE);
	if (rc == SQLITE_IOERR_SHORT_READ) {
		/* Behind the end there is nothing; a part of a page is a damaged one. */
		sqlite3_file *real = vfs_file_real(file);
		rc = real->pMethods->xFileSize(real, &size);
		if (rc == SQLITE_OK)
			rc = size > (number - 1) * VFS_PAGE ? SQLITE_IOERR_DATA
							    : SQLITE_IOERR_SHORT_READ;
	}
	if (rc != SQLITE_OK)
		return rc;
	const bool ours = memcmp(id, seal_id(vfs->seal), SEAL_ID) == 0;
	const bool opens =
		seal_open(vfs->seal, &place, vfs->piece, BODY, vfs->plain) == ERR_OK;
	vfs->wrong_key |= !ours && !opens;
	if (!ours || !opens)
		return SQLITE_IOERR_DATA;
	memset(vfs->plain + BODY, 0, VFS_RESERVE);
	return SQLITE_OK;
}

static int page_read(sqlite3_file *head, void *ret, int len, sqlite3_int64 at)
{
	struct vfs_file *file = file_of(head);
	uint8_t *dst = ret;

	while (len > 0) {
		int skip = (int)(at % VFS_PAGE);
		int part = VFS_PAGE - skip < len ? VFS_PAGE - skip : len;
		int rc = page_open(file, at / VFS_PAGE + 1);
		if (rc != SQLITE_OK) {
			memset(dst, 0, (size_t)len);
			return rc;
		}
		memcpy(dst, file->vfs->plain + skip, (size_t)part);
		dst += part;
		at += part;
		len -= part;
	}
	return SQLITE_OK;
}

static int page_write(sqlite3_file *head, const void *src, int len, sqlite3_int64 at)
{
	struct vfs_file *file = file_of(head);
	struct vfs_seal *vfs = file->vfs;
	sqlite3_file *real = vfs_file_real(file);

	if (len != VFS_PAGE || at % VFS_PAGE != 0)
		return SQLITE_IOERR_WRITE;
	const struct seal_place place = {.role = SEAL_PAGE,
					 .number = (uint64_t)(at / VFS_PAGE + 1)};
	seal_close(vfs->seal, &place, src, BODY, vfs->piece);
	memcpy(vfs->piece + BODY + SEAL_OVERHEAD, seal_id(vfs->seal), SEAL_ID);
	return real->pMethods->xWrite(real, vfs->piece, VFS_PAGE, at);
}

static int page_truncate(sqlite3_file *head, sqlite3_int64 size)
{
	sqlite3_file *real = vfs_file_real(file_of(head));

	return real->pMethods->xTruncate(real, size);
}

static int page_sync(sqlite3_file *head, int flags)
{
	sqlite3_file *real = vfs_file_real(file_of(head));

	return real->pMethods->xSync(real, flags);
}

static int page_size(sqlite3_file *head, sqlite3_int64 *ret)
{
	sqlite3_file *real = vfs_file_real(file_of(head));

	return real->pMethods->xFileSize(real, ret);
}

int vfs_file_close(sqlite3_file *head)
{
	sqlite3_file *real = vfs_file_real(file_of(head));

	return real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
}

int vfs_file_lock(sqlite3_file *head, int level)
{
	sqlite3_file *real = vfs_file_real(file_of(head));

	return real->pMethods->xLock(real, level);
}

int vfs_file_unlock(sqlite3_file *head, int level)
{
	sqlite3_file *real = vfs_file_real(file_of(head));

	return real->pMethods->xUnlock(real, level);
}

int vfs_file_reserved(sqlite3_file *head, int *ret)
{
	sqlite3_file *real = vfs_file_real(file_of(head));

	return real->pMethods->xCheckReservedLock(real, ret);
}

/* Only what cannot go around the seal: no maps, no growing by zeroes, no batch writes. */
int vfs_file_control(sqlite3_file *head, int op, void *arg)
{
	sqlite3_file *real = vfs_file_real(file_of(head));

	switch (op) {
	case SQLITE_FCNTL_COMMIT_PHASETWO:
	case SQLITE_FCNTL_HAS_MOVED:
	case SQLITE_FCNTL_PERSIST_WAL:
	case SQLITE_FCNTL_SYNC: return real->pMethods->xFileControl(real, op, arg);
	default: return SQLITE_NOTFOUND;
	}
}

int vfs_file_sector(sqlite3_file *head)
{
	return VFS_PAGE;
}

/* A write changes no byte but those written: without this SQLite would pad the log with
 * parts of frames. The system's VFS says the same of itself. */
int vfs_file_traits(sqlite3_file *head)
{
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
}

/* Version 1: no shared memory and no maps. */
const sqlite3_io_methods vfs_page_methods = {
	.iVersion = 1,
	.xClose = vfs_file_close,
	.xRead = page_read,
	.xWrite = page_write,
	.xTruncate = page_truncate,
	.xSync = page_sync,
	.xFileSize = page_size,
	.xLock = vfs_file_lock,
	.xUnlock = vfs_file_unlock,
	.xCheckReservedLock = vfs_file_reserved,
	.xFileControl = vfs_file_control,
	.xSectorSize = vfs_file_sector,
	.xDeviceCharacteristics = vfs_file_traits,
};

static struct vfs_seal *vfs_of(sqlite3_vfs *vfs)
{
	return CONTAINER_OF(vfs, struct vfs_seal, vfs);
}

static int open_file(sqlite3_vfs *head, const char *name, sqlite3_file *out, int flags,
		     int *ret_flags)
{
	struct vfs_seal *vfs = vfs_of(head);
	struct vfs_file *file = file_of(out);
	sqlite3_file *real = vfs_file_real(file);
	const bool page = flags & SQLITE_OPEN_MAIN_DB, log = flags & SQLITE_OPEN_WAL;

	*file = (struct vfs_file){.vfs = vfs, .log = {.scanning = true}};
	memset(real, 0, (size_t)vfs->base->szOsFile);
	if (!page && !log)
		return SQLITE_CANTOPEN;
	int rc = vfs->base->xOpen(vfs->base, name, real, flags, ret_flags);
	/* Methods are set on failure too when the base did: SQLite closes such a file. */
	if (real->pMethods)
		file->head.pMethods = page ? &vfs_page_methods : &vfs_log_methods;
	return rc;
}

static int delete_file(sqlite3_vfs *head, const char *name, int sync_dir)
{
	sqlite3_vfs *base = vfs_of(head)->base;

	return base->xDelete(base, name, sync_dir);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len >= tail && strcmp(text + len - tail, end) == 0;
}

/* A rollback journal cannot be ours; one put there by others must not be played back. */
static int access_file(sqlite3_vfs *head, const char *name, int flags, int *ret)
{
	sqlite3_vfs *base = vfs_of(head)->base;

	if (ends_with(name, "-journal")) {
		*ret = 0;
		return SQLITE_OK;
	}
	return base->xAccess(base, name, flags, ret);
}

static int full_name(sqlite3_vfs *head, const char *name, int len, char *ret)
{
	sqlite3_vfs *base = vfs_of(head)->base;

	return base->xFullPathname(base, name, len, ret);
}

static int random_bytes(sqlite3_vfs *head, int len, char *ret)
{
	sqlite3_vfs *base = vfs_of(head)->base;

	return base->xRandomness(base, len, ret);
}

static int sleep_us(sqlite3_vfs *head, int us)
{
	sqlite3_vfs *base = vfs_of(head)->base;

	return base->xSleep(base, us);
}

static int current_time(sqlite3_vfs *head, double *ret)
{
	sqlite3_vfs *base = vfs_of(head)->base;

	return base->xCurrentTime(base, ret);
}

static int last_error(sqlite3_vfs *head, int len, char *ret)
{
	sqlite3_vfs *base = vfs_of(head)->base;

	return base->xGetLastError(base, len, ret);
}

enum err vfs_seal_new(const struct secret *key, const char *base,
		      struct vfs_seal **ret_vfs)
{
	sqlite3_vfs *under = sqlite3_vfs_find(base);

	if (!under || crypto_init() != ERR_OK)
		return ERR_INTERNAL;
	struct vfs_seal *vfs = mem_new(struct vfs_seal);
	vfs->base = under;
	vfs->seal = seal_new(key);
	/* Its own address is unique among the stores that are open in this process. */
	snprintf(vfs->name, sizeof(vfs->name), "seal-%p", (void *)vfs);
	vfs->vfs = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = (int)sizeof(struct vfs_file) + under->szOsFile,
		.mxPathname = under->mxPathname,
		.zName = vfs->name,
		.xOpen = open_file,
		.xDelete = delete_file,
		.xAccess = access_file,
		.xFullPathname = full_name,
		.xRandomness = random_bytes,
		.xSleep = sleep_us,
		.xCurrentTime = current_time,
		.xGetLastError = last_error,
	};
	if (sqlite3_vfs_register(&vfs->vfs, 0) != SQLITE_OK) {
		seal_free(&vfs->seal);
		mem_free(vfs);
		return ERR_INTERNAL;
	}
	*ret_vfs = vfs;
	return ERR_OK;
}

void vfs_seal_free(struct vfs_seal **vfs)
{
	if (!*vfs)
		return;
	sqlite3_vfs_unregister(&(*vfs)->vfs);
	seal_free(&(*vfs)->seal);
	wipe((*vfs)->plain, sizeof((*vfs)->plain));
	mem_free(*vfs);
	*vfs = NULL;
}

const char *vfs_seal_name(const struct vfs_seal *vfs)
{
	return vfs->name;
}

bool vfs_seal_wrong_key(const struct vfs_seal *vfs)
{
	return vfs->wrong_key;
}
