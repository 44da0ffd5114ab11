/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kill -9 of a writing process, or a loss of power that takes what was not synced with it,
 * at any moment: everything that was acknowledged is there, once, in order; the file is
 * sound. Eight senders keep the queue filled, each writes the
 * cid of what was acknowledged to a pipe before anything else; after the kill what was not
 * acknowledged is sent again, with the same cid, as a client does.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/store/driver_fault.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store_event.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"
#include "tests/lib/disk.h"
#include "tests/lib/hall.h"

enum { SENDERS = 8, KILLS = 12, CUTS = 12 };

/* How the child comes to its end. */
enum end {
	END_KILL,
	END_KILL_LIES, /* its store forgets what it took */
	END_POWER,
	END_POWER_LIES, /* its disk says that it had synced */
};

/* Writes and syncs; the log is moved into the file after half of them. With files like the
 * system's a commit is two calls. */
#define CUT_MOST        9000
#define CUT_MOST_JOINED 2000

/* One sender's message under way. */
struct send {
	struct task task;
	struct actor actor;
	struct post post;
	struct post_ack ack;
	struct news news;
	struct child *child;
	char text[32];
};

/* What the child tells the parent: sent (seq 0), then acknowledged. */
struct told {
	uint8_t sender;
	struct id cid;
	uint64_t seq;
};

struct child {
	struct writer *writer;
	int pipe;
	struct send sends[SENDERS];
	struct id room;
	uint64_t count;
	uint8_t salt;
};

static void tell(struct child *child, const struct send *send, uint64_t seq)
{
	struct told told = {
		.sender = (uint8_t)(send - child->sends),
		.cid = send->post.cid,
		.seq = seq,
	};

	if (write(child->pipe, &told, sizeof(told)) != sizeof(told)) {
		_exit(1);
	}
}

static enum err send_run(struct task *task, struct store *store)
{
	struct send *send = CONTAINER_OF(task, struct send, task);

	return post_send(store, &send->actor, &send->post, &send->ack, &send->news);
}

static void next_send(struct send *send);

static void send_done(struct task *task, enum err err)
{
	struct send *send = CONTAINER_OF(task, struct send, task);

	if (err) {
		_exit(2);
	}
	tell(send->child, send, send->ack.seq);
	news_clear(&send->news);
	next_send(send);
}

static void next_send(struct send *send)
{
	struct child *child = send->child;
	/* the first byte is half of the version */
	uint8_t random[10] = {0, child->salt, (uint8_t)(send - child->sends)};
	uint64_t n = ++child->count;

	for (int i = 0; i < 4; i++) {
		random[9 - i] = (uint8_t)(n >> (8 * i));
	}
	snprintf(send->text, sizeof(send->text), "message %llu", (unsigned long long)n);
	send->post = (struct post){
		.cid = id_v7(1700000000000 + n, random),
		.room = child->room,
		.text = bytes_text(send->text),
	};
	send->task = (struct task){.run = send_run, .done = send_done};
	tell(child, send, 0);
	if (writer_submit(child->writer, &send->task) != ERR_OK) {
		_exit(3);
	}
}

static void wake(void *ctx)
{
	char c = 0;

	if (write(*(int *)ctx, &c, 1) != 1) {
		_exit(4);
	}
}

static void prepare_disk(enum end end, uint8_t salt)
{
	if (end < END_POWER)
		return;
	disk_install();
	srandom(salt);
	disk_promise(salt % 2);
	disk_cut(1 + (unsigned)random() % (salt % 2 ? CUT_MOST_JOINED : CUT_MOST), salt);
	if (end == END_POWER_LIES)
		disk_lie();
}

/* The other process: sends until it is killed. */
static void child_main(const struct hall *hall, const struct id *room, int fd,
		       uint8_t salt, enum end end)
{
	static struct child child;
	static struct fault fault;
	int wakes[2];

	if (pipe(wakes) != 0) {
		_exit(5);
	}
	prepare_disk(end, salt);
	child = (struct child){.pipe = fd, .room = *room, .salt = salt};
	fault_init(&fault, &driver_sqlite);
	struct writer_config config = {
		.driver = &fault.driver,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
		.wake = wake,
		.wake_ctx = &wakes[1],
	};
	if (writer_new(&config, &child.writer) != ERR_OK) {
		_exit(6);
	}
	atomic_store(&fault.lies, end == END_KILL_LIES);
	for (int i = 0; i < SENDERS; i++) {
		child.sends[i].child = &child;
		child.sends[i].actor = hall->who[i % PEOPLE];
		next_send(&child.sends[i]);
	}
	for (char c; read(wakes[0], &c, 1) == 1;) {
		writer_reap(child.writer);
	}
	_exit(7);
}

/* What the parent knows after a kill. */
struct known {
	struct told *acked;
	size_t count, cap;
	struct told open[SENDERS]; /* sent, not acknowledged; seq 1: there is one */
};

static void listen_to(struct known *known, int fd, pid_t pid, long kill_after)
{
	struct told told;
	long acks = 0;

	while (read(fd, &told, sizeof(told)) == sizeof(told)) {
		if (told.seq == 0) {
			known->open[told.sender] = told;
			known->open[told.sender].seq = 1;
			continue;
		}
		known->open[told.sender].seq = 0;
		if (known->count == known->cap) {
			known->cap = known->cap ? known->cap * 2 : 1024;
			known->acked = realloc(known->acked, known->cap * sizeof(told));
		}
		known->acked[known->count++] = told;
		if (++acks == kill_after) {
			kill(pid, SIGKILL);
		}
	}
}

