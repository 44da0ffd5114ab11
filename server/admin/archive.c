/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two layers: blocks of tar above, a stream of bytes below, which is sealed in chunks or
 * not. Only what backup.c writes has to be read again, so of tar there is what that takes:
 * regular files with short names. What is read is checked like any bytes from outside.
 */
#include "server/admin/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/stream.h"
#include "common/os/file.h"

#define CHUNK     65536
#define BLOCK     512
#define MAGIC_LEN 16
#define PREFIX    (MAGIC_LEN + 8 + STREAM_SALT_LEN + STREAM_HEAD_LEN)
#define KIB       1024u
#define MOST_KIB  (1024u * KIB) /* a file from elsewhere must not ask for all memory */
#define MOST_PASS 16u

static const char magic[MAGIC_LEN] = "chat backup 1\n";

struct archive {
	int fd;
	bool sealed, last; /* last: the final chunk was read */
	struct stream stream;
	uint8_t prefix[PREFIX];
	bool begun;      /* the first chunk, which vouches for the prefix, is done */
	struct buf room; /* plain bytes: to be written, or read and not taken yet */
	size_t taken;
	struct buf work; /* one chunk as it is in the file */
	uint64_t left;   /* of the entry */
	uint64_t pad;    /* behind it */
	uint64_t bytes;
};

static enum err write_all(struct archive *archive, const uint8_t *ptr, size_t len)
{
	while (len) {
		ssize_t done = write(archive->fd, ptr, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return file_err(errno);
		ptr += done;
		len -= (size_t)done;
		archive->bytes += (uint64_t)done;
	}
	return ERR_OK;
}

/* Up to @len bytes; fewer at the end of the file only. */
static enum err read_all(struct archive *archive, uint8_t *ptr, size_t len,
			 size_t *ret_len)
{
	*ret_len = 0;
	while (*ret_len < len) {
		ssize_t got = read(archive->fd, ptr + *ret_len, len - *ret_len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			break;
		*ret_len += (size_t)got;
		archive->bytes += (uint64_t)got;
	}
	return ERR_OK;
}

/* ---- the stream ---- */

static struct bytes vouched(struct archive *archive)
{
	struct bytes ad =
		archive->begun ? bytes_of(NULL, 0) : bytes_of(archive->prefix, PREFIX);

	archive->begun = true;
	return ad;
}

/* Write the chunk that has gathered. */
static enum err flush(struct archive *archive, bool last)
{
	struct buf *out = &archive->room;

	if (archive->sealed) {
		buf_clear(&archive->work);
		stream_seal(&archive->stream, vouched(archive), buf_view(&archive->room),
			    last, &archive->work);
		out = &archive->work;
	}
	enum err err = write_all(archive, out->ptr, out->len);
	buf_clear(&archive->room);
	return err;
}

static enum err put(struct archive *archive, const void *ptr, size_t len)
{
	const uint8_t *from = ptr;
	enum err err = ERR_OK;

	while (len && err == ERR_OK) {
		size_t part = CHUNK - archive->room.len;
		if (part > len)
			part = len;
		buf_add(&archive->room, from, part);
		from += part;
		len -= part;
		if (archive->room.len == CHUNK)
			err = flush(archive, false);
	}
	return err;
}

/* Read the next chunk into the room. Errors: ERR_NOT_FOUND at the end. */
static enum err fill(struct archive *archive)
{
	size_t want = CHUNK + (archive->sealed ? STREAM_MORE : 0), got;
	struct buf *in = archive->sealed ? &archive->work : &archive->room;

	buf_clear(&archive->room);
	buf_clear(&archive->work);
	archive->taken = 0;
	enum err err = read_all(archive, buf_room(in, want), want, &got);
	in->len = got;
	if (err != ERR_OK)
		return err;
	if (!archive->sealed)
		return got ? ERR_OK : ERR_NOT_FOUND;
	if (archive->last)
		return got ? ERR_CORRUPT : ERR_NOT_FOUND;
	bool first = !archive->begun;
	err = stream_open(&archive->stream, vouched(archive), buf_view(&archive->work),
			  &archive->room, &archive->last);
	return err != ERR_OK && first ? ERR_WRONG_KEY : err;
}

/* Exactly @len bytes into @dst, or nowhere. */
static enum err get(struct archive *archive, uint8_t *dst, uint64_t len)
{
	while (len) {
		size_t there = archive->room.len - archive->taken;
		if (there == 0) {
			enum err err = fill(archive);
			if (err != ERR_OK)
				return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
			continue;
		}
		if (there > len)
			there = (size_t)len;
		if (dst) {
			memcpy(dst, archive->room.ptr + archive->taken, there);
			dst += there;
		}
		archive->taken += there;
		len -= there;
	}
	return ERR_OK;
}

/* ---- beginning ---- */

static struct archive *new_archive(int fd)
{
	struct archive *archive = mem_new(struct archive);

	*archive = (struct archive){.fd = fd, .room = BUF_INIT, .work = BUF_INIT};
	return archive;
}

void archive_free(struct archive **ref)
{
	struct archive *archive = *ref;

	*ref = NULL;
	if (!archive)
		return;
	if (archive->fd >= 0)
		close(archive->fd);
	buf_wipe(&archive->room);
	buf_wipe(&archive->work);
	wipe(archive, sizeof(*archive));
	mem_free(archive);
}

static enum err seal_begin(struct archive *archive, struct bytes passphrase,
			   const struct random *random)
{
	const struct password_cost cost = STREAM_COST;
	AUTO(secret_done) struct secret key = SECRET_INIT;
	AUTO(buf_done) struct buf prefix = BUF_INIT;
	uint8_t salt[STREAM_SALT_LEN], head[STREAM_HEAD_LEN];

	random_fill(random, salt, sizeof(salt));
	enum err err = stream_key(passphrase, salt, cost, &key);
	if (err != ERR_OK)
		return err;
	stream_seal_begin(&archive->stream, &key, head);
	buf_add(&prefix, magic, sizeof(magic));
	buf_add_u32(&prefix, cost.passes);
	buf_add_u32(&prefix, (uint32_t)(cost.memory / KIB));
	buf_add(&prefix, salt, sizeof(salt));
	buf_add(&prefix, head, sizeof(head));
	memcpy(archive->prefix, prefix.ptr, PREFIX);
	archive->sealed = true;
	return write_all(archive, archive->prefix, PREFIX);
}

enum err archive_create(const char *path, struct bytes passphrase,
			const struct random *random, struct archive **ret)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return file_err(errno);
	struct archive *archive = new_archive(fd);
	enum err err = passphrase.len ? seal_begin(archive, passphrase, random) : ERR_OK;
	if (err != ERR_OK) {
		archive_free(&archive);
		unlink(path);
		return err;
	}
	*ret = archive;
	return ERR_OK;
}

static enum err open_begin(struct archive *archive, struct bytes passphrase)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	struct rd rd = rd_init(bytes_of(archive->prefix, PREFIX));
	uint8_t salt[STREAM_SALT_LEN], head[STREAM_HEAD_LEN];

