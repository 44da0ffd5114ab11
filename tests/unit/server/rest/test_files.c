/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files: uploads in pieces, who may read them, quotas, what is collected. Through the
 * router of a whole server. */
#include <stdio.h>
#include <unistd.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define FILES "POST /v1/files"
#define DAY   86400000

/* A line "METHOD /v1/files/ID…" */
struct line {
	char text[160];
};

static struct line at(const char *method, const struct desk_text *file, const char *rest)
{
	struct line line;

	snprintf(line.text, sizeof(line.text), "%s /v1/files/%.26s%s", method, file->text,
		 rest);
	return line;
}

static struct desk_text announce(struct desk *desk, const char *token, const char *name,
				 unsigned size)
{
	assert_int_equal(
		desk_ask(desk, FILES, token, "{\"name\":\"%s\",\"size\":%u}", name, size),
		200);
	return desk_get(desk, "file");
}

static struct desk_text upload(struct desk *desk, const char *token, const char *name,
			       const char *text)
{
	struct desk_text file = announce(desk, token, name, (unsigned)strlen(text));

	assert_int_equal(desk_ask(desk, at("PATCH", &file, "").text, token, "%s", text),
			 200);
	assert_non_null(strstr(desk->body.ptr, "\"whole\":true"));
	return file;
}

static struct desk_text send_file(struct desk *desk, const char *token, const char *room,
				  const struct desk_text *file)
{
	struct line line;

	snprintf(line.text, sizeof(line.text), "POST /v1/rooms/%s/messages", room);
	assert_int_equal(
		desk_ask(desk, line.text, token, "{\"files\":[\"%s\"]}", file->text),
		200);
	return desk_get(desk, "cid");
}

static void downloads(struct desk *desk, const struct desk_text *file, const char *token,
		      const char *want)
{
	assert_int_equal(desk_ask(desk, at("GET", file, "").text, token, NULL), 200);
	assert_string_equal(desk->body.ptr, want);
}

static void is_hidden(struct desk *desk, const struct desk_text *file, const char *token)
{
	desk_refused(desk, ERR_NOT_FOUND, "file", at("GET", file, "").text, token, NULL);
	desk_refused(desk, ERR_NOT_FOUND, "file", at("GET", file, "/info").text, token,
		     NULL);
	desk_refused(desk, ERR_NOT_FOUND, "file", at("GET", file, "/part").text, token,
		     NULL);
}

static void a_file_comes_in_pieces_and_goes_out_as_it_was(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text file = announce(desk, alice.access, "../hello.txt", 11);

	assert_string_equal(desk_get(desk, "name").text, "hello.txt");
	assert_int_equal(desk_ask(desk, at("PATCH", &file, "?offset=0").text,
				  alice.access, "hello"),
			 200);
	assert_int_equal(desk_number(desk, "received"), 5);
	assert_int_equal(
		desk_ask(desk, at("GET", &file, "/info").text, alice.access, NULL), 200);
	assert_int_equal(desk_number(desk, "received"), 5);
	desk_refused(desk, ERR_STATE, "file", at("GET", &file, "").text, alice.access,
		     NULL);
	/* what is there is skipped, what is beyond is a gap */
	desk_refused(desk, ERR_STATE, "offset", at("PATCH", &file, "?offset=6").text,
		     alice.access, "world");
	assert_int_equal(desk_ask(desk, at("PATCH", &file, "?offset=3").text,
				  alice.access, "lo wo"),
			 200);
	assert_int_equal(desk_number(desk, "received"), 8);
	desk_refused(desk, ERR_TOO_BIG, "size", at("PATCH", &file, "?offset=8").text,
		     alice.access, "rld!");
	desk_restart(desk);
	assert_int_equal(
		desk_ask(desk, at("PATCH", &file, "?offset=8").text, alice.access, "rld"),
		200);
	assert_string_equal(desk_get(desk, "media").text, "text/plain; charset=utf-8");
	assert_string_equal(desk_get(desk, "sha256").text,
			    "uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek");
	downloads(desk, &file, alice.access, "hello world");
	assert_non_null(strstr(desk->headers.ptr, "filename*=UTF-8''hello.txt"));
	assert_non_null(strstr(desk->headers.ptr, "Content-Security-Policy: sandbox"));
	/* an answer that was lost is asked for again */
	assert_int_equal(
		desk_ask(desk, at("PATCH", &file, "?offset=8").text, alice.access, "rld"),
		200);
	assert_non_null(strstr(desk->body.ptr, "\"whole\":true"));
}

