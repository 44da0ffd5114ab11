/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Markers. With the read marker go the counts that make unread a subtraction: the ord at
 * the marker, and how many of one's own messages lie up to it.
 */
#include "server/core/receipt.h"

#include "server/core/seat.h"
#include "server/core/stay.h"
#include "server/store/store_event.h"
#include "server/store/store_room.h"

/* How many of the member's own unread-worthy events have at most @seq: counted from the
 * nearer of the two places where the number is known. */
static enum err own_at(struct store *store, const struct seat_row *seat, uint64_t seq,
		       uint64_t *ret_own)
{
	uint64_t count = 0;
	enum err err;

	if (seat->head - seq < seq - seat->read_seq) {
		err = seq == seat->head
			      ? ERR_OK
			      : store_event_own(store, seat->room, seq, seat->head,
						seat->account, &count);
		count = seat->own > count ? seat->own - count : 0;
	} else {
		err = store_event_own(store, seat->room, seat->read_seq, seq,
				      seat->account, &count);
		count += seat->read_own;
	}
	if (!err) {
		*ret_own = count;
	}
	return err;
}

static enum err move_marker(struct store *store, const struct seat_row *seat,
			    uint64_t seq)
{
	uint64_t ord = seat->ord, own;
	enum err err = own_at(store, seat, seq, &own);

	if (!err && seq < seat->head) {
		err = store_event_ord(store, seat->room, seq, &ord);
	}
	if (!err && !seat->has_row) {
		err = store_member_ensure(store, seat->room, seat->account, seat->role);
	}
	return err ? err
		   : store_member_set_read(store, seat->room, seat->account, seq, ord,
					   own);
}

enum err receipt_read(struct store *store, const struct actor *actor,
		      const struct id *room, uint64_t seq, struct news *news)
{
	struct user_event_row told = {.kind = USER_EVENT_READ, .seq = seq};
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_RECEIPT, &seat);

	if (err) {
		return err;
	}
	if (seq > seat.head) {
		return ERR_BAD;
	}
	if (seq <= seat.read_seq) {
		return ERR_OK;
	}
	err = move_marker(store, &seat, seq);
	if (err) {
		return err;
	}
	if (seat.receipts) {
		news_add_receipt(news, RECEIPT_READ, room, &actor->user, seq);
	}
	if (seq > seat.got_seq) {
		news_add_receipt(news, RECEIPT_GOT, room, &actor->user, seq);
	}
	return seat_tell(store, &seat, seat.account, &told, news);
}

enum err receipt_seq_at(struct store *store, const struct actor *actor,
			const struct id *room, uint64_t ts, uint64_t *ret_seq)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_RECEIPT, &seat);

	if (err) {
		return err;
	}
	/* Time never goes back in a room, so the log can be halved: all up to `low` are at
	 * most @ts, all from `high` on are later. */
	uint64_t low = seat.read_seq, high = seat.head + 1;
	while (low + 1 < high) {
		uint64_t middle = low + (high - low) / 2, seq, at;
		err = store_event_time(store, seat.room, middle, &seq, &at);
		if (err && err != ERR_NOT_FOUND) {
			return err;
		}
		if (!err && at <= ts) {
			low = seq;
		} else {
			high = middle;
		}
	}
	*ret_seq = low;
	return ERR_OK;
}

static enum err got_one(struct store *store, const struct actor *actor,
			const struct got_row *row, struct news *news)
{
	struct seat_row seat;
	bool moved;
	enum err err = seat_take(store, actor, &row->room, VERB_RECEIPT, &seat);

	if (err || row->seq > seat.head) {
		return err;
	}
	if (!id_is_zero(&actor->device)) {
		err = store_position_put(store, &actor->device, seat.room, row->seq);
	}
	if (!err && !seat.has_row) {
		err = store_member_ensure(store, seat.room, seat.account, seat.role);
	}
	if (!err) {
		err = store_member_set_got(store, seat.room, seat.account, row->seq,
					   &moved);
	}
	if (!err && moved) {
		news_add_receipt(news, RECEIPT_GOT, &row->room, &actor->user, row->seq);
	}
	return err;
}

enum err receipt_got(struct store *store, const struct actor *actor,
		     const struct got_row *rows, size_t count, struct news *news)
{
	for (size_t i = 0; i < count; i++) {
		enum err err = got_one(store, actor, &rows[i], news);
		bool left =
			err == ERR_NO_ROOM || err == ERR_NOT_MEMBER || err == ERR_GONE;
		if (err && !left) {
			return err;
		}
	}
	return ERR_OK;
}

enum err receipt_state(struct store *store, const struct actor *actor,
		       const struct id *room, uint64_t seq, bool *ret_delivered,
		       bool *ret_read)
{
	uint64_t others, got, read;
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_READ, &seat);

	if (!err) {
		err = store_member_least(store, seat.room, seat.account, &others, &got,
					 &read);
	}
	if (err) {
		return err;
	}
	/* Alone in a room there is nobody to wait for; in a broadcast nobody is counted. */
	bool alone = others == 0 && seat.kind != ROOM_BROADCAST && seq <= seat.head;
	*ret_delivered = alone || (others > 0 && got >= seq);
	*ret_read = alone || (others > 0 && read >= seq);
	return ERR_OK;
}
