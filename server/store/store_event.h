/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The logs of rooms, as rows. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_EVENT_H
#define CHAT_STORE_EVENT_H

#include "server/store/row.h"
#include "server/store/store.h"

/** What an insert takes beside the event itself. */
struct event_add {
	const struct event_row *event; /**< key, room, from and user are ignored */
	int64_t room, sender;
	int64_t subject;  /**< the account a member event is about; 0: none */
	struct id device; /**< zero: none */
};

/** Append. ERR_EXISTS: the cid was used before, by whomever and wherever. */
enum err store_event_add(struct store *store, const struct event_add *in) MUST_CHECK;

/** Append a message that has an author and a time of its own. Errors: the same. */
enum err store_event_import(struct store *store, const struct event_add *in) MUST_CHECK;

/** The event that has a cid already: enough to answer a repetition. */
struct event_dup {
	int64_t room, sender;
	struct id room_id;
	enum event_kind kind;
	struct id target;
	uint64_t seq, ord, ts;
};

enum err store_event_dup(struct store *store, const struct id *cid,
			 struct event_dup *ret) MUST_CHECK;

/** A message as the verbs on it need it. */
struct event_brief {
	int64_t key, room, sender;
	uint64_t seq, ts, edited_seq;
	enum event_kind kind;
	bool deleted;
	struct id thread;
	struct bytes body; /**< owned: mem_free() */
};

void event_brief_done(struct event_brief *brief);
enum err store_event_brief(struct store *store, const struct id *cid,
			   struct event_brief *ret) MUST_CHECK;
/** Owns: event_done(). */
enum err store_event_get(struct store *store, const struct id *cid,
			 struct event_row *ret) MUST_CHECK;

/** Events of @room with from <= seq <= to, newest first, at most @limit. Appends. */
enum err store_event_down(struct store *store, int64_t room, uint64_t from, uint64_t to,
			  size_t limit, struct event_list *list) MUST_CHECK;
/** The same, oldest first. */
enum err store_event_up(struct store *store, int64_t room, uint64_t from, uint64_t to,
			size_t limit, struct event_list *list) MUST_CHECK;
/** Messages only, and only those with key < @before; newest first. */
enum err store_event_messages(struct store *store, int64_t room, uint64_t from,
			      uint64_t to, int64_t before, size_t limit,
			      struct event_list *list) MUST_CHECK;
/** Messages with from <= key < before that @account may see, of rooms of @kind (0: any),
 *  newest first. */
enum err store_event_visible(struct store *store, int64_t account, int64_t from,
			     int64_t before, enum room_kind kind, size_t limit,
			     struct event_list *list) MUST_CHECK;
/** The keys of the oldest and the newest event of all, 0 without any. */
enum err store_event_bounds(struct store *store, int64_t *ret_oldest,
			    int64_t *ret_newest) MUST_CHECK;
/** ord at the newest event with at most @seq; 0 where there is none. */
enum err store_event_ord(struct store *store, int64_t room, uint64_t seq,
			 uint64_t *ret_ord) MUST_CHECK;
/** seq and time of the first event with at least @seq. ERR_NOT_FOUND: there is none. */
enum err store_event_time(struct store *store, int64_t room, uint64_t seq,
			  uint64_t *ret_seq, uint64_t *ret_ts) MUST_CHECK;
/** How many unread-worthy events with above < seq <= to are @sender's. */
enum err store_event_own(struct store *store, int64_t room, uint64_t above, uint64_t to,
			 int64_t sender, uint64_t *ret_count) MUST_CHECK;

/** Give a message the text of the edit @seq; the old one is kept as a version, and the
 *  edit before keeps its place without its text. */
enum err store_event_edit(struct store *store, const struct event_brief *brief,
			  uint64_t seq, struct bytes body) MUST_CHECK;
/** Empty a message, its versions, reactions, pins, mentions and files; the row stays. */
enum err store_event_erase(struct store *store,
			   const struct event_brief *brief) MUST_CHECK;

/** ERR_EXISTS: that user has that reaction there. */
enum err store_reaction_add(struct store *store, int64_t event, int64_t account,
			    struct bytes emoji, uint64_t ts) MUST_CHECK;
/** ERR_NOT_FOUND: it is not there. */
enum err store_reaction_remove(struct store *store, int64_t event, int64_t account,
			       struct bytes emoji) MUST_CHECK;

typedef enum err store_reaction_fn(struct bytes emoji, const struct id *user, uint64_t ts,
				   void *ctx);
/** Oldest first, the first @skip left out. */
enum err store_reaction_list(struct store *store, int64_t event, size_t skip,
			     size_t limit, store_reaction_fn *visit,
			     void *ctx) MUST_CHECK;

typedef enum err store_version_fn(uint64_t seq, uint64_t ts, struct bytes body,
				  void *ctx);
/** What stood in a message before its edits, oldest first, the first @skip left out: the
 *  seq that brought each text and the time when it was replaced. */
enum err store_version_list(struct store *store, int64_t event, size_t skip, size_t limit,
			    store_version_fn *visit, void *ctx) MUST_CHECK;

/** The replies to @root with seq < @before, newest first. Appends. */
enum err store_thread_list(struct store *store, const struct id *root, uint64_t before,
			   size_t limit, struct event_list *list) MUST_CHECK;

/** ERR_EXISTS: it is pinned. */
enum err store_pin_add(struct store *store, int64_t room, int64_t event, int64_t by,
		       uint64_t ts) MUST_CHECK;
enum err store_pin_remove(struct store *store, int64_t room, int64_t event) MUST_CHECK;
/** Run @stmt, whose columns are those of an event. Appends. */
enum err store_event_look(struct store *store, enum stmt stmt, const struct value *args,
			  size_t count, struct event_list *list) MUST_CHECK;

/** Newest pin first, the first @skip left out. Appends. */
enum err store_pin_list(struct store *store, int64_t room, size_t skip, size_t limit,
			struct event_list *list) MUST_CHECK;

/** Count a reply to the thread whose root is @root. */
enum err store_thread_reply(struct store *store, int64_t room, int64_t root, uint64_t seq,
			    uint64_t ts) MUST_CHECK;

/** *ret_account 0: @user is no member of the room. */
enum err store_mention_add(struct store *store, int64_t room, const struct id *user,
			   uint64_t seq, int64_t sender, int64_t *ret_account) MUST_CHECK;
enum err store_mention_all(struct store *store, int64_t room, uint64_t seq,
			   int64_t sender) MUST_CHECK;

#endif
