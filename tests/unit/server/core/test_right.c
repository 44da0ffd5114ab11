/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The matrix of rights, written by hand from the decision on them and not made from the
 * table that it tests. A column per standing in a room, a row per verb and kind of room:
 *   y allowed   n forbidden   m "you are not in that room"   h "there is no such room"
 */
#include "server/core/right.h"

#include "tests/lib/check.h"

enum { STRANGER, GUEST, MEMBER, MODERATOR, OWNER, STANDINGS };

struct row {
	enum verb verb;
	enum room_kind kind;
	const char *expect; /* by standing */
};

/* Own messages and lower members, where a verb asks for that. */
static const struct row rows[] = {
	/* direct: two members, no moderation; block instead */
	{VERB_READ, ROOM_DIRECT, "h-y--"},
	{VERB_POST, ROOM_DIRECT, "h-y--"},
	{VERB_EDIT, ROOM_DIRECT, "h-y--"},
	{VERB_DELETE_OWN, ROOM_DIRECT, "h-y--"},
	{VERB_DELETE_ANY, ROOM_DIRECT, "h-n--"},
	{VERB_REACT, ROOM_DIRECT, "h-y--"},
	{VERB_THREAD, ROOM_DIRECT, "h-y--"},
	{VERB_PIN, ROOM_DIRECT, "h-y--"},
	{VERB_HIDE, ROOM_DIRECT, "h-y--"},
	{VERB_KICK, ROOM_DIRECT, "h-n--"},
	{VERB_BAN, ROOM_DIRECT, "h-n--"},
	{VERB_MUTE, ROOM_DIRECT, "h-n--"},
	{VERB_HOOKS, ROOM_DIRECT, "h-n--"},
	{VERB_INVITE, ROOM_DIRECT, "h-n--"},
	{VERB_LEAVE, ROOM_DIRECT, "h-n--"},
	{VERB_ROLE, ROOM_DIRECT, "h-n--"},
	{VERB_DELETE_ROOM, ROOM_DIRECT, "h-n--"},
	{VERB_JOIN, ROOM_DIRECT, "h-n--"},
	/* private */
	{VERB_VIEW, ROOM_PRIVATE, "hyyyy"},
	{VERB_READ, ROOM_PRIVATE, "hyyyy"},
	{VERB_RECEIPT, ROOM_PRIVATE, "hyyyy"},
	{VERB_TYPE, ROOM_PRIVATE, "hyyyy"},
	{VERB_POST, ROOM_PRIVATE, "hyyyy"},
	{VERB_EDIT, ROOM_PRIVATE, "hyyyy"},
	{VERB_DELETE_OWN, ROOM_PRIVATE, "hyyyy"},
	{VERB_REACT, ROOM_PRIVATE, "hyyyy"},
	{VERB_MEMBERS, ROOM_PRIVATE, "hyyyy"},
	{VERB_THREAD, ROOM_PRIVATE, "hnyyy"},
	{VERB_PIN, ROOM_PRIVATE, "hnnyy"},
	{VERB_TOPIC, ROOM_PRIVATE, "hnnyy"},
	{VERB_MUTE, ROOM_PRIVATE, "hnnyy"},
	{VERB_KICK, ROOM_PRIVATE, "hnnyy"},
	{VERB_BAN, ROOM_PRIVATE, "hnnyy"},
	{VERB_DELETE_ANY, ROOM_PRIVATE, "hnnyy"},
	{VERB_SLOW, ROOM_PRIVATE, "hnnyy"},
	{VERB_EVERYONE, ROOM_PRIVATE, "hnnyy"},
	{VERB_INVITE, ROOM_PRIVATE, "hnnyy"},
	{VERB_ROLE, ROOM_PRIVATE, "hnnny"},
	{VERB_SETTINGS, ROOM_PRIVATE, "hnnny"},
	{VERB_HOOKS, ROOM_PRIVATE, "hnnny"},
	{VERB_DELETE_ROOM, ROOM_PRIVATE, "hnnny"},
	{VERB_LEAVE, ROOM_PRIVATE, "hyyyy"},
	{VERB_JOIN, ROOM_PRIVATE, "hnnnn"},
	{VERB_HIDE, ROOM_PRIVATE, "hnnnn"},
	/* public: anybody may look at it and join it */
	{VERB_VIEW, ROOM_PUBLIC, "yyyyy"},
	{VERB_JOIN, ROOM_PUBLIC, "yyyyy"},
	{VERB_READ, ROOM_PUBLIC, "myyyy"},
	{VERB_POST, ROOM_PUBLIC, "myyyy"},
	{VERB_TYPE, ROOM_PUBLIC, "myyyy"},
	{VERB_EDIT, ROOM_PUBLIC, "myyyy"},
	{VERB_DELETE_OWN, ROOM_PUBLIC, "myyyy"},
	{VERB_REACT, ROOM_PUBLIC, "myyyy"},
	{VERB_INVITE, ROOM_PUBLIC, "mnyyy"},
	{VERB_THREAD, ROOM_PUBLIC, "mnyyy"},
	{VERB_PIN, ROOM_PUBLIC, "mnnyy"},
	{VERB_TOPIC, ROOM_PUBLIC, "mnnyy"},
	{VERB_MUTE, ROOM_PUBLIC, "mnnyy"},
	{VERB_KICK, ROOM_PUBLIC, "mnnyy"},
	{VERB_BAN, ROOM_PUBLIC, "mnnyy"},
	{VERB_DELETE_ANY, ROOM_PUBLIC, "mnnyy"},
	{VERB_SLOW, ROOM_PUBLIC, "mnnyy"},
	{VERB_EVERYONE, ROOM_PUBLIC, "mnnyy"},
	{VERB_ROLE, ROOM_PUBLIC, "mnnny"},
	{VERB_SETTINGS, ROOM_PUBLIC, "mnnny"},
	{VERB_HOOKS, ROOM_PUBLIC, "mnnny"},
	{VERB_DELETE_ROOM, ROOM_PUBLIC, "mnnny"},
	/* broadcast: everybody reads, nobody writes but by a right of the server */
	{VERB_READ, ROOM_BROADCAST, "-y---"},
	{VERB_VIEW, ROOM_BROADCAST, "-y---"},
	{VERB_RECEIPT, ROOM_BROADCAST, "-y---"},
	{VERB_REACT, ROOM_BROADCAST, "-y---"},
	{VERB_POST, ROOM_BROADCAST, "-n---"},
	{VERB_TYPE, ROOM_BROADCAST, "-n---"},
	{VERB_EDIT, ROOM_BROADCAST, "-n---"},
	{VERB_DELETE_ANY, ROOM_BROADCAST, "-n---"},
	{VERB_DELETE_OWN, ROOM_BROADCAST, "-n---"},
	{VERB_PIN, ROOM_BROADCAST, "-n---"},
	{VERB_TOPIC, ROOM_BROADCAST, "-n---"},
	{VERB_SETTINGS, ROOM_BROADCAST, "-n---"},
	{VERB_HOOKS, ROOM_BROADCAST, "-n---"},
	{VERB_MEMBERS, ROOM_BROADCAST, "-n---"},
	{VERB_LEAVE, ROOM_BROADCAST, "-n---"},
	{VERB_KICK, ROOM_BROADCAST, "-n---"},
};

