/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real chat-picture is started, and programs that only look like it. */
#include "client/picture/decoder.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/proto/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/paint_box.h"
#include "tests/lib/scratch.h"

static void built(struct str *path)
{
	str_set(path, getenv("top_builddir"));
	str_add(path, "/client/chat-picture");
}

static int file_of(const struct buf *bytes)
{
	int fd = memfd_create("picture", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes->ptr, bytes->len), (ssize_t)bytes->len);
	return fd;
}

/* What @program makes of @file. */
static enum err run(const char *program, const struct buf *file, unsigned box,
		    struct bitmap *ret)
{
	struct decoder decoder;
	int fd = file_of(file);
	enum err err = decoder_start(&decoder, program, fd, box, box);

	*ret = BITMAP_INIT;
	close(fd);
	if (err != ERR_OK)
		return err;
	while ((err = decoder_more(&decoder, ret)) == ERR_QUEUED) {
		struct pollfd wait = {.fd = decoder.fd, .events = POLLIN};
		if (poll(&wait, 1, LIMIT_PICTURE_MS) == 0) {
			err = ERR_TIMEOUT;
			break;
		}
	}
	decoder_done(&decoder);
	return err;
}

static enum err run_built(const struct buf *file, unsigned box, struct bitmap *ret)
{
	AUTO(str_done) struct str path = STR_INIT;

	built(&path);
	return run(path.ptr, file, box, ret);
}

static void a_picture_comes_back_in_its_box(void **state)
{
	AUTO(buf_done) struct buf file = BUF_INIT;
	struct bitmap bitmap;

	paint_png(200, 100, &file);
	check_ok(run_built(&file, 40, &bitmap));
	assert_int_equal(bitmap.cols, 40);
	assert_int_equal(bitmap.rows, 20);
	assert_int_equal(bitmap.rgba[0], 255);
	assert_int_equal(bitmap.rgba[39 * 4 + 2], 255);
	bitmap_done(&bitmap);
}

static void a_bomb_costs_no_more_than_the_limits(void **state)
{
	AUTO(buf_done) struct buf file = BUF_INIT;
	struct bitmap bitmap;

	/* 96 MiB of points in some kilobytes: allowed, and small when it comes back */
	paint_png(LIMIT_PICTURE_SIDE, 1024, &file);
	check_ok(run_built(&file, 64, &bitmap));
	assert_int_equal(bitmap.cols, 64);
	assert_int_equal(bitmap.rows, 4);
	bitmap_done(&bitmap);
	buf_clear(&file);
	paint_png_head(LIMIT_PICTURE_SIDE, LIMIT_PICTURE_SIDE, &file);
	check_err(run_built(&file, 64, &bitmap), ERR_TOO_BIG);
}

static void what_is_no_picture_is_told(void **state)
{
	AUTO(buf_done) struct buf file = BUF_INIT;
	struct bitmap bitmap;

	buf_add_bytes(&file, bytes_text("just a text"));
	check_err(run_built(&file, 64, &bitmap), ERR_UNKNOWN_TYPE);
	buf_clear(&file);
	paint_jpeg(64, 64, &file);
	file.len /= 2;
	check_err(run_built(&file, 64, &bitmap), ERR_BAD);
	buf_clear(&file);
	memset(buf_room(&file, LIMIT_PICTURE + 1), 'x', LIMIT_PICTURE + 1);
	file.len = LIMIT_PICTURE + 1;
	check_err(run_built(&file, 64, &bitmap), ERR_TOO_BIG);
}

/* A shell script in the place of the program. */
static enum err run_script(const char *script)
{
	struct scratch scratch;
	AUTO(buf_done) struct buf file = BUF_INIT;
	AUTO(str_done) struct str path = STR_INIT;
	struct bitmap bitmap;

	scratch_init(&scratch);
	scratch_file(&scratch, "decoder", &path);
	FILE *out = fopen(path.ptr, "w");
	assert_non_null(out);
	fprintf(out, "#!/bin/sh\n%s\n", script);
	fclose(out);
	chmod(path.ptr, 0700);
	enum err err = run(path.ptr, &file, 64, &bitmap);
	assert_null(bitmap.rgba);
	scratch_done(&scratch);
	return err;
}

static void a_decoder_that_lies_is_not_believed(void **state)
{
	/* nothing, rubbish, more than a box may have, less than was said */
	check_err(run_script("exit 0"), ERR_BAD);
	check_err(run_script("echo this is no bitmap at all"), ERR_BAD);
	check_err(run_script("printf 'CHPX\\377\\377\\377\\377\\0\\0\\0\\001'"), ERR_BAD);
	check_err(run_script("printf 'CHPX\\0\\0\\0\\001\\0\\0\\0\\002abcd'"), ERR_BAD);
	/* killed on its way */
	check_err(run_script("printf CHPX; kill -9 $$"), ERR_BAD);
}

static void it_has_no_environment_and_no_other_files(void **state)
{
	AUTO(str_done) struct str script = STR_INIT;

	setenv("SECRET_OF_A_TEST", "1", 1);
	/* An answer that nothing else here gives says that all was as it shall be. */
	str_addf(&script,
		 "[ -z \"$SECRET_OF_A_TEST\" ] && [ ! -e /proc/self/fd/3 ] &&"
		 " printf 'CHPX\\0\\0\\0\\0\\0\\0\\0\\%03o'",
		 (unsigned)ERR_TOO_BIG);
	check_err(run_script(script.ptr), ERR_TOO_BIG);
}

CHECK_MAIN(TEST(a_picture_comes_back_in_its_box),
	   TEST(a_bomb_costs_no_more_than_the_limits), TEST(what_is_no_picture_is_told),
	   TEST(a_decoder_that_lies_is_not_believed),
	   TEST(it_has_no_environment_and_no_other_files))
