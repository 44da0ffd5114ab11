/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The counts follow the server's rule (events of others behind the marker), so that they
 * agree with what the next digest says. */
#include "client/model/unread.h"

#include <ctype.h>
#include <string.h>

/* What the list can show of a message. */
#define HEAD_BYTES 160

static void keep_head(struct room *room, const struct message *message)
{
	size_t len = message->text.len;

	if (message->ts_ms < room->last_ms)
		return;
	if (len > HEAD_BYTES) {
		len = HEAD_BYTES;
		while (len && ((unsigned char)message->text.ptr[len] & 0xc0) == 0x80)
			len--;
	}
	room->last_ms = message->ts_ms;
	str_set_len(&room->last_text, message->text.ptr, len);
}

void unread_arrived(struct room *room, const struct message *message,
		    const struct id *self)
{
	keep_head(room, message);
	if (message->seq <= room->head_seq)
		return;
	room->head_seq = message->seq;
	if (message->seq <= room->read_seq || (message->flags & MESSAGE_NOTICE) ||
	    id_equal(&message->sender, self))
		return;
	room->unread++;
	if (message->flags & MESSAGE_MENTION)
		room->mentions++;
}

void unread_read(struct room *room, uint64_t seq, size_t unread, size_t mentions)
{
	if (seq < room->read_seq)
		return;
	room->read_seq = seq;
	if (room->head_seq < seq)
		room->head_seq = seq;
	room->unread = unread;
	room->mentions = mentions;
}

void unread_begin_anew(struct room *room, uint64_t seq)
{
	room->head_seq = seq;
	room->read_seq = 0;
	room->unread = 0;
	room->mentions = 0;
	room->last_ms = 0;
	room->logs++;
}

bool unread_read_all(struct room *room)
{
	bool moved = room->read_seq < room->head_seq;

	unread_read(room, room->head_seq, 0, 0);
	return moved;
}

void unread_back(struct room *room, uint64_t seq, const struct id *self)
{
	const struct timeline *timeline = &room->timeline;

	room->read_seq = seq > 0 ? seq - 1 : 0;
	room->unread = 0;
	room->mentions = 0;
	for (size_t i = 0; i < timeline->count; i++) {
		const struct message *message = timeline->rows[i];
		if (message->seq < seq || (message->flags & MESSAGE_NOTICE) ||
		    id_equal(&message->sender, self))
			continue;
		room->unread++;
		room->mentions += (message->flags & MESSAGE_MENTION) != 0;
	}
}

void unread_enter(struct room *room)
{
	timeline_mark(&room->timeline, room->unread > 0, room->read_seq);
}

void unread_leave(struct room *room)
{
	timeline_mark(&room->timeline, false, 0);
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-';
}

bool unread_mentions(const char *text, size_t len, const char *account)
{
	size_t need = strlen(account);

	for (size_t at = 0; need && at + need < len; at++) {
		if (text[at] != '@' || (at > 0 && is_name_char(text[at - 1])))
			continue;
		if (strncasecmp(text + at + 1, account, need) != 0)
			continue;
		size_t end = at + 1 + need;
		/* "@bob." ends a sentence, "@bob.smith" is somebody else. */
		if (end < len && text[end] == '.' &&
		    (end + 1 == len || !is_name_char(text[end + 1])))
			return true;
		if (end == len || !is_name_char(text[end]))
			return true;
	}
	return false;
}

void unread_total(const struct rooms *rooms, size_t *ret_unread, size_t *ret_mentions)
{
	*ret_unread = 0;
	*ret_mentions = 0;
	for (size_t i = 0; i < rooms->count; i++) {
		const struct room *room = rooms->rows[i];
		if (room->level == LEVEL_NONE)
			continue;
		*ret_unread += room->unread;
		*ret_mentions += room->mentions;
	}
}
