/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who has heard what: finds every message that was lost, doubled or put out of order,
 *  for each listener. Messages of a sender are numbered; where a server promises one order
 *  for a room, all its listeners must also have heard all senders in the same order.
 *  Thread: one. */
#ifndef CHAT_BENCH_LEDGER_H
#define CHAT_BENCH_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_SLOTS 16 /**< senders of one room */

struct ledger_faults {
	uint64_t lost, doubled, swapped;
	uint64_t foreign;   /**< of a sender that is not in the room, or never sent */
	uint64_t unordered; /**< too far behind to compare; no fault */
};

struct ledger_room;
struct ledger_seat;
struct ledger_gap;

struct ledger {
	unsigned rooms, seats, slots;
	bool one_order;
	struct ledger_room *room;
	struct ledger_seat *seat;
	struct ledger_gap *gaps; /**< not heard while later ones were */
	size_t gap_count;
	struct ledger_faults faults;
};

/** @seats listeners in @rooms rooms of equal size, one after the other, and @slots senders
 *  in each room. @one_order: the order of different senders is compared too. */
void ledger_init(struct ledger *ledger, unsigned rooms, unsigned seats, unsigned slots,
		 bool one_order);
void ledger_done(struct ledger *ledger);

/** The number for the next message of @slot in @room. */
uint32_t ledger_send(struct ledger *ledger, unsigned room, unsigned slot);
/** @seat has heard a message. False when that was a fault. */
bool ledger_hear(struct ledger *ledger, unsigned seat, unsigned slot, uint32_t number);
/** Whether @seat has heard everything that was sent. */
bool ledger_even(const struct ledger *ledger, unsigned seat);
/** Nothing more will come: what was not heard is lost. True when nothing is wrong. */
bool ledger_close(struct ledger *ledger);

#endif
