/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection of its own, page by page until the server says that a page is the last.
 */
#include "tests/crash/history.h"

#include <poll.h>
#include <string.h>

#include "common/proto/frame.h"
#include "tests/crash/fail.h"
#include "tests/crash/phone.h"

#define PATIENCE_MS 60000
#define OWN_ADDRESS 30

/* All people read, page by page in turn: each may ask so often only, and all must see the
 * same. */
struct readers {
	struct site *site;
	struct phone phones[SITE_PEOPLE];
	unsigned next;
};

static void say(struct phone *phone, enum frame_type type, const void *body)
{
	AUTO(buf_done) struct buf frame = BUF_INIT;

	frame_write(&frame, type, body);
	phone_say(phone, buf_view(&frame));
}

/* The next frame of @type or an error, ended with frame_done(); others are let go. */
static void wait_frame(struct phone *phone, enum frame_type type, struct frame *ret_frame)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	struct bytes text;

	for (;;) {
		while (phone_hear(phone, &text)) {
			if (frame_parse(text, ret_frame) != ERR_OK)
				continue;
			if (ret_frame->type == type || ret_frame->type == FRAME_ERROR)
				return;
			frame_done(ret_frame);
		}
		must(phone->fd >= 0, "the connection of a reader ends");
		must(now_ms() < end, "a reader is not answered");
		struct pollfd turn = {phone->fd, phone_wants(phone), 0};
		poll(&turn, 1, 1000);
		phone_pump(phone);
	}
}

static void log_in(struct readers *readers, unsigned who)
{
	AUTO(str_done) struct str token = STR_INIT;
	struct phone *phone = &readers->phones[who];
	struct frame frame;

	site_token(readers->site, who, &token);
	struct body_hello hello = {.v = LIMIT_PROTOCOL, .token = str_view(&token)};
	phone_init(phone, readers->site->port, OWN_ADDRESS);
	must(phone_dial(phone), "a reader cannot connect");
	say(phone, FRAME_HELLO, &hello);
	wait_frame(phone, FRAME_DIGEST, &frame);
	must(frame.type == FRAME_DIGEST, "a reader is not welcome");
	frame_done(&frame);
}

/* One page of somebody; who asks too often waits as told. */
static void ask_page(struct readers *readers, const struct body_fetch *fetch,
		     struct frame *ret_frame)
{
	for (;;) {
		struct phone *phone = &readers->phones[readers->next++ % SITE_PEOPLE];
		struct body_error error;
		say(phone, FRAME_FETCH, fetch);
		wait_frame(phone, FRAME_PAGE, ret_frame);
		if (ret_frame->type == FRAME_PAGE)
			return;
		must(frame_read_error(ret_frame, &error, NULL) == ERR_OK, "error");
		if (!error.retry_ms)
			remark("told: %.*s", (int)error.code.len,
			       (const char *)error.code.ptr);
		must(error.retry_ms > 0, "a reader is refused");
		poll(NULL, 0, (int)error.retry_ms);
		frame_done(ret_frame);
	}
}

static void read_room(struct readers *readers, struct book *book, unsigned room)
{
	struct body_fetch fetch = {
		.id = 1,
		.room = readers->site->rooms[room],
		.has_after = true,
		.limit = LIMIT_PAGE,
	};

	for (bool complete = false; !complete;) {
		struct frame frame;
		struct body_page page;
		ask_page(readers, &fetch, &frame);
		must(frame_read_page(&frame, &page, NULL) == ERR_OK, "page");
		for (size_t i = 0; i < page.events_count; i++)
			book_read(book, room, &page.events[i]);
		complete = page.complete_after;
		if (!complete && page.last <= fetch.after) {
			complain("room %u: a page behind %llu brings nothing new", room,
				 (unsigned long long)fetch.after);
			complete = true;
		}
		fetch.after = page.last;
		if (complete && page.head != book->logs[room].count)
			complain("room %u: its head is %llu, its log has %zu", room,
				 (unsigned long long)page.head, book->logs[room].count);
		frame_done(&frame);
	}
}

void history_read(struct site *site, struct book *book)
{
	struct readers readers = {.site = site};

	for (unsigned who = 0; who < SITE_PEOPLE; who++)
		log_in(&readers, who);
	book_begin(book);
	for (unsigned room = 0; room < SITE_ROOMS; room++)
		read_room(&readers, book, room);
	book_end(book);
	for (unsigned who = 0; who < SITE_PEOPLE; who++)
		phone_done(&readers.phones[who]);
}
