/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-picture: the process in which pictures of strangers are decoded. Two numbers as
 * arguments, the most columns and rows to hand back; an encoded file on standard input; a
 * bitmap (client/model/bitmap.h) on standard output. It is started by chat-client, for one
 * picture, and by nobody else.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/model/bitmap.h"
#include "client/picture/decode.h"
#include "client/picture/sandbox.h"
#include "common/base/mem.h"
#include "common/proto/limits.h"

/* To look for leaks LeakSanitizer starts a thread that stops this one, which the list of
 * allowed calls forbids; the process ends with its one picture anyway. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static enum err read_all(struct buf *file)
{
	for (;;) {
		void *room = buf_room(file, 65536);
		ssize_t got = read(STDIN_FILENO, room, 65536);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? ERR_OK : ERR_IO;
		file->len += (size_t)got;
		if (file->len > LIMIT_PICTURE)
			return ERR_TOO_BIG;
	}
}

static bool write_all(const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(STDOUT_FILENO, bytes, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes += put;
		len -= (size_t)put;
	}
	return true;
}

/* 1 to LIMIT_PICTURE_BOX. */
static unsigned side(const char *text)
{
	long value = strtol(text, NULL, 10);

	return value < 1 || value > LIMIT_PICTURE_BOX ? LIMIT_PICTURE_BOX
						      : (unsigned)value;
}

int main(int argc, char **argv)
{
	struct buf file = BUF_INIT;
	struct bitmap whole = BITMAP_INIT, small = BITMAP_INIT;
	uint8_t head[BITMAP_HEAD];

	if (argc != 3 || sandbox_enter() != ERR_OK)
		return 1;
	enum err err = read_all(&file);
	if (err == ERR_OK)
		err = picture_decode(buf_view(&file), &whole);
	if (err == ERR_OK) {
		unsigned cols, rows;
		bitmap_fit(whole.cols, whole.rows, side(argv[1]), side(argv[2]), &cols,
			   &rows);
		bitmap_shrink(&whole, cols, rows, &small);
	}
	bitmap_head(err, &small, head);
	bool told = write_all(head, sizeof(head)) &&
		    write_all(small.rgba, (size_t)small.cols * small.rows * 4);
	/* At once: nothing is left to put in order. */
	_exit(told ? 0 : 1);
}