static const struct actor alice = {.user = {.bytes = {1}}, .scope = SCOPE_ALL};

static struct seat_row seat_of(enum room_kind kind, enum role role)
{
	return (struct seat_row){
		.user = alice.user,
		.account_state = ACCOUNT_ACTIVE,
		.kind = kind,
		.security = SECURITY_PLAIN,
		.role = role,
		.post_role = ROLE_GUEST,
	};
}

static enum err error_of(char expect)
{
	switch (expect) {
	case 'y': return ERR_OK;
	case 'm': return ERR_NOT_MEMBER;
	case 'h': return ERR_NO_ROOM;
	default: return ERR_FORBIDDEN;
	}
}

static void each_standing_may_what_the_matrix_says(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int standing = STRANGER; standing < STANDINGS; standing++) {
			char expect = rows[i].expect[standing];
			struct seat_row seat = seat_of(rows[i].kind, (enum role)standing);
			struct object object = {.seat = &seat, .own = true};
			if (expect == '-') {
				continue;
			}
			enum err got = authorize(&alice, rows[i].verb, &object);
			if (got != error_of(expect)) {
				fail_msg("%s, kind %d, standing %d: %s",
					 verb_word(rows[i].verb), rows[i].kind, standing,
					 err_word(got));
			}
		}
	}
}

