/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What rooms and their logs look like when they come out of the database. The enums are
 *  those of common/proto/kind.h, whose numbers the columns hold. `key` is the integer key
 *  inside the database: never on the wire. Thread: any. */
#ifndef CHAT_STORE_ROW_H
#define CHAT_STORE_ROW_H

#include <stdbool.h>

#include "common/base/bytes.h"
#include "common/base/filename.h"
#include "common/base/id.h"
#include "common/proto/body.h"
#include "common/proto/kind.h"
#include "common/proto/limits.h"

/** room.post_role of an archived room: this more than what it was before. */
#define ROOM_ARCHIVED 8

/** account.state */
enum account_state {
	ACCOUNT_ACTIVE = 1,
	ACCOUNT_UNVERIFIED,
	ACCOUNT_SUSPENDED,
	ACCOUNT_DELETED
};

/** account.kind */
enum account_kind { ACCOUNT_PERSON = 1, ACCOUNT_BOT, ACCOUNT_GUEST, ACCOUNT_SYSTEM };

/** account.rights, a mask: what the server as a whole allows. */
enum server_right { SERVER_ADMIN = 1, SERVER_BROADCAST = 2 };

/** What others may see of an account. */
struct user_row {
	int64_t key;
	struct id id;
	enum account_kind kind;
	enum account_state state;
	unsigned rights; /**< of enum server_right */
	char name[LIMIT_NAME + 1];
	char display[LIMIT_DISPLAY + 1];
	char about[LIMIT_ABOUT + 1];
	char status[LIMIT_DISPLAY + 1];
	bool avatar; /**< there is a picture */
};

struct room_row {
	int64_t key;
	struct id id;
	enum room_kind kind;
	enum room_security security;
	enum room_history history;
	char slug[LIMIT_NAME + 1];
	char name[LIMIT_DISPLAY + 1];
	char topic[LIMIT_TOPIC + 1];
	uint64_t epoch;
	uint64_t head;      /**< the newest seq, 0 in an empty log */
	uint64_t ord;       /**< unread-worthy events so far */
	uint64_t last_ts;   /**< of the newest event; time in a room never goes back */
	uint64_t active_ms; /**< of the newest unread-worthy one, or of the creation */
	uint64_t slow_ms; /**< slow mode: least time between two messages of one member */
	enum role post_role; /**< the least that may write */
	uint64_t members;
	bool deleted;
};

/** One user's place in one room: what the send path needs, in one look-up. */
struct seat_row {
	int64_t account;
	int64_t room;
	struct id user, room_id;
	unsigned rights;
	enum account_state account_state;
	enum room_kind kind;
	enum room_security security;
	enum room_history history;
	uint64_t epoch, head, ord, last_ts, slow_ms;
	enum role post_role; /**< the least one that may post */
	bool deleted;
	/* of the member; role 0 = not in the room, broadcast rooms: guest */
	enum role role;
	bool has_row;  /**< a member row is there, maybe of the past */
	bool receipts; /**< the user lets others know how far they have read */
	bool typing;   /**< and that they write */
	enum notify_level level;
	uint64_t read_seq, read_ord, read_own;
	uint64_t own;     /**< unread-worthy events of this member so far */
	uint64_t got_seq; /**< delivered to at least one device */
	uint64_t hidden_seq;
	uint64_t muted_until_ms, said_ms;
	int64_t peer; /**< the other account of a direct room, 0 elsewhere */
	bool blocked; /**< one of the two of a direct room blocks the other */
};

#define FILE_TYPE_MOST 127 /**< bytes of a media type, RFC 6838 section 4.2 */

/** What is told of a file beside its bytes. */
struct file_note {
	struct id id;
	uint64_t size;
	char name[FILENAME_MOST + 1];
	char type[FILE_TYPE_MOST + 1];
};

/** An entry of a room's log. Owns: `body` and what hangs on it, ended with event_done(). */
struct event_row {
	int64_t key;
	struct id room;
	uint64_t seq, ord, ts;
	enum event_kind kind;
	struct id from;
	struct id cid;    /**< zero: made by the server */
	struct id target; /**< of edit, delete, react, unreact, pin, unpin */
	struct id reply, thread;
	struct bytes text;   /**< or {NULL, 0} */
	struct bytes sealed; /**< or {NULL, 0} */
	bool quiet;
	bool deleted;
	bool edited;
	struct id *mentions;
	size_t mention_count;
	struct id *files;
	size_t file_count;
	struct body_file_note
		*attached; /**< of them, in their order; one block with its texts */
	size_t attached_count;
	enum member_change change; /**< of member events */
	enum role role;      /**< of member events; of acl: the least that may write */
	uint64_t slow_ms;    /**< of acl */
	struct bytes author; /**< of an imported message: who said it elsewhere; owned */
	uint64_t said_ms;    /**< and when */
	struct user_row *user; /**< the one a member event is about, or NULL */
	enum room_security security;
	struct bytes slug, name; /**< of rename */
};

struct event_list {
	struct event_row *rows;
	size_t count;
	size_t cap;
};

void event_done(struct event_row *event);
/** A new zeroed row at the end; valid until the next call. */
struct event_row *event_list_add(struct event_list *list);
void event_list_done(struct event_list *list);
/** Turn the order around. */
void event_list_reverse(struct event_list *list);

/** A room as one user sees it: a row of digest and of the room list. */
struct room_view {
	struct room_row room;
	enum role role; /**< 0: not in it */
	enum notify_level level;
	uint64_t read_seq, unread, mentions, hidden_seq;
	uint64_t silent_until_ms; /**< no notifications until then, as this user wishes */
	bool has_peer;
	struct user_row peer; /**< of direct rooms */
	bool has_last;
	struct event_row last; /**< the newest message; owned */
};

void room_view_done(struct room_view *view);

/** Owns: ended with room_list_done(). */
struct room_list {
	struct room_view *rows;
	size_t count, cap;
	bool more; /**< go on with the cursor of the last row */
};

/** Where a list ordered by activity goes on. */
struct room_cursor {
	uint64_t active_ms;
	int64_t key;
};

struct room_view *room_list_add(struct room_list *list);
void room_list_done(struct room_list *list);
/** The cursor behind the last row; zeroes for an empty list. */
struct room_cursor room_list_cursor(const struct room_list *list);

/** An entry of one user's log. */
struct user_event_row {
	struct id user; /**< whose log */
	uint64_t uepoch, useq, ts;
	enum user_event_kind kind;
	struct id room; /**< zero: none */
	struct id from; /**< of NOTIFY: who caused it */
	uint64_t seq;   /**< of READ, NOTIFY, HIDDEN; of LEVEL: until when it is mute */
	enum notify_level level;  /**< of LEVEL */
	char key[LIMIT_WORD + 1]; /**< of SETTING: its name; of NOTIFY: why */
	struct bytes text;        /**< of DRAFT, SETTING, NOTIFY; owned */
	struct room_view *info; /**< of ROOM: as @user sees it now; owned, may be NULL */
};

struct user_event_list {
	struct user_event_row *rows;
	size_t count, cap;
};

struct user_event_row *user_event_list_add(struct user_event_list *list);
void user_event_list_done(struct user_event_list *list);

#endif
