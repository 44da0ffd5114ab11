/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lock or socket, whichever answers first. Lines are written here, one write() each, and
 * confirmed afterwards: only then does a follower's position move. When the owner ends,
 * the lock is free and one of those who wait takes it.
 */
#include "client/script/hand.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/script/out.h"
#include "client/script/wire.h"
#include "common/crypto/random.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"
#include "common/proto/rest.h"

#define RETRY_MS  20
#define FOLLOW_MS 200 /* a follower leaves the lock to whoever came for it */

struct hand {
	struct wire wire;
	struct request *request;
	const struct clock *clock;
	uint64_t
		deadline_ms; /* for a sign of life; UINT64_MAX once our request has one */
	uint64_t written;
	bool greeted; /* our request was taken by somebody alive */
	bool tells;   /* who says when it begins what must not be done twice */
	bool begun;   /* as it has said */
	bool serves;  /* it has said more than hello */
	bool ended;
	int code;
};

/* ERR_CLOSED when nobody reads. */
static enum err write_line(struct bytes text)
{
	AUTO(buf_done) struct buf line = BUF_INIT;

	buf_add_bytes(&line, text);
	buf_add_u8(&line, '\n');
	for (size_t at = 0; at < line.len;) {
		ssize_t done = write(STDOUT_FILENO, line.ptr + at, line.len - at);
		if (done < 0 && errno == EAGAIN) /* shared with one that wants it so */
			poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1,
			     -1);
		if (done < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (done < 0) {
			out_complain(errno);
			return ERR_CLOSED;
		}
		at += (size_t)done;
	}
	return ERR_OK;
}

static void confirm(struct hand *hand)
{
	AUTO(buf_done) struct buf frame = BUF_INIT;
	struct json_out out = json_out_init(&frame);

	json_out_open(&out, '{');
	json_out_put_word(&out, "type", "wrote");
	json_out_put_uint(&out, "count", hand->written);
	json_out_close(&out, '}');
	wire_put(&hand->wire, buf_view(&frame));
}

static void end(struct hand *hand, int code)
{
	hand->ended = true;
	hand->code = code;
}

/* Taken along to the next owner, so that it repeats nothing and leaves nothing out. */
static enum err keep_place(struct hand *hand, struct json_node object)
{
	struct bytes text;
	struct id room;
	uint64_t seq;

	if (!json_text(json_get(object, "room"), &text) ||
	    id_parse((const char *)text.ptr, text.len, &room) != ERR_OK ||
	    !json_uint(json_get(object, "seq"), &seq))
		return ERR_BAD;
	request_put_place(hand->request, &room, seq);
	return ERR_OK;
}

/* One object of the owner. */
static enum err take(struct hand *hand, struct json_node object)
{
	struct bytes type, text = bytes_of(NULL, 0);
	uint64_t code;

	if (!json_text(json_get(object, "type"), &type))
		return ERR_BAD;
	json_text(json_get(object, "text"), &text);
	if (hand->request)
		hand->deadline_ms = UINT64_MAX;
	hand->greeted = true;
	hand->serves |= !bytes_equal(type, bytes_text("hello"));
	if (bytes_equal(type, bytes_text("hello"))) {
		json_bool(json_get(object, "tells"), &hand->tells);
	} else if (bytes_equal(type, bytes_text("begun"))) {
		hand->begun = true;
	} else if (bytes_equal(type, bytes_text("line"))) {
		hand->written++;
		if (write_line(text) != ERR_OK)
			end(hand, err_row(ERR_IO)->exit_code);
		confirm(hand);
	} else if (bytes_equal(type, bytes_text("place"))) {
		return keep_place(hand, object);
	} else if (bytes_equal(type, bytes_text("no"))) {
		return ERR_FORBIDDEN;
	} else if (bytes_equal(type, bytes_text("note"))) {
		fprintf(stderr, "%.*s\n", (int)text.len, (const char *)text.ptr);
	} else if (bytes_equal(type, bytes_text("end"))) {
		if (!json_uint(json_get(object, "code"), &code) || code > 255)
			return ERR_BAD;
		end(hand, (int)code);
	}
	return ERR_OK;
}

static enum err take_all(struct hand *hand)
{
	struct bytes text;

