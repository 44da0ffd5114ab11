/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles, pictures, blocks, exports, the end of accounts: through the router of a whole
 * server. */
#include <stdio.h>
#include <unistd.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define ME      "GET /v1/auth/me"
#define PROFILE "PATCH /v1/auth/profile"
#define PUT     "PUT /v1/auth/avatar"
#define STEP_UP "POST /v1/auth/step-up"
#define DELETE  "POST /v1/auth/delete"
#define EXPORT  "GET /v1/auth/export"
#define ROOMS   "POST /v1/rooms"

#define PASSWORD "{\"password\":\"" DESK_PASSWORD "\"}"
#define PROOF    "{\"challenge\":\"%s\",\"code\":\"%s\"}"

/* The first bytes are all that is looked at. */
#define PNG "\x89PNG\r\n\x1a\n....IHDR"

static void a_profile_is_read_and_changed_field_by_field(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	assert_int_equal(desk_ask(desk, PROFILE, alice.access,
				  "{\"display_name\":\"Alice\",\"about\":\"disks\"}"),
			 200);
	assert_int_equal(desk_ask(desk, PROFILE, alice.access,
				  "{\"status\":\"away\",\"findable\":\"no\"}"),
			 200);
	desk_ask(desk, ME, alice.access, NULL);
	assert_string_equal(desk_get(desk, "user.display_name").text, "Alice");
	assert_string_equal(desk_get(desk, "user.about").text, "disks");
	assert_string_equal(desk_get(desk, "user.status").text, "away");
	assert_string_equal(desk_get(desk, "findable").text, "no");
}

static void who_does_not_want_to_be_found_is_not_in_search(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");

	desk_ask(desk, "GET /v1/users?prefix=al", bob.access, NULL);
	assert_string_equal(desk_get(desk, "users.0.name").text, "alice");
	desk_ask(desk, PROFILE, alice.access, "{\"findable\":\"no\"}");
	desk_ask(desk, "GET /v1/users?prefix=al", bob.access, NULL);
	assert_string_equal(desk_get(desk, "users.0.name").text, "");
	/* Whoever knows the name still finds the way. */
	assert_int_equal(desk_ask(desk, "GET /v1/users/alice", bob.access, NULL), 200);
	desk_ask(desk, PROFILE, alice.access, "{\"findable\":\"yes\"}");
	desk_ask(desk, "GET /v1/users?prefix=al", bob.access, NULL);
	assert_string_equal(desk_get(desk, "users.0.name").text, "alice");
}

static unsigned blobs(const struct desk *desk)
{
	char command[512];
	unsigned count = 0;

	/* files/xx/hash */
	for (unsigned i = 0; i < 256; i++) {
		snprintf(command, sizeof(command), "%s/files/%02x", desk->data.ptr, i);
		count += access(command, F_OK) == 0 && rmdir(command) != 0;
	}
	return count;
}

/* What nobody uses any more goes within the hour. */
static void collect(struct desk *desk)
{
	desk_wait(desk, 3600000);
	for (int i = 0; i < 20; i++) {
		server_tick(desk->server);
		server_turn(desk->server);
	}
}

static void a_picture_goes_in_and_comes_out_as_it_was(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");

	desk_refused(desk, ERR_NOT_FOUND, "user", "GET /v1/users/alice/avatar",
		     bob.access, NULL);
	assert_int_equal(desk_ask(desk, PUT, alice.access, "%s one", PNG), 204);
	assert_int_equal(desk_ask(desk, "GET /v1/users/alice/avatar", bob.access, NULL),
			 200);
	assert_string_equal(desk->body.ptr, PNG " one");
	assert_non_null(strstr(desk->headers.ptr, "Content-Disposition: attachment"));
	desk_ask(desk, "GET /v1/users/alice", bob.access, NULL);
	assert_non_null(strstr(desk->body.ptr, "\"avatar\":true"));
	/* The next one takes its place, on the disk later. */
	assert_int_equal(desk_ask(desk, PUT, alice.access, "%s two", PNG), 204);
	assert_int_equal(blobs(desk), 2);
	/* The same bytes of somebody else are there once, and stay for him. */
	assert_int_equal(desk_ask(desk, PUT, bob.access, "%s two", PNG), 204);
	assert_int_equal(blobs(desk), 2);
	assert_int_equal(desk_ask(desk, "DELETE /v1/auth/avatar", alice.access, NULL),
			 204);
	desk_refused(desk, ERR_NOT_FOUND, NULL, "DELETE /v1/auth/avatar", alice.access,
		     NULL);
	assert_int_equal(desk_ask(desk, "GET /v1/users/bob/avatar", alice.access, NULL),
			 200);
	/* What was let go and not collected yet is found again when it comes back. */
	assert_int_equal(desk_ask(desk, PUT, alice.access, "%s one", PNG), 204);
	assert_int_equal(desk_ask(desk, "GET /v1/users/alice/avatar", bob.access, NULL),
			 200);
	assert_string_equal(desk->body.ptr, PNG " one");
	desk_ask(desk, "DELETE /v1/auth/avatar", alice.access, NULL);
	assert_int_equal(desk_ask(desk, "DELETE /v1/auth/avatar", bob.access, NULL), 204);
	collect(desk);
	assert_int_equal(blobs(desk), 0);
}

