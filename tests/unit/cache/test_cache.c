/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The typed functions of the store: what goes in comes out, in whatever order it came,
 * over a restart, and never readable on the disk.
 */
#include "client/cache/cache.h"

#include <stdio.h>
#include <sys/stat.h>

#include "client/cache/cache_draft.h"
#include "client/cache/cache_follow.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/cache_room.h"
#include "client/cache/cache_session.h"
#include "client/cache/cache_user.h"
#include "common/proto/kind.h"
#include "tests/lib/check.h"
#include "tests/unit/cache/case.h"

static const struct id zero;

/* ---- the store as a whole ---- */

static void a_new_store_is_private_and_opens_again(void **state)
{
	struct case_store fixture;
	struct stat st;
	AUTO(str_done) struct str value = STR_INIT;

	case_init(&fixture);
	check_ok(cache_setting_put(fixture.cache, "theme", "dark"));
	case_reopen(&fixture);
	check_ok(cache_setting_get(fixture.cache, "theme", &value));
	assert_string_equal(value.ptr, "dark");
	check_ok(cache_setting_put(fixture.cache, "theme", NULL));
	check_err(cache_setting_get(fixture.cache, "theme", &value), ERR_NOT_FOUND);
	static const char *const files[] = {"store.db", "key"};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		assert_int_equal(stat(box_path(&fixture.box, files[i]), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	assert_false(box_has(&fixture.box, "store.db.new"));
	case_done(&fixture);
}

static void a_birth_that_was_cut_off_is_begun_anew(void **state)
{
	struct case_store fixture;

	box_init(&fixture.box);
	box_write(&fixture.box, "store.db.new", TEXT("half a page"));
	box_write(&fixture.box, "store.db.new-wal", TEXT("half a log"));
	case_open(&fixture);
	case_done(&fixture);
}

static void only_one_may_have_it_open(void **state)
{
	struct case_store fixture;
	struct key_source key;
	struct cache *second = NULL;

	case_init(&fixture);
	key = key_file(fixture.box.dir);
	check_err(cache_open(fixture.box.dir, &key, &second), ERR_LOCKED);
	case_done(&fixture);
}

static void a_wrong_or_missing_key_has_a_name(void **state)
{
	struct case_store fixture;
	AUTO(secret_done) struct secret other = SECRET_INIT;

	case_init(&fixture);
	cache_free(&fixture.cache);
	memset(secret_room(&other, KEY_LEN), 9, KEY_LEN);
	struct key_source key = key_fixed(&other);
	check_err(cache_open(fixture.box.dir, &key, &fixture.cache), ERR_WRONG_KEY);
	key = key_file(fixture.box.dir);
	box_write(&fixture.box, "key", TEXT("short"));
	check_err(cache_open(fixture.box.dir, &key, &fixture.cache), ERR_CORRUPT);
	assert_int_equal(remove(box_path(&fixture.box, "key")), 0);
	check_err(cache_open(fixture.box.dir, &key, &fixture.cache), ERR_NOT_FOUND);
	case_done(&fixture);
}

static void a_damaged_store_is_corrupt_and_not_a_wrong_key(void **state)
{
	struct case_store fixture;

	case_init(&fixture);
	case_put_messages(&fixture, 1, 50);
	cache_free(&fixture.cache);
	AUTO(buf_done) struct buf file = box_read(&fixture.box, "store.db");
	file.ptr[77] ^= 4;
	box_write(&fixture.box, "store.db", buf_view(&file));
	struct key_source key = key_file(fixture.box.dir);
	check_err(cache_open(fixture.box.dir, &key, &fixture.cache), ERR_CORRUPT);
	case_done(&fixture);
}

static const char *const words[] = {"wombat",  "quokka",  "numbat", "bilbie",
				    "dunnart", "potoroo", "kowari", "CREATE TABLE"};

static size_t leaks(struct case_store *fixture)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		count += box_leaks(&fixture->box, words[i]);
	return count;
}

static bool leaks_somewhere(void)
{
	struct case_store fixture;
	const struct id alice = ALICE, ops = OPS;
	size_t count = 0;

	case_init(&fixture);
	case_put_room(&fixture, case_id(101), "quokka");
	const struct cache_user user = {.id = case_id(3), .name = TEXT("numbat")};
	check_ok(cache_user_put(fixture.cache, &user));
	for (unsigned seq = 1; seq <= 40; seq++) {
		struct cache_event event = case_message(seq, "the wombat digs");
		case_put(&fixture, &event);
	}
	const struct cache_draft draft = {.text = TEXT("kowari?"), .changed_ms = 1};
	check_ok(cache_draft_put(fixture.cache, &ops, &draft));
	check_ok(cache_line_add(fixture.cache, &ops, TEXT("/search potoroo"), 1));
	check_ok(cache_follow_put(fixture.cache, "dunnart", &ops, 1, 5));
	const struct cache_session session = {.server = TEXT("unix:/run/bilbie.sock"),
					      .user = alice,
					      .name = TEXT("alice"),
					      .refresh = TEXT("wombat quokka")};
	check_ok(cache_session_put(fixture.cache, &session));
	count += leaks(&fixture);
	case_reopen(&fixture);
	count += leaks(&fixture);
	cache_free(&fixture.cache);
	count += leaks(&fixture);
	case_done(&fixture);
	return count > 0;
}

/* By chance a run turns up once in 2^32 places: only a second hit counts. */
static void nothing_of_it_is_readable_on_the_disk(void **state)
{
	assert_false(leaks_somewhere() && leaks_somewhere());
}

/* ---- rooms and people ---- */

static void a_room_never_goes_back(void **state)
{
	struct case_store fixture;
	struct cache_rooms rooms;
	const struct id ops = OPS;
	struct cache_room room = {.id = OPS,
				  .kind = ROOM_PRIVATE,
				  .security = SECURITY_MLS,
				  .epoch = 1,
				  .head = 90,
				  .read = 80,
				  .joined = true};

	case_init(&fixture);
	check_ok(cache_room_put(fixture.cache, &room));
	room.security = SECURITY_PLAIN;
	room.head = room.read = 10;
	check_ok(cache_room_put(fixture.cache, &room));
	check_ok(cache_room_read(fixture.cache, &ops, 20, 5, 5));
	check_ok(cache_room_get(fixture.cache, &ops, &rooms));
	assert_int_equal(rooms.rooms[0].security, SECURITY_MLS);
	assert_int_equal(rooms.rooms[0].head, 90);
	assert_int_equal(rooms.rooms[0].read, 80);
	cache_rooms_done(&rooms);
	case_done(&fixture);
}

static void check_finds(struct case_store *fixture, const char *text, size_t count)
{
	struct cache_rooms rooms;

	check_ok(cache_room_find(fixture->cache, text, &rooms));
	assert_int_equal(rooms.count, count);
	cache_rooms_done(&rooms);
}

static void rooms_are_found_as_people_write_them(void **state)
{
	struct case_store fixture;
	const struct id ops = OPS;
	struct cache_room room = {.id = case_id(101),
				  .kind = ROOM_DIRECT,
				  .security = SECURITY_PLAIN,
				  .peer = BOB,
				  .joined = true};

	case_init(&fixture);
	check_ok(cache_room_put(fixture.cache, &room));
	room = (struct cache_room){.id = case_id(102),
				   .kind = ROOM_PRIVATE,
				   .security = SECURITY_PLAIN,
				   .name = TEXT("ops"),
				   .joined = true};
	check_ok(cache_room_put(fixture.cache, &room));
	check_finds(&fixture, "#ops", 2);
	check_finds(&fixture, "ops", 2);
	check_finds(&fixture, "@bob", 1);
	check_finds(&fixture, "@alice", 0);
	check_finds(&fixture, id_text(&ops).text, 1);
	check_finds(&fixture, "nowhere", 0);
	case_done(&fixture);
}

static void the_list_has_the_newest_first_and_where_to_resume(void **state)
{
	struct case_store fixture;
	struct cache_rooms rooms;
	struct cache_position positions[4];
	const struct id alice = ALICE;
	size_t count;

	case_init(&fixture);
	case_put_room(&fixture, case_id(101), "random");
	case_put_messages(&fixture, 1, 9);
	check_ok(cache_room_list(fixture.cache, &rooms));
	assert_int_equal(rooms.count, 2);
	check_text(rooms.rooms[0].slug, "ops");
	assert_int_equal(rooms.rooms[0].seq, 9);
	check_text(rooms.rooms[0].last_text, "message 9");
	assert_true(id_equal(&rooms.rooms[0].last_from, &alice));
	cache_rooms_done(&rooms);
	check_ok(cache_room_positions(fixture.cache, positions, 4, &count));
	assert_int_equal(count, 2);
	assert_int_equal(positions[0].seq, 9);
	assert_int_equal(positions[1].seq, 0);
	case_done(&fixture);
}

static void members_have_roles_and_receipts(void **state)
{
	struct case_store fixture;
	struct cache_users users;
	const struct id ops = OPS, alice = ALICE, bob = BOB, nobody = case_id(9);

	case_init(&fixture);
	check_ok(cache_member_put(fixture.cache, &ops, &bob, ROLE_MEMBER, 5));
	check_ok(cache_member_put(fixture.cache, &ops, &alice, ROLE_OWNER, 6));
	check_err(cache_member_put(fixture.cache, &ops, &nobody, ROLE_MEMBER, 0),
		  ERR_NO_USER);
	check_ok(cache_room_receipt(fixture.cache, &ops, &bob, 7, false));
	check_ok(cache_room_receipt(fixture.cache, &ops, &bob, 9, true));
	check_ok(cache_room_receipt(fixture.cache, &ops, &bob, 3, false));
	check_ok(cache_member_list(fixture.cache, &ops, &users));
	assert_int_equal(users.count, 2);
	check_text(users.users[0].name, "alice");
	assert_int_equal(users.users[1].read, 7);
	assert_int_equal(users.users[1].got, 9);
	assert_int_equal(users.users[1].joined_ms, 5);
	cache_users_done(&users);
	check_ok(cache_member_remove(fixture.cache, &ops, &bob));
	check_ok(cache_member_list(fixture.cache, &ops, &users));
	assert_int_equal(users.count, 1);
	cache_users_done(&users);
	case_done(&fixture);
}

static void people_are_found_by_prefix_and_keep_what_is_not_told(void **state)
{
	struct case_store fixture;
	struct cache_users users;
	const struct cache_user again = {.id = BOB, .status = TEXT("away")};
	const struct id bob = BOB;

	case_init(&fixture);
	check_ok(cache_user_put(fixture.cache, &again));
	check_ok(cache_user_get(fixture.cache, &bob, &users));
	check_text(users.users[0].display_name, "Bob");
	check_text(users.users[0].status, "away");
	cache_users_done(&users);
	check_ok(cache_user_list(fixture.cache, "bo", 10, &users));
	assert_int_equal(users.count, 1);
	cache_users_done(&users);
	check_ok(cache_user_list(fixture.cache, "", 10, &users));
	assert_int_equal(users.count, 2);
	cache_users_done(&users);
	check_err(cache_user_get(fixture.cache, &zero, &users), ERR_NO_USER);
	case_done(&fixture);
}

/* ---- what goes out, and the rest ---- */

static struct cache_send sending(unsigned n, const char *text)
{
	return (struct cache_send){.cid = case_id(2000 + n),
				   .room = OPS,
				   .kind = EVENT_MESSAGE,
				   .text = TEXT(text),
				   .created_ms = n};
}

static void the_outbox_keeps_order_and_survives(void **state)
{
	struct case_store fixture;
	struct cache_sends sends;
	uint64_t count;

	case_init(&fixture);
	for (unsigned i = 3; i > 0; i--) {
		struct cache_send send = sending(i, "hello");
		check_ok(cache_outbox_add(fixture.cache, &send));
		check_ok(cache_outbox_add(fixture.cache, &send));
	}
	const struct id two = case_id(2002), three = case_id(2003);
	check_ok(cache_outbox_state(fixture.cache, &two, OUTBOX_SENT, ERR_OK, 0));
	check_ok(cache_outbox_state(fixture.cache, &three, OUTBOX_FAILED, ERR_FORBIDDEN,
				    0));
	case_reopen(&fixture);
	check_ok(cache_outbox_requeue(fixture.cache));
	check_ok(cache_outbox_list(fixture.cache, &sends));
	assert_int_equal(sends.count, 3);
	assert_int_equal(sends.sends[0].created_ms, 3);
	check_err(sends.sends[0].error, ERR_FORBIDDEN);
	assert_int_equal(sends.sends[0].state, OUTBOX_FAILED);
	assert_int_equal(sends.sends[1].state, OUTBOX_QUEUED);
	assert_int_equal(sends.sends[1].attempts, 1);
	cache_sends_done(&sends);
	check_ok(cache_outbox_count(fixture.cache, &count));
	assert_int_equal(count, 2);
	case_done(&fixture);
}

static void a_file_waits_with_its_message(void **state)
{
	AUTO(cache_sends_done) struct cache_sends sends = CACHE_SENDS_INIT;
	AUTO(buf_done) struct buf extra = BUF_INIT;
	struct case_store fixture;
	struct cache_send send = sending(1, "");
	const struct id file = case_id(77);

	case_init(&fixture);
	send.path = TEXT("/home/alice/plan.txt");
	send.size = 9;
	send.mtime_ns = 1700000000123456789;
	check_ok(cache_outbox_add(fixture.cache, &send));
	check_ok(cache_outbox_announced(fixture.cache, &send.cid, &file));
	case_reopen(&fixture);
	check_ok(cache_outbox_get(fixture.cache, &send.cid, &sends));
	assert_true(cache_send_uploads(&sends.sends[0]));
	check_text(sends.sends[0].path, "/home/alice/plan.txt");
	assert_int_equal(sends.sends[0].size, 9);
	assert_int_equal(sends.sends[0].mtime_ns, 1700000000123456789);
	assert_true(id_equal(&sends.sends[0].upload, &file));
	cache_sends_done(&sends);
	check_ok(cache_outbox_whole(fixture.cache, &send.cid, &file, TEXT("text/plain")));
	check_ok(cache_outbox_get(fixture.cache, &send.cid, &sends));
	assert_false(cache_send_uploads(&sends.sends[0]));
	cache_send_extra(&sends.sends[0], &extra);
	buf_add_u8(&extra, 0);
	assert_non_null(strstr((const char *)extra.ptr, "\"name\":\"plan.txt\""));
	assert_non_null(strstr((const char *)extra.ptr, "\"media\":\"text/plain\""));
	cache_sends_done(&sends);
	/* refused after all, and sent again as it is now */
	check_ok(cache_outbox_state(fixture.cache, &send.cid, OUTBOX_FAILED,
				    ERR_FILE_CHANGED, 0));
	check_ok(cache_outbox_again(fixture.cache, &send.cid, 12, 13));
	check_ok(cache_outbox_get(fixture.cache, &send.cid, &sends));
	assert_int_equal(sends.sends[0].state, OUTBOX_QUEUED);
	assert_int_equal(sends.sends[0].size, 12);
	assert_true(cache_send_uploads(&sends.sends[0]));
	send.path = TEXT("/home/alice/other.txt");
	check_err(cache_outbox_add(fixture.cache, &send), ERR_CONFLICT);
	case_done(&fixture);
}

static void an_acknowledged_message_moves_to_the_log_once(void **state)
{
	struct case_store fixture;
	struct cache_send send = sending(1, "hello");
	const struct id cid = send.cid, alice = ALICE;
	uint64_t count;

	case_init(&fixture);
	check_ok(cache_outbox_add(fixture.cache, &send));
	check_ok(cache_outbox_ack(fixture.cache, &cid, &alice, 1, 1, 1700000000000));
	check_err(cache_outbox_ack(fixture.cache, &cid, &alice, 1, 1, 1700000000000),
		  ERR_NOT_FOUND);
	check_ok(cache_outbox_count(fixture.cache, &count));
	assert_int_equal(count, 0);
	struct cache_page page;
	const struct id ops = OPS;
	check_ok(cache_event_before(fixture.cache, &ops, 0, 10, &page));
	assert_int_equal(page.count, 1);
	assert_true(id_equal(&page.events[0].id, &cid));
	check_text(page.events[0].text, "hello");
	cache_page_done(&page);
	check_err(cache_outbox_add(fixture.cache, &send), ERR_EXISTS);
	case_done(&fixture);
}

static void one_cid_is_one_message(void **state)
{
	struct case_store fixture;
	struct cache_send send = sending(1, "hello");
	struct id cid;
	const struct id a = case_id(1), b = case_id(2);

	case_init(&fixture);
	check_ok(cache_outbox_add(fixture.cache, &send));
	send.text = TEXT("other");
	check_err(cache_outbox_add(fixture.cache, &send), ERR_CONFLICT);
	check_ok(cache_outbox_cid(fixture.cache, TEXT("job 7"), &a, &cid));
	assert_true(id_equal(&cid, &a));
	check_ok(cache_outbox_cid(fixture.cache, TEXT("job 7"), &b, &cid));
	assert_true(id_equal(&cid, &a));
	case_done(&fixture);
}

static void a_destination_is_resolved_later(void **state)
{
	struct case_store fixture;
	struct cache_send send = sending(1, "hello");
	struct cache_sends sends;
	const struct id ops = OPS;

	case_init(&fixture);
	send.room = zero;
	send.dest = TEXT("@bob");
	check_ok(cache_outbox_add(fixture.cache, &send));
	check_ok(cache_outbox_get(fixture.cache, &send.cid, &sends));
	check_text(sends.sends[0].dest, "@bob");
	assert_true(id_is_zero(&sends.sends[0].room));
	cache_sends_done(&sends);
	check_ok(cache_outbox_resolve(fixture.cache, &send.cid, &ops));
	check_ok(cache_outbox_get(fixture.cache, &send.cid, &sends));
	assert_true(id_equal(&sends.sends[0].room, &ops));
	cache_sends_done(&sends);
	check_ok(cache_outbox_remove(fixture.cache, &send.cid));
	check_err(cache_outbox_remove(fixture.cache, &send.cid), ERR_NOT_FOUND);
	case_done(&fixture);
}

static void a_store_is_one_account_of_one_server(void **state)
{
	struct case_store fixture;
	struct cache_session session = {.server = TEXT("unix:/run/chat.sock"),
					.user = ALICE,
					.device = case_id(50),
					.name = TEXT("alice"),
					.refresh = TEXT("r1"),
					.access = TEXT("a1"),
					.access_until_ms = 99};
	struct cache_session got;

	case_init(&fixture);
	check_err(cache_session_get(fixture.cache, &got), ERR_UNAUTHORIZED);
	check_err(cache_session_position(fixture.cache, 1, 1), ERR_UNAUTHORIZED);
	check_ok(cache_session_put(fixture.cache, &session));
	check_ok(cache_session_position(fixture.cache, 3, 14));
	check_ok(cache_session_position(fixture.cache, 3, 9));
	check_ok(cache_session_tokens(fixture.cache, TEXT("r2"), bytes_of(NULL, 0), 0));
	case_reopen(&fixture);
	check_ok(cache_session_get(fixture.cache, &got));
	check_text(got.refresh, "r2");
	assert_null(got.access.ptr);
	assert_int_equal(got.uepoch, 3);
	assert_int_equal(got.useq, 14);
	cache_session_done(&got);
	session.user = BOB;
	check_err(cache_session_put(fixture.cache, &session), ERR_CONFLICT);
	session.user = ALICE;
	session.server = TEXT("wss://elsewhere");
	check_err(cache_session_put(fixture.cache, &session), ERR_CONFLICT);
	case_done(&fixture);
}

static void a_follower_goes_forward_within_an_epoch(void **state)
{
	struct case_store fixture;
	const struct id ops = OPS;
	uint64_t epoch, seq;

	case_init(&fixture);
	check_err(cache_follow_get(fixture.cache, "log", &ops, &epoch, &seq),
		  ERR_NOT_FOUND);
	check_ok(cache_follow_put(fixture.cache, "log", &ops, 1, 5));
	check_ok(cache_follow_put(fixture.cache, "log", &ops, 1, 3));
	check_ok(cache_follow_get(fixture.cache, "log", &ops, &epoch, &seq));
	assert_int_equal(seq, 5);
	check_ok(cache_follow_put(fixture.cache, "log", &ops, 2, 1));
	check_ok(cache_follow_get(fixture.cache, "log", &ops, &epoch, &seq));
	assert_int_equal(epoch, 2);
	assert_int_equal(seq, 1);
	check_ok(cache_follow_remove(fixture.cache, "log"));
	check_err(cache_follow_get(fixture.cache, "log", &ops, &epoch, &seq),
		  ERR_NOT_FOUND);
	case_done(&fixture);
}

static void drafts_and_lines_come_back(void **state)
{
	struct case_store fixture;
	const struct id ops = OPS;
	struct cache_draft draft = {.text = TEXT("almost"), .cursor = 3, .changed_ms = 4};
	struct cache_lines lines;
	char text[16];

	case_init(&fixture);
	check_ok(cache_draft_put(fixture.cache, &ops, &draft));
	case_reopen(&fixture);
	check_ok(cache_draft_get(fixture.cache, &ops, &draft));
	check_text(draft.text, "almost");
	assert_int_equal(draft.cursor, 3);
	cache_draft_done(&draft);
	check_ok(cache_draft_put(fixture.cache, &ops, &draft));
	check_err(cache_draft_get(fixture.cache, &ops, &draft), ERR_NOT_FOUND);
	check_ok(cache_begin(fixture.cache));
	for (unsigned i = 0; i < CACHE_LINES_MOST + 50; i++) {
		snprintf(text, sizeof(text), "line %u", i);
		check_ok(cache_line_add(fixture.cache, &ops, TEXT(text), i));
		check_ok(cache_line_add(fixture.cache, &ops, TEXT(text), i));
	}
	check_ok(cache_line_add(fixture.cache, &zero, TEXT("elsewhere"), 1));
	check_ok(cache_commit(fixture.cache));
	check_ok(cache_line_list(fixture.cache, &ops, CACHE_LINES_MOST * 2, &lines));
	assert_int_equal(lines.count, CACHE_LINES_MOST);
	check_text(lines.lines[0], "line 50");
	check_text(lines.lines[lines.count - 1], text);
	cache_lines_done(&lines);
	case_done(&fixture);
}

static void a_part_is_undone_alone(void **state)
{
	struct case_store fixture;
	AUTO(str_done) struct str value = STR_INIT;

	case_init(&fixture);
	check_ok(cache_begin(fixture.cache));
	check_ok(cache_part_begin(fixture.cache));
	check_ok(cache_setting_put(fixture.cache, "a", "1"));
	check_ok(cache_part_end(fixture.cache, ERR_OK));
	check_ok(cache_part_begin(fixture.cache));
	check_ok(cache_setting_put(fixture.cache, "b", "1"));
	check_err(cache_part_end(fixture.cache, ERR_BAD), ERR_BAD);
	check_ok(cache_commit(fixture.cache));
	check_ok(cache_setting_get(fixture.cache, "a", &value));
	check_err(cache_setting_get(fixture.cache, "b", &value), ERR_NOT_FOUND);
	case_done(&fixture);
}

CHECK_MAIN(TEST(a_new_store_is_private_and_opens_again),
	   TEST(a_birth_that_was_cut_off_is_begun_anew), TEST(only_one_may_have_it_open),
	   TEST(a_wrong_or_missing_key_has_a_name),
	   TEST(a_damaged_store_is_corrupt_and_not_a_wrong_key),
	   TEST(nothing_of_it_is_readable_on_the_disk), TEST(a_room_never_goes_back),
	   TEST(rooms_are_found_as_people_write_them),
	   TEST(the_list_has_the_newest_first_and_where_to_resume),
	   TEST(members_have_roles_and_receipts),
	   TEST(people_are_found_by_prefix_and_keep_what_is_not_told),
	   TEST(the_outbox_keeps_order_and_survives), TEST(a_file_waits_with_its_message),
	   TEST(an_acknowledged_message_moves_to_the_log_once),
	   TEST(one_cid_is_one_message), TEST(a_destination_is_resolved_later),
	   TEST(a_store_is_one_account_of_one_server),
	   TEST(a_follower_goes_forward_within_an_epoch),
	   TEST(drafts_and_lines_come_back), TEST(a_part_is_undone_alone))
