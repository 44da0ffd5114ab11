/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bots and their tokens, through the router. */
#include <stdio.h>
#include <string.h>

#include "common/proto/rest.h"
#include "server/core/bots.h"
#include "tests/lib/check.h"
#include "tests/lib/desk.h"

struct token {
	char text[BOT_TOKEN_TEXT];
	char id[64];
};

static void make_bot(struct desk *desk, const struct desk_user *owner)
{
	assert_int_equal(desk_ask(desk, "POST /v1/bots", owner->access,
				  "{\"name\":\"clock\",\"display_name\":\"Clock\"}"),
			 200);
}

static struct token make_token(struct desk *desk, const struct desk_user *owner,
			       const char *more)
{
	struct token token;

	assert_int_equal(desk_ask(desk, "POST /v1/bots/clock/tokens", owner->access,
				  "{\"name\":\"ops\"%s}", more),
			 200);
	snprintf(token.text, sizeof(token.text), "%.63s", desk_get(desk, "token").text);
	snprintf(token.id, sizeof(token.id), "%.63s", desk_get(desk, "session").text);
	assert_int_equal(strncmp(token.text, BOT_TOKEN_PREFIX, 8), 0);
	return token;
}

static void revoke(struct desk *desk, const struct desk_user *owner,
		   const struct token *token, int want)
{
	char line[128];

	snprintf(line, sizeof(line), "DELETE /v1/bots/clock/tokens/%s", token->id);
	assert_int_equal(desk_ask(desk, line, owner->access, NULL), want);
}

#define SEND "POST /v1/rooms/lobby/messages"
#define TEXT "{\"text\":\"tick\"}"

static void a_bot_speaks_with_its_token_until_it_is_revoked(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	make_bot(desk, &alice);
	struct token token = make_token(desk, &alice, "");
	assert_int_equal(desk_ask(desk, SEND, token.text, TEXT), 200);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", token.text, NULL), 200);
	assert_string_equal(desk_get(desk, "user.name").text, "clock");
	assert_int_equal(desk_ask(desk, "GET /v1/bots/clock/tokens", alice.access, NULL),
			 200);
	assert_null(strstr(desk->body.ptr, token.text));
	assert_non_null(strstr(desk->body.ptr, "\"used_ts\":"));
	revoke(desk, &alice, &token, 204);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, SEND, token.text, TEXT);
	revoke(desk, &alice, &token, 404);
}

static void a_scope_is_all_that_a_token_is_good_for(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	make_bot(desk, &alice);
	struct token reads = make_token(desk, &alice, ",\"scopes\":[\"read\"]");
	struct token writes = make_token(desk, &alice, ",\"scopes\":[\"write\"]");
	desk_refused(desk, ERR_FORBIDDEN, NULL, SEND, reads.text, TEXT);
	assert_int_equal(desk_ask(desk, "GET /v1/rooms", reads.text, NULL), 200);
	assert_int_equal(desk_ask(desk, SEND, writes.text, TEXT), 200);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "GET /v1/rooms", writes.text, NULL);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/rooms/lobby/join", writes.text,
		     "{}");
	desk_refused(desk, ERR_BAD, "scopes", "POST /v1/bots/clock/tokens", alice.access,
		     "{\"name\":\"x\",\"scopes\":[\"account\"]}");
}

static void coming_in_by_an_invitation_takes_the_scope_of_rooms(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	char line[128];

	make_bot(desk, &alice);
	struct token writes =
		make_token(desk, &alice, ",\"scopes\":[\"read\",\"write\"]");
	struct token rooms = make_token(desk, &alice, "");
	assert_int_equal(desk_ask(desk, "POST /v1/rooms", alice.access,
				  "{\"kind\":\"private\",\"name\":\"plans\"}"),
			 200);
	snprintf(line, sizeof(line), "POST /v1/rooms/%.32s/invites",
		 desk_get(desk, "room").text);
	assert_int_equal(desk_ask(desk, line, alice.access, "{}"), 200);
	snprintf(line, sizeof(line), "POST /v1/invites/%.64s",
		 desk_get(desk, "code").text);
	desk_refused(desk, ERR_FORBIDDEN, NULL, line, writes.text, "{}");
	assert_int_equal(desk_ask(desk, line, rooms.text, "{}"), 200);
}

