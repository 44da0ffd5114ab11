/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each connection keeps the order of its requests: after a resume everything that is open
 * is asked for again, oldest first and with the same cid, before anything new. What it
 * hears must follow on what it has heard; a hole is a broken promise, since the server
 * says when it leaves something out (reset, lag).
 */
#include "tests/crash/crowd.h"

#include <poll.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/proto/frame.h"
#include "tests/crash/fail.h"

#define DIAL_MS  10
#define AGAIN_MS 100

void crowd_init(struct crowd *crowd, struct site *site, struct book *book, uint64_t seed)
{
	*crowd = (struct crowd){.site = site, .book = book, .talking = true};
	crowd->random = seed * 2 + 1;
	for (unsigned i = 0; i < CROWD_TALKERS; i++) {
		crowd->talkers[i].who = i;
		phone_init(&crowd->talkers[i].phone, site->port, (uint8_t)(2 + i));
	}
	for (unsigned i = 0; i < CROWD_POSTERS; i++)
		poster_init(&crowd->posters[i], CROWD_TALKERS + i);
}

void crowd_done(struct crowd *crowd)
{
	for (unsigned i = 0; i < CROWD_TALKERS; i++) {
		struct talker *talker = &crowd->talkers[i];
		phone_done(&talker->phone);
		for (unsigned room = 0; room < SITE_ROOMS; room++)
			ear_done(&talker->ears[room]);
	}
	for (unsigned i = 0; i < CROWD_POSTERS; i++)
		poster_done(&crowd->posters[i]);
}

uint32_t crowd_random(struct crowd *crowd, uint32_t bound)
{
	/* splitmix64: a seed tells the whole story */
	uint64_t z = crowd->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (uint32_t)((z ^ z >> 31) >> 32) % bound;
}

/* ---- asking ---- */

static struct id new_cid(struct crowd *crowd)
{
	uint8_t random[10];

	for (unsigned i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)crowd_random(crowd, 256);
	return id_v7(clock_now_ms(&crowd->site->clock), random);
}

uint32_t crowd_invent(struct crowd *crowd, unsigned who, uint32_t own, uint32_t reacted)
{
	struct op op = {
		.cid = new_cid(crowd),
		.who = (uint8_t)who,
		.room = (uint8_t)crowd_random(crowd, SITE_ROOMS),
		.kind = EVENT_MESSAGE,
	};
	uint32_t dice = crowd_random(crowd, 100);
	bool over_rest = who >= CROWD_TALKERS; /* where one cannot react */

	if (own && dice < (over_rest ? 22 : 35)) {
		op.kind = dice < 15 ? EVENT_EDIT : dice < 22 ? EVENT_DELETE : EVENT_REACT;
		op.target = own;
		op.room = book_op(crowd->book, own)->room;
		if (op.kind == EVENT_DELETE)
			book_op(crowd->book, own)->going = true;
	} else if (reacted && dice < 42) {
		op.kind = EVENT_UNREACT;
		op.about = reacted;
		op.target = book_op(crowd->book, reacted)->target;
		op.room = book_op(crowd->book, reacted)->room;
	}
	return book_add(crowd->book, &op);
}

static void say_op(struct crowd *crowd, struct talker *talker, const struct op *op)
{
	static const enum frame_type frames[] = {[EVENT_MESSAGE] = FRAME_SEND,
						 [EVENT_EDIT] = FRAME_EDIT,
						 [EVENT_DELETE] = FRAME_DELETE,
						 [EVENT_REACT] = FRAME_REACT,
						 [EVENT_UNREACT] = FRAME_UNREACT};
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(buf_done) struct buf frame = BUF_INIT;
	struct id room = crowd->site->rooms[op->room], target = {{0}};

	book_text(crowd->book, op, &text);
	struct bytes words = text.len ? str_view(&text) : bytes_of(NULL, 0);
	if (op->target)
		target = book_op(crowd->book, op->target)->cid;
	if (op->kind == EVENT_MESSAGE) {
		struct body_send body = {.cid = op->cid, .room = room, .text = words};
		frame_write_send(&frame, &body);
	} else if (op->kind == EVENT_EDIT) {
		struct body_edit body = {op->cid, room, target, words, {0}};
		frame_write_edit(&frame, &body);
	} else if (op->kind == EVENT_DELETE) {
		struct body_delete body = {op->cid, room, target};
		frame_write_delete(&frame, &body);
	} else {
		/* react and unreact have the same fields */
		struct body_react body = {op->cid, room, target, words};
		frame_write(&frame, frames[op->kind], &body);
	}
	phone_say(&talker->phone, buf_view(&frame));
}

