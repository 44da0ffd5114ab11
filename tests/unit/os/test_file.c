/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#include "tests/lib/check.h"

/* A private folder; *state is its path. */
static int make(void **state)
{
	struct str path = STR_INIT;
	const char *base = getenv("TMPDIR");

	str_addf(&path, "%s/chat-test.XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(path.ptr));
	*state = str_take(&path);
	return 0;
}

static int remove_tree(const char *path)
{
	pid_t child = fork();

	if (child == 0) {
		execlp("rm", "rm", "-rf", "--", path, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	return waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

static int unmake(void **state)
{
	char *path = *state;
	int failed = remove_tree(path);

	mem_free(path);
	return failed;
}

static struct str in(void **state, const char *name)
{
	struct str path = STR_INIT;

	str_addf(&path, "%s/%s", (const char *)*state, name);
	return path;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void what_was_replaced_is_read_back(void **state)
{
	AUTO(str_done) struct str path = in(state, "f");
	AUTO(buf_done) struct buf buf = BUF_INIT;

	check_ok(file_replace(path.ptr, bytes_text("one"), 0600));
	check_ok(file_replace(path.ptr, bytes_text("second"), 0640));
	check_ok(file_read(path.ptr, 6, &buf));
	assert_true(bytes_equal(buf_view(&buf), bytes_text("second")));
	assert_int_equal(mode_of(path.ptr), 0640);
}

static void reading_has_a_bound_and_wants_a_regular_file(void **state)
{
	AUTO(str_done) struct str path = in(state, "f");
	AUTO(str_done) struct str fifo = in(state, "fifo");
	AUTO(buf_done) struct buf buf = BUF_INIT;

	buf_add_u8(&buf, 'x');
	check_ok(file_replace(path.ptr, bytes_text("seven.."), 0600));
	check_err(file_read(path.ptr, 6, &buf), ERR_TOO_BIG);
	assert_int_equal(mkfifo(fifo.ptr, 0600), 0);
	check_err(file_read(fifo.ptr, 6, &buf), ERR_BAD);
	check_err(file_read(*state, 6, &buf), ERR_BAD);
	check_err(file_read("/nowhere/at/all", 6, &buf), ERR_NOT_FOUND);
	assert_int_equal(buf.len, 1);
}

/* What grows leaves a copy behind, which nobody wipes. */
static void a_file_is_read_without_moving_what_was_read(void **state)
{
	AUTO(str_done) struct str path = in(state, "key");
	struct buf buf = BUF_INIT;
	char text[300] = "a key";

	check_ok(file_replace(path.ptr, bytes_of(text, sizeof(text)), 0600));
	buf_room(&buf, sizeof(text) + 1);
	const uint8_t *ptr = buf.ptr;
	size_t cap = buf.cap;
	check_ok(file_read_secret(path.ptr, 400, &buf));
	assert_int_equal(buf.len, sizeof(text));
	assert_int_equal(buf.cap, cap);
	assert_ptr_equal(buf.ptr, ptr);
	buf_done(&buf);
}

static void a_secret_that_others_can_read_is_refused(void **state)
{
	AUTO(str_done) struct str path = in(state, "key");
	AUTO(buf_done) struct buf buf = BUF_INIT;

	check_ok(file_replace(path.ptr, bytes_text("k"), 0600));
	check_ok(file_read_secret(path.ptr, 6, &buf));
	assert_int_equal(chmod(path.ptr, 0640), 0);
	check_err(file_read_secret(path.ptr, 6, &buf), ERR_FORBIDDEN);
	assert_int_equal(errno, EPERM);
}

static void a_failed_replacement_leaves_the_old_file_alone(void **state)
{
	AUTO(str_done) struct str path = in(state, "folder");
	AUTO(str_done) struct str inside = in(state, "folder/x");

	check_ok(file_make_private(inside.ptr));
	check_err(file_replace(path.ptr, bytes_text("k"), 0600), ERR_IO);
	assert_int_equal(errno, EISDIR);
	check_err(file_replace("/nowhere/at/all", bytes_text("k"), 0600), ERR_NOT_FOUND);
	assert_int_equal(mode_of(inside.ptr), 0700);
	assert_int_equal(rmdir(inside.ptr), 0);
	assert_int_equal(rmdir(path.ptr), 0); /* no temporary file was left inside */
	assert_int_equal(rmdir(*state), 0);   /* nor beside it */
	assert_int_equal(mkdir(*state, 0700), 0);
}

static void private_folders_are_made_all_the_way(void **state)
{
	AUTO(str_done) struct str path = in(state, "a/b/c");
	AUTO(str_done) struct str upper = in(state, "a");
	AUTO(str_done) struct str file = in(state, "f");
	AUTO(str_done) struct str below = in(state, "f/x");

	mode_t before = umask(0);
	check_ok(file_make_private(path.ptr));
	check_ok(file_make_private(path.ptr));
	umask(before);
	assert_int_equal(mode_of(path.ptr), 0700);
	assert_int_equal(mode_of(upper.ptr), 0700);
	check_ok(file_replace(file.ptr, bytes_text(""), 0600));
	check_err(file_make_private(file.ptr), ERR_EXISTS);
	check_err(file_make_private(below.ptr), ERR_EXISTS);
}

static void a_lock_has_one_owner_until_it_is_left(void **state)
{
	AUTO(str_done) struct str path = in(state, "lock");
	int first = -1, second = -1;

	check_ok(file_lock(path.ptr, &first));
	check_err(file_lock(path.ptr, &second), ERR_LOCKED);
	assert_int_equal(second, -1);
	file_unlock(&first);
	assert_int_equal(first, -1);
	check_ok(file_lock(path.ptr, &second));
	file_unlock(&second);
}

static void a_lock_ends_with_its_process(void **state)
{
	AUTO(str_done) struct str path = in(state, "lock");
	int fd = -1, status = 1;

	pid_t child = fork();
	if (child == 0)
		_exit(file_lock(path.ptr, &fd) == ERR_OK ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	check_ok(file_lock(path.ptr, &fd));
	file_unlock(&fd);
}

#define ROW(fn) cmocka_unit_test_setup_teardown(fn, make, unmake)

CHECK_MAIN(ROW(what_was_replaced_is_read_back),
	   ROW(reading_has_a_bound_and_wants_a_regular_file),
	   ROW(a_file_is_read_without_moving_what_was_read),
	   ROW(a_secret_that_others_can_read_is_refused),
	   ROW(a_failed_replacement_leaves_the_old_file_alone),
	   ROW(private_folders_are_made_all_the_way),
	   ROW(a_lock_has_one_owner_until_it_is_left), ROW(a_lock_ends_with_its_process))
