/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Messages from elsewhere. They stand at the end of the room's log with the time of their
 *  coming, as time in a room never goes back, and carry the name and the time that they had
 *  where they were said first. They count as read and notify nobody. A message that is there
 *  already is not put in again: its cid says so. Thread: the writer. */
#ifndef CHAT_CORE_IMPORT_H
#define CHAT_CORE_IMPORT_H

#include "server/core/steward.h"

struct import_message {
	struct id cid;
	struct bytes author; /**< as it was called there */
	struct id user;      /**< whose it is here; zero: nobody's, the server says it */
	uint64_t said_ms;
	struct bytes text;
	struct id thread, reply; /**< dropped when they are not in the room */
};

struct import_count {
	uint64_t added, known;
};

/** Errors: ERR_NO_ROOM, ERR_GONE, ERR_STATE (a direct chat), ERR_MUST_SEAL, ERR_BAD (text or
 *  name), ERR_CONFLICT (a cid is that of something else), ERR_NO_USER. */
enum err import_add(struct store *store, const struct actor *by, const struct id *room,
		    const struct import_message *messages, size_t count,
		    struct import_count *ret_count, struct news *news) MUST_CHECK;

#endif