static int resend_open(struct hall *hall, const struct id *room, struct known *known)
{
	int open = 0;

	for (int i = 0; i < SENDERS; i++) {
		struct post post = {
			.cid = known->open[i].cid,
			.room = *room,
			.text = bytes_text("again"),
		};
		struct post_ack ack;
		if (!known->open[i].seq) {
			continue;
		}
		open++;
		check_ok(post_send(&hall->store, &hall->who[i % PEOPLE], &post, &ack,
				   hall_news(hall)));
	}
	return open;
}

/* How many acknowledged cids do not stand where the acknowledgement said. */
static size_t count_missing(struct hall *hall, const struct known *known)
{
	size_t missing = 0;

	for (size_t i = 0; i < known->count; i++) {
		struct event_dup dup;
		enum err err = store_event_dup(&hall->store, &known->acked[i].cid, &dup);
		missing += err != ERR_OK || dup.seq != known->acked[i].seq;
	}
	return missing;
}

/* The log is dense, and holds each message once. */
static uint64_t check_dense(struct hall *hall, const struct id *room)
{
	uint64_t at = 0, messages = 0;

	for (bool complete = false; !complete;) {
		struct sync_page page;
		check_ok(sync_fetch(&hall->store, &hall->who[ALICE], room, FETCH_AFTER,
				    at, LIMIT_PAGE, &page));
		for (size_t i = 0; i < page.events.count; i++) {
			assert_int_equal(page.events.rows[i].seq, ++at);
			messages += page.events.rows[i].kind == EVENT_MESSAGE;
		}
		complete = page.complete_after;
		sync_page_done(&page);
	}
	return messages;
}

static void reopen(struct hall *hall)
{
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
	};

	check_ok(store_open(&hall->store, &config));
}

/* Let a child send, kill it after some acknowledgements, open what it leaves behind. */
static void run_and_kill(struct hall *hall, const struct id *room, struct known *known,
			 uint8_t salt, enum end end)
{
	int fds[2], status;

	store_close(&hall->store);
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		child_main(hall, room, fds[1], salt, end);
	}
	close(fds[1]);
	listen_to(known, fds[0], pid, end < END_POWER ? 1 + random() % 400 : -1);
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (end < END_POWER)
		assert_true(WIFSIGNALED(status));
	else
		assert_int_equal(status, 0);
	if (end == END_POWER_LIES)
		return; /* what it leaves behind may not even open */
	reopen(hall);
	check_ok(store_check(&hall->store));
}

/* Ends of the child one after the other; what was open is sent again after each. */
static void survive(struct hall *hall, enum end end, int ends)
{
	struct id room =
		hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB, CAROL, DAVE));
	struct known known = {0};
	uint64_t open = 0;
	int hits = 0;

	for (int i = 0; i < ends; i++) {
		run_and_kill(hall, &room, &known, (uint8_t)i, end);
		assert_int_equal(count_missing(hall, &known), 0);
		int here = resend_open(hall, &room, &known);
		open += (uint64_t)here;
		hits += here > 0;
		for (int k = 0; k < SENDERS; k++) {
			known.open[k].seq = 0;
		}
	}
	assert_int_equal(check_dense(hall, &room), known.count + open);
	print_message("# %zu acknowledged, %llu resent, %d of %d ends hit a send\n",
		      known.count, (unsigned long long)open, hits, ends);
	assert_true(hits * 10 >= ends * 9);
	free(known.acked);
}

static void what_was_acknowledged_survives_kill_9_once(void **state)
{
	survive(*state, END_KILL, KILLS);
}

static void what_was_acknowledged_survives_a_loss_of_power_once(void **state)
{
	survive(*state, END_POWER, CUTS);
}

/* This very harness notices a writer that acknowledges what it has not stored. */
static void a_disk_that_lies_is_caught(void **state)
{
	struct hall *hall = *state;
	struct id room =
		hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB, CAROL, DAVE));
	struct known known = {0};

	run_and_kill(hall, &room, &known, 1, END_KILL_LIES);
	assert_true(known.count > 0);
	assert_true(count_missing(hall, &known) > 0);
	free(known.acked);
}

/* And a disk that says "synced" too early: some loss of power shows it. */
static void a_disk_that_does_not_sync_is_caught(void **state)
{
	struct hall *hall = *state;
	struct id room =
		hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB, CAROL, DAVE));
	bool caught = false;

	for (int i = 0; i < CUTS && !caught; i++) {
		struct known known = {0};
		struct store_config config = {
			.driver = &driver_sqlite,
			.path = hall->path.ptr,
			.clock = &hall->clock.clock,
		};
		run_and_kill(hall, &room, &known, (uint8_t)i, END_POWER_LIES);
		caught = store_open(&hall->store, &config) != ERR_OK ||
			 store_check(&hall->store) != ERR_OK ||
			 count_missing(hall, &known) > 0;
		free(known.acked);
	}
	assert_true(caught);
}

CHECK_MAIN(HALL_TEST(what_was_acknowledged_survives_kill_9_once),
	   HALL_TEST(what_was_acknowledged_survives_a_loss_of_power_once),
	   HALL_TEST(a_disk_that_lies_is_caught),
	   HALL_TEST(a_disk_that_does_not_sync_is_caught))