	(void)rd_bytes(&rd, MAGIC_LEN);
	uint32_t passes = rd_u32(&rd), kib = rd_u32(&rd);
	rd_copy(&rd, salt, sizeof(salt));
	rd_copy(&rd, head, sizeof(head));
	if (rd_done(&rd) != ERR_OK || passes == 0 || passes > MOST_PASS || kib < 8 ||
	    kib > MOST_KIB)
		return ERR_CORRUPT;
	if (!passphrase.len)
		return ERR_UNAUTHORIZED;
	enum err err = stream_key(
		passphrase, salt,
		(struct password_cost){.passes = passes, .memory = (size_t)kib * KIB},
		&key);
	archive->sealed = true;
	return err == ERR_OK ? stream_open_begin(&archive->stream, &key, head) : err;
}

enum err archive_open(const char *path, struct bytes passphrase, struct archive **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t got = 0;

	if (fd < 0)
		return file_err(errno);
	struct archive *archive = new_archive(fd);
	enum err err = read_all(archive, archive->prefix, PREFIX, &got);
	if (err == ERR_OK && got == PREFIX &&
	    memcmp(archive->prefix, magic, MAGIC_LEN) == 0)
		err = open_begin(archive, passphrase);
	else if (err == ERR_OK) /* plain: it was the beginning of the first header */
		buf_add(&archive->room, archive->prefix, got);
	if (err != ERR_OK) {
		archive_free(&archive);
		return err;
	}
	*ret = archive;
	return ERR_OK;
}

bool archive_is_sealed(const struct archive *archive)
{
	return archive->sealed;
}

uint64_t archive_bytes(const struct archive *archive)
{
	return archive->bytes;
}