static void say_all_again(struct crowd *crowd, struct talker *talker)
{
	for (size_t i = 0; i < talker->open_count; i++)
		say_op(crowd, talker, book_op(crowd->book, talker->open[i]));
	talker->again_ms = 0;
}

static void forget(uint32_t *list, size_t *count, size_t at)
{
	memmove(list + at, list + at + 1, (--*count - at) * sizeof(*list));
}

static void keep(uint32_t *list, size_t *count, uint32_t number)
{
	if (*count == CROWD_RECENT)
		forget(list, count, 0);
	list[(*count)++] = number;
}

static void ask_new(struct crowd *crowd, struct talker *talker)
{
	uint32_t own = 0, reacted = 0;
	size_t own_at = 0, reacted_at = 0;

	if (talker->recent_count) {
		own_at = crowd_random(crowd, (uint32_t)talker->recent_count);
		own = talker->recent[own_at];
	}
	if (talker->reacted_count) {
		reacted_at = crowd_random(crowd, (uint32_t)talker->reacted_count);
		reacted = talker->reacted[reacted_at];
	}
	uint32_t number = crowd_invent(crowd, talker->who, own, reacted);
	const struct op *op = book_op(crowd->book, number);
	if (op->kind == EVENT_MESSAGE)
		keep(talker->recent, &talker->recent_count, number);
	else if (op->kind == EVENT_DELETE)
		forget(talker->recent, &talker->recent_count, own_at);
	else if (op->kind == EVENT_REACT)
		keep(talker->reacted, &talker->reacted_count, number);
	else if (op->kind == EVENT_UNREACT)
		forget(talker->reacted, &talker->reacted_count, reacted_at);
	talker->open[talker->open_count++] = number;
	say_op(crowd, talker, op);
}

static void settle(struct talker *talker, uint32_t number)
{
	for (size_t i = 0; i < talker->open_count; i++)
		if (talker->open[i] == number) {
			forget(talker->open, &talker->open_count, i);
			return;
		}
}

/* ---- hearing ---- */

static unsigned room_of(const struct crowd *crowd, const struct id *id)
{
	for (unsigned room = 0; room < SITE_ROOMS; room++)
		if (id_equal(id, &crowd->site->rooms[room]))
			return room;
	return SITE_ROOMS;
}

/* @wrong: what ear.h says of it. */
static void judge(const struct talker *talker, unsigned room, uint64_t seq,
		  const char *wrong)
{
	if (wrong)
		complain("user%u, room %u: seq %llu %s after %llu", talker->who, room,
			 (unsigned long long)seq, wrong,
			 (unsigned long long)ear_last(&talker->ears[room]));
}

static void hear_seq(struct talker *talker, unsigned room, uint64_t seq,
		     const struct id *cid)
{
	judge(talker, room, seq, ear_hear(&talker->ears[room], seq, cid));
}

static void say_sub(struct crowd *crowd, struct talker *talker, unsigned room)
{
	struct ear *ear = &talker->ears[room];
	AUTO(buf_done) struct buf frame = BUF_INIT;
	struct body_sub body = {
		.room = crowd->site->rooms[room],
		.epoch = ear->epoch,
		.seq = ear->start + ear->count,
	};

	ear->catching = true;
	frame_write_sub(&frame, &body);
	phone_say(&talker->phone, buf_view(&frame));
}

static void say_fetch(struct crowd *crowd, struct talker *talker, unsigned room)
{
	struct ear *ear = &talker->ears[room];
	AUTO(buf_done) struct buf frame = BUF_INIT;
	struct body_fetch body = {
		.id = 1,
		.room = crowd->site->rooms[room],
		.has_after = true,
		.after = ear->start + ear->count,
		.limit = LIMIT_PAGE,
	};

	ear->catching = true;
	frame_write_fetch(&frame, &body);
	phone_say(&talker->phone, buf_view(&frame));
}