static void what_is_no_picture_is_refused_whatever_it_says(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	static const char *const bad[] = {"<svg xmlns=", "GIF89a.....", "\x89PNG",
					  "RIFF....WAVEfmt ", "{\"a\":1}"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		desk_refused(desk, ERR_BAD, NULL, PUT, alice.access, "%s", bad[i]);
	desk_refused(desk, ERR_BAD, NULL, PUT, alice.access, NULL);
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, PUT, NULL, PNG);
	assert_int_equal(desk_ask(desk, PUT, alice.access, "\xff\xd8\xff\xe0jpeg"), 204);
	assert_int_equal(desk_ask(desk, PUT, alice.access, "RIFF....WEBPVP8 webp"), 204);
	desk_refused(desk, ERR_TOO_BIG, NULL, PUT, alice.access, "%s%*s", PNG,
		     LIMIT_AVATAR, "");
}

static void a_block_stops_both_and_is_taken_back(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");

	assert_int_equal(desk_ask(desk, "POST /v1/users/bob/messages", alice.access,
				  "{\"text\":\"hello\"}"),
			 200);
	assert_int_equal(desk_ask(desk, "POST /v1/users/bob/block", alice.access, "{}"),
			 204);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/users/alice/messages",
		     bob.access, "{\"text\":\"hello\"}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/users/bob/messages",
		     alice.access, "{\"text\":\"hello\"}");
	desk_ask(desk, ROOMS, bob.access, "{\"kind\":\"public\",\"slug\":\"ops\"}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/rooms/ops/members", bob.access,
		     "{\"user\":\"alice\"}");
	desk_ask(desk, "GET /v1/auth/blocks", alice.access, NULL);
	assert_string_equal(desk_get(desk, "users.0.name").text, "bob");
	desk_ask(desk, "GET /v1/auth/blocks", bob.access, NULL);
	assert_string_equal(desk_get(desk, "users.0.name").text, "");
	assert_int_equal(desk_ask(desk, "DELETE /v1/users/bob/block", alice.access, NULL),
			 204);
	assert_int_equal(desk_ask(desk, "POST /v1/users/alice/messages", bob.access,
				  "{\"text\":\"hello\"}"),
			 200);
	desk_refused(desk, ERR_BAD, "user", "POST /v1/users/alice/block", alice.access,
		     "{}");
	desk_refused(desk, ERR_NO_USER, "user", "POST /v1/users/nobody/block",
		     alice.access, "{}");
}

static void blocks_come_in_pages(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	static const char *const names[] = {"bob", "carol", "dave"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char line[64];
		desk_sign_up(desk, names[i]);
		snprintf(line, sizeof(line), "POST /v1/users/%s/block", names[i]);
		desk_ask(desk, line, alice.access, "{}");
	}
	desk_ask(desk, "GET /v1/auth/blocks?limit=2", alice.access, NULL);
	assert_string_equal(desk_get(desk, "users.1.name").text, "carol");
	assert_string_equal(desk_get(desk, "cursor").text, "carol");
	desk_ask(desk, "GET /v1/auth/blocks?limit=2&cursor=carol", alice.access, NULL);
	assert_string_equal(desk_get(desk, "users.0.name").text, "dave");
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
}

static void log_in_refused(struct desk *desk, const char *name, enum err want)
{
	desk_refused(desk, want, NULL, "POST /v1/auth/login", NULL,
		     "{\"login\":\"%s\",\"password\":\"" DESK_PASSWORD "\"}", name);
}