/* ---- tar (POSIX.1-1988 ustar; sizes over 8 GiB in GNU's base 256) ---- */

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type[1];
	char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8];
	char prefix[155], rest[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

static unsigned sum_of(const struct header *header)
{
	const uint8_t *byte = (const uint8_t *)header;
	size_t at = offsetof(struct header, sum);
	unsigned sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= at && i < at + sizeof(header->sum) ? ' ' : byte[i];
	return sum;
}

static void put_size(char field[12], uint64_t size)
{
	if (size < (uint64_t)1 << 33) {
		snprintf(field, 12, "%011llo", (unsigned long long)size);
		return;
	}
	memset(field, 0, 12);
	field[0] = (char)0x80;
	for (int i = 11; i > 3; i--, size >>= 8)
		field[i] = (char)(size & 0xff);
}

static bool get_octal(const char *field, size_t len, uint64_t *ret)
{
	size_t i = 0;

	*ret = 0;
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
		*ret = *ret << 3 | (uint64_t)(field[i] - '0');
	return i > 0 && i < len && (field[i] == '\0' || field[i] == ' ');
}

static bool get_size(const char field[12], uint64_t *ret)
{
	if ((uint8_t)field[0] != 0x80)
		return get_octal(field, 12, ret);
	*ret = 0;
	for (int i = 4; i < 12; i++)
		*ret = *ret << 8 | (uint8_t)field[i];
	return *ret <= INT64_MAX;
}

static uint64_t padding(uint64_t size)
{
	return (BLOCK - size % BLOCK) % BLOCK;
}

enum err archive_begin(struct archive *archive, const char *name, uint64_t size,
		       uint64_t now_ms)
{
	struct header header = {0};

	snprintf(header.name, sizeof(header.name), "%s", name);
	snprintf(header.mode, sizeof(header.mode), "%07o", 0600u);
	snprintf(header.uid, sizeof(header.uid), "%07o", 0u);
	snprintf(header.gid, sizeof(header.gid), "%07o", 0u);
	put_size(header.size, size);
	put_size(header.mtime, now_ms / 1000);
	header.type[0] = '0';
	memcpy(header.magic, "ustar", 6);
	memcpy(header.version, "00", 2);
	snprintf(header.sum, sizeof(header.sum), "%06o", sum_of(&header));
	archive->left = size;
	archive->pad = padding(size);
	return put(archive, &header, sizeof(header));
}

static enum err put_zeroes(struct archive *archive, size_t len)
{
	static const uint8_t zeroes[2 * BLOCK] = {0};

	return put(archive, zeroes, len);
}

enum err archive_add(struct archive *archive, struct bytes bytes)
{
	if (bytes.len > archive->left)
		return ERR_TOO_BIG;
	enum err err = put(archive, bytes.ptr, bytes.len);
	archive->left -= bytes.len;
	if (err == ERR_OK && archive->left == 0 && archive->pad) {
		err = put_zeroes(archive, (size_t)archive->pad);
		archive->pad = 0;
	}
	return err;
}

enum err archive_finish(struct archive *archive)
{
	enum err err = archive->left ? ERR_TRUNCATED
				     : put_zeroes(archive, sizeof(struct header) * 2);

	if (err == ERR_OK)
		err = flush(archive, true);
	if (err == ERR_OK && fsync(archive->fd) != 0)
		err = file_err(errno);
	return err;
}

static bool is_zero(const struct header *header)
{
	const uint8_t *byte = (const uint8_t *)header;

	for (size_t i = 0; i < BLOCK; i++) {
		if (byte[i])
			return false;
	}
	return true;
}

/* After the last file: nothing but zeroes, and in a sealed one the chunk that ends it. */
static enum err read_end(struct archive *archive)
{
	enum err err;

	do {
		for (; archive->taken < archive->room.len; archive->taken++) {
			if (archive->room.ptr[archive->taken])
				return ERR_CORRUPT;
		}
		err = fill(archive);
	} while (err == ERR_OK);
	return err;
}

enum err archive_next(struct archive *archive, struct archive_entry *ret)
{
	struct header header;
	uint64_t sum;
	enum err err = get(archive, NULL, archive->left + archive->pad);

	if (err == ERR_OK)
		err = get(archive, (uint8_t *)&header, sizeof(header));
	if (err != ERR_OK)
		return err;
	archive->left = archive->pad = 0;
	if (is_zero(&header))
		return read_end(archive);
	if (!get_octal(header.sum, sizeof(header.sum), &sum) || sum != sum_of(&header) ||
	    memcmp(header.magic, "ustar", 5) != 0 || header.type[0] != '0' ||
	    header.prefix[0] || !memchr(header.name, 0, sizeof(header.name)) ||
	    !get_size(header.size, &ret->size))
		return ERR_CORRUPT;
	memcpy(ret->name, header.name, sizeof(ret->name));
	archive->left = ret->size;
	archive->pad = padding(ret->size);
	return ERR_OK;
}

enum err archive_read(struct archive *archive, struct bytes *ret_bytes)
{
	*ret_bytes = bytes_of(NULL, 0);
	if (archive->left == 0)
		return ERR_OK;
	if (archive->taken == archive->room.len) {
		enum err err = fill(archive);
		if (err != ERR_OK)
			return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
	}
	size_t there = archive->room.len - archive->taken;
	if (there > archive->left)
		there = (size_t)archive->left;
	*ret_bytes = bytes_of(archive->room.ptr + archive->taken, there);
	archive->taken += there;
	archive->left -= there;
	return ERR_OK;
}