static void on_digest(struct crowd *crowd, struct talker *talker,
		      const struct body_digest *digest)
{
	for (size_t i = 0; i < digest->rooms_count; i++) {
		unsigned room = room_of(crowd, &digest->rooms[i].room);
		if (room == SITE_ROOMS)
			continue;
		struct ear *ear = &talker->ears[room];
		if (!ear->known)
			ear->start = digest->rooms[i].head;
		else if (ear->epoch != digest->rooms[i].epoch)
			complain("room %u has another epoch", room);
		ear->known = true;
		ear->epoch = digest->rooms[i].epoch;
		say_sub(crowd, talker, room);
	}
	if (digest->more)
		return;
	talker->welcome = true;
	talker->resumes++;
	say_all_again(crowd, talker);
}

static void on_page(struct crowd *crowd, struct talker *talker,
		    const struct body_page *page)
{
	unsigned room = room_of(crowd, &page->room);

	for (size_t i = 0; i < page->events_count; i++)
		hear_seq(talker, room, page->events[i].seq, &page->events[i].cid);
	if (!page->complete_after && page->events_count)
		say_fetch(crowd, talker, room);
	else
		say_sub(crowd, talker, room);
}

static void on_nack(struct crowd *crowd, struct talker *talker,
		    const struct body_nack *nack)
{
	const struct op *op = book_find(crowd->book, &nack->cid);
	enum err err = err_from_word((const char *)nack->code.ptr, nack->code.len);
	const struct op *target =
		op && op->target ? book_op(crowd->book, op->target) : NULL;

	if (!op || op->state != OP_OPEN) {
		crowd->stale++; /* it was asked for twice, and one was answered well */
		return;
	}
	/* What it changes may have been refused for now, too: both are asked for again. */
	bool early = err == ERR_NOT_FOUND && target && target->state == OP_OPEN;
	if (err == ERR_BUSY || err == ERR_RATE || early) {
		crowd->busy++;
		if (!talker->again_ms)
			talker->again_ms = now_ms() + AGAIN_MS;
		return;
	}
	settle(talker, op->number);
	book_refuse(crowd->book, &nack->cid, nack->code);
}

static void on_ack(struct crowd *crowd, struct talker *talker, const struct body_ack *ack)
{
	const struct op *op = book_find(crowd->book, &ack->cid);
	unsigned room = room_of(crowd, &ack->room);

	book_ack(crowd->book, ack);
	if (op)
		settle(talker, op->number);
	if (room < SITE_ROOMS && ack->dup) {
		struct ear *ear = &talker->ears[room];
		ear->head = ack->seq > ear->head ? ack->seq : ear->head;
	} else if (room < SITE_ROOMS) {
		judge(talker, room, ack->seq,
		      ear_acked(&talker->ears[room], ack->seq, &ack->cid));
	}
}

union heard {
	struct body_ack ack;
	struct body_digest digest;
	struct body_event event;
	struct body_lag lag;
	struct body_nack nack;
	struct body_page page;
	struct body_reset reset;
	struct body_subbed subbed;
	struct body_error error;
};

/* Too much was missed for a replay, and pages follow. In this play no log ever begins anew,
 * and none may be shorter than what was heard of it. */
static void on_reset(struct crowd *crowd, struct talker *talker,
		     const struct body_reset *reset)
{
	unsigned room = room_of(crowd, &reset->room);
	struct ear *ear = &talker->ears[room];

	if (reset->epoch != ear->epoch)
		complain("room %u: a reset to another epoch", room);
	if (reset->head < ear->start + ear->count) {
		complain("LOST: user%u has heard room %u to %llu, its head is %llu",
			 talker->who, room, (unsigned long long)(ear->start + ear->count),
			 (unsigned long long)reset->head);
		ear->catching = false;
		return;
	}
	say_fetch(crowd, talker, room);
}