	while (!hand->ended) {
		struct json *json = NULL;
		enum err err = wire_next(&hand->wire, &text);
		if (err == ERR_OK && !text.ptr)
			return ERR_OK;
		if (err == ERR_OK)
			err = json_parse(text, &json);
		if (err == ERR_OK)
			err = take(hand, json_root(json));
		json_free(&json);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static int wait_ms(const struct hand *hand)
{
	uint64_t now = clock_mono_ms(hand->clock);

	if (hand->deadline_ms == UINT64_MAX)
		return -1;
	return hand->deadline_ms > now ? (int)(hand->deadline_ms - now) : 0;
}

/* Until the end comes. ERR_CLOSED: the owner is gone; ERR_LOCKED: it does not answer. */
static enum err converse(struct hand *hand)
{
	enum err err = ERR_OK;

	while (err == ERR_OK && !hand->ended) {
		/* One that has gone takes nothing; what it has said is still there. */
		(void)!wire_flush(&hand->wire);
		struct pollfd fd = {.fd = hand->wire.fd, .events = POLLIN};
		if (wire_waiting(&hand->wire) > 0)
			fd.events |= POLLOUT;
		int ready = poll(&fd, 1, wait_ms(hand));
		if (ready == 0)
			return ERR_LOCKED;
		if (ready < 0)
			continue;
		err = wire_fill(&hand->wire);
		enum err taken = take_all(hand);
		if (taken != ERR_OK)
			err = taken;
	}
	return hand->ended ? ERR_OK : err;
}

/* ERR_CLOSED also when the owner speaks what we do not know: another version of us. */
static enum err let_do(struct hand *hand, const struct request *request)
{
	AUTO(buf_wipe) struct buf frame = BUF_INIT;

	request_encode(request, &frame);
	wire_put(&hand->wire, buf_view(&frame));
	enum err err = converse(hand);
	wire_done(&hand->wire);
	return err == ERR_OK || err == ERR_LOCKED ? err : ERR_CLOSED;
}

/* Whether another owner may do it from the beginning, when this one has ended. */
static bool may_repeat(const struct hand *hand)
{
	const struct request *request = hand->request;
	const struct rest_row *row = NULL;

	if (request->kind == REQUEST_FOLLOW) /* it goes on where it stands */
		return true;
	if (hand->written > 0)
		return false;
	if (request->kind != REQUEST_CALL && request->kind != REQUEST_LOGOUT)
		return true;
	if (!hand->greeted || (hand->tells && !hand->begun))
		return true;
	/* A code that was spent for a step-up is not taken again. */
	if (request->kind == REQUEST_CALL && request->room.len == 0)
		row = rest_find(request->name.ptr, request->name.len);
	if (row && strcmp(row->method, "GET") == 0)
		return true;
	return row && hand->tells && rest_takes_key(row);
}

static void give_cid(struct request *request, const struct clock *clock)
{
	uint8_t random[10];

	if (request->kind != REQUEST_SEND && request->kind != REQUEST_CALL)
		return;
	if (!id_is_zero(&request->cid))
		return;
	random_fill(&random_system, random, sizeof(random));
	request->cid = id_v7(clock_now_ms(clock), random);
}

static void pause_before(const struct request *request)
{
	poll(NULL, 0, request->kind == REQUEST_FOLLOW ? FOLLOW_MS : RETRY_MS);
}

/* When to give up, now that @hand has ended without an end. One that did something, or is
 * another one than @before, leaves all the time again to the next. The same once more does
 * not understand us. */
static uint64_t next_deadline(const struct hand *hand, pid_t before, pid_t pid,
			      uint64_t deadline)
{
	const uint64_t most = hand->request->timeout_ms;
	const uint64_t now = clock_mono_ms(hand->clock);

	if (!hand->greeted)
		return deadline;
	if (hand->serves || pid != before)
		return now + OWNER_WAIT_MS;
	return most && now + most < deadline ? now + most : deadline;
}

enum err hand_over(const char *dir, struct request *request, const struct clock *clock,
		   struct owner **ret_owner, int *ret_code)
{
	uint64_t deadline = clock_mono_ms(clock) + OWNER_WAIT_MS;
	pid_t before = 0, pid = 0;

	*ret_owner = NULL;
	enum err err = crypto_init();
	if (err != ERR_OK)
		return err;
	give_cid(request, clock);
	if (request->place_count > 0)
		pause_before(request); /* it has just stepped back */
	for (;;) {
		struct hand hand = {
			.request = request, .clock = clock, .deadline_ms = deadline};
		int fd;
		err = owner_take(dir, ret_owner);
		if (err != ERR_LOCKED)
			return err;
		err = owner_reach(dir, &fd);
		if (err == ERR_OK) {
			wire_init(&hand.wire, fd);
			pid = owner_pid(fd);
			err = let_do(&hand, request);
			*ret_code = hand.code;
		}
		if (err != ERR_CLOSED)
			return err;
		if (!may_repeat(&hand))
			return ERR_TIMEOUT;
		deadline = next_deadline(&hand, before, pid, deadline);
		before = pid;
		if (clock_mono_ms(clock) >= deadline)
			return ERR_LOCKED;
		pause_before(request);
	}
}

enum err hand_demand(const char *dir, const struct clock *clock, struct owner **ret_owner)
{
	const uint64_t deadline = clock_mono_ms(clock) + OWNER_WAIT_MS;
	bool refused = false;

	for (;;) {
		struct hand hand = {.clock = clock, .deadline_ms = deadline};
		int fd;
		enum err err = owner_take(dir, ret_owner);
		if (err != ERR_LOCKED || refused || clock_mono_ms(clock) >= deadline)
			return err;
		if (owner_reach(dir, &fd) == ERR_OK) {
			wire_init(&hand.wire, fd);
			wire_put(&hand.wire, bytes_text("{\"type\":\"yield\"}"));
			refused = converse(&hand) == ERR_FORBIDDEN;
			wire_done(&hand.wire);
		}
		poll(NULL, 0, RETRY_MS);
	}
}
