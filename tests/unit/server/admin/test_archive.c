/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file of a backup: what goes in comes out, and nothing that was cut off or changed
 * does. Sealed and plain alike.
 */
#include "server/admin/archive.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/file.h"
#include "server/admin/manifest.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

#define BIG 200000 /* several chunks */

struct fixture {
	struct scratch scratch;
	struct str path;
	struct buf big;
};

static int set_up(void **state)
{
	struct fixture *fixture = mem_new(struct fixture);

	check_ok(crypto_init());
	scratch_init(&fixture->scratch);
	fixture->path = STR_INIT;
	scratch_file(&fixture->scratch, "backup", &fixture->path);
	for (unsigned i = 0; i < BIG; i++)
		buf_add_u8(&fixture->big, (uint8_t)(i * 7 + i / 256));
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	buf_done(&fixture->big);
	str_done(&fixture->path);
	scratch_done(&fixture->scratch);
	mem_free(fixture);
	return 0;
}

static struct bytes passphrase_of(bool sealed)
{
	return bytes_text(sealed ? "a passphrase for tests" : "");
}

static void make(struct fixture *fixture, bool sealed)
{
	struct archive *archive = NULL;

	unlink(fixture->path.ptr);
	check_ok(archive_create(fixture->path.ptr, passphrase_of(sealed), &random_system,
				&archive));
	check_ok(archive_begin(archive, "first", 5, 1700000000000));
	check_ok(archive_add(archive, bytes_text("hello")));
	check_ok(archive_begin(archive, "empty", 0, 1700000000000));
	check_ok(archive_begin(archive, "files/ab/big", BIG, 1700000000000));
	check_ok(archive_add(archive, bytes_of(fixture->big.ptr, 1000)));
	check_ok(archive_add(archive, bytes_of(fixture->big.ptr + 1000, BIG - 1000)));
	check_ok(archive_finish(archive));
	archive_free(&archive);
}

/* Read all of it; *ret_big is what "files/ab/big" holds. */
static enum err read_it(struct fixture *fixture, bool sealed, unsigned *ret_files,
			struct buf *big)
{
	struct archive *archive = NULL;
	struct archive_entry entry;
	struct bytes bytes;
	enum err err = archive_open(fixture->path.ptr, passphrase_of(sealed), &archive);