/* Whatever a token of a bot may do, its account is its owner's business. */
static void no_token_changes_its_account(void **state)
{
	static const char *const lines[] = {
		"GET /v1/auth/sessions",
		"POST /v1/auth/logout",
		"PATCH /v1/notifications/settings",
		"PATCH /v1/auth/profile",
		"POST /v1/auth/change-password",
		"POST /v1/auth/keys",
		"POST /v1/auth/delete",
		"POST /v1/auth/email",
		"POST /v1/bots",
		"GET /v1/bots",
		"POST /v1/bots/clock/tokens",
		"DELETE /v1/bots/clock",
		"POST /v1/users/alice/block",
		"GET /v1/auth/export",
	};
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	make_bot(desk, &alice);
	struct token token = make_token(desk, &alice, "");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		desk_refused(desk, ERR_FORBIDDEN, NULL, lines[i], token.text, "{}");
}

static void a_token_ends_when_it_should(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	make_bot(desk, &alice);
	struct token token = make_token(desk, &alice, ",\"for_ms\":60000");
	assert_int_equal(desk_ask(desk, SEND, token.text, TEXT), 200);
	desk_wait(desk, 60000);
	desk_refused(desk, ERR_EXPIRED, NULL, SEND, token.text, TEXT);
}

static void tokens_outlive_the_server(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	make_bot(desk, &alice);
	struct token good = make_token(desk, &alice, "");
	struct token ended = make_token(desk, &alice, "");
	revoke(desk, &alice, &ended, 204);
	desk_restart(desk);
	assert_int_equal(desk_ask(desk, SEND, good.text, TEXT), 200);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, SEND, ended.text, TEXT);
}

static void a_bot_is_its_owners(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_user bob = desk_sign_up(desk, "bob");

	make_bot(desk, &alice);
	struct token token = make_token(desk, &alice, "");
	desk_refused(desk, ERR_NO_USER, "user", "POST /v1/bots/clock/tokens", bob.access,
		     "{\"name\":\"x\"}");
	desk_refused(desk, ERR_NO_USER, "user", "GET /v1/bots/clock/tokens", bob.access,
		     NULL);
	desk_refused(desk, ERR_NO_USER, "user", "DELETE /v1/bots/clock", bob.access,
		     NULL);
	desk_refused(desk, ERR_NO_USER, "user", "POST /v1/bots/alice/tokens",
		     alice.access, "{\"name\":\"x\"}");
	assert_int_equal(desk_ask(desk, "DELETE /v1/bots/clock", alice.access, NULL),
			 204);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, SEND, token.text, TEXT);
	assert_int_equal(desk_ask(desk, "GET /v1/bots", alice.access, NULL), 200);
	assert_null(strstr(desk->body.ptr, "clock"));
	desk_refused(desk, ERR_EXISTS, "name", "POST /v1/bots", alice.access,
		     "{\"name\":\"clock\"}");
}

static void what_looks_like_a_token_is_none(void **state)
{
	static const char *const bad[] = {
		"chatbot_", "chatbot_x",
		"chatbot_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	struct desk *desk = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		desk_refused(desk, ERR_BAD_TOKEN, NULL, SEND, bad[i], TEXT);
}

static void no_token_is_in_the_log_or_the_audit(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	make_bot(desk, &alice);
	struct token token = make_token(desk, &alice, "");
	assert_null(strstr(desk->log.ptr, token.text));
	assert_int_equal(desk_ask(desk, "GET /v1/auth/audit", alice.access, NULL), 200);
	assert_null(strstr(desk->body.ptr, token.text));
	assert_non_null(strstr(desk->body.ptr, "token_made"));
	assert_non_null(strstr(desk->body.ptr, "bot_made"));
}

static void an_answer_with_a_secret_is_kept_for_no_key(void **state)
{
	static const enum rest_op secrets[] = {REST_bot_token_new, REST_hook_rotate,
					       REST_room_hook_new, REST_room_invite_new};
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	make_bot(desk, &alice);
	desk_header(desk, "idempotency-key", "once");
	struct token first = make_token(desk, &alice, "");
	desk_header(desk, "idempotency-key", "once");
	struct token second = make_token(desk, &alice, "");
	assert_string_not_equal(first.text, second.text);
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		assert_false(rest_takes_key(rest_row(secrets[i])));
	assert_true(rest_takes_key(rest_row(REST_room_send)));
}

static void no_bot_inherits_a_room_from_people(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_user bob = desk_sign_up(desk, "bob");
	struct desk_user carol = desk_sign_up(desk, "carol");

	make_bot(desk, &carol);
	struct token token = make_token(desk, &carol, "");
	assert_int_equal(desk_ask(desk, "POST /v1/rooms", alice.access,
				  "{\"kind\":\"public\",\"slug\":\"ops\"}"),
			 200);
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/join", token.text, "{}"),
			 200);
	desk_wait(desk, 1000);
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/join", bob.access, "{}"),
			 200);
	desk->peer = (struct peer){.local = true, .uid = 1000};
	assert_int_equal(desk_ask(desk, "DELETE /v1/admin/users/alice", NULL, NULL), 204);
	desk->peer = (struct peer){.address = "192.0.2.7"};
	assert_int_equal(desk_ask(desk, "GET /v1/rooms/ops", bob.access, NULL), 200);
	assert_string_equal(desk_get(desk, "role").text, "owner");
}