static void a_range_and_a_tag_are_understood(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text file = upload(desk, alice.access, "a", "0123456789");
	struct line get = at("GET", &file, "");
	char tag[64] = "";

	desk_header(desk, "range", "bytes=2-4");
	assert_int_equal(desk_ask(desk, get.text, alice.access, NULL), 206);
	assert_string_equal(desk->body.ptr, "234");
	assert_non_null(strstr(desk->headers.ptr, "Content-Range: bytes 2-4/10"));
	sscanf(strstr(desk->headers.ptr, "ETag: "), "ETag: %63s", tag);
	desk_header(desk, "range", "bytes=10-");
	assert_int_equal(desk_ask(desk, get.text, alice.access, NULL), 416);
	assert_non_null(strstr(desk->headers.ptr, "Content-Range: bytes */10"));
	desk_header(desk, "if-none-match", tag);
	assert_int_equal(desk_ask(desk, get.text, alice.access, NULL), 304);
}

static void a_frame_carries_pieces_too(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text file = announce(desk, alice.access, "a", 5);
	struct str args = STR_INIT;

	str_addf(&args, "{\"file\":\"%s\",\"offset\":0,\"data\":\"aGVsbG8\"}", file.text);
	assert_int_equal(desk_call(desk, "file_append", alice.access, args.ptr), 200);
	assert_non_null(strstr(desk->body.ptr, "\"whole\":true"));
	str_clear(&args);
	str_addf(&args, "{\"file\":\"%s\",\"offset\":1,\"length\":3}", file.text);
	assert_int_equal(desk_call(desk, "file_part", alice.access, args.ptr), 200);
	assert_string_equal(desk_get(desk, "data").text, "ZWxs");
	str_clear(&args);
	str_addf(&args, "{\"file\":\"%s\"}", file.text);
	assert_int_equal(desk_call(desk, "file_data", alice.access, args.ptr), 405);
	str_done(&args);
}

static void a_file_is_read_by_who_may_read_a_message_that_names_it(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob"),
			 carol = desk_sign_up(desk, "carol");
	struct desk_text file = upload(desk, alice.access, "plan.txt", "the plan");

	is_hidden(desk, &file, bob.access);
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, at("GET", &file, "").text, NULL, NULL);
	assert_int_equal(desk_ask(desk, "POST /v1/users/bob/messages", alice.access,
				  "{\"files\":[\"%s\"]}", file.text),
			 200);
	struct desk_text cid = desk_get(desk, "cid");
	downloads(desk, &file, bob.access, "the plan");
	is_hidden(desk, &file, carol.access);
	/* Who may read it may not write to it, send it on as his own or delete it. */
	desk_refused(desk, ERR_NOT_FOUND, "file", at("PATCH", &file, "").text, bob.access,
		     "x");
	desk_refused(desk, ERR_NOT_FOUND, "file", at("DELETE", &file, "").text,
		     bob.access, NULL);
	desk_refused(desk, ERR_NOT_FOUND, NULL, "POST /v1/rooms/lobby/messages",
		     bob.access, "{\"files\":[\"%s\"]}", file.text);
	/* What the message says of it comes with it. */
	struct line get;
	snprintf(get.text, sizeof(get.text), "GET /v1/messages/%.26s", cid.text);
	desk_ask(desk, get.text, bob.access, NULL);
	assert_string_equal(desk_get(desk, "attached.0.name").text, "plan.txt");
	assert_int_equal(desk_number(desk, "attached.0.size"), 8);
	/* With the message goes the right, for both. */
	snprintf(get.text, sizeof(get.text), "DELETE /v1/messages/%.26s", cid.text);
	assert_int_equal(desk_ask(desk, get.text, alice.access, "{}"), 200);
	is_hidden(desk, &file, bob.access);
}

static void a_file_of_before_one_joined_stays_hidden_where_messages_do(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");
	struct desk_text before = upload(desk, alice.access, "a", "before"),
			 after = upload(desk, alice.access, "b", "after");
	struct line line;

	desk_ask(desk, "POST /v1/rooms", alice.access,
		 "{\"kind\":\"private\",\"name\":\"den\"}");
	struct desk_text room = desk_get(desk, "room");
	send_file(desk, alice.access, room.text, &before);
	is_hidden(desk, &before, bob.access);
	snprintf(line.text, sizeof(line.text), "POST /v1/rooms/%.26s/members", room.text);
	assert_int_equal(desk_ask(desk, line.text, alice.access, "{\"user\":\"bob\"}"),
			 204);
	is_hidden(desk, &before, bob.access);
	send_file(desk, alice.access, room.text, &after);
	downloads(desk, &after, bob.access, "after");
	snprintf(line.text, sizeof(line.text), "POST /v1/rooms/%.26s/leave", room.text);
	assert_int_equal(desk_ask(desk, line.text, bob.access, "{}"), 204);
	is_hidden(desk, &after, bob.access);
}

