/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge. Three promises are looked at: what was acknowledged is there, once and where
 * the acknowledgement said; the log has no hole and no second way to count; a message shows
 * what the last edit before its deletion made of it.
 */
#include "tests/crash/book.h"

#include <string.h>

#include "common/base/mem.h"
#include "tests/crash/fail.h"

void book_init(struct book *book, const struct site *site)
{
	*book = (struct book){.site = site};
	map_init(&book->by_cid, 1);
	book->count = 1;
	book->cap = 16;
	book->ops = mem_alloc(book->cap, sizeof(*book->ops));
}

void book_done(struct book *book)
{
	for (unsigned room = 0; room < SITE_ROOMS; room++)
		mem_free(book->logs[room].cids);
	map_done(&book->by_cid);
	mem_free(book->ops);
}

uint32_t book_add(struct book *book, const struct op *op)
{
	uint32_t number = (uint32_t)book->count;

	if (book->count == book->cap) {
		book->cap = mem_grow(book->cap, book->count + 1);
		book->ops = mem_resize(book->ops, book->cap, sizeof(*book->ops));
	}
	book->ops[number] = *op;
	book->ops[number].number = number;
	book->count++;
	map_put(&book->by_cid, &op->cid, (void *)(uintptr_t)number);
	return number;
}

struct op *book_op(struct book *book, uint32_t number)
{
	return &book->ops[number];
}

struct op *book_find(struct book *book, const struct id *cid)
{
	uintptr_t number = (uintptr_t)map_get(&book->by_cid, cid);

	return number ? &book->ops[number] : NULL;
}

void book_text(const struct book *book, const struct op *op, struct str *out)
{
	static const char filler[] = "as people write them when they have something to "
				     "say and a little time to say it in, now and then";

	switch (op->kind) {
	case EVENT_REACT: str_addf(out, "r%u", op->number); break;
	case EVENT_UNREACT: str_addf(out, "r%u", op->about); break;
	case EVENT_MESSAGE:
	case EVENT_EDIT:
		str_addf(out, "word %u of user%u, %.*s", op->number, op->who,
			 (int)(op->number * 7919 % (sizeof(filler) - 1)), filler);
		break;
	default: break;
	}
}

static uint64_t fingerprint(struct bytes text)
{
	uint64_t hash = 14695981039346656037ull; /* FNV-1a */

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ text.ptr[i]) * 1099511628211ull;
	return hash;
}

static uint64_t fingerprint_of(const struct book *book, const struct op *op)
{
	AUTO(str_done) struct str text = STR_INIT;

	book_text(book, op, &text);
	return fingerprint(str_view(&text));
}

void book_ack(struct book *book, const struct body_ack *ack)
{
	struct op *op = book_find(book, &ack->cid);

	if (!op) {
		complain("an acknowledgement of something nobody sent: %s",
			 id_text(&ack->cid).text);
		return;
	}
	if (!id_equal(&ack->room, &book->site->rooms[op->room]))
		complain("request %u was acknowledged in another room", op->number);
	if (op->state == OP_ACKED && (op->seq != ack->seq || op->ts != ack->ts))
		complain("request %u was acknowledged twice: seq %llu, then %llu",
			 op->number, (unsigned long long)op->seq,
			 (unsigned long long)ack->seq);
	if (op->state == OP_REFUSED)
		complain("request %u was refused, then acknowledged", op->number);
	if (ack->seq > book->heads[op->room])
		book->heads[op->room] = ack->seq;
	book->dups += ack->dup;
	book->acked += op->state == OP_OPEN;
	op->state = OP_ACKED;
	op->seq = ack->seq;
	op->ts = ack->ts;
}

void book_refuse(struct book *book, const struct id *cid, struct bytes code)
{
	struct op *op = book_find(book, cid);

	if (!op) {
		complain("a refusal of something nobody sent");
		return;
	}
	/* Who reacts to a message of another may come too late for it. */
	struct op *target = op->target ? book_op(book, op->target) : NULL;
	bool late = (op->kind == EVENT_REACT || op->kind == EVENT_UNREACT) && target &&
		    target->going;
	if (!late)
		complain("request %u (kind %d) was refused: %.*s", op->number, op->kind,
			 (int)code.len, (const char *)code.ptr);
	if (op->state == OP_ACKED)
		complain("request %u was acknowledged, then refused", op->number);
	op->state = OP_REFUSED;
	book->refused++;
}

/* ---- a reading ---- */

