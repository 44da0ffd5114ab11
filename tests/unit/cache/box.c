/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Test folders lie under $TMPDIR (or /tmp) and hold plain files only, so removing one
 * needs no recursion.
 */
#include "tests/unit/cache/box.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/file.h"
#include "tests/lib/check.h"

#define FILE_MOST (64 << 20)

void box_init(struct box *box)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(box->dir, sizeof(box->dir), "%s/chat-test-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(box->dir));
}

const char *box_path(struct box *box, const char *name)
{
	static _Thread_local char path[512];

	snprintf(path, sizeof(path), "%s/%s", box->dir, name);
	return path;
}

/* Call @fn for each plain entry. */
static void each_file(struct box *box, void (*fn)(struct box *, const char *, void *),
		      void *ctx)
{
	DIR *dir = opendir(box->dir);

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			fn(box, entry->d_name, ctx);
	closedir(dir);
}

static void remove_file(struct box *box, const char *name, void *ctx)
{
	unlink(box_path(box, name));
}

void box_done(struct box *box)
{
	each_file(box, remove_file, NULL);
	assert_int_equal(rmdir(box->dir), 0);
}

struct buf box_read(struct box *box, const char *name)
{
	struct buf buf = BUF_INIT;
	enum err err = file_read(box_path(box, name), FILE_MOST, &buf);

	assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
	return buf;
}

void box_write(struct box *box, const char *name, struct bytes content)
{
	int fd = open(box_path(box, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	while (content.len > 0) {
		ssize_t done = write(fd, content.ptr, content.len);
		assert_true(done > 0);
		content = bytes_of(content.ptr + done, content.len - (size_t)done);
	}
	close(fd);
}

bool box_has(struct box *box, const char *name)
{
	return access(box_path(box, name), F_OK) == 0;
}

static void copy_file(struct box *from, const char *name, void *ctx)
{
	struct stat stat_buf;

	if (stat(box_path(from, name), &stat_buf) != 0 || !S_ISREG(stat_buf.st_mode))
		return;
	AUTO(buf_done) struct buf content = box_read(from, name);
	box_write(ctx, name, buf_view(&content));
}

void box_copy(struct box *from, struct box *to)
{
	each_file(from, copy_file, to);
}

struct leak {
	const char *text;
	size_t count;
};

static void count_leaks(struct box *box, const char *name, void *ctx)
{
	struct leak *leak = ctx;
	size_t len = strlen(leak->text);
	AUTO(buf_done) struct buf content = box_read(box, name);

	for (size_t i = 0; i + 4 <= len; i++) {
		const uint8_t *at = content.ptr, *end = content.ptr + content.len;
		while (at && (at = memmem(at, (size_t)(end - at), leak->text + i, 4))) {
			leak->count++;
			at++;
		}
	}
}

size_t box_leaks(struct box *box, const char *text)
{
	struct leak leak = {.text = text};

	each_file(box, count_leaks, &leak);
	return leak.count;
}