static void every_verb_stands_in_the_matrix(void **state)
{
	for (int verb = 0; verb < VERB_COUNT; verb++) {
		bool found = false;
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			found = found || rows[i].verb == (enum verb)verb;
		}
		if (!found) {
			fail_msg("%s", verb_word((enum verb)verb));
		}
	}
}

static void only_the_author_edits_and_deletes_as_author(void **state)
{
	struct seat_row seat = seat_of(ROOM_PUBLIC, ROLE_OWNER);
	struct object object = {.seat = &seat, .own = false};

	check_err(authorize(&alice, VERB_EDIT, &object), ERR_FORBIDDEN);
	check_err(authorize(&alice, VERB_DELETE_OWN, &object), ERR_FORBIDDEN);
	check_ok(authorize(&alice, VERB_DELETE_ANY, &object));
}

static void moderators_reach_lower_roles_only(void **state)
{
	struct seat_row seat = seat_of(ROOM_PUBLIC, ROLE_MODERATOR);
	struct object object = {.seat = &seat};

	for (enum role target = 0; target <= ROLE_OWNER; target++) {
		enum err expect = target < ROLE_MODERATOR ? ERR_OK : ERR_FORBIDDEN;
		object.target_role = target;
		check_err(authorize(&alice, VERB_KICK, &object), expect);
		check_err(authorize(&alice, VERB_BAN, &object), expect);
		check_err(authorize(&alice, VERB_MUTE, &object), expect);
	}
	seat.role = ROLE_OWNER;
	object.target_role = ROLE_MODERATOR;
	check_ok(authorize(&alice, VERB_KICK, &object));
	object.target_role = ROLE_OWNER;
	check_err(authorize(&alice, VERB_KICK, &object), ERR_FORBIDDEN);
	check_err(authorize(&alice, VERB_ROLE, &object), ERR_FORBIDDEN);
}

static void who_is_muted_or_blocked_reads_and_does_not_speak(void **state)
{
	static const enum verb speaking[] = {VERB_POST, VERB_EDIT, VERB_REACT, VERB_TYPE,
					     VERB_THREAD};
	struct seat_row seat = seat_of(ROOM_DIRECT, ROLE_MEMBER);
	struct object object = {.seat = &seat, .own = true, .now_ms = 1000};

	for (size_t i = 0; i < ARRAY_LEN(speaking); i++) {
		seat.blocked = true;
		check_err(authorize(&alice, speaking[i], &object), ERR_FORBIDDEN);
		seat.blocked = false;
		seat.muted_until_ms = 1001;
		check_err(authorize(&alice, speaking[i], &object), ERR_MUTED);
		check_ok(authorize(&alice, VERB_READ, &object));
		check_ok(authorize(&alice, VERB_DELETE_OWN, &object));
		seat.muted_until_ms = 1000; /* it has just ended */
		check_ok(authorize(&alice, speaking[i], &object));
	}
}