/* The frames that matter here. */
static void on_frame(struct crowd *crowd, struct talker *talker, enum frame_type type,
		     const union heard *heard)
{
	unsigned room;

	switch (type) {
	case FRAME_ACK: on_ack(crowd, talker, &heard->ack); break;
	case FRAME_NACK: on_nack(crowd, talker, &heard->nack); break;
	case FRAME_DIGEST: on_digest(crowd, talker, &heard->digest); break;
	case FRAME_PAGE: on_page(crowd, talker, &heard->page); break;
	case FRAME_EVENT:
		room = room_of(crowd, &heard->event.room);
		if (room < SITE_ROOMS)
			hear_seq(talker, room, heard->event.seq, &heard->event.cid);
		break;
	case FRAME_SUBBED:
		room = room_of(crowd, &heard->subbed.room);
		talker->ears[room].catching = false;
		if (heard->subbed.head > talker->ears[room].head)
			talker->ears[room].head = heard->subbed.head;
		break;
	case FRAME_RESET: on_reset(crowd, talker, &heard->reset); break;
	case FRAME_LAG: say_sub(crowd, talker, room_of(crowd, &heard->lag.room)); break;
	case FRAME_ERROR: /* busy: reading is refused as well when too much waits */
		complain("user%u was told: %.*s", talker->who, (int)heard->error.code.len,
			 (const char *)heard->error.code.ptr);
		break;
	default: break;
	}
}

static void hear_message(struct crowd *crowd, struct talker *talker, struct bytes text)
{
	for (struct bytes one; (one = frame_split(&text)).len;) {
		struct frame frame;
		union heard heard;
		enum err err = frame_parse(one, &frame);
		if (err == ERR_UNKNOWN_TYPE)
			continue;
		must(err == ERR_OK, "a frame that cannot be read");
		switch (frame.type) {
		case FRAME_ACK:
		case FRAME_NACK:
		case FRAME_DIGEST:
		case FRAME_PAGE:
		case FRAME_EVENT:
		case FRAME_SUBBED:
		case FRAME_RESET:
		case FRAME_LAG:
		case FRAME_ERROR:
			err = frame_read(&frame, frame.type, &heard, NULL);
			must(err == ERR_OK, "a body that cannot be read");
			on_frame(crowd, talker, frame.type, &heard);
			break;
		default: break;
		}
		frame_done(&frame);
	}
}

/* ---- a turn ---- */

static void say_hello(struct crowd *crowd, struct talker *talker)
{
	AUTO(str_done) struct str token = STR_INIT;
	AUTO(buf_done) struct buf frame = BUF_INIT;

	site_token(crowd->site, talker->who, &token);
	struct body_hello body = {
		.v = LIMIT_PROTOCOL,
		.token = str_view(&token),
		.batch = true,
	};
	frame_write_hello(&frame, &body);
	phone_say(&talker->phone, buf_view(&frame));
}

static void dial(struct crowd *crowd, struct talker *talker)
{
	if (now_ms() < talker->dial_ms)
		return;
	talker->dial_ms = now_ms() + DIAL_MS;
	talker->welcome = false;
	if (phone_dial(&talker->phone))
		say_hello(crowd, talker);
}

static bool may_ask(const struct crowd *crowd, const struct talker *talker)
{
	return crowd->talking && talker->welcome && !talker->again_ms &&
	       talker->open_count < CROWD_WINDOW;
}

static void hear(struct crowd *crowd, struct talker *talker)
{
	struct bytes text;

	phone_pump(&talker->phone);
	while (phone_hear(&talker->phone, &text))
		hear_message(crowd, talker, text);
}

static void talker_turn(struct crowd *crowd, struct talker *talker)
{
	hear(crowd, talker);
	if (talker->phone.fd < 0) {
		dial(crowd, talker);
		return;
	}
	if (talker->again_ms && now_ms() >= talker->again_ms && talker->welcome)
		say_all_again(crowd, talker);
	while (may_ask(crowd, talker))
		ask_new(crowd, talker);
	phone_pump(&talker->phone);
}

void crowd_turn(struct crowd *crowd, int timeout_ms)
{
	struct pollfd polls[CROWD_TALKERS + CROWD_POSTERS];

	for (unsigned i = 0; i < CROWD_TALKERS; i++) {
		const struct phone *phone = &crowd->talkers[i].phone;
		polls[i] = (struct pollfd){phone->fd, phone_wants(phone), 0};
		if (phone->fd < 0)
			timeout_ms = timeout_ms < DIAL_MS ? timeout_ms : DIAL_MS;
	}
	for (unsigned i = 0; i < CROWD_POSTERS; i++)
		polls[CROWD_TALKERS + i] = (struct pollfd){
			crowd->posters[i].fd, poster_wants(&crowd->posters[i]), 0};
	poll(polls, CROWD_TALKERS + CROWD_POSTERS, timeout_ms);
	for (unsigned i = 0; i < CROWD_TALKERS; i++)
		talker_turn(crowd, &crowd->talkers[i]);
	for (unsigned i = 0; i < CROWD_POSTERS; i++)
		poster_turn(crowd, &crowd->posters[i]);
}

