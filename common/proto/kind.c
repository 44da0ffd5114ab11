/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words themselves. A newer peer may use words that stand in no table: they read as 0,
 * and each reader decides whether that is an error.
 */
#include "common/proto/kind.h"

#include <string.h>

#include "common/base/attr.h"

#define WORDS(table, ...) \
	static const char *const table##_list[] = {NULL, __VA_ARGS__}; \
	const struct kind_words table##_words = {table##_list, ARRAY_LEN(table##_list)}

WORDS(event_kind, "message", "edit", "delete", "react", "unreact", "member", "topic",
      "rename", "pin", "unpin", "acl", "file", "commit", "security");
WORDS(room_kind, "direct", "private", "public", "broadcast");
WORDS(room_security, "plain", "mls");
WORDS(room_history, "all", "joined");
WORDS(role, "guest", "member", "moderator", "owner");
WORDS(member_change, "join", "leave", "invite", "kick", "ban", "unban", "role", "mute",
      "unmute");
WORDS(notify_level, "all", "mentions", "none");
WORDS(notify_why, "mention", "room", "direct", "message", "invite", "security");
WORDS(shown_to, "everyone", "rooms", "nobody");
WORDS(hook_form, "ntfy", "json");
WORDS(presence_state, "online", "away", "offline");
WORDS(user_event_kind, "room", "left", "read", "notify", "draft", "level", "setting",
      "session", "hidden", "noticed");
WORDS(yes_no, "yes", "no");
WORDS(hook_kind, "in", "out");
WORDS(hook_state, "on", "off", "failing");

const char *kind_word(const struct kind_words *table, int value)
{
	if (value <= 0 || (size_t)value >= table->count)
		return "";
	return table->words[value];
}

int kind_value(const struct kind_words *table, const char *word, size_t len)
{
	for (size_t i = 1; i < table->count; i++) {
		if (strlen(table->words[i]) == len &&
		    memcmp(table->words[i], word, len) == 0)
			return (int)i;
	}
	return 0;
}
