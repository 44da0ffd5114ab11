/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The enumerated words of the protocol. Each enum has a table of wire words in the same
 *  order; the numbers are what the databases store, so rows are only ever added at the
 *  end. 0 means absent. Thread: any. */
#ifndef CHAT_PROTO_KIND_H
#define CHAT_PROTO_KIND_H

#include <stddef.h>

enum event_kind {
	EVENT_MESSAGE = 1,
	EVENT_EDIT,
	EVENT_DELETE,
	EVENT_REACT,
	EVENT_UNREACT,
	EVENT_MEMBER,
	EVENT_TOPIC,
	EVENT_RENAME,
	EVENT_PIN,
	EVENT_UNPIN,
	EVENT_ACL,
	EVENT_FILE,
	EVENT_COMMIT,
	EVENT_SECURITY,
};

enum room_kind { ROOM_DIRECT = 1, ROOM_PRIVATE, ROOM_PUBLIC, ROOM_BROADCAST };

enum room_security { SECURITY_PLAIN = 1, SECURITY_MLS };

enum room_history { HISTORY_ALL = 1, HISTORY_JOINED };

/** In rising order of right. */
enum role { ROLE_GUEST = 1, ROLE_MEMBER, ROLE_MODERATOR, ROLE_OWNER };

enum member_change {
	MEMBER_JOIN = 1,
	MEMBER_LEAVE,
	MEMBER_INVITE,
	MEMBER_KICK,
	MEMBER_BAN,
	MEMBER_UNBAN,
	MEMBER_ROLE,
	MEMBER_MUTE,
	MEMBER_UNMUTE,
};

enum yes_no { YES_NO_YES = 1, YES_NO_NO };

enum notify_level { LEVEL_ALL = 1, LEVEL_MENTIONS, LEVEL_NONE };

/** Why somebody is told. */
enum notify_why {
	WHY_MENTION = 1, /**< the user is named */
	WHY_ROOM,        /**< everybody in the room is */
	WHY_DIRECT,      /**< unread messages of a direct chat */
	WHY_MESSAGE,     /**< unread messages of a room at level all */
	WHY_INVITE,
	WHY_SECURITY, /**< something about the account itself */
};

/** Who is told something of a user. */
enum shown_to { SHOWN_EVERYONE = 1, SHOWN_ROOMS, SHOWN_NOBODY };

/** How a hook is told of notifications. */
enum hook_form { HOOK_NTFY = 1, HOOK_JSON };

enum presence_state { PRESENCE_ONLINE = 1, PRESENCE_AWAY, PRESENCE_OFFLINE };

/** What stands in the log of one user. */
enum user_event_kind {
	USER_EVENT_ROOM = 1, /**< a room was joined, made or changed for this user */
	USER_EVENT_LEFT,     /**< a room was left, or the user removed from it */
	USER_EVENT_READ,     /**< the read marker moved on another device */
	USER_EVENT_NOTIFY,   /**< a notification */
	USER_EVENT_DRAFT,
	USER_EVENT_LEVEL, /**< notification level or mute of a room */
	USER_EVENT_SETTING,
	USER_EVENT_SESSION, /**< a session began or ended */
	USER_EVENT_HIDDEN,  /**< a direct chat was hidden up to seq */
	USER_EVENT_NOTICED, /**< notifications were marked as read */
};

/** Webhooks: posting into a room, or told what happens there. */
enum hook_kind { HOOK_IN = 1, HOOK_OUT };

enum hook_state {
	HOOK_ON = 1,
	HOOK_OFF,     /**< by its owner */
	HOOK_FAILING, /**< given up after too many failures; its owner turns it on again */
};

/** A table of wire words; words[0] is NULL, words[i] belongs to enum value i. */
struct kind_words {
	const char *const *words;
	size_t count; /**< with the unused 0 */
};

extern const struct kind_words event_kind_words, room_kind_words, room_security_words,
	room_history_words, role_words, member_change_words, notify_level_words,
	notify_why_words, shown_to_words, hook_form_words, presence_state_words,
	user_event_kind_words, yes_no_words, hook_kind_words, hook_state_words;

/** The word of @value, "" for 0 or a value beyond the table. */
const char *kind_word(const struct kind_words *table, int value);
/** The value of @word (@len bytes), 0 when it is not in the table. */
int kind_value(const struct kind_words *table, const char *word, size_t len);

#endif
