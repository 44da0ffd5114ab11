/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Everybody this client has heard of: id → names and presence. A person is never removed
 *  while the model lives, so pointers stay valid.
 *  Thread: ui. */
#ifndef CHAT_MODEL_PEOPLE_H
#define CHAT_MODEL_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/map.h"
#include "common/base/str.h"
#include "common/proto/kind.h"

struct person {
	struct id id;
	struct str account;           /**< empty until known */
	struct str display;           /**< free text; empty = the account name is shown */
	bool bot;                     /**< a program */
	enum presence_state presence; /**< 0 = not known */
	uint64_t seen_ms;             /**< last seen; 0 = not known */
	uint64_t asked;               /**< `names` when `shared` was found out */
	bool shared;                  /**< somebody else has the display name */
};

struct people {
	struct map by_id;
	uint64_t names; /**< how often one has changed; the first is 1 */
};

void people_init(struct people *people, uint64_t seed);
void people_done(struct people *people);
/** NULL: never heard of. */
struct person *people_find(const struct people *people, const struct id *id);
/** Found or made. */
struct person *people_get(struct people *people, const struct id *id);
/** By account name, NULL when nobody known has it. */
struct person *people_named(const struct people *people, const char *account, size_t len);
/** Names change only by this and by people_set(). */
void people_rename(struct people *people, struct person *person, struct bytes account,
		   struct bytes display);
/** Found or made, with these names; NULL leaves a name as it is. */
struct person *people_set(struct people *people, const struct id *id, const char *account,
			  const char *display);
/** What to call @id: display name, account name, or the head of the id. Raw text, written
 *  to @room when it has to be made. A display name is free text, so it counts only where
 *  it cannot be taken for somebody or something else: not when another person known here
 *  has it as a name, and not when it begins like a room or an account ("#", "@"). */
const char *people_name(const struct people *people, const struct id *id,
			struct id_text *room);

#endif
