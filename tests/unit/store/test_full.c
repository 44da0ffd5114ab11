/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk that is full, played by a limit on the size of files: what does not fit is refused
 * as a whole, reading goes on, and when there is room again so does writing.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "server/store/driver_sqlite.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

static enum err send_one(struct hall *hall, struct writer *writer, const struct id *room,
			 const char *text)
{
	uint64_t seq;

	return hall_write(hall, writer, room, text, &seq);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static uint64_t head_of(struct hall *hall, const struct id *room)
{
	return hall_view(hall, ALICE, room).room.head;
}

static void a_full_disk_refuses_and_recovers(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, NOBODY_ELSE);
	struct writer_config config = {
		.driver = &driver_sqlite,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
		.inline_mode = true,
	};
	struct writer *writer;
	struct id no_room = {{1}};
	char *text = calloc(1, 8001);
	uint64_t stored = 1, refused = 0;

	for (int i = 0; i < 8000; i++) {
		text[i] = 'x';
	}
	signal(SIGXFSZ, SIG_IGN);
	check_ok(writer_new(&config, &writer));
	limit_files(2000000);
	for (int i = 0; i < 400; i++) {
		enum err err = send_one(hall, writer, &room, text);
		if (err) {
			check_err(err, ERR_STORE);
			refused++;
		} else {
			stored++;
		}
		assert_int_equal(head_of(hall, &room), stored); /* reading goes on */
	}
	assert_true(stored > 10 && refused > 10);
	check_err(writer_health(writer), ERR_STORE);
	/* A group that has nothing to write does not make the disk well. */
	check_err(send_one(hall, writer, &no_room, "nobody hears this"), ERR_STORE);
	check_err(writer_health(writer), ERR_STORE);
	limit_files(0);
	check_ok(send_one(hall, writer, &room, "room again"));
	check_ok(writer_health(writer));
	assert_int_equal(head_of(hall, &room), stored + 1);
	writer_free(&writer);
	check_ok(store_check(&hall->store));
	free(text);
}

CHECK_MAIN(HALL_TEST(a_full_disk_refuses_and_recovers))