static void let_alice(struct desk *desk, const char *deed)
{
	char line[64];

	snprintf(line, sizeof(line), "POST /v1/admin/users/alice/%s", deed);
	desk->peer = (struct peer){.local = true, .uid = 1000};
	assert_int_equal(desk_ask(desk, line, NULL, "{}"), 204);
	desk->peer = (struct peer){.address = "192.0.2.7"};
}

static void bots_of_a_suspended_person_stand_still(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	make_bot(desk, &alice);
	struct token token = make_token(desk, &alice, "");
	struct token ended = make_token(desk, &alice, "");
	revoke(desk, &alice, &ended, 204);
	let_alice(desk, "disable");
	desk_refused(desk, ERR_BAD_TOKEN, NULL, SEND, token.text, TEXT);
	desk->peer = (struct peer){.local = true, .uid = 1000};
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/admin/users/clock/tokens", NULL,
		     "{\"name\":\"x\"}");
	desk->peer = (struct peer){.address = "192.0.2.7"};
	desk_restart(desk);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, SEND, token.text, TEXT);
	let_alice(desk, "enable");
	assert_int_equal(desk_ask(desk, SEND, token.text, TEXT), 200);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, SEND, ended.text, TEXT);
}

static void webhooks_of_a_suspended_person_stand_still(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	char line[256];

	assert_int_equal(desk_ask(desk, "POST /v1/rooms", alice.access,
				  "{\"kind\":\"public\",\"slug\":\"ops\"}"),
			 200);
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/hooks", alice.access,
				  "{\"kind\":\"in\",\"name\":\"alerts\"}"),
			 200);
	struct desk_text url = desk_get(desk, "url");
	assert_non_null(strstr(url.text, "/v1/hooks/in/"));
	snprintf(line, sizeof(line), "POST %s", strstr(url.text, "/v1/hooks/in/"));
	assert_int_equal(desk_ask(desk, line, NULL, TEXT), 200);
	let_alice(desk, "disable");
	desk_refused(desk, ERR_GONE, NULL, line, NULL, TEXT);
	let_alice(desk, "enable");
	assert_int_equal(desk_ask(desk, line, NULL, TEXT), 200);
}

CHECK_MAIN(DESK_TEST(a_bot_speaks_with_its_token_until_it_is_revoked),
	   DESK_TEST(a_scope_is_all_that_a_token_is_good_for),
	   DESK_TEST(coming_in_by_an_invitation_takes_the_scope_of_rooms),
	   DESK_TEST(no_token_changes_its_account),
	   DESK_TEST(a_token_ends_when_it_should), DESK_TEST(tokens_outlive_the_server),
	   DESK_TEST(a_bot_is_its_owners), DESK_TEST(what_looks_like_a_token_is_none),
	   DESK_TEST(no_token_is_in_the_log_or_the_audit),
	   DESK_TEST(an_answer_with_a_secret_is_kept_for_no_key),
	   DESK_TEST(no_bot_inherits_a_room_from_people),
	   DESK_TEST(bots_of_a_suspended_person_stand_still),
	   DESK_TEST(webhooks_of_a_suspended_person_stand_still))
