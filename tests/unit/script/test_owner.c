/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One owner at a time, whatever happens to it, and a way to the one there is.
 */
#include "client/script/owner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/script/hand.h"
#include "client/script/wire.h"
#include "common/os/clock_real.h"
#include "tests/lib/check.h"
#include "tests/unit/cache/box.h"

static void check_readable(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&wait, 1, 10000), 1);
}

static void the_owner_is_reached_and_nobody_else_becomes_it(void **state)
{
	struct box box;
	struct owner *owner, *second = NULL;
	struct stat st;
	int fd;

	box_init(&box);
	check_ok(owner_take(box.dir, &owner));
	check_err(owner_take(box.dir, &second), ERR_LOCKED);
	assert_int_equal(stat(box_path(&box, "owner.sock"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	check_ok(owner_reach(box.dir, &fd));
	check_readable(owner_fd(owner));
	int in = owner_accept(owner);
	assert_true(in >= 0);
	assert_int_equal(owner_accept(owner), -1);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	check_readable(in);
	close(in);
	close(fd);
	owner_free(&owner);
	assert_false(box_has(&box, "owner.sock"));
	check_err(owner_reach(box.dir, &fd), ERR_CLOSED);
	check_ok(owner_take(box.dir, &owner));
	owner_free(&owner);
	box_done(&box);
}

static void a_folder_of_any_length_will_do(void **state)
{
	struct box box;
	char dir[512];
	struct owner *owner;
	int fd;

	box_init(&box);
	int len = snprintf(dir, sizeof(dir), "%s/%0150d", box.dir, 7);
	assert_true(len > 108);
	check_ok(owner_take(dir, &owner));
	check_ok(owner_reach(dir, &fd));
	close(fd);
	owner_free(&owner);
	char lock[600];
	snprintf(lock, sizeof(lock), "%s/lock", dir);
	unlink(lock);
	rmdir(dir);
	box_done(&box);
}

static void a_socket_that_was_left_behind_is_replaced(void **state)
{
	struct box box;
	struct owner *owner;
	int fd;

	box_init(&box);
	pid_t pid = fork();
	if (pid == 0) {
		if (owner_take(box.dir, &owner) != ERR_OK)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	assert_true(box_has(&box, "owner.sock"));
	check_err(owner_reach(box.dir, &fd), ERR_CLOSED);
	check_ok(owner_take(box.dir, &owner));
	check_ok(owner_reach(box.dir, &fd));
	close(fd);
	owner_free(&owner);
	box_done(&box);
}

/* A file that only an owner may change, read and written in two steps. */
static int count_up(struct box *box, int by)
{
	int count = 0;
	FILE *file = fopen(box_path(box, "count"), "r");

	if (file) {
		if (fscanf(file, "%d", &count) != 1)
			count = -1000;
		fclose(file);
	}
	if (by) {
		file = fopen(box_path(box, "count"), "w");
		fprintf(file, "%d", count + by);
		fclose(file);
	}
	return count;
}

static void fight(struct box *box, bool dies)
{
	struct owner *owner;

	for (int i = 0; i < 20000; i++) {
		enum err err = owner_take(box->dir, &owner);
		if (err == ERR_OK) {
			count_up(box, 1);
			if (dies)
				kill(getpid(), SIGKILL);
			owner_free(&owner);
			_exit(0);
		}
		if (err != ERR_LOCKED)
			_exit(2);
		poll(NULL, 0, 1);
	}
	_exit(3);
}

static void fifty_that_fight_for_it_get_it_one_by_one(void **state)
{
	struct box box;
	pid_t pids[50];
	int status, bad = 0;

	box_init(&box);
	for (int i = 0; i < 50; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			fight(&box, i % 3 == 0);
	}
	for (int i = 0; i < 50; i++) {
		waitpid(pids[i], &status, 0);
		bad += i % 3 == 0 ? !WIFSIGNALED(status) : status != 0;
	}
	assert_int_equal(bad, 0);
	assert_int_equal(count_up(&box, 0), 50);
	box_done(&box);
}

/* ---- handing over ---- */

static uint64_t fast_now(void *ctx)
{
	return 1700000000000;
}

/* Half a second passes with each look at it. */
static uint64_t fast_mono(void *ctx)
{
	return *(uint64_t *)ctx += 500;
}

static struct request whoami(void)
{
	struct request request = REQUEST_INIT;

	request.kind = REQUEST_WHOAMI;
	return request;
}

static struct request calling(const char *op)
{
	struct request request = REQUEST_INIT;

	request.kind = REQUEST_CALL;
	str_set(&request.name, op);
	str_set(&request.text, "{}");
	return request;
}

#define HELLO "{\"type\":\"hello\"}"
#define TELLS "{\"type\":\"hello\",\"tells\":true}"
#define BEGUN "{\"type\":\"begun\"}"

/* An owner that takes one command, says the objects @first (or "") and @second, answers
 * with @count lines and ends with @code, once what it wrote is confirmed; -1: it dies
 * before the end. */
struct acted {
	const char *first, *second;
	unsigned count;
	int code;
	bool hurries; /* away, once its last byte is sent */
};

static void check_sent(struct wire *wire)
{
	while (wire_waiting(wire) > 0) {
		struct pollfd wait = {.fd = wire->fd, .events = POLLOUT};
		if (wire_flush(wire) != ERR_OK || poll(&wait, 1, 10000) != 1)
			_exit(3);
	}
}

static pid_t fork_actor(struct box *box, struct acted acted)
{
	int ready[2];

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid > 0) {
		char byte;
		close(ready[1]);
		assert_int_equal(read(ready[0], &byte, 1), 1);
		close(ready[0]);
		return pid;
	}
	struct owner *owner;
	struct wire wire;
	struct bytes text = {NULL, 0};
	char end[64];
	if (owner_take(box->dir, &owner) != ERR_OK || write(ready[1], "x", 1) != 1)
		_exit(1);
	check_readable(owner_fd(owner));
	wire_init(&wire, owner_accept(owner));
	while (!text.ptr) {
		check_readable(wire.fd);
		if (wire_fill(&wire) != ERR_OK || wire_next(&wire, &text) != ERR_OK)
			_exit(2);
	}
	wire_put(&wire, bytes_text(acted.first));
	if (acted.second)
		wire_put(&wire, bytes_text(acted.second));
	for (unsigned i = 0; i < acted.count; i++)
		wire_put(&wire, bytes_text("{\"type\":\"line\",\"text\":\"# line\"}"));
	snprintf(end, sizeof(end), "{\"type\":\"end\",\"code\":%d}", acted.code);
	if (acted.code >= 0)
		wire_put(&wire, bytes_text(end));
	check_sent(&wire);
	if (acted.hurries)
		_exit(0);
	if (acted.code < 0)
		kill(getpid(), SIGKILL);
	/* What was written is confirmed before the other side leaves. */
	while (wire_fill(&wire) == ERR_OK)
		check_readable(wire.fd);
	_exit(0);
}

static pid_t fork_owner(struct box *box, unsigned count, int code)
{
	return fork_actor(box, (struct acted){HELLO, NULL, count, code, false});
}

static void a_command_is_done_by_the_owner(void **state)
{
	struct box box;
	struct clock clock = clock_real();
	struct request request = whoami();
	struct owner *owner;
	int code = -1, status;

	box_init(&box);
	pid_t pid = fork_owner(&box, 2, 80);
	check_ok(hand_over(box.dir, &request, &clock, &owner, &code));
	assert_null(owner);
	assert_int_equal(code, 80);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	box_done(&box);
}

static void when_the_owner_dies_another_takes_over_within_a_second(void **state)
{
	struct box box;
	struct clock clock = clock_real();
	struct request request = whoami();
	struct owner *owner;
	int code;

	box_init(&box);
	pid_t pid = fork_owner(&box, 0, -1);
	uint64_t before = clock_mono_ms(&clock);
	check_ok(hand_over(box.dir, &request, &clock, &owner, &code));
	assert_non_null(owner);
	assert_true(clock_mono_ms(&clock) - before < 5000); /* and not for ever */
	waitpid(pid, NULL, 0);
	owner_free(&owner);
	box_done(&box);
}

/* Hand @request (taken) to one that acts like that and dies: @want is what becomes of it. */
static void check_death(struct request request, struct acted acted, enum err want)
{
	struct box box;
	struct clock clock = clock_real();
	struct owner *owner;
	int code;

	box_init(&box);
	pid_t pid = fork_actor(&box, acted);
	check_err(hand_over(box.dir, &request, &clock, &owner, &code), want);
	assert_int_equal(owner != NULL, want == ERR_OK);
	assert_int_equal(id_is_zero(&request.cid), request.kind != REQUEST_CALL);
	waitpid(pid, NULL, 0);
	owner_free(&owner);
	request_done(&request);
	box_done(&box);
}

static void a_call_is_done_again_only_where_that_does_no_harm(void **state)
{
	const struct acted unbegun = {TELLS, NULL, 0, -1, false};
	const struct acted begun = {TELLS, BEGUN, 0, -1, false};
	const struct acted older = {HELLO, NULL, 0, -1, false};

	check_death(calling("auth_recovery_codes"), unbegun, ERR_OK);
	check_death(calling("auth_recovery_codes"), begun, ERR_TIMEOUT);
	check_death(calling("auth_recovery_codes"), older, ERR_TIMEOUT);
	check_death(calling("room_create"), begun, ERR_OK);
	check_death(calling("room_create"), older, ERR_TIMEOUT);
	check_death(calling("users"), begun, ERR_OK);
	struct request stepping = calling("auth_step_up");
	str_set(&stepping.room, "auth_recovery_codes");
	check_death(stepping, begun, ERR_TIMEOUT);
}

static void no_line_is_printed_twice(void **state)
{
	const struct acted broken = {TELLS, NULL, 2, -1, false};

	check_death(whoami(), broken, ERR_TIMEOUT);
	check_death(calling("users"), broken, ERR_TIMEOUT);
}

static void what_an_owner_that_is_gone_had_said_is_heard_to_its_end(void **state)
{
	struct box box;
	struct clock clock = clock_real();
	struct request request = whoami();
	struct owner *owner;
	int code = -1, status;

	box_init(&box);
	pid_t pid = fork_actor(&box, (struct acted){TELLS, NULL, 1500, 80, true});
	check_ok(hand_over(box.dir, &request, &clock, &owner, &code));
	assert_null(owner);
	assert_int_equal(code, 80);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	box_done(&box);
}

static void an_owner_that_does_not_answer_is_waited_for_in_vain(void **state)
{
	struct box box;
	uint64_t mono = 1;
	struct clock clock = {fast_now, fast_mono, &mono};
	struct request request = whoami();
	struct owner *mute, *owner;
	int code;

	box_init(&box);
	check_ok(owner_take(box.dir, &mute));
	check_err(hand_over(box.dir, &request, &clock, &owner, &code), ERR_LOCKED);
	assert_int_equal(unlink(box_path(&box, "owner.sock")), 0);
	check_err(hand_over(box.dir, &request, &clock, &owner, &code), ERR_LOCKED);
	assert_true(mono > OWNER_WAIT_MS);
	owner_free(&mute);
	box_done(&box);
}

/* An owner that says hello to everybody and then @closes, or nothing more. */
static pid_t fork_greeter(struct box *box, bool closes)
{
	int ready[2];

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid > 0) {
		char byte;
		close(ready[1]);
		assert_int_equal(read(ready[0], &byte, 1), 1);
		close(ready[0]);
		return pid;
	}
	struct owner *owner;
	if (owner_take(box->dir, &owner) != ERR_OK || write(ready[1], "x", 1) != 1)
		_exit(1);
	alarm(60);
	for (;;) {
		struct pollfd wait = {.fd = owner_fd(owner), .events = POLLIN};
		struct wire wire;
		poll(&wait, 1, -1);
		int fd = owner_accept(owner);
		if (fd < 0)
			continue;
		wire_init(&wire, fd);
		wire_put(&wire, bytes_text(TELLS));
		(void)!wire_flush(&wire);
		if (closes)
			wire_done(&wire);
	}
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void an_owner_that_does_not_understand_is_not_asked_for_ever(void **state)
{
	struct box box;
	uint64_t mono = 1;
	struct clock clock = {fast_now, fast_mono, &mono};
	struct request request = whoami();
	struct owner *owner;
	int code;

	box_init(&box);
	pid_t pid = fork_greeter(&box, true);
	check_err(hand_over(box.dir, &request, &clock, &owner, &code), ERR_LOCKED);
	assert_in_range(mono, OWNER_WAIT_MS, 3 * OWNER_WAIT_MS);
	/* and no longer than it may take */
	mono = 1;
	request.timeout_ms = 2000;
	check_err(hand_over(box.dir, &request, &clock, &owner, &code), ERR_LOCKED);
	assert_true(mono < OWNER_WAIT_MS);
	end_process(pid);
	box_done(&box);
}

/* Three seconds pass with each look at it. */
static uint64_t faster_mono(void *ctx)
{
	return *(uint64_t *)ctx += 3000;
}

static void a_screen_does_not_wait_for_ever_behind_a_script(void **state)
{
	struct box box;
	uint64_t mono = 1;
	struct clock clock = {fast_now, faster_mono, &mono};
	struct owner *owner;

	box_init(&box);
	pid_t pid = fork_greeter(&box, false);
	check_err(hand_demand(box.dir, &clock, &owner), ERR_LOCKED);
	end_process(pid);
	box_done(&box);
}

static void a_send_has_its_id_before_it_is_handed_over(void **state)
{
	struct box box;
	struct clock clock = clock_real();
	struct request request = REQUEST_INIT;
	struct owner *owner;
	int code;

	box_init(&box);
	request.kind = REQUEST_SEND;
	check_ok(hand_over(box.dir, &request, &clock, &owner, &code));
	assert_true(id_is_v7(&request.cid));
	const struct id cid = request.cid;
	owner_free(&owner);
	check_ok(hand_over(box.dir, &request, &clock, &owner, &code));
	assert_true(id_equal(&request.cid, &cid));
	owner_free(&owner);
	request_done(&request);
	box_done(&box);
}

CHECK_MAIN(TEST(the_owner_is_reached_and_nobody_else_becomes_it),
	   TEST(a_folder_of_any_length_will_do),
	   TEST(a_socket_that_was_left_behind_is_replaced),
	   TEST(fifty_that_fight_for_it_get_it_one_by_one),
	   TEST(a_command_is_done_by_the_owner),
	   TEST(when_the_owner_dies_another_takes_over_within_a_second),
	   TEST(a_call_is_done_again_only_where_that_does_no_harm),
	   TEST(no_line_is_printed_twice),
	   TEST(what_an_owner_that_is_gone_had_said_is_heard_to_its_end),
	   TEST(an_owner_that_does_not_answer_is_waited_for_in_vain),
	   TEST(an_owner_that_does_not_understand_is_not_asked_for_ever),
	   TEST(a_screen_does_not_wait_for_ever_behind_a_script),
	   TEST(a_send_has_its_id_before_it_is_handed_over))