	*ret_files = 0;
	while (err == ERR_OK && (err = archive_next(archive, &entry)) == ERR_OK) {
		++*ret_files;
		do {
			err = archive_read(archive, &bytes);
			if (strcmp(entry.name, "files/ab/big") == 0)
				buf_add_bytes(big, bytes);
		} while (err == ERR_OK && bytes.len > 0);
	}
	archive_free(&archive);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static void what_goes_in_comes_out(void **state)
{
	struct fixture *fixture = *state;

	for (int sealed = 0; sealed < 2; sealed++) {
		AUTO(buf_done) struct buf big = BUF_INIT;
		struct stat st;
		unsigned files;
		make(fixture, sealed);
		check_ok(read_it(fixture, sealed, &files, &big));
		assert_int_equal(files, 3);
		assert_true(bytes_equal(buf_view(&big), buf_view(&fixture->big)));
		assert_int_equal(stat(fixture->path.ptr, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

static void what_is_cut_off_is_refused_wherever_it_is_cut(void **state)
{
	struct fixture *fixture = *state;

	for (int sealed = 0; sealed < 2; sealed++) {
		struct stat st;
		make(fixture, sealed);
		assert_int_equal(stat(fixture->path.ptr, &st), 0);
		for (off_t len = st.st_size - 1; len > 0;
		     len -= len > 2048 ? 15013 : 97) {
			AUTO(buf_done) struct buf big = BUF_INIT;
			unsigned files;
			/* the second block of zeroes at the end of a tar says nothing */
			if (!sealed && len > st.st_size - 512)
				continue;
			assert_int_equal(truncate(fixture->path.ptr, len), 0);
			enum err err = read_it(fixture, sealed, &files, &big);
			if (err == ERR_OK)
				print_message("# cut at %lld\n", (long long)len);
			assert_int_not_equal(err, ERR_OK);
		}
	}
}

static void a_sealed_one_shows_every_change(void **state)
{
	struct fixture *fixture = *state;
	static const off_t places[] = {3,  17,   21,    30,     50,
				       70, 1000, 66000, 131000, 203000};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		AUTO(buf_done) struct buf big = BUF_INIT;
		uint8_t byte;
		unsigned files;
		make(fixture, true);
		int fd = open(fixture->path.ptr, O_RDWR);
		assert_int_equal(pread(fd, &byte, 1, places[i]), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, places[i]), 1);
		close(fd);
		assert_int_not_equal(read_it(fixture, true, &files, &big), ERR_OK);
	}
}

static void the_passphrase_is_asked_for_and_must_be_right(void **state)
{
	struct fixture *fixture = *state;
	struct archive *archive = NULL;

	make(fixture, true);
	check_err(archive_open(fixture->path.ptr, bytes_of(NULL, 0), &archive),
		  ERR_UNAUTHORIZED);
	check_ok(archive_open(fixture->path.ptr, bytes_text("another one"), &archive));
	check_err(archive_next(archive, &(struct archive_entry){0}), ERR_WRONG_KEY);
	archive_free(&archive);
	check_err(archive_create(fixture->path.ptr, bytes_of(NULL, 0), &random_system,
				 &archive),
		  ERR_EXISTS);
}

static void costs_from_elsewhere_are_bounded(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t greedy[] = {0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff};
	struct archive *archive = NULL;

	make(fixture, true);
	int fd = open(fixture->path.ptr, O_RDWR);
	assert_int_equal(pwrite(fd, greedy, sizeof(greedy), 16), sizeof(greedy));
	close(fd);
	check_err(archive_open(fixture->path.ptr, bytes_text("whatever it is"), &archive),
		  ERR_CORRUPT);
}

static void a_file_longer_than_announced_is_not_taken(void **state)
{
	struct fixture *fixture = *state;
	struct archive *archive = NULL;

	check_ok(archive_create(fixture->path.ptr, bytes_of(NULL, 0), &random_system,
				&archive));
	check_ok(archive_begin(archive, "x", 3, 0));
	check_err(archive_add(archive, bytes_text("four")), ERR_TOO_BIG);
	check_err(archive_finish(archive), ERR_TRUNCATED);
	archive_free(&archive);
}

static void a_manifest_survives_the_trip(void **state)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct manifest manifest = {.made_ms = 1700000000000,
				    .schema = 2,
				    .events = 9007199254740991,
				    .secrets = true,
				    .database_hash = {0xab, 0xcd}};
	struct manifest other;

	manifest_write(&manifest, &text);
	check_ok(manifest_read(buf_view(&text), &other));
	assert_memory_equal(&manifest, &other, sizeof(manifest));
	for (size_t len = 0; len + 1 < text.len; len++)
		check_err(manifest_read(bytes_of(text.ptr, len), &other), ERR_CORRUPT);
	check_err(manifest_read(bytes_text("{\"form\":2}"), &other), ERR_NEWER);
}

#define ARCHIVE_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(ARCHIVE_TEST(what_goes_in_comes_out),
	   ARCHIVE_TEST(what_is_cut_off_is_refused_wherever_it_is_cut),
	   ARCHIVE_TEST(a_sealed_one_shows_every_change),
	   ARCHIVE_TEST(the_passphrase_is_asked_for_and_must_be_right),
	   ARCHIVE_TEST(costs_from_elsewhere_are_bounded),
	   ARCHIVE_TEST(a_file_longer_than_announced_is_not_taken),
	   cmocka_unit_test(a_manifest_survives_the_trip))