static void a_suspended_account_is_out_at_once_until_it_is_let_in(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk->peer.local = true;
	assert_int_equal(desk_ask(desk, "POST /v1/admin/users/alice/disable", NULL,
				  "{\"why\":\"spam\"}"),
			 204);
	desk_refused(desk, ERR_STATE, "user", "POST /v1/admin/users/alice/disable", NULL,
		     "{}");
	desk->peer.local = false;
	desk_refused(desk, ERR_BAD_TOKEN, NULL, ME, alice.access, NULL);
	desk_refused(desk, ERR_REVOKED, "refresh_token", "POST /v1/auth/refresh", NULL,
		     "{\"refresh_token\":\"%s\"}", alice.refresh);
	log_in_refused(desk, "alice", ERR_FORBIDDEN);
	desk->peer.local = true;
	assert_int_equal(desk_ask(desk, "POST /v1/admin/users/alice/enable", NULL, "{}"),
			 204);
	desk_refused(desk, ERR_NO_USER, "user", "POST /v1/admin/users/nobody/enable",
		     NULL, "{}");
	desk->peer.local = false;
	desk_log_in(desk, "alice", DESK_PASSWORD);
}

static struct desk_text step_up(struct desk *desk, const struct desk_user *user)
{
	assert_int_equal(desk_ask(desk, STEP_UP, user->access, PASSWORD), 200);
	return desk_get(desk, "challenge");
}

static void a_deleted_account_leaves_its_words_and_nothing_else(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");

	desk_ask(desk, PUT, alice.access, PNG);
	desk_ask(desk, ROOMS, alice.access, "{\"kind\":\"public\",\"slug\":\"ops\"}");
	desk_ask(desk, "POST /v1/rooms/ops/join", bob.access, "{}");
	desk_ask(desk, "POST /v1/rooms/ops/messages", alice.access,
		 "{\"text\":\"remember me\"}");
	struct desk_text message = desk_get(desk, "cid");
	struct desk_text challenge = step_up(desk, &alice);
	struct desk_code code = desk_code(desk, "alice@example.org");
	desk_refused(desk, ERR_BAD_CODE, "code", DELETE, alice.access, PROOF,
		     challenge.text, desk_wrong(&code).text);
	desk_refused(desk, ERR_EXPIRED, "code", DELETE, bob.access, PROOF, challenge.text,
		     code.text);
	assert_int_equal(
		desk_ask(desk, DELETE, alice.access, PROOF, challenge.text, code.text),
		204);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, ME, alice.access, NULL);
	log_in_refused(desk, "alice", ERR_BAD_LOGIN);
	log_in_refused(desk, "alice@example.org", ERR_BAD_LOGIN);
	/* The room has an owner, the words an author without a name. */
	desk_ask(desk, "GET /v1/rooms/ops", bob.access, NULL);
	assert_string_equal(desk_get(desk, "role").text, "owner");
	char line[96];
	snprintf(line, sizeof(line), "GET /v1/messages/%.32s", message.text);
	desk_ask(desk, line, bob.access, NULL);
	assert_string_equal(desk_get(desk, "text").text, "remember me");
	struct desk_text author = desk_get(desk, "from");
	snprintf(line, sizeof(line), "GET /v1/users/%.32s", author.text);
	desk_ask(desk, line, bob.access, NULL);
	assert_string_equal(desk_get(desk, "name").text, "-");
	assert_non_null(strstr(desk->body.ptr, "\"deleted\":true"));
	desk_refused(desk, ERR_NO_USER, "user", "GET /v1/users/alice", bob.access, NULL);
	collect(desk);
	assert_int_equal(blobs(desk), 0);
	/* The name is never given again; the address may sign up anew. */
	desk_refused(desk, ERR_EXISTS, "name", "POST /v1/auth/signup", NULL,
		     "{\"name\":\"alice\",\"email\":\"other@example.org\","
		     "\"password\":\"" DESK_PASSWORD "\"}");
	assert_int_equal(desk_ask(desk, "POST /v1/auth/signup", NULL,
				  "{\"name\":\"alice2\",\"email\":\"alice@example.org\","
				  "\"password\":\"" DESK_PASSWORD "\"}"),
			 200);
}

static void an_only_owner_without_heirs_takes_the_private_room_along(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_ask(desk, ROOMS, alice.access, "{\"kind\":\"private\",\"name\":\"diary\"}");
	struct desk_text challenge = step_up(desk, &alice);
	assert_int_equal(desk_ask(desk, DELETE, alice.access, PROOF, challenge.text,
				  desk_code(desk, "alice@example.org").text),
			 204);
}

/* Everything that @user is given, page by page, in one text. */
static void export_all(struct desk *desk, const struct desk_user *user, struct str *out)
{
	AUTO(str_done) struct str line = STR_INIT;
	unsigned pages = 0;

	str_add(&line, EXPORT);
	do {
		assert_int_equal(desk_ask(desk, line.ptr, user->access, NULL), 200);
		str_addf(out, "%s\n", desk->body.ptr);
		str_clear(&line);
		str_addf(&line, EXPORT "?cursor=%s", desk_get(desk, "cursor").text);
		assert_true(++pages < 20);
	} while (desk_get(desk, "cursor").text[0]);
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
}

