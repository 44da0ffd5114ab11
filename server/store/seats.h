/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the writing connection remembers of rooms and of those who send there, so that a
 *  send costs one statement: its seat is known, and that the room's log has grown is
 *  written once per room and transaction, not once per message.
 *
 *  It is never wrong, by four rules. (1) Rows are remembered only inside of the group
 *  transaction and outside of savepoints, so nothing that is remembered can be undone but
 *  by the group. (2) Whatever statement is not known to leave them alone ends what is
 *  remembered; a query finds what was noted written. (3) What is noted is written before a
 *  savepoint begins and before the commit. (4) A rollback, a failed commit and another
 *  connection that wrote end all of it.
 *  For store.c and the store_*.c files; core asks store_room.h. Thread: the store's. */
#ifndef CHAT_STORE_SEATS_H
#define CHAT_STORE_SEATS_H

#include "server/store/row.h"
#include "server/store/store.h"

/** Owns: the caller, ended with seats_free(). @seed: random bits. */
struct seats *seats_new(uint64_t seed) MUST_CHECK;
void seats_free(struct seats **seats);

/** Before @stmt runs: rule 2. Errors: those of the statements that write what is noted. */
enum err seats_before(struct store *store, enum stmt stmt,
		      const struct value *args) MUST_CHECK;
/** Write what is noted: rule 3. */
enum err seats_settle(struct store *store) MUST_CHECK;
/** End what is remembered, and drop what is noted: rule 4. */
void seats_forget(struct seats *seats);
/** Forget when @version, the driver's, is not the one of the last call. */
void seats_check_version(struct seats *seats, uint64_t version);

/** The seat of @user in @room, if it is remembered. */
bool seats_find(const struct store *store, const struct id *room, const struct id *user,
		struct seat_row *ret_seat);
/** Remember @seat, which was just loaded, where rule 1 allows it; and put in what is noted
 *  of its room. */
void seats_keep(struct store *store, struct seat_row *seat);
/** Whether what @seat does is noted. */
bool seats_notes(const struct store *store, const struct seat_row *seat);
/** Note the end of the log of @seat's room. False: write it yourself. */
bool seats_note_head(struct store *store, const struct seat_row *seat);
/** Note that @seat has said something, at @ts. False: write it yourself. */
bool seats_note_said(struct store *store, const struct seat_row *seat, bool worthy,
		     uint64_t ts);

#endif
