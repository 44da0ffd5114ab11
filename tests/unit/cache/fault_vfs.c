/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wraps the files of the system's VFS. One power supply for all files of the process, as
 * in life.
 */
#include "tests/unit/cache/fault_vfs.h"

#include <string.h>

#include <sqlite3.h>

#include "tests/lib/check.h"

struct fault_file {
	sqlite3_file head;
	sqlite3_file *real;
};

static uint64_t left = UINT64_MAX, written;

static sqlite3_file *real_of(sqlite3_file *head)
{
	return ((struct fault_file *)(void *)head)->real;
}

static int fault_close(sqlite3_file *head)
{
	return real_of(head)->pMethods->xClose(real_of(head));
}

static int fault_read(sqlite3_file *head, void *ret, int len, sqlite3_int64 at)
{
	return real_of(head)->pMethods->xRead(real_of(head), ret, len, at);
}

static int fault_write(sqlite3_file *head, const void *src, int len, sqlite3_int64 at)
{
	uint64_t part = (uint64_t)len < left ? (uint64_t)len : left;

	if (part > 0) {
		int rc = real_of(head)->pMethods->xWrite(real_of(head), src, (int)part,
							 at);
		if (rc != SQLITE_OK)
			return rc;
	}
	written += part;
	if (left != UINT64_MAX)
		left -= part;
	return part == (uint64_t)len ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int fault_truncate(sqlite3_file *head, sqlite3_int64 size)
{
	if (left == 0)
		return SQLITE_IOERR_TRUNCATE;
	return real_of(head)->pMethods->xTruncate(real_of(head), size);
}

static int fault_sync(sqlite3_file *head, int flags)
{
	return left == 0 ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int fault_size(sqlite3_file *head, sqlite3_int64 *ret)
{
	return real_of(head)->pMethods->xFileSize(real_of(head), ret);
}

static int fault_lock(sqlite3_file *head, int level)
{
	return real_of(head)->pMethods->xLock(real_of(head), level);
}

static int fault_unlock(sqlite3_file *head, int level)
{
	return real_of(head)->pMethods->xUnlock(real_of(head), level);
}

static int fault_reserved(sqlite3_file *head, int *ret)
{
	return real_of(head)->pMethods->xCheckReservedLock(real_of(head), ret);
}

static int fault_control(sqlite3_file *head, int op, void *arg)
{
	return real_of(head)->pMethods->xFileControl(real_of(head), op, arg);
}

static int fault_sector(sqlite3_file *head)
{
	return real_of(head)->pMethods->xSectorSize(real_of(head));
}

static int fault_traits(sqlite3_file *head)
{
	return real_of(head)->pMethods->xDeviceCharacteristics(real_of(head));
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = fault_close,
	.xRead = fault_read,
	.xWrite = fault_write,
	.xTruncate = fault_truncate,
	.xSync = fault_sync,
	.xFileSize = fault_size,
	.xLock = fault_lock,
	.xUnlock = fault_unlock,
	.xCheckReservedLock = fault_reserved,
	.xFileControl = fault_control,
	.xSectorSize = fault_sector,
	.xDeviceCharacteristics = fault_traits,
};

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *head, int flags,
		      int *ret_flags)
{
	struct fault_file *file = (void *)head;
	sqlite3_vfs *base = vfs->pAppData;

	memset(file, 0, (size_t)vfs->szOsFile);
	file->real = (void *)(file + 1);
	int rc = base->xOpen(base, name, file->real, flags, ret_flags);
	if (file->real->pMethods)
		head->pMethods = &methods;
	return rc;
}

static int fault_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	sqlite3_vfs *base = vfs->pAppData;

	return left == 0 ? SQLITE_IOERR_DELETE : base->xDelete(base, name, sync_dir);
}

void fault_vfs_register(void)
{
	static sqlite3_vfs vfs;
	sqlite3_vfs *base = sqlite3_vfs_find(NULL);

	if (vfs.zName)
		return;
	vfs = *base; /* paths, time and randomness as below */
	vfs.iVersion = 1;
	vfs.szOsFile = (int)sizeof(struct fault_file) + base->szOsFile;
	vfs.zName = FAULT_VFS;
	vfs.pAppData = base;
	vfs.xOpen = fault_open;
	vfs.xDelete = fault_delete;
	assert_int_equal(sqlite3_vfs_register(&vfs, 0), SQLITE_OK);
}

void fault_vfs_cut(uint64_t bytes)
{
	left = bytes;
	written = 0;
}

uint64_t fault_vfs_written(void)
{
	return written;
}

bool fault_vfs_dead(void)
{
	return left == 0;
}
