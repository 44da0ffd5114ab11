/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A name is what stands behind an @ that no letter precedes, so that addresses of mail name
 * nobody. How many are looked up is bounded by how many a message may name.
 */
#include "server/core/mention.h"

#include <string.h>

#include "server/core/seat.h"
#include "server/store/store_event.h"
#include "server/store/store_member.h"
#include "server/store/store_notification.h"

bool mention_wanted(const struct post *in)
{
	return in->mention_count || in->everyone ||
	       (in->text.len && memchr(in->text.ptr, '@', in->text.len));
}

static bool is_name_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c >= 0x80;
}

/* The next name in *text, folded, and *text behind it; false: there is none. */
static bool next_name(struct bytes *text, const uint8_t *start, char *ret_name)
{
	const uint8_t *at;

	while (text->len && (at = memchr(text->ptr, '@', text->len))) {
		const uint8_t *end = text->ptr + text->len, *from = at + 1, *to = from;
		while (to < end && is_name_byte(*to))
			to++;
		*text = bytes_of(to, (size_t)(end - to));
		/* "@bob." ends a sentence. */
		while (to > from && (to[-1] == '.' || to[-1] == '-'))
			to--;
		size_t len = (size_t)(to - from);
		if (len == 0 || len > LIMIT_NAME || (at > start && is_name_byte(at[-1])))
			continue;
		for (size_t i = 0; i < len; i++)
			ret_name[i] = (char)(from[i] >= 'A' && from[i] <= 'Z'
						     ? from[i] + ('a' - 'A')
						     : from[i]);
		ret_name[len] = '\0';
		return true;
	}
	return false;
}

static void add(struct mentions *mentions, const struct id *id, size_t most)
{
	for (size_t i = 0; i < mentions->count; i++) {
		if (id_equal(&mentions->ids[i], id))
			return;
	}
	if (mentions->count < most)
		mentions->ids[mentions->count++] = *id;
}

/* One place stays free for the room's own id. */
static enum err add_name(struct store *store, const struct seat_row *seat,
			 const char *name, struct mentions *mentions)
{
	struct id id;
	enum err err = store_member_named(store, seat->room, bytes_text(name), &id);

	if (!err)
		add(mentions, &id, LIMIT_MENTIONS - 1);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err from_text(struct store *store, const struct actor *actor,
			  const struct seat_row *seat, struct bytes text, bool *ret_here,
			  struct mentions *mentions)
{
	const uint8_t *start = text.ptr;
	char name[LIMIT_NAME + 1];
	enum err err = ERR_OK;

	for (size_t i = 0; i < LIMIT_MENTIONS && !err && next_name(&text, start, name);
	     i++) {
		bool room = strcmp(name, "room") == 0, here = strcmp(name, "here") == 0;
		if ((room || here) &&
		    seat_may(store, actor, seat, VERB_EVERYONE) == ERR_OK) {
			mentions->room |= room;
			*ret_here |= here;
		} else {
			err = add_name(store, seat, name, mentions);
		}
	}
	return err;
}

enum err mention_find(struct store *store, const struct actor *actor,
		      const struct seat_row *seat, const struct post *in,
		      struct mentions *ret_mentions)
{
	bool here = false;
	enum err err = ERR_OK;

	ret_mentions->count = 0;
	ret_mentions->room = in->everyone;
	for (size_t i = 0; i < in->mention_count; i++) {
		if (!id_equal(&in->mentions[i], &seat->room_id))
			add(ret_mentions, &in->mentions[i], LIMIT_MENTIONS);
		else if ((err = seat_may(store, actor, seat, VERB_EVERYONE)))
			return err;
		else
			ret_mentions->room = true;
	}
	if (in->text.len)
		err = from_text(store, actor, seat, in->text, &here, ret_mentions);
	if (ret_mentions->room || here) {
		ret_mentions->count -= ret_mentions->count == LIMIT_MENTIONS;
		add(ret_mentions, &seat->room_id, LIMIT_MENTIONS);
	}
	return err;
}

static enum err note_one(struct store *store, const struct seat_row *seat,
			 const struct event_row *event, const struct id *user,
			 struct news *news)
{
	struct user_event_row told = {
		.kind = USER_EVENT_NOTIFY, .seq = event->seq, .key = "mention"};
	struct notification_new new = {.why = WHY_MENTION,
				       .room = seat->room,
				       .seq = event->seq,
				       .sender = seat->account};
	enum notify_level level;
	enum err err = store_mention_add(store, seat->room, user, event->seq,
					 seat->account, &new.account);

	if (err || new.account == 0 || new.account == seat->account)
		return err;
	err = store_member_level(store, seat->room, new.account, seat->account, &level);
	if (err || level == LEVEL_NONE)
		return err;
	err = store_notification_add(store, &new);
	return err ? err : seat_tell(store, seat, new.account, &told, news);
}

enum err mention_note(struct store *store, const struct seat_row *seat,
		      const struct event_row *event, bool room, struct news *news)
{
	enum err err =
		room ? store_mention_all(store, seat->room, event->seq, seat->account)
		     : ERR_OK;

	for (size_t i = 0; i < event->mention_count && !err; i++) {
		if (!id_equal(&event->mentions[i], &seat->room_id))
			err = note_one(store, seat, event, &event->mentions[i], news);
	}
	return err;
}