static void only_whole_files_of_ones_own_are_sent(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text file = announce(desk, alice.access, "a", 5);

	desk_refused(desk, ERR_STATE, NULL, "POST /v1/rooms/lobby/messages", alice.access,
		     "{\"files\":[\"%s\"]}", file.text);
	desk_refused(desk, ERR_NOT_FOUND, NULL, "POST /v1/rooms/lobby/messages",
		     alice.access, "{\"files\":[\"aaaaaaaaaaaaaaaaaaaaaaaaaa\"]}");
	desk_refused(desk, ERR_BAD, NULL, "POST /v1/rooms/lobby/messages", alice.access,
		     "{}");
}

static void sizes_and_quotas_hold(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_refused(desk, ERR_TOO_BIG, "size", FILES, alice.access,
		     "{\"name\":\"a\",\"size\":%u}", (1 << 24) + 1);
	desk->server->config.file_quota = 100;
	struct desk_text file = announce(desk, alice.access, "a", 60);
	/* what is announced counts already */
	desk_refused(desk, ERR_QUOTA, "size", FILES, alice.access,
		     "{\"name\":\"a\",\"size\":41}");
	announce(desk, alice.access, "b", 40);
	desk_ask(desk, "GET /v1/files/quota", alice.access, NULL);
	assert_int_equal(desk_number(desk, "used"), 100);
	assert_int_equal(desk_number(desk, "quota"), 100);
	assert_int_equal(desk_ask(desk, at("DELETE", &file, "").text, alice.access, NULL),
			 204);
	desk_ask(desk, "GET /v1/files/quota", alice.access, NULL);
	assert_int_equal(desk_number(desk, "used"), 40);
	desk_ask(desk, "GET /v1/files", alice.access, NULL);
	assert_string_equal(desk_get(desk, "files.0.name").text, "b");
	assert_string_equal(desk_get(desk, "files.1.name").text, "");
	desk->server->config.file_most = 0;
	desk_refused(desk, ERR_TOO_BIG, "size", FILES, alice.access,
		     "{\"name\":\"a\",\"size\":1}");
}

static unsigned blobs(const struct desk *desk)
{
	char path[512];
	unsigned count = 0;

	for (unsigned i = 0; i < 256; i++) {
		snprintf(path, sizeof(path), "%s/files/%02x", desk->data.ptr, i);
		count += access(path, F_OK) == 0 && rmdir(path) != 0;
	}
	return count;
}

static void collect(struct desk *desk)
{
	desk_wait(desk, 3600000);
	for (int i = 0; i < 20; i++) {
		server_tick(desk->server);
		server_turn(desk->server);
	}
}

static void what_no_message_names_is_collected(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"), bob;
	struct desk_text sent = upload(desk, alice.access, "a", "sent"),
			 unsent = upload(desk, alice.access, "b", "unsent"),
			 half = announce(desk, alice.access, "c", 10), cid;
	struct line line;

	desk_ask(desk, at("PATCH", &half, "").text, alice.access, "12345");
	cid = send_file(desk, alice.access, "lobby", &sent);
	assert_int_equal(blobs(desk), 2);
	collect(desk);
	assert_int_equal(blobs(desk), 2);
	desk_wait(desk, DAY);
	collect(desk);
	alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	assert_int_equal(blobs(desk), 1);
	is_hidden(desk, &unsent, alice.access);
	is_hidden(desk, &half, alice.access);
	downloads(desk, &sent, alice.access, "sent");
	bob = desk_sign_up(desk, "bob");
	downloads(desk, &sent, bob.access, "sent");
	snprintf(line.text, sizeof(line.text), "DELETE /v1/messages/%.26s", cid.text);
	assert_int_equal(desk_ask(desk, line.text, alice.access, "{}"), 200);
	collect(desk);
	assert_int_equal(blobs(desk), 0);
	alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	desk_ask(desk, "GET /v1/files/quota", alice.access, NULL);
	assert_int_equal(desk_number(desk, "used"), 0);
}

