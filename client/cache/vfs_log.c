/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The write-ahead log. SQLite writes a head of 32 bytes and then frames of 24 + 4096 bytes
 * whose checksums it makes over the plain page; all of it, checksums included, is sealed
 * here, so a frame is longer on the disk than SQLite knows:
 *
 *	0     head A      1024  mark A0    1536  mark A1
 *	512   head B      2048  mark B0    2560  mark B1
 *	4096  frame 0: its head (24 sealed), its page (4096 sealed); frame 1; ...
 *
 * Pieces are bound to the frame's number and to the salt of the log's generation, so what
 * is left from an earlier generation does not open.
 *
 * What does not open is either damage or a write that a crash cut off. A mark tells them
 * apart: after each sync it says how many frames are durable. It is not synced itself (the
 * next sync does that), so after a loss of power it may be one transaction late, never
 * early. A frame below the mark that does not open is damage and an error; one above it,
 * met while SQLite looks for the end of the log, reads as zeroes: the end.
 *
 * Heads and marks are written to two places in turn, so a cut one leaves the one before.
 * A head before the newest is harmless: SQLite starts a generation only when the database
 * has everything of the last one, and syncs its head before the first frame.
 */
#include <string.h>

#include "client/cache/vfs_file.h"

#define HEAD         32 /**< SQLite's sizes */
#define FRAME_HEAD   24
#define FRAME        (FRAME_HEAD + VFS_PAGE)
#define MARK         16 /**< salt and number of durable frames */
#define SECTOR       512
#define MARKS_AT     1024
#define FRAMES_AT    4096
#define SEALED_HEAD  (FRAME_HEAD + SEAL_OVERHEAD)
#define SEALED_FRAME (SEALED_HEAD + VFS_PAGE + SEAL_OVERHEAD)
#define ROUND_AT     12 /**< in the head: counts the generations, four bytes */
#define SALT_AT      16

static struct vfs_file *file_of(sqlite3_file *head)
{
	return CONTAINER_OF(head, struct vfs_file, head);
}

static int put(struct vfs_file *file, int len, sqlite3_int64 at)
{
	sqlite3_file *real = vfs_file_real(file);

	return real->pMethods->xWrite(real, file->vfs->piece, len, at);
}

static uint64_t get_u64(const uint8_t *src)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | src[i];
	return value;
}

static sqlite3_int64 mark_at(unsigned slot, unsigned turn)
{
	return MARKS_AT + (sqlite3_int64)(slot * 2 + turn) * SECTOR;
}

/* The larger of the two marks of the present generation. One that does not open was cut
 * off, one with another salt is of an earlier generation: they say nothing. */
static int marks_read(struct vfs_file *file)
{
	struct vfs_seal *vfs = file->vfs;
	const struct seal_place place = {.role = SEAL_LOG_MARK};

	file->log.durable = 0;
	for (unsigned turn = 0; turn < 2; turn++) {
		int rc = vfs_file_get(file, vfs->piece, MARK + SEAL_OVERHEAD,
				      mark_at(file->log.slot, turn));
		if (rc == SQLITE_IOERR_SHORT_READ)
			break;
		if (rc != SQLITE_OK)
			return rc;
		if (seal_open(vfs->seal, &place, vfs->piece, MARK, vfs->plain) !=
			    ERR_OK ||
		    memcmp(vfs->plain, file->log.salt, sizeof(file->log.salt)) != 0)
			continue;
		uint64_t durable = get_u64(vfs->plain + 8);
		if (durable >= file->log.durable) {
			file->log.durable = durable;
			file->log.turn = turn ^ 1;
		}
	}
	file->log.committed = file->log.durable;
	return SQLITE_OK;
}

static int mark_write(struct vfs_file *file)
{
	struct vfs_seal *vfs = file->vfs;
	const struct seal_place place = {.role = SEAL_LOG_MARK};
	uint8_t mark[MARK];

	memcpy(mark, file->log.salt, 8);
	for (int i = 0; i < 8; i++)
		mark[8 + i] = (uint8_t)(file->log.committed >> (56 - 8 * i));
	seal_close(vfs->seal, &place, mark, MARK, vfs->piece);
	int rc = put(file, MARK + SEAL_OVERHEAD, mark_at(file->log.slot, file->log.turn));
	if (rc == SQLITE_OK) {
		file->log.turn ^= 1;
		file->log.durable = file->log.committed;
		file->log.marked = true;
	}
	return rc;
}

/* The head in @slot to @ret. SQLITE_NOTFOUND when there is none that opens. */
static int slot_open(struct vfs_file *file, unsigned slot, uint8_t ret[HEAD])
{
	struct vfs_seal *vfs = file->vfs;
	const struct seal_place place = {.role = SEAL_LOG_HEAD};

	int rc = vfs_file_get(file, vfs->piece, HEAD + SEAL_OVERHEAD, slot * SECTOR);
	if (rc == SQLITE_IOERR_SHORT_READ)
		return SQLITE_NOTFOUND;
	if (rc == SQLITE_OK &&
	    seal_open(vfs->seal, &place, vfs->piece, HEAD, ret) != ERR_OK)
		return SQLITE_NOTFOUND;
	return rc;
}

