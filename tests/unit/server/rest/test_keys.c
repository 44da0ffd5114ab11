/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SSH keys of an account, and logging in with one: through the router of a whole server. */
#include <stdio.h>

#include "common/proto/key_login.h"
#include "server/core/ssh_login.h"
#include "tests/lib/check.h"
#include "tests/lib/desk.h"
#include "tests/lib/ssh_signer.h"

#define MINUTE 60000

#define KEYS      "GET /v1/auth/keys"
#define ADD       "POST /v1/auth/keys"
#define CHALLENGE "POST /v1/auth/key-login"
#define ANSWER    "POST /v1/auth/key-login/answer"
#define ME        "GET /v1/auth/me"

#define HERE "wss://chat.example.org:8377"

#define NEW_KEY "{\"key\":\"%s\",\"password\":\"" DESK_PASSWORD "\"}"

static const char *const addresses[] = {"wss://Chat.example.org", NULL};

static int set_up(void **state)
{
	desk_set_up(state);
	struct desk *desk = *state;
	desk->server->config.addresses = addresses;
	return 0;
}

#define KEYS_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, desk_tear_down)

static void add_key(struct desk *desk, const struct desk_user *user,
		    const struct ssh_signer *signer)
{
	assert_int_equal(desk_ask(desk, ADD, user->access, NEW_KEY, signer->line.ptr),
			 200);
}

/* What a client says to log in; each field may be another than it should. */
struct attempt {
	const char *server, *login;
	const char *signed_server, *signed_login, *space;
	struct desk_text nonce;
};

static struct attempt attempt_of(struct desk *desk, const char *login)
{
	assert_int_equal(desk_ask(desk, CHALLENGE, NULL, "{}"), 200);
	return (struct attempt){.server = HERE,
				.login = login,
				.signed_server = HERE,
				.signed_login = login,
				.space = KEY_LOGIN_SPACE,
				.nonce = desk_get(desk, "nonce")};
}

static void body_of(const struct attempt *attempt, const struct ssh_signer *signer,
		    struct str *out)
{
	AUTO(str_done) struct str message = STR_INIT, armour = STR_INIT;

	key_login_message(bytes_text(attempt->signed_server),
			  bytes_text(attempt->signed_login),
			  bytes_text(attempt->nonce.text), &message);
	ssh_signer_armour(signer, attempt->space, message.ptr, &armour);
	str_addf(out, "{\"nonce\":\"%s\",\"server\":\"%s\",", attempt->nonce.text,
		 attempt->server);
	if (*attempt->login)
		str_addf(out, "\"login\":\"%s\",", attempt->login);
	str_add(out, "\"signature\":\"");
	for (const char *c = armour.ptr; *c; c++)
		str_addf(out, *c == '\n' ? "\\n" : "%c", *c);
	str_add(out, "\"}");
}

static int answer(struct desk *desk, const struct attempt *attempt,
		  const struct ssh_signer *signer)
{
	AUTO(str_done) struct str body = STR_INIT;

	body_of(attempt, signer, &body);
	return desk_ask(desk, ANSWER, NULL, "%s", body.ptr);
}

static void refused(struct desk *desk, enum err want, const char *field,
		    const struct attempt *attempt, const struct ssh_signer *signer)
{
	AUTO(str_done) struct str body = STR_INIT;

	body_of(attempt, signer, &body);
	desk_refused(desk, want, field, ANSWER, NULL, "%s", body.ptr);
}

static int log_in(struct desk *desk, const char *login, const struct ssh_signer *signer)
{
	struct attempt attempt = attempt_of(desk, login);

	return answer(desk, &attempt, signer);
}

/* ---- keys ---- */

static void a_key_is_added_listed_and_removed(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer signer;
	char line[64 + LIMIT_TOKEN];

	ssh_signer_init(&signer, 1, false);
	assert_int_equal(desk_ask(desk, KEYS, alice.access, NULL), 200);
	add_key(desk, &alice, &signer);
	assert_string_equal(desk_get(desk, "type").text, "ssh-ed25519");
	assert_string_equal(desk_get(desk, "name").text, "alice@laptop");
	assert_memory_equal(desk_get(desk, "fingerprint").text, "SHA256:", 7);
	snprintf(line, sizeof(line), "DELETE /v1/auth/keys/%s",
		 desk_get(desk, "key").text);
	desk_refused(desk, ERR_EXISTS, "key", ADD, alice.access, NEW_KEY,
		     signer.line.ptr);
	assert_int_equal(desk_ask(desk, KEYS, alice.access, NULL), 200);
	assert_non_null(strstr(desk->body.ptr, "alice@laptop"));
	assert_int_equal(desk_ask(desk, line, alice.access, NULL), 204);
	desk_refused(desk, ERR_NOT_FOUND, "key", line, alice.access, NULL);
	assert_int_equal(desk_ask(desk, KEYS, alice.access, NULL), 200);
	assert_null(strstr(desk->body.ptr, "alice@laptop"));
	ssh_signer_done(&signer);
}

