/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guest makes of what it hears. A frame is looked at by its beginning and a few
 * numbers in it.
 */
#include "tests/bench/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 200,
	ODD_SHOWN = 20,
};

static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t hash = 1469598103934665603u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 1099511628211u;
	return hash | 1;
}

static uint64_t number_after(const char *data, size_t len, const char *word)
{
	const char *at = memmem(data, len, word, strlen(word));

	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

static void take_sample(struct crowd *crowd, const char *data, size_t len)
{
	const char *at = memmem(data, len, "\"text\":\"@", 9);
	double age = at ? now_s() - strtod(at + 9, NULL) : 0;

	if (crowd->samples && at && crowd->sample_count < crowd->sample_cap)
		crowd->samples[crowd->sample_count++] = (uint32_t)(age * 1e6);
	if (age > crowd->latest_s)
		crowd->latest_s = age;
}

/* The first few things that must not be, with their bytes, for whoever looks for the cause. */
static void show_odd(const struct guest *guest, const char *what, const char *data,
		     size_t len)
{
	struct crowd *crowd = guest->crowd;

	if (crowd->shown++ >= ODD_SHOWN)
		return;
	printf("  %s: guest %u at seq %llu, head %llu, join %u: %.*s\n", what, guest->who,
	       (unsigned long long)guest->seq, (unsigned long long)guest->head,
	       guest->joins, (int)(len < 300 ? len : 300), data);
	fflush(stdout);
}

/* What a guest says again after it has come back may be acknowledged before the replay,
 * which has it too: only those of others must not come twice. */
static bool is_own(const struct guest *guest, const char *data, size_t len)
{
	struct id_text user = id_text(&guest_person(guest)->user);

	return memmem(data, len, user.text, ID_TEXT_LEN) != NULL;
}

static void fetch(struct guest *guest)
{
	struct id_text room = id_text(&guest_person(guest)->room);

	if (guest->fetching)
		return;
	guest->fetching = true;
	guest_put(guest,
		  "{\"type\":\"fetch\",\"id\":1,\"room\":\"%s\",\"after\":%llu,\"limit\":"
		  "%d}",
		  room.text, (unsigned long long)guest->seq, PAGE);
}

/* An event of the room, also by the ack of its sender: the next one, or nothing yet. */
static void hear(struct guest *guest, uint64_t seq, const char *data, size_t len,
		 bool live)
{
	struct crowd *crowd = guest->crowd;
	const char *cid = memmem(data, len, "\"cid\":\"", 7);

	if (seq > guest->head)
		guest->head = seq;
	if (seq <= guest->seq) {
		if (live && seq > guest->paged && !is_own(guest, data, len)) {
			crowd->tally.doubled++;
			show_odd(guest, "doubled", data, len);
		}
		return;
	}
	if (seq > guest->seq + 1) {
		if (live && !guest->fetching) {
			crowd->tally.holes++;
			show_odd(guest, "hole", data, len);
		}
		fetch(guest);
		return;
	}
	guest->seq = seq;
	if (!live)
		guest->paged = seq; /* pages know nothing of what is on its way */
	crowd->tally.events++;
	crowd_enter(guest, seq, cid ? hash_of(cid + 7, ID_TEXT_LEN) : seq << 1 | 1);
}

static void take_page(struct guest *guest, const char *data, size_t len)
{
	const char *at = data, *end = data + len;
	static const char mark[] = "{\"room\":";

	guest->crowd->tally.pages++;
	while ((at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1))) {
		const char *next =
			memmem(at + 1, (size_t)(end - at) - 1, mark, sizeof(mark) - 1);
		size_t size = (size_t)((next ? next : end) - at);

		hear(guest, number_after(at, size, "\"seq\":"), at, size, false);
		at += size;
	}
	guest->fetching = false;
	if (guest->seq < guest->head)
		fetch(guest);
}

static void take_reset(struct guest *guest, const char *data, size_t len)
{
	uint64_t head = number_after(data, len, "\"head\":");
	uint64_t epoch = number_after(data, len, "\"epoch\":");

	if (guest->epoch == 0) {
		guest->seq = guest->head = head;
		guest->epoch = epoch;
		guest_say_due(guest);
		return;
	}
	guest->crowd->tally.resets++;
	guest->head = head > guest->head ? head : guest->head;
	if (guest->seq < guest->head)
		fetch(guest);
}

static void take_subbed(struct guest *guest, const char *data, size_t len)
{
	if (guest->epoch == 0) /* an empty room has nothing to reset */
		take_reset(guest, data, len);
}

static void take_ack(struct guest *guest, const char *data, size_t len)
{
	uint64_t seq = number_after(data, len, "\"seq\":");
	struct id_text want = guest_cid(guest, guest->acked);

	if (!memmem(data, len, want.text, ID_TEXT_LEN)) {
		guest->crowd->tally.disagreed++;
		return;
	}
	guest->acked++;
	guest->crowd->tally.acks++;
	if (memmem(data, len, "\"dup\":true", 10) && seq <= guest->seq)
		return; /* it came before, as an event */
	hear(guest, seq, data, len, false);
}

static void be_in(struct guest *guest)
{
	struct id_text room = id_text(&guest_person(guest)->room);

	guest->state = GUEST_IN;
	guest->tries = 0;
	guest->back_at = 0;
	guest->joins++;
	guest->crowd->in++;
	guest->crowd->tally.joins++;
	guest->said_here = guest->acked;
	if (!guest->epoch)
		guest_put(guest, "{\"type\":\"sub\",\"room\":\"%s\"}", room.text);
	else
		guest_say_due(guest);
}

static void take_frame(struct guest *guest, const char *data, size_t len)
{
	struct crowd_tally *tally = &guest->crowd->tally;
	const char *type = data + 9; /* {"type":" */

	if (len < 12)
		return;
	if (strncmp(type, "event\"", 6) == 0) {
		take_sample(guest->crowd, data, len);
		hear(guest, number_after(data, len, "\"seq\":"), data, len, true);
	} else if (strncmp(type, "ack\"", 4) == 0) {
		take_ack(guest, data, len);
	} else if (strncmp(type, "page\"", 5) == 0) {
		take_page(guest, data, len);
	} else if (strncmp(type, "digest\"", 7) == 0 && guest->state == GUEST_GREETING) {
		be_in(guest);
	} else if (strncmp(type, "reset\"", 6) == 0) {
		take_reset(guest, data, len);
	} else if (strncmp(type, "subbed\"", 7) == 0) {
		take_subbed(guest, data, len);
	} else if (strncmp(type, "lag\"", 4) == 0) {
		tally->lags++;
		guest->head = number_after(data, len, "\"head\":");
		fetch(guest);
	} else if (strncmp(type, "goaway\"", 7) == 0) {
		tally->goaways++;
		guest->back_at =
			now_s() +
			(double)number_after(data, len, "\"reconnect_ms\":") / 1000;
	} else if (strncmp(type, "nack\"", 5) == 0 || strncmp(type, "error\"", 6) == 0) {
		tally->nacks++;
		show_odd(guest, "refused", data, len);
		str_set_len(&guest->crowd->why, data, len < 200 ? len : 200);
	}
}

/* Frames of one WebSocket message are separated by newlines. */
void guest_hear(struct guest *guest, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end && guest->fd >= 0) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		eol = eol ? eol : end;
		take_frame(guest, text, (size_t)(eol - text));
		text = eol + 1;
	}
}
