/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A listener expects the next number of each sender. A number beyond it leaves a gap: what
 * fills it later came out of order, what never comes is lost. The first listener of a room
 * to hear a message writes it into the room's order, all others are compared with it.
 */
#include "tests/bench/ledger.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"

enum { RING_ONE = 1 << 16, RING_MANY = 1 << 7, GAPS = 4096, GAP_SPAN = 1000 };

struct ledger_room {
	uint32_t sent[LEDGER_SLOTS];
	uint32_t *order; /* slot and number of the latest messages, by position */
	uint64_t heard;
	bool faulty; /* something was lost or doubled here */
};

struct ledger_seat {
	uint32_t next[LEDGER_SLOTS];
	uint64_t at;  /* position in the order of the room */
	bool astray;  /* after a fault positions mean nothing */
	bool differs; /* has heard the senders in another order than the first one */
};

struct ledger_gap {
	uint32_t seat, slot, number;
};

void ledger_init(struct ledger *ledger, unsigned rooms, unsigned seats, unsigned slots,
		 bool one_order)
{
	assert(slots <= LEDGER_SLOTS && rooms > 0 && seats % rooms == 0);
	*ledger = (struct ledger){
		.rooms = rooms,
		.seats = seats,
		.slots = slots,
		.one_order = one_order,
		.room = mem_alloc(rooms, sizeof(*ledger->room)),
		.seat = mem_alloc(seats, sizeof(*ledger->seat)),
		.gaps = mem_alloc(GAPS, sizeof(*ledger->gaps)),
	};
	for (unsigned i = 0; i < rooms; i++)
		ledger->room[i].order = mem_alloc(rooms > 1 ? RING_MANY : RING_ONE,
						  sizeof(*ledger->room[i].order));
}

void ledger_done(struct ledger *ledger)
{
	for (unsigned i = 0; i < ledger->rooms; i++)
		mem_free(ledger->room[i].order);
	mem_free(ledger->room);
	mem_free(ledger->seat);
	mem_free(ledger->gaps);
	*ledger = (struct ledger){0};
}

static struct ledger_room *room_of(const struct ledger *ledger, unsigned seat)
{
	return &ledger->room[seat / (ledger->seats / ledger->rooms)];
}

uint32_t ledger_send(struct ledger *ledger, unsigned room, unsigned slot)
{
	return ledger->room[room].sent[slot]++;
}

static void note_gap(struct ledger *ledger, unsigned seat, unsigned slot, uint32_t from,
		     uint32_t to)
{
	/* Far more than any ring of ours holds: a lost stretch is counted, not kept. */
	for (uint32_t number = from; number < to; number++) {
		ledger->faults.lost++;
		if (number - from < GAP_SPAN && ledger->gap_count < GAPS)
			ledger->gaps[ledger->gap_count++] =
				(struct ledger_gap){seat, slot, number};
	}
}

/* It was missing until now: not lost then, but out of order. */
static bool fill_gap(struct ledger *ledger, unsigned seat, unsigned slot, uint32_t number)
{
	for (size_t i = 0; i < ledger->gap_count; i++) {
		struct ledger_gap *gap = &ledger->gaps[i];
		if (gap->seat == seat && gap->slot == slot && gap->number == number) {
			*gap = ledger->gaps[--ledger->gap_count];
			return true;
		}
	}
	return false;
}

static bool hear_wrong(struct ledger *ledger, unsigned seat, unsigned slot,
		       uint32_t number)
{
	struct ledger_seat *own = &ledger->seat[seat];

	own->astray = true;
	room_of(ledger, seat)->faulty = true;
	if (slot >= ledger->slots || number >= room_of(ledger, seat)->sent[slot]) {
		ledger->faults.foreign++;
	} else if (number > own->next[slot]) {
		note_gap(ledger, seat, slot, own->next[slot], number);
		own->next[slot] = number + 1;
	} else if (fill_gap(ledger, seat, slot, number)) {
		ledger->faults.lost--;
		ledger->faults.swapped++;
	} else {
		ledger->faults.doubled++;
	}
	return false;
}

/* The senders among each other. */
static bool check_order(struct ledger *ledger, struct ledger_room *room,
			struct ledger_seat *own, unsigned slot, uint32_t number)
{
	uint64_t ring = ledger->rooms > 1 ? RING_MANY : RING_ONE;
	uint32_t entry = slot << 28 | (number & 0xfffffff);

	if (own->astray)
		return true;
	uint64_t at = own->at++;
	if (at == room->heard) {
		room->order[room->heard++ % ring] = entry;
	} else if (room->heard - at > ring) {
		ledger->faults.unordered++;
	} else if (room->order[at % ring] != entry) {
		own->astray = own->differs = true;
		return false;
	}
	return true;
}

bool ledger_hear(struct ledger *ledger, unsigned seat, unsigned slot, uint32_t number)
{
	struct ledger_room *room = room_of(ledger, seat);
	struct ledger_seat *own = &ledger->seat[seat];

	if (slot >= ledger->slots || number != own->next[slot] ||
	    number >= room->sent[slot])
		return hear_wrong(ledger, seat, slot, number);
	own->next[slot]++;
	return !ledger->one_order || check_order(ledger, room, own, slot, number);
}

bool ledger_even(const struct ledger *ledger, unsigned seat)
{
	return memcmp(ledger->seat[seat].next, room_of(ledger, seat)->sent,
		      sizeof(ledger->seat[seat].next)) == 0;
}

bool ledger_close(struct ledger *ledger)
{
	struct ledger_faults *faults = &ledger->faults;

	for (unsigned i = 0; i < ledger->seats; i++) {
		struct ledger_room *room = room_of(ledger, i);
		struct ledger_seat *seat = &ledger->seat[i];
		for (unsigned slot = 0; slot < ledger->slots; slot++) {
			faults->lost += room->sent[slot] - seat->next[slot];
			room->faulty =
				room->faulty || room->sent[slot] != seat->next[slot];
			seat->next[slot] = room->sent[slot];
		}
	}
	/* What was lost or doubled shifts all that follows: that is one fault, not two. */
	for (unsigned i = 0; i < ledger->seats; i++)
		faults->swapped += ledger->seat[i].differs && !room_of(ledger, i)->faulty;
	return !(faults->lost || faults->doubled || faults->swapped || faults->foreign);
}