static void adding_takes_the_password(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer signer;

	ssh_signer_init(&signer, 1, false);
	desk_refused(desk, ERR_BAD_LOGIN, "password", ADD, alice.access,
		     "{\"key\":\"%s\"}", signer.line.ptr);
	desk_refused(desk, ERR_BAD_LOGIN, "password", ADD, alice.access,
		     "{\"key\":\"%s\",\"password\":\"a loud meadow\"}", signer.line.ptr);
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, ADD, NULL, NEW_KEY, signer.line.ptr);
	add_key(desk, &alice, &signer);
	ssh_signer_done(&signer);
}

static void what_is_no_key_of_ours_is_refused_with_the_reason(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_refused(desk, ERR_STATE, "key", ADD, alice.access, NEW_KEY,
		     "ssh-rsa AAAAB3NzaC1yc2E=");
	assert_non_null(strstr(desk->body.ptr, "ssh-keygen -t ed25519"));
	desk_refused(desk, ERR_BAD, "key", ADD, alice.access, NEW_KEY,
		     "-----BEGIN OPENSSH PRIVATE KEY-----");
	assert_non_null(strstr(desk->body.ptr, "private key"));
}

static void an_account_has_only_so_many_keys(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	for (unsigned i = 0; i <= LIMIT_SSH_KEYS; i++) {
		struct ssh_signer signer;
		ssh_signer_init(&signer, 1000 + i, false);
		if (i < LIMIT_SSH_KEYS)
			add_key(desk, &alice, &signer);
		else
			desk_refused(desk, ERR_TOO_BIG, "key", ADD, alice.access, NEW_KEY,
				     signer.line.ptr);
		ssh_signer_done(&signer);
	}
}

/* ---- logging in ---- */

static void who_has_the_key_comes_in(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer signer;

	ssh_signer_init(&signer, 1, false);
	add_key(desk, &alice, &signer);
	assert_int_equal(log_in(desk, "alice", &signer), 200);
	struct desk_user again = desk_tokens(desk);
	assert_string_equal(again.user, alice.user);
	assert_int_equal(desk_ask(desk, ME, again.access, NULL), 200);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/sessions", again.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "sessions.0.how").text, "key");
	/* From the first log-in on the key says whose it is. */
	assert_int_equal(log_in(desk, "", &signer), 200);
	assert_string_equal(desk_tokens(desk).user, alice.user);
	ssh_signer_done(&signer);
}

static void the_challenge_is_the_same_for_everybody(void **state)
{
	struct desk *desk = *state;
	struct ssh_signer known, unknown;
	struct desk_user alice = desk_sign_up(desk, "alice");
	AUTO(str_done) struct str first = STR_INIT;

	ssh_signer_init(&known, 1, false);
	ssh_signer_init(&unknown, 2, false);
	add_key(desk, &alice, &known);
	struct attempt attempt = attempt_of(desk, "alice");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &unknown);
	str_set(&first, desk->body.ptr);
	/* An account that is not there, one that has no key, and no account at all. */
	attempt = attempt_of(desk, "nobody");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &unknown);
	assert_string_equal(desk->body.ptr, first.ptr);
	attempt = attempt_of(desk, "");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &unknown);
	assert_string_equal(desk->body.ptr, first.ptr);
	/* Whose key it is does not show without a signature by it. */
	attempt = attempt_of(desk, "alice");
	attempt.signed_login = "bob";
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &known);
	assert_string_equal(desk->body.ptr, first.ptr);
	ssh_signer_done(&known);
	ssh_signer_done(&unknown);
}

static void a_signature_is_good_for_one_log_in(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer signer;

	ssh_signer_init(&signer, 1, false);
	add_key(desk, &alice, &signer);
	struct attempt attempt = attempt_of(desk, "alice");
	assert_int_equal(answer(desk, &attempt, &signer), 200);
	refused(desk, ERR_EXPIRED, "nonce", &attempt, &signer);
	ssh_signer_done(&signer);
}