static void with_a_room_go_its_files_but_not_those_named_elsewhere(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text one = upload(desk, alice.access, "a", "one"),
			 both = upload(desk, alice.access, "b", "both");

	desk_ask(desk, "POST /v1/rooms", alice.access,
		 "{\"kind\":\"public\",\"slug\":\"ops\"}");
	send_file(desk, alice.access, "ops", &one);
	send_file(desk, alice.access, "ops", &both);
	send_file(desk, alice.access, "lobby", &both);
	assert_int_equal(desk_ask(desk, "DELETE /v1/rooms/ops", alice.access, "{}"), 204);
	desk_refused(desk, ERR_NOT_FOUND, "file", at("GET", &one, "").text, alice.access,
		     NULL);
	collect(desk);
	alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	assert_int_equal(blobs(desk), 1);
	downloads(desk, &both, alice.access, "both");
}

static void the_same_bytes_are_kept_once(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");
	struct desk_text one = upload(desk, alice.access, "a", "the same"),
			 two = upload(desk, bob.access, "b", "the same");

	assert_int_equal(blobs(desk), 1);
	assert_int_equal(desk_ask(desk, at("DELETE", &one, "").text, alice.access, NULL),
			 204);
	collect(desk);
	bob = desk_log_in(desk, "bob", DESK_PASSWORD);
	downloads(desk, &two, bob.access, "the same");
}

static void an_empty_file_is_a_file(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text file = announce(desk, alice.access, "empty", 0);

	assert_int_equal(desk_ask(desk, at("PATCH", &file, "").text, alice.access, NULL),
			 200);
	assert_non_null(strstr(desk->body.ptr, "\"whole\":true"));
	downloads(desk, &file, alice.access, "");
}

/* ---- the end of an account, of a message ---- */

/* All pages of the export of @user. */
static void export_all(struct desk *desk, const struct desk_user *user, struct str *out)
{
	AUTO(str_done) struct str line = STR_INIT;

	str_add(&line, "GET /v1/auth/export");
	do {
		assert_int_equal(desk_ask(desk, line.ptr, user->access, NULL), 200);
		str_addf(out, "%s\n", desk->body.ptr);
		str_clear(&line);
		str_addf(&line, "GET /v1/auth/export?cursor=%s",
			 desk_get(desk, "cursor").text);
	} while (desk_get(desk, "cursor").text[0]);
}

static void delete_account(struct desk *desk, const struct desk_user *user,
			   const char *address)
{
	assert_int_equal(desk_ask(desk, "POST /v1/auth/step-up", user->access,
				  "{\"password\":\"" DESK_PASSWORD "\"}"),
			 200);
	struct desk_text challenge = desk_get(desk, "challenge");
	assert_int_equal(desk_ask(desk, "POST /v1/auth/delete", user->access,
				  "{\"challenge\":\"%s\",\"code\":\"%s\"}",
				  challenge.text, desk_code(desk, address).text),
			 204);
}

struct estate {
	struct desk_user alice, bob;
	struct desk_text sent, unsent; /* files */
	struct desk_text bot;          /* a token of hers */
	struct line hook;              /* that posts into ops */
};

/* What one can own, all of it alice's; bob owns the room with her. */
static void gather(struct desk *desk, struct estate *estate)
{
	struct desk_user *alice = &estate->alice, *bob = &estate->bob;

	*alice = desk_sign_up(desk, "alice");
	*bob = desk_sign_up(desk, "bob");
	desk_ask(desk, "POST /v1/rooms", bob->access,
		 "{\"kind\":\"public\",\"slug\":\"ops\"}");
	desk_ask(desk, "POST /v1/rooms/ops/join", alice->access, "{}");
	assert_int_equal(desk_ask(desk, "PATCH /v1/rooms/ops/members/alice", bob->access,
				  "{\"role\":\"owner\"}"),
			 204);
	estate->sent = upload(desk, alice->access, "sent.txt", "sent");
	estate->unsent = upload(desk, alice->access, "unsent.txt", "unsent");
	send_file(desk, alice->access, "ops", &estate->sent);
	assert_int_equal(desk_ask(desk, "PUT /v1/auth/avatar", alice->access,
				  "\x89PNG\r\n\x1a\n....IHDR"),
			 204);
	assert_int_equal(
		desk_ask(desk, "POST /v1/bots", alice->access, "{\"name\":\"clock\"}"),
		200);
	desk_ask(desk, "POST /v1/bots/clock/tokens", alice->access,
		 "{\"name\":\"the hall\"}");
	estate->bot = desk_get(desk, "token");
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/hooks", alice->access,
				  "{\"kind\":\"in\",\"name\":\"alerts\"}"),
			 200);
	snprintf(estate->hook.text, sizeof(estate->hook.text), "POST %s",
		 strstr(desk_get(desk, "url").text, "/v1/hooks"));
	desk_ask(desk, "POST /v1/rooms/ops/messages", bob->access,
		 "{\"text\":\"look, @alice\"}");
}