static uint32_t round_of(const uint8_t *head)
{
	return (uint32_t)(get_u64(head + ROUND_AT) >> 32);
}

/* The newest head that opens to @ret, and what it says to file->log. SQLITE_IOERR_DATA
 * when there is none, or when less follows than is durable. */
static int head_open(struct vfs_file *file, uint8_t ret[HEAD])
{
	uint8_t heads[2][HEAD];
	sqlite3_file *real = vfs_file_real(file);
	sqlite3_int64 size;

	int a = slot_open(file, 0, heads[0]), b = slot_open(file, 1, heads[1]);
	if ((a != SQLITE_OK && a != SQLITE_NOTFOUND) ||
	    (b != SQLITE_OK && b != SQLITE_NOTFOUND))
		return SQLITE_IOERR_READ;
	if (a != SQLITE_OK && b != SQLITE_OK)
		return SQLITE_IOERR_DATA;
	bool second = a != SQLITE_OK ||
		      (b == SQLITE_OK &&
		       (int32_t)(round_of(heads[1]) - round_of(heads[0])) > 0);
	memcpy(ret, heads[second], HEAD);
	if (file->log.known)
		return SQLITE_OK;
	file->log.slot = second;
	memcpy(file->log.salt, ret + SALT_AT, sizeof(file->log.salt));
	int rc = marks_read(file);
	if (rc == SQLITE_OK)
		rc = real->pMethods->xFileSize(real, &size);
	if (rc != SQLITE_OK)
		return rc;
	if (file->log.durable >
	    (uint64_t)(size < FRAMES_AT ? 0 : size - FRAMES_AT) / SEALED_FRAME)
		return SQLITE_IOERR_DATA;
	file->log.known = true;
	return SQLITE_OK;
}

/* Where a byte of SQLite's log lies. */
struct spot {
	enum seal_role role;
	sqlite3_int64 frame;
	int skip;         /**< bytes into the piece */
	int len;          /**< of the piece, open */
	sqlite3_int64 at; /**< of the piece, on the disk */
};

static struct spot find_spot(sqlite3_int64 at)
{
	if (at < HEAD)
		return (struct spot){.role = SEAL_LOG_HEAD, .skip = (int)at, .len = HEAD};
	struct spot spot = {.frame = (at - HEAD) / FRAME,
			    .skip = (int)((at - HEAD) % FRAME)};
	spot.at = FRAMES_AT + spot.frame * SEALED_FRAME;
	if (spot.skip < FRAME_HEAD) {
		spot.role = SEAL_FRAME_HEAD;
		spot.len = FRAME_HEAD;
		return spot;
	}
	spot.role = SEAL_FRAME_PAGE;
	spot.skip -= FRAME_HEAD;
	spot.len = VFS_PAGE;
	spot.at += SEALED_HEAD;
	return spot;
}

static struct seal_place place_of(const struct vfs_file *file, const struct spot *spot)
{
	struct seal_place place = {.role = spot->role, .number = (uint64_t)spot->frame};

	memcpy(place.salt, file->log.salt, sizeof(place.salt));
	return place;
}

/* The piece at @spot into vfs->plain. */
static int spot_open(struct vfs_file *file, const struct spot *spot)
{
	struct vfs_seal *vfs = file->vfs;

	if (spot->role == SEAL_LOG_HEAD)
		return head_open(file, vfs->plain);
	if (!file->log.known)
		return SQLITE_IOERR_READ; /* SQLite looks at the head first */
	const struct seal_place place = place_of(file, spot);
	int rc = vfs_file_get(file, vfs->piece, spot->len + SEAL_OVERHEAD, spot->at);
	if (rc != SQLITE_OK)
		return rc;
	if (seal_open(vfs->seal, &place, vfs->piece, (size_t)spot->len, vfs->plain) !=
	    ERR_OK)
		return SQLITE_IOERR_DATA;
	return SQLITE_OK;
}

static int read_spots(struct vfs_file *file, uint8_t *dst, int len, sqlite3_int64 at)
{
	while (len > 0) {
		struct spot spot = find_spot(at);
		int part = spot.len - spot.skip < len ? spot.len - spot.skip : len;
		int rc = spot_open(file, &spot);
		if (rc != SQLITE_OK)
			return rc;
		memcpy(dst, file->vfs->plain + spot.skip, (size_t)part);
		dst += part;
		at += part;
		len -= part;
	}
	return SQLITE_OK;
}