static void a_challenge_ends_after_two_minutes(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer signer;

	ssh_signer_init(&signer, 1, false);
	add_key(desk, &alice, &signer);
	struct attempt attempt = attempt_of(desk, "alice");
	assert_int_equal(desk_number(desk, "expires_ms") - desk_number(desk, "now"),
			 SSH_LOGIN_LIFE_MS);
	desk_wait(desk, SSH_LOGIN_LIFE_MS);
	refused(desk, ERR_EXPIRED, "nonce", &attempt, &signer);
	/* One that the server never gave is no better, nor one whose end was moved. */
	attempt.nonce.text[0] ^= 1;
	refused(desk, ERR_EXPIRED, "nonce", &attempt, &signer);
	snprintf(attempt.nonce.text, sizeof(attempt.nonce.text), "x");
	refused(desk, ERR_EXPIRED, "nonce", &attempt, &signer);
	ssh_signer_done(&signer);
}

static void what_was_signed_for_another_server_is_refused(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer signer;

	ssh_signer_init(&signer, 1, false);
	add_key(desk, &alice, &signer);
	/* The relay says honestly where the client thought it was … */
	struct attempt attempt = attempt_of(desk, "alice");
	attempt.server = attempt.signed_server = "wss://evil.example.org:8377";
	refused(desk, ERR_FORBIDDEN, "server", &attempt, &signer);
	/* … or says our name, which was not signed. */
	attempt.server = HERE;
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &signer);
	attempt.signed_server = HERE;
	attempt.space = "file";
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &signer);
	attempt.space = KEY_LOGIN_SPACE;
	assert_int_equal(answer(desk, &attempt, &signer), 200);
	ssh_signer_done(&signer);
}

static void somebody_elses_public_key_opens_and_blocks_nothing(void **state)
{
	struct desk *desk = *state;
	struct desk_user mallory = desk_sign_up(desk, "mallory");
	struct desk_user bob = desk_sign_up(desk, "bob");
	struct ssh_signer signer;

	ssh_signer_init(&signer, 1, false);
	/* Public keys are public: mallory was there first, with bob's. */
	add_key(desk, &mallory, &signer);
	struct attempt attempt = attempt_of(desk, "");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &signer);
	add_key(desk, &bob, &signer);
	assert_int_equal(log_in(desk, "bob", &signer), 200);
	assert_int_equal(log_in(desk, "", &signer), 200);
	assert_string_equal(desk_tokens(desk).user, bob.user);
	/* Now it is bob's, whatever else it was put into. */
	attempt = attempt_of(desk, "mallory");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &signer);
	ssh_signer_done(&signer);
}

static void removing_a_key_ends_the_sessions_it_began(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer signer;
	char line[64 + LIMIT_TOKEN];

	ssh_signer_init(&signer, 1, false);
	add_key(desk, &alice, &signer);
	snprintf(line, sizeof(line), "DELETE /v1/auth/keys/%s",
		 desk_get(desk, "key").text);
	assert_int_equal(log_in(desk, "alice", &signer), 200);
	struct desk_user again = desk_tokens(desk);
	assert_int_equal(desk_ask(desk, line, alice.access, NULL), 204);
	assert_int_equal(desk_ask(desk, ME, alice.access, NULL), 200);
	assert_int_equal(desk_ask(desk, ME, again.access, NULL), 401);
	struct attempt attempt = attempt_of(desk, "alice");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &signer);
	ssh_signer_done(&signer);
}

/* ---- tokens ---- */

static void a_token_must_have_been_touched(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer token;

	ssh_signer_init(&token, 1, true);
	add_key(desk, &alice, &token);
	assert_string_equal(desk_get(desk, "type").text, "sk-ssh-ed25519@openssh.com");
	token.flags = 0;
	struct attempt attempt = attempt_of(desk, "alice");
	refused(desk, ERR_FORBIDDEN, "signature", &attempt, &token);
	assert_non_null(strstr(desk->body.ptr, "not touched"));
	token.flags = SSHSIG_TOUCHED;
	assert_int_equal(log_in(desk, "alice", &token), 200);
	ssh_signer_done(&token);
}