void book_begin(struct book *book)
{
	book->pass++;
	for (unsigned room = 0; room < SITE_ROOMS; room++) {
		struct book_log *log = &book->logs[room];
		log->count = 0;
		log->last_ts = log->last_ord = log->messages = 0;
	}
}

static void log_put(struct book_log *log, const struct id *cid)
{
	if (log->count == log->cap) {
		log->cap = mem_grow(log->cap, log->count + 1);
		log->cids = mem_resize(log->cids, log->cap, sizeof(*log->cids));
	}
	log->cids[log->count++] = *cid;
}

static void check_place(struct book_log *log, unsigned room,
			const struct body_event *event)
{
	bool message = event->kind == EVENT_MESSAGE && !event->quiet;

	if (event->seq != log->count + 1)
		complain("room %u: seq %llu follows %zu", room,
			 (unsigned long long)event->seq, log->count);
	if (event->ts < log->last_ts)
		complain("room %u seq %llu: time goes back", room,
			 (unsigned long long)event->seq);
	if (event->ord < log->last_ord || event->ord > log->last_ord + 1 ||
	    (message && event->ord != log->last_ord + 1))
		complain("room %u seq %llu: ord %llu follows %llu", room,
			 (unsigned long long)event->seq, (unsigned long long)event->ord,
			 (unsigned long long)log->last_ord);
	log->last_ts = event->ts;
	log->last_ord = event->ord;
	log->messages += message;
}

static void check_row(struct book *book, struct op *op, unsigned room,
		      const struct body_event *event)
{
	unsigned long long seq = event->seq;

	if (op->pass == book->pass)
		complain("request %u is stored twice: room %u, again at seq %llu",
			 op->number, room, seq);
	op->pass = book->pass;
	if (op->room != room || op->kind != (enum event_kind)event->kind ||
	    !id_equal(&event->from, &book->site->people[op->who].user))
		complain("room %u seq %llu is not what request %u asked for", room, seq,
			 op->number);
	if (op->state == OP_ACKED && (op->seq != seq || op->ts != event->ts))
		complain("request %u was acknowledged as seq %llu and stands at %llu",
			 op->number, (unsigned long long)op->seq, seq);
	if (op->state == OP_REFUSED)
		complain("request %u was refused and is stored", op->number);
	if (op->target && !id_equal(&event->target, &book->ops[op->target].cid))
		complain("room %u seq %llu has another target", room, seq);
}

static void note_effect(struct book *book, struct op *op, const struct body_event *event)
{
	struct op *target = op->target ? &book->ops[op->target] : NULL;

	switch (op->kind) {
	case EVENT_MESSAGE:
		op->final_op = 0;
		op->gone = false;
		op->shown = fingerprint(event->text);
		op->shown_gone = event->deleted;
		op->shown_edited = event->edited;
		break;
	case EVENT_EDIT: target->final_op = op->number; break;
	case EVENT_DELETE: target->gone = true; break;
	default: break;
	}
}

void book_read(struct book *book, unsigned room, const struct body_event *event)
{
	struct book_log *log = &book->logs[room];
	struct op *op = id_is_zero(&event->cid) ? NULL : book_find(book, &event->cid);

	check_place(log, room, event);
	log_put(log, &event->cid);
	if (!op) {
		if (event->kind != EVENT_MEMBER)
			complain("room %u seq %llu is an event that nobody asked for",
				 room, (unsigned long long)event->seq);
		return;
	}
	check_row(book, op, room, event);
	note_effect(book, op, event);
}

static void check_shown(const struct book *book, const struct op *op)
{
	const struct op *last = op->final_op ? &book->ops[op->final_op] : op;

	if (op->gone) {
		if (!op->shown_gone || op->shown != fingerprint(bytes_of(NULL, 0)))
			complain("message %u was deleted and is still shown", op->number);
		return;
	}
	if (op->shown_gone)
		complain("message %u is gone and nobody deleted it", op->number);
	else if (op->shown_edited != (op->final_op != 0) ||
		 op->shown != fingerprint_of(book, last))
		complain("message %u does not show what request %u made of it",
			 op->number, last->number);
}

void book_end(struct book *book)
{
	for (uint32_t i = 1; i < book->count; i++) {
		const struct op *op = &book->ops[i];
		bool there = op->pass == book->pass;
		if (op->state == OP_ACKED && !there)
			complain("LOST: request %u (kind %d, room %u) was acknowledged "
				 "as seq %llu and is not there",
				 i, op->kind, op->room, (unsigned long long)op->seq);
		if (there && op->kind == EVENT_MESSAGE)
			check_shown(book, op);
	}
}