static int log_read(sqlite3_file *head, void *ret, int len, sqlite3_int64 at)
{
	struct vfs_file *file = file_of(head);
	const struct spot spot = find_spot(at);

	int rc = read_spots(file, ret, len, at);
	if (rc == SQLITE_OK)
		return rc;
	memset(ret, 0, (size_t)len);
	/* Only recovery reads whole frames, and only before the first write. */
	if (file->log.scanning && file->log.known && len == FRAME &&
	    spot.role == SEAL_FRAME_HEAD && spot.skip == 0 &&
	    (uint64_t)spot.frame >= file->log.durable &&
	    (rc == SQLITE_IOERR_DATA || rc == SQLITE_IOERR_SHORT_READ))
		return SQLITE_OK;
	return rc;
}

static int head_write(struct vfs_file *file, const uint8_t *src)
{
	struct vfs_seal *vfs = file->vfs;
	const struct seal_place place = {.role = SEAL_LOG_HEAD};
	const unsigned slot = file->log.known ? file->log.slot ^ 1 : 0;

	seal_close(vfs->seal, &place, src, HEAD, vfs->piece);
	file->log = (struct vfs_log){.known = true, .slot = slot};
	memcpy(file->log.salt, src + SALT_AT, sizeof(file->log.salt));
	return put(file, HEAD + SEAL_OVERHEAD, slot * SECTOR);
}

/* Bytes 4 to 7 of the head of a frame are not zero in the last one of a transaction. */
static bool ends_transaction(const uint8_t *head)
{
	return head[4] | head[5] | head[6] | head[7];
}

static int log_write(sqlite3_file *head, const void *src, int len, sqlite3_int64 at)
{
	struct vfs_file *file = file_of(head);
	const struct spot spot = find_spot(at);

	file->log.scanning = false;
	if (spot.skip != 0 || len != spot.len)
		return SQLITE_IOERR_WRITE;
	if (spot.role == SEAL_LOG_HEAD)
		return head_write(file, src);
	if (!file->log.known)
		return SQLITE_IOERR_WRITE;
	const struct seal_place place = place_of(file, &spot);
	seal_close(file->vfs->seal, &place, src, (size_t)len, file->vfs->piece);
	int rc = put(file, len + SEAL_OVERHEAD, spot.at);
	if (rc == SQLITE_OK && spot.role == SEAL_FRAME_HEAD && ends_transaction(src) &&
	    (uint64_t)spot.frame + 1 > file->log.committed)
		file->log.committed = (uint64_t)spot.frame + 1;
	return rc;
}

static int log_truncate(sqlite3_file *head, sqlite3_int64 size)
{
	struct vfs_file *file = file_of(head);
	sqlite3_file *real = vfs_file_real(file);
	sqlite3_int64 to = 0;

	if (size == 0)
		file->log = (struct vfs_log){0};
	else
		to = FRAMES_AT + (size - HEAD + FRAME - 1) / FRAME * SEALED_FRAME;
	return real->pMethods->xTruncate(real, to);
}

static int log_sync(sqlite3_file *head, int flags)
{
	struct vfs_file *file = file_of(head);
	sqlite3_file *real = vfs_file_real(file);

	int rc = real->pMethods->xSync(real, flags);
	if (rc != SQLITE_OK || !file->log.known || file->log.scanning)
		return rc;
	if (file->log.marked && file->log.durable == file->log.committed)
		return rc;
	return mark_write(file);
}

/* SQLite asks for the size first, and for nothing else of a log without frames: that no
 * durable frame is missing is seen here. A head that never was whole, with nothing behind
 * it, is the beginning of a log that a crash cut off. */
static int log_size(sqlite3_file *head, sqlite3_int64 *ret)
{
	struct vfs_file *file = file_of(head);
	sqlite3_file *real = vfs_file_real(file);
	uint8_t log_head[HEAD];
	sqlite3_int64 size;

	int rc = real->pMethods->xFileSize(real, &size);
	if (rc != SQLITE_OK)
		return rc;
	*ret = 0;
	if (size > 0 && file->log.scanning) {
		rc = head_open(file, log_head);
		if (rc != SQLITE_OK)
			return rc == SQLITE_IOERR_DATA && size <= MARKS_AT ? SQLITE_OK
									   : rc;
	}
	if (size > 0)
		*ret = HEAD;
	if (size > FRAMES_AT)
		*ret += (size - FRAMES_AT) / SEALED_FRAME * FRAME;
	return SQLITE_OK;
}

const sqlite3_io_methods vfs_log_methods = {
	.iVersion = 1,
	.xClose = vfs_file_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = vfs_file_lock,
	.xUnlock = vfs_file_unlock,
	.xCheckReservedLock = vfs_file_reserved,
	.xFileControl = vfs_file_control,
	.xSectorSize = vfs_file_sector,
	.xDeviceCharacteristics = vfs_file_traits,
};