static void policy_may_ask_for_pin_or_finger(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer token, other, plain;

	ssh_signer_init(&token, 1, true);
	ssh_signer_init(&other, 2, true);
	ssh_signer_init(&plain, 3, false);
	/* By its owner, for one key … */
	assert_int_equal(
		desk_ask(desk, ADD, alice.access,
			 "{\"key\":\"%s\",\"verify\":true,\"password\":\"" DESK_PASSWORD
			 "\"}",
			 token.line.ptr),
		200);
	assert_non_null(strstr(desk->body.ptr, "\"verify\":true"));
	add_key(desk, &alice, &other);
	add_key(desk, &alice, &plain);
	struct attempt attempt = attempt_of(desk, "alice");
	refused(desk, ERR_FORBIDDEN, "signature", &attempt, &token);
	assert_non_null(strstr(desk->body.ptr, "verify-required"));
	assert_int_equal(log_in(desk, "alice", &other), 200);
	/* … or by the server, for all tokens. */
	desk->server->config.key_verify = true;
	attempt = attempt_of(desk, "alice");
	other.counter++;
	refused(desk, ERR_FORBIDDEN, "signature", &attempt, &other);
	token.flags = other.flags = SSHSIG_TOUCHED | SSHSIG_VERIFIED;
	assert_int_equal(log_in(desk, "alice", &token), 200);
	assert_int_equal(log_in(desk, "alice", &other), 200);
	assert_int_equal(log_in(desk, "alice", &plain), 200);
	ssh_signer_done(&token);
	ssh_signer_done(&other);
	ssh_signer_done(&plain);
}

/* Whether a letter to @to has @word in its subject; others may have come after it. */
static bool was_told(struct desk *desk, const char *to, const char *word)
{
	const struct mailer_memory *mails = desk->mails;

	for (unsigned i = 0; i < 8; i++)
		server_turn(desk->server);
	for (size_t i = 0; i < mails->count && i < MAILER_MEMORY_MOST; i++)
		if (strcmp(mails->letters[i].to.ptr, to) == 0 &&
		    strstr(mails->letters[i].subject.ptr, word))
			return true;
	return false;
}

static void the_owner_is_told_of_keys_that_come_and_go(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer signer;
	char line[64 + LIMIT_TOKEN];

	ssh_signer_init(&signer, 1, false);
	add_key(desk, &alice, &signer);
	snprintf(line, sizeof(line), "DELETE /v1/auth/keys/%s",
		 desk_get(desk, "key").text);
	assert_true(was_told(desk, "alice@example.org", "added"));
	assert_int_equal(desk_ask(desk, line, alice.access, NULL), 204);
	assert_true(was_told(desk, "alice@example.org", "removed"));
	ssh_signer_done(&signer);
}

static void a_counter_that_goes_back_is_told_and_let_in(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer token;

	ssh_signer_init(&token, 1, true);
	add_key(desk, &alice, &token);
	token.counter = 10;
	assert_int_equal(log_in(desk, "alice", &token), 200);
	token.counter = 11;
	assert_int_equal(log_in(desk, "alice", &token), 200);
	assert_false(was_told(desk, "alice@example.org", "copied"));
	token.counter = 4;
	assert_int_equal(log_in(desk, "alice", &token), 200);
	assert_true(was_told(desk, "alice@example.org", "copied"));
	/* The highest counts on: the copy that is behind stays suspect. */
	assert_int_equal(desk_ask(desk, KEYS, alice.access, NULL), 200);
	assert_non_null(strstr(desk->body.ptr, "\"counter\":11"));
	ssh_signer_done(&token);
}

static void a_token_that_does_not_count_is_not_suspected(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct ssh_signer token;

	ssh_signer_init(&token, 1, true);
	add_key(desk, &alice, &token);
	token.counter = 0;
	assert_int_equal(log_in(desk, "alice", &token), 200);
	assert_int_equal(log_in(desk, "alice", &token), 200);
	assert_false(was_told(desk, "alice@example.org", "copied"));
	ssh_signer_done(&token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(a_key_is_added_listed_and_removed),
		KEYS_TEST(adding_takes_the_password),
		KEYS_TEST(what_is_no_key_of_ours_is_refused_with_the_reason),
		KEYS_TEST(an_account_has_only_so_many_keys),
		KEYS_TEST(who_has_the_key_comes_in),
		KEYS_TEST(the_challenge_is_the_same_for_everybody),
		KEYS_TEST(a_signature_is_good_for_one_log_in),
		KEYS_TEST(a_challenge_ends_after_two_minutes),
		KEYS_TEST(what_was_signed_for_another_server_is_refused),
		KEYS_TEST(somebody_elses_public_key_opens_and_blocks_nothing),
		KEYS_TEST(removing_a_key_ends_the_sessions_it_began),
		KEYS_TEST(a_token_must_have_been_touched),
		KEYS_TEST(policy_may_ask_for_pin_or_finger),
		KEYS_TEST(the_owner_is_told_of_keys_that_come_and_go),
		KEYS_TEST(a_counter_that_goes_back_is_told_and_let_in),
		KEYS_TEST(a_token_that_does_not_count_is_not_suspected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