static void the_state_of_the_account_comes_first(void **state)
{
	struct seat_row seat = seat_of(ROOM_PUBLIC, ROLE_OWNER);
	struct object object = {.seat = &seat, .own = true};

	for (int verb = 0; verb < VERB_COUNT; verb++) {
		seat.account_state = ACCOUNT_UNVERIFIED;
		check_err(authorize(&alice, (enum verb)verb, &object), ERR_UNVERIFIED);
		seat.account_state = ACCOUNT_SUSPENDED;
		check_err(authorize(&alice, (enum verb)verb, &object), ERR_FORBIDDEN);
		seat.account_state = ACCOUNT_DELETED;
		check_err(authorize(&alice, (enum verb)verb, &object), ERR_FORBIDDEN);
	}
}

static void a_narrow_token_does_only_what_it_is_for(void **state)
{
	struct seat_row seat = seat_of(ROOM_PUBLIC, ROLE_OWNER);
	struct object object = {.seat = &seat, .own = true};
	struct actor bot = alice;

	bot.scope = SCOPE_READ;
	check_ok(authorize(&bot, VERB_READ, &object));
	check_err(authorize(&bot, VERB_POST, &object), ERR_FORBIDDEN);
	check_err(authorize(&bot, VERB_KICK, &object), ERR_FORBIDDEN);
	bot.scope = SCOPE_WRITE;
	check_err(authorize(&bot, VERB_READ, &object), ERR_FORBIDDEN);
	check_ok(authorize(&bot, VERB_POST, &object));
	bot.scope = 0;
	for (int verb = 0; verb < VERB_COUNT; verb++) {
		assert_int_not_equal(authorize(&bot, (enum verb)verb, &object), ERR_OK);
	}
}

static void the_server_right_opens_broadcasts(void **state)
{
	struct seat_row seat = seat_of(ROOM_BROADCAST, ROLE_GUEST);
	struct object object = {.seat = &seat, .own = true};

	seat.rights = SERVER_BROADCAST;
	check_ok(authorize(&alice, VERB_POST, &object));
	seat.rights = SERVER_ADMIN;
	check_ok(authorize(&alice, VERB_POST, &object));
	seat = seat_of(ROOM_PRIVATE, 0); /* but not private rooms */
	seat.rights = SERVER_ADMIN | SERVER_BROADCAST;
	check_err(authorize(&alice, VERB_READ, &object), ERR_NO_ROOM);
}

static void a_deleted_room_is_gone_for_members_and_unknown_to_others(void **state)
{
	struct seat_row seat = seat_of(ROOM_PRIVATE, ROLE_OWNER);
	struct object object = {.seat = &seat, .own = true};

	seat.deleted = true;
	check_err(authorize(&alice, VERB_READ, &object), ERR_GONE);
	seat.role = 0;
	check_err(authorize(&alice, VERB_READ, &object), ERR_NO_ROOM);
}

static void a_room_can_keep_posting_to_higher_roles(void **state)
{
	struct seat_row seat = seat_of(ROOM_PUBLIC, ROLE_MEMBER);
	struct object object = {.seat = &seat, .own = true};

	seat.post_role = ROLE_MODERATOR;
	check_err(authorize(&alice, VERB_POST, &object), ERR_FORBIDDEN);
	check_ok(authorize(&alice, VERB_REACT, &object));
	seat.role = ROLE_MODERATOR;
	check_ok(authorize(&alice, VERB_POST, &object));
}

CHECK_MAIN(TEST(each_standing_may_what_the_matrix_says),
	   TEST(every_verb_stands_in_the_matrix),
	   TEST(only_the_author_edits_and_deletes_as_author),
	   TEST(moderators_reach_lower_roles_only),
	   TEST(who_is_muted_or_blocked_reads_and_does_not_speak),
	   TEST(the_state_of_the_account_comes_first),
	   TEST(a_narrow_token_does_only_what_it_is_for),
	   TEST(the_server_right_opens_broadcasts),
	   TEST(a_deleted_room_is_gone_for_members_and_unknown_to_others),
	   TEST(a_room_can_keep_posting_to_higher_roles))
