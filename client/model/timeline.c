/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sorted array of messages and a hash of their ids. Live messages come at the end and
 * pages at one side, so an insertion is found from the end by a few steps; what keeps the
 * window small is trim(), which never takes what the reader is looking at.
 */
#include "client/model/timeline.h"

#include <string.h>

#include "common/base/mem.h"

/* Trimmed by a good part at once, so that it happens rarely. */
#define TRIM_BY (TIMELINE_MOST / 4)
/* Rows that are seen below a message that was looked for. */
#define BELOW 6

void timeline_init(struct timeline *timeline, uint64_t seed)
{
	*timeline = (struct timeline){.at_end = true, .view = {.follow = true}};
	map_init(&timeline->by_cid, seed);
}

void timeline_done(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->count; i++)
		message_free(&timeline->rows[i]);
	mem_free(timeline->rows);
	map_done(&timeline->by_cid);
	*timeline = (struct timeline){0};
}

void timeline_clear(struct timeline *timeline)
{
	struct timeline old = *timeline;

	timeline_init(timeline, old.by_cid.seed);
	timeline->marked = old.marked;
	timeline->mark_seq = old.mark_seq;
	timeline->changes = old.changes + 1;
	timeline_done(&old);
}

/* Without a number means: after everything that has one. */
static uint64_t order_of(const struct message *message)
{
	return message->seq ? message->seq : UINT64_MAX;
}