static void a_deleted_account_leaves_nothing_that_acts_or_weighs(void **state)
{
	static const char *const want[] = {
		"\"record\":\"file\"",
		"sent.txt",
		"unsent.txt",
		"\"record\":\"bot\"",
		"clock",
		"\"record\":\"bot_token\"",
		"the hall",
		"\"record\":\"webhook\"",
		"alerts",
		"\"record\":\"notification\"",
		"\"record\":\"session\"",
		"\"record\":\"event\"",
		"\"avatar\":\"",
		"\"file_bytes\":",
		"\"record\":\"room\"",
		"\"record\":\"audit\"",
	};
	struct desk *desk = *state;
	AUTO(str_done) struct str text = STR_INIT;
	struct estate estate;
	struct line avatar;

	gather(desk, &estate);
	export_all(desk, &estate.alice, &text);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		if (!strstr(text.ptr, want[i]))
			fail_msg("the export has no %s", want[i]);
	assert_null(strstr(text.ptr, estate.bot.text));
	assert_int_equal(desk_ask(desk, estate.hook.text, NULL, "{\"text\":\"x\"}"), 200);
	snprintf(avatar.text, sizeof(avatar.text), "GET /v1/users/%.32s/avatar",
		 estate.alice.user);
	assert_int_equal(desk_ask(desk, avatar.text, estate.bob.access, NULL), 200);
	assert_int_equal(blobs(desk), 3);

	delete_account(desk, &estate.alice, "alice@example.org");
	desk_refused(desk, ERR_BAD_TOKEN, NULL, "GET /v1/auth/me", estate.bot.text, NULL);
	desk_refused(desk, ERR_NO_USER, "user", "GET /v1/users/clock", estate.bob.access,
		     NULL);
	desk_refused(desk, ERR_GONE, NULL, estate.hook.text, NULL, "{\"text\":\"x\"}");
	assert_int_not_equal(desk_ask(desk, avatar.text, estate.bob.access, NULL), 200);
	collect(desk);
	estate.bob = desk_log_in(desk, "bob", DESK_PASSWORD);
	/* What a message names is the room's. */
	downloads(desk, &estate.sent, estate.bob.access, "sent");
	is_hidden(desk, &estate.unsent, estate.bob.access);
	assert_int_equal(blobs(desk), 1);
	/* Whoever stays may turn it on again, and knows then that it is. */
	desk_ask(desk, "GET /v1/rooms/ops/hooks", estate.bob.access, NULL);
	assert_string_equal(desk_get(desk, "hooks.0.state").text, "off");
}

static void files_of_messages_that_were_cut_are_collected(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text old = upload(desk, alice.access, "old", "old"), young;

	send_file(desk, alice.access, "lobby", &old);
	desk->peer.local = true;
	assert_int_equal(desk_ask(desk, "POST /v1/admin/rooms/lobby/retention", NULL,
				  "{\"keep_ms\":86400000}"),
			 200);
	desk->peer.local = false;
	desk_wait(desk, DAY - 3600000);
	alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	young = upload(desk, alice.access, "young", "young");
	send_file(desk, alice.access, "lobby", &young);
	downloads(desk, &old, alice.access, "old");
	collect(desk); /* cuts the message */
	collect(desk);
	collect(desk);
	alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	is_hidden(desk, &old, alice.access);
	downloads(desk, &young, alice.access, "young");
	assert_int_equal(blobs(desk), 1);
	desk_ask(desk, "GET /v1/files/quota", alice.access, NULL);
	assert_int_equal(desk_number(desk, "used"), strlen("young"));
}

CHECK_MAIN(DESK_TEST(a_file_comes_in_pieces_and_goes_out_as_it_was),
	   DESK_TEST(a_range_and_a_tag_are_understood),
	   DESK_TEST(a_frame_carries_pieces_too),
	   DESK_TEST(a_file_is_read_by_who_may_read_a_message_that_names_it),
	   DESK_TEST(a_file_of_before_one_joined_stays_hidden_where_messages_do),
	   DESK_TEST(only_whole_files_of_ones_own_are_sent),
	   DESK_TEST(sizes_and_quotas_hold),
	   DESK_TEST(what_no_message_names_is_collected),
	   DESK_TEST(with_a_room_go_its_files_but_not_those_named_elsewhere),
	   DESK_TEST(a_deleted_account_leaves_nothing_that_acts_or_weighs),
	   DESK_TEST(files_of_messages_that_were_cut_are_collected),
	   DESK_TEST(the_same_bytes_are_kept_once), DESK_TEST(an_empty_file_is_a_file))