unsigned crowd_bury(struct crowd *crowd)
{
	unsigned count = 0;

	for (unsigned i = 0; i < CROWD_TALKERS; i++) {
		struct talker *talker = &crowd->talkers[i];
		bool sent = talker->welcome && talker->phone.fd >= 0;
		while (talker->phone.fd >= 0) {
			struct pollfd end = {talker->phone.fd, POLLIN, 0};
			must(poll(&end, 1, 5000) == 1,
			     "a killed server's connections end");
			hear(crowd, talker);
		}
		hear(crowd, talker);
		/* What waits in our own queue has not been sent. */
		if (sent && !talker->phone.out.len)
			count += (unsigned)talker->open_count;
		talker->welcome = false;
	}
	for (unsigned i = 0; i < CROWD_POSTERS; i++)
		count += crowd->posters[i].open && crowd->posters[i].written;
	return count;
}

unsigned crowd_open(const struct crowd *crowd)
{
	unsigned count = 0;

	for (unsigned i = 0; i < CROWD_TALKERS; i++)
		count += (unsigned)crowd->talkers[i].open_count;
	for (unsigned i = 0; i < CROWD_POSTERS; i++)
		count += crowd->posters[i].open != 0;
	return count;
}

/* The greatest seq of a room that anybody knows of. */
static uint64_t head_of(const struct crowd *crowd, unsigned room)
{
	uint64_t head = crowd->book->heads[room];

	for (unsigned i = 0; i < CROWD_TALKERS; i++) {
		const struct ear *ear = &crowd->talkers[i].ears[room];
		head = ear->head > head ? ear->head : head;
	}
	return head;
}

bool crowd_settled(const struct crowd *crowd)
{
	if (crowd_open(crowd))
		return false;
	for (unsigned room = 0; room < SITE_ROOMS; room++) {
		uint64_t head = head_of(crowd, room);
		for (unsigned i = 0; i < CROWD_TALKERS; i++) {
			const struct ear *ear = &crowd->talkers[i].ears[room];
			if (!ear->known || ear->catching ||
			    ear->start + ear->count < head)
				return false;
		}
	}
	return true;
}

void crowd_tell(const struct crowd *crowd)
{
	for (unsigned i = 0; i < CROWD_TALKERS; i++) {
		const struct talker *talker = &crowd->talkers[i];
		remark("user%u: fd %d, up %d, welcome %d, open %zu", talker->who,
		       talker->phone.fd, talker->phone.up, talker->welcome,
		       talker->open_count);
		for (unsigned room = 0; room < SITE_ROOMS; room++) {
			const struct ear *ear = &talker->ears[room];
			remark("  room %u: heard %llu of %llu%s", room,
			       (unsigned long long)(ear->start + ear->count),
			       (unsigned long long)head_of(crowd, room),
			       ear->catching ? ", catching up" : "");
		}
	}
	for (unsigned i = 0; i < CROWD_POSTERS; i++)
		remark("poster %u: fd %d, open %u", i, crowd->posters[i].fd,
		       crowd->posters[i].open);
}

void crowd_compare(const struct crowd *crowd)
{
	for (unsigned i = 0; i < CROWD_TALKERS; i++) {
		for (unsigned room = 0; room < SITE_ROOMS; room++) {
			const struct ear *ear = &crowd->talkers[i].ears[room];
			const struct book_log *log = &crowd->book->logs[room];
			if (ear->start + ear->count != log->count) {
				complain("user%u has heard room %u to %llu, it reads %zu",
					 i, room,
					 (unsigned long long)(ear->start + ear->count),
					 log->count);
				continue;
			}
			if (ear->count && memcmp(ear->cids, log->cids + ear->start,
						 ear->count * sizeof(*ear->cids)) != 0)
				complain("user%u has heard room %u in another order", i,
					 room);
		}
	}
}