/* Where a message of @seq goes: behind everything that is not above it. */
static size_t place(const struct timeline *timeline, uint64_t seq)
{
	size_t low = 0;
	size_t high = timeline->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (order_of(timeline->rows[middle]) <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void put_at(struct timeline *timeline, size_t at, struct message *message)
{
	if (timeline->count == timeline->cap) {
		timeline->cap = mem_grow(timeline->cap, timeline->count + 1);
		timeline->rows = mem_resize(timeline->rows, timeline->cap,
					    sizeof(struct message *));
	}
	memmove(timeline->rows + at + 1, timeline->rows + at,
		(timeline->count - at) * sizeof(struct message *));
	timeline->rows[at] = message;
	timeline->count++;
}

static struct message *take_at(struct timeline *timeline, size_t at)
{
	struct message *message = timeline->rows[at];

	memmove(timeline->rows + at, timeline->rows + at + 1,
		(timeline->count - at - 1) * sizeof(struct message *));
	timeline->count--;
	return message;
}

size_t timeline_index(const struct timeline *timeline, const struct id *cid)
{
	const struct message *message = timeline_find(timeline, cid);

	if (!message)
		return timeline->count;
	size_t at = place(timeline, order_of(message));
	while (at > 0 && timeline->rows[at - 1] != message)
		at--;
	return at > 0 ? at - 1 : timeline->count;
}

struct message *timeline_find(const struct timeline *timeline, const struct id *cid)
{
	return timeline->by_cid.count ? map_get(&timeline->by_cid, cid) : NULL;
}

/* The anchor goes to a neighbour when its message leaves. */
static void drop_at(struct timeline *timeline, size_t at)
{
	struct message *message = take_at(timeline, at);

	if (!timeline->view.follow && id_equal(&timeline->view.anchor, &message->cid)) {
		if (timeline->count == 0)
			timeline_follow(timeline);
		else
			timeline_anchor(timeline, &timeline->rows[at ? at - 1 : 0]->cid,
					0);
	}
	map_remove(&timeline->by_cid, &message->cid);
	message_free(&message);
	timeline->changes++;
}

/* Forget the end that is further from the reader. What is not sent yet stays: it is
 * nowhere else on the screen. */
static void trim(struct timeline *timeline)
{
	size_t anchor = timeline->count;
	size_t cut;

	if (timeline->count <= TIMELINE_MOST)
		return;
	if (!timeline->view.follow)
		anchor = timeline_index(timeline, &timeline->view.anchor);
	if (anchor >= timeline->count / 2) {
		for (cut = 0; cut < TRIM_BY && timeline->rows[cut]->seq; cut++) {
			map_remove(&timeline->by_cid, &timeline->rows[cut]->cid);
			message_free(&timeline->rows[cut]);
		}
		timeline->count -= cut;
		memmove(timeline->rows, timeline->rows + cut,
			timeline->count * sizeof(struct message *));
		timeline->at_start = false;
	} else {
		size_t end = place(timeline, UINT64_MAX - 1);
		for (cut = 0; cut < TRIM_BY && end > 0; cut++, end--)
			drop_at(timeline, end - 1);
		timeline->at_end = false;
	}
	timeline->changes++;
}

/* Whether messages that are not loaded lie between the last one that is and @seq. What would
 * be put behind such a hole seems to follow on, so that nobody asks for what is in it. */
static bool is_far(const struct timeline *timeline, uint64_t seq)
{
	return !timeline->at_end && seq > timeline_last_seq(timeline) + 1;
}

/* Another copy of a message that is here: newer facts win, the place may change. */
static struct message *renew(struct timeline *timeline, struct message *old,
			     struct message **message)
{
	size_t at = timeline_index(timeline, &old->cid);
	struct message *kept = *message;

	kept->flags |= old->flags & MESSAGE_READ;
	/* They come beside a message, not with it. */
	if (!(kept->flags & MESSAGE_DELETED) && !kept->reactions.count) {
		kept->reactions = old->reactions;
		old->reactions = (struct reactions){0};
	}
	take_at(timeline, at);
	message_free(&old);
	put_at(timeline, place(timeline, order_of(kept)), kept);
	map_put(&timeline->by_cid, &kept->cid, kept);
	timeline->changes++;
	*message = NULL;
	return kept;
}

struct message *timeline_add(struct timeline *timeline, struct message **message)
{
	struct message *kept = *message;
	struct message *old = timeline_find(timeline, &kept->cid);
	struct id cid = kept->cid;

	if (old && old->seq && !kept->seq) {
		message_free(message); /* an echo of the outbox behind the event */
		return old;
	}
	if (old && !old->seq && is_far(timeline, kept->seq)) {
		message_free(message);
		timeline_remove(timeline, &cid);
		return NULL;
	}
	if (old)
		return renew(timeline, old, message);
	if (!timeline->view.follow && kept->seq > timeline_last_seq(timeline))
		timeline->view.below++;
	if (!timeline->at_end && kept->seq > timeline_last_seq(timeline)) {
		message_free(message);
		return NULL;
	}
	*message = NULL;
	put_at(timeline, place(timeline, order_of(kept)), kept);
	map_put(&timeline->by_cid, &kept->cid, kept);
	timeline->changes++;
	trim(timeline);
	return timeline_find(timeline, &cid);
}

void timeline_add_page(struct timeline *timeline, struct message **messages, size_t count)
{
	size_t below = timeline->view.below;
	bool at_end = timeline->at_end;

	timeline->at_end = true;
	for (size_t i = 0; i < count; i++)
		timeline_add(timeline, &messages[i]);
	/* What a page brings was there before; it is not new. */
	timeline->view.below = below;
	timeline->at_end = timeline->at_end && at_end;
	timeline->loading = false;
	timeline->changes++;
}

bool timeline_ack(struct timeline *timeline, const struct id *cid, uint64_t seq,
		  uint64_t ts_ms)
{
	struct message *message = timeline_find(timeline, cid);

	if (!message)
		return false;
	if (message->state == MESSAGE_SENT)
		return true;
	if (is_far(timeline, seq))
		return timeline_remove(timeline, cid);
	take_at(timeline, timeline_index(timeline, cid));
	message->state = MESSAGE_SENT;
	message->seq = seq;
	message->ts_ms = ts_ms;
	put_at(timeline, place(timeline, seq), message);
	timeline->changes++;
	return true;
}

bool timeline_part(struct timeline *timeline, const struct id *cid, unsigned part)
{
	struct message *message = timeline_find(timeline, cid);

	if (!message || message->state != MESSAGE_PENDING || message->part == part)
		return false;
	message->part = part;
	timeline->changes++;
	return true;
}

bool timeline_fail(struct timeline *timeline, const struct id *cid, enum err why)
{
	struct message *message = timeline_find(timeline, cid);

	if (!message || message->state == MESSAGE_SENT)
		return false;
	message->state = MESSAGE_FAILED;
	message->why = why;
	timeline->changes++;
	return true;
}

bool timeline_edit(struct timeline *timeline, const struct id *cid, const char *text,
		   size_t len)
{
	struct message *message = timeline_find(timeline, cid);

	if (!message || (message->flags & MESSAGE_DELETED))
		return false;
	str_set_len(&message->text, text, len);
	message->flags |= MESSAGE_EDITED;
	timeline->changes++;
	return true;
}

bool timeline_delete(struct timeline *timeline, const struct id *cid)
{
	struct message *message = timeline_find(timeline, cid);

	if (!message)
		return false;
	str_clear(&message->text);
	reactions_done(&message->reactions);
	message->flags |= MESSAGE_DELETED;
	timeline->changes++;
	return true;
}

bool timeline_react(struct timeline *timeline, const struct id *cid,
		    const struct id *from, struct bytes text, bool on)
{
	struct message *message = timeline_find(timeline, cid);

	if (!message || (message->flags & MESSAGE_DELETED) ||
	    !reactions_set(&message->reactions, from, text, on))
		return false;
	timeline->changes++;
	return true;
}

bool timeline_remove(struct timeline *timeline, const struct id *cid)
{
	size_t at = timeline_index(timeline, cid);

	if (at == timeline->count)
		return false;
	drop_at(timeline, at);
	return true;
}

void timeline_read_by_all(struct timeline *timeline, const struct id *self, uint64_t seq)
{
	for (size_t i = timeline->count; i-- > 0;) {
		struct message *message = timeline->rows[i];
		if (!message->seq || message->seq > seq ||
		    !id_equal(&message->sender, self))
			continue;
		if (message->flags & MESSAGE_READ)
			return; /* and so are all before it */
		message->flags |= MESSAGE_READ;
		timeline->changes++;
	}
}

uint64_t timeline_first_seq(const struct timeline *timeline)
{
	return timeline->count ? timeline->rows[0]->seq : 0;
}

uint64_t timeline_last_seq(const struct timeline *timeline)
{
	size_t end = place(timeline, UINT64_MAX - 1);

	return end ? timeline->rows[end - 1]->seq : 0;
}

struct message *timeline_last_of(const struct timeline *timeline, const struct id *sender)
{
	for (size_t i = timeline->count; i-- > 0;) {
		struct message *message = timeline->rows[i];
		if (id_equal(&message->sender, sender) &&
		    !(message->flags & (MESSAGE_DELETED | MESSAGE_NOTICE)))
			return message;
	}
	return NULL;
}

void timeline_mark(struct timeline *timeline, bool on, uint64_t seq)
{
	timeline->marked = on;
	timeline->mark_seq = seq;
	timeline->changes++;
}

void timeline_cover(struct timeline *timeline, uint64_t seq)
{
	timeline_follow(timeline);
	timeline->covered_seq = seq;
	timeline->changes++;
}

bool timeline_uncover(struct timeline *timeline)
{
	bool covered = timeline->covered_seq > 0;

	timeline->covered_seq = 0;
	timeline->changes += covered;
	return covered;
}

void timeline_follow(struct timeline *timeline)
{
	timeline->view = (struct timeline_view){.follow = true};
}

void timeline_anchor(struct timeline *timeline, const struct id *cid, size_t line)
{
	timeline->view.follow = false;
	timeline->view.anchor = *cid;
	timeline->view.line = line;
}

struct message *timeline_picked(const struct timeline *timeline)
{
	return id_is_zero(&timeline->picked) ? NULL
					     : timeline_find(timeline, &timeline->picked);
}

static bool can_be_picked(const struct message *message)
{
	return message->state == MESSAGE_SENT &&
	       !(message->flags & (MESSAGE_DELETED | MESSAGE_NOTICE));
}

struct message *timeline_pick(struct timeline *timeline, int step)
{
	size_t at = timeline->count;

	if (timeline_picked(timeline))
		at = timeline_index(timeline, &timeline->picked);
	else
		step = -1;
	/* Wraps to a great number below 0, which ends it too. */
	for (at += (size_t)step; at < timeline->count; at += (size_t)step) {
		struct message *message = timeline->rows[at];
		if (!can_be_picked(message))
			continue;
		timeline->picked = message->cid;
		return message;
	}
	return NULL;
}

void timeline_unpick(struct timeline *timeline)
{
	timeline->picked = (struct id){0};
}

/* About so many rows of a terminal. */
static size_t rows_of(const struct message *message)
{
	size_t rows = 1 + message->text.len / 40;

	for (size_t i = 0; i < message->text.len; i++)
		rows += message->text.ptr[i] == '\n';
	return rows;
}

void timeline_show(struct timeline *timeline, const struct id *cid)
{
	size_t at = timeline_index(timeline, cid);
	size_t rows = 0;

	if (at == timeline->count)
		return;
	timeline->picked = *cid;
	timeline_uncover(timeline);
	while (at + 1 < timeline->count &&
	       rows + rows_of(timeline->rows[at + 1]) <= BELOW)
		rows += rows_of(timeline->rows[++at]);
	if (at + 1 == timeline->count && timeline->at_end)
		timeline_follow(timeline);
	else
		timeline_anchor(timeline, &timeline->rows[at]->cid, 0);
}