static void an_export_has_all_of_ones_own_and_nothing_of_others(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");
	AUTO(str_done) struct str text = STR_INIT;
	static const char *const want[] = {"\"record\":\"account\"",
					   "\"record\":\"email\"",
					   "alice@example.org",
					   "\"record\":\"session\"",
					   "192.0.2.7",
					   "\"record\":\"device\"",
					   "\"record\":\"block\"",
					   "\"record\":\"room\"",
					   "said by alice 249",
					   "said by alice 0",
					   "\"record\":\"audit\""};

	desk_ask(desk, ROOMS, alice.access, "{\"kind\":\"public\",\"slug\":\"ops\"}");
	desk_ask(desk, "POST /v1/rooms/ops/join", bob.access, "{}");
	for (int i = 0; i < 250; i++)
		desk_ask(desk, "POST /v1/rooms/ops/messages", alice.access,
			 "{\"text\":\"said by alice %d\"}", i);
	desk_ask(desk, "POST /v1/rooms/ops/messages", bob.access,
		 "{\"text\":\"said by the other\"}");
	desk_ask(desk, "POST /v1/users/bob/block", alice.access, "{}");
	export_all(desk, &alice, &text);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_non_null(strstr(text.ptr, want[i]));
	assert_null(strstr(text.ptr, "said by the other"));
	assert_null(strstr(text.ptr, "bob@example.org"));
	assert_null(strstr(text.ptr, "argon2id"));
	desk_refused(desk, ERR_BAD, "cursor", EXPORT "?cursor=0123456789abcdef",
		     alice.access, NULL);
}

static void sessions_come_in_pages_and_are_renamed_and_ended(void **state)
{
	struct desk *desk = *state;
	struct desk_user first = desk_sign_up(desk, "alice"),
			 second = desk_log_in(desk, "alice", DESK_PASSWORD),
			 third = desk_log_in(desk, "alice", DESK_PASSWORD);
	char line[160];

	snprintf(line, sizeof(line), "PATCH /v1/auth/sessions/%s", first.session);
	assert_int_equal(
		desk_ask(desk, line, third.access, "{\"device_name\":\"old laptop\"}"),
		204);
	desk_refused(desk, ERR_BAD, "device_name", line, third.access,
		     "{\"device_name\":\" \"}");
	struct desk_user bob = desk_sign_up(desk, "bob");
	desk_refused(desk, ERR_NOT_FOUND, "session", line, bob.access,
		     "{\"device_name\":\"mine\"}");
	desk_ask(desk, "GET /v1/auth/sessions?limit=2", third.access, NULL);
	assert_string_equal(desk_get(desk, "sessions.0.session").text, third.session);
	assert_string_equal(desk_get(desk, "sessions.1.session").text, second.session);
	assert_string_equal(desk_get(desk, "sessions.1.how").text, "password");
	assert_string_equal(desk_get(desk, "sessions.1.place").text, "192.0.2.7");
	snprintf(line, sizeof(line), "GET /v1/auth/sessions?limit=2&cursor=%.64s",
		 desk_get(desk, "cursor").text);
	desk_ask(desk, line, third.access, NULL);
	assert_string_equal(desk_get(desk, "sessions.0.session").text, first.session);
	assert_string_equal(desk_get(desk, "sessions.0.device_name").text, "old laptop");
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
	desk_refused(desk, ERR_BAD, "cursor", "GET /v1/auth/sessions?cursor=x",
		     third.access, NULL);
	assert_int_equal(
		desk_ask(desk, "POST /v1/auth/logout", third.access, "{\"others\":true}"),
		204);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, ME, first.access, NULL);
	assert_int_equal(desk_ask(desk, ME, third.access, NULL), 200);
}

CHECK_MAIN(DESK_TEST(a_profile_is_read_and_changed_field_by_field),
	   DESK_TEST(who_does_not_want_to_be_found_is_not_in_search),
	   DESK_TEST(a_picture_goes_in_and_comes_out_as_it_was),
	   DESK_TEST(what_is_no_picture_is_refused_whatever_it_says),
	   DESK_TEST(a_block_stops_both_and_is_taken_back),
	   DESK_TEST(blocks_come_in_pages),
	   DESK_TEST(a_suspended_account_is_out_at_once_until_it_is_let_in),
	   DESK_TEST(a_deleted_account_leaves_its_words_and_nothing_else),
	   DESK_TEST(an_only_owner_without_heirs_takes_the_private_room_along),
	   DESK_TEST(an_export_has_all_of_ones_own_and_nothing_of_others),
	   DESK_TEST(sessions_come_in_pages_and_are_renamed_and_ended))
