/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SSH keys of an account, and logging in with one: through the router of a whole server. */
#include <stdio.h>

#include "common/base/mem.h"
#include "common/proto/key_login.h"
#include "server/core/ssh_login.h"
#include "tests/lib/authenticator.h"
#include "tests/lib/check.h"
#include "tests/lib/ssh_signer.h"

#define MINUTE 60000

#define KEYS      "GET /v1/auth/keys"
#define ADD       "POST /v1/auth/keys"
#define CHALLENGE "POST /v1/auth/key-login"
#define ANSWER    "POST /v1/auth/key-login/answer"
#define ME        "GET /v1/auth/me"

#define HERE "wss://chat.example.org:8377"
#define EVIL "wss://evil.example.org:8377"

#define NEW_KEY "{\"key\":\"%s\",\"password\":\"" DESK_PASSWORD "\"}"

static const char *const addresses[] = {"wss://Chat.example.org", NULL};

/* alice, whose account has the key of `signer`. */
struct scene {
	struct desk *desk;
	struct desk_user alice;
	struct ssh_signer signer;
	struct desk_text key; /* its id */
};

static void add_key(struct desk *desk, const struct desk_user *user,
		    const struct ssh_signer *signer)
{
	assert_int_equal(desk_ask(desk, ADD, user->access, NEW_KEY, signer->line.ptr),
			 200);
}

static int set_up(void **state, bool token)
{
	struct scene *scene = mem_new(struct scene);
	void *desk;

	desk_set_up(&desk);
	scene->desk = desk;
	scene->desk->server->config.addresses = addresses;
	scene->alice = desk_sign_up(scene->desk, "alice");
	ssh_signer_init(&scene->signer, 1, token);
	add_key(scene->desk, &scene->alice, &scene->signer);
	scene->key = desk_get(scene->desk, "key");
	*state = scene;
	return 0;
}

static int set_up_key(void **state)
{
	return set_up(state, false);
}

static int set_up_token(void **state)
{
	return set_up(state, true);
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	void *desk = scene->desk;

	ssh_signer_done(&scene->signer);
	mem_free(scene);
	return desk_tear_down(&desk);
}

#define KEY_TEST(fn)   cmocka_unit_test_setup_teardown(fn, set_up_key, tear_down)
#define TOKEN_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up_token, tear_down)

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

static int remove_key(struct scene *scene)
{
	char line[64 + LIMIT_TOKEN];

	snprintf(line, sizeof(line), "DELETE /v1/auth/keys/%s", scene->key.text);
	return desk_ask(scene->desk, line, scene->alice.access, NULL);
}

static bool is_listed(struct scene *scene, const char *text)
{
	assert_int_equal(desk_ask(scene->desk, KEYS, scene->alice.access, NULL), 200);
	return strstr(scene->desk->body.ptr, text) != NULL;
}

/* ---- keys ---- */

static void a_key_is_added_listed_and_removed(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;

	assert_string_equal(desk_get(desk, "type").text, "ssh-ed25519");
	assert_string_equal(desk_get(desk, "name").text, "alice@laptop");
	assert_memory_equal(desk_get(desk, "fingerprint").text, "SHA256:", 7);
	desk_refused(desk, ERR_EXISTS, "key", ADD, scene->alice.access, NEW_KEY,
		     scene->signer.line.ptr);
	assert_true(is_listed(scene, "alice@laptop"));
	assert_int_equal(remove_key(scene), 204);
	assert_int_equal(remove_key(scene), 404);
	assert_false(is_listed(scene, "alice@laptop"));
}

static void adding_takes_the_password(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;
	const char *access = scene->alice.access, *line = scene->signer.line.ptr;

	assert_int_equal(remove_key(scene), 204);
	desk_refused(desk, ERR_BAD_LOGIN, "password", ADD, access, "{\"key\":\"%s\"}",
		     line);
	desk_refused(desk, ERR_BAD_LOGIN, "password", ADD, access,
		     "{\"key\":\"%s\",\"password\":\"a loud meadow\"}", line);
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, ADD, NULL, NEW_KEY, line);
	add_key(desk, &scene->alice, &scene->signer);
}

/* What takes an account away, and would need the password where there is one. */
static const struct {
	const char *line, *body;
} dears[] = {
	{"POST /v1/auth/email", "{\"email\":\"mallory@example.net\"}"},
	{"POST /v1/auth/totp", "{}"},
	{"POST /v1/auth/step-up", "{}"},
};

static void without_a_password_a_log_in_of_just_now_is_asked_for(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;
	struct ssh_signer other;

	ssh_signer_init(&other, 2, false);
	desk->peer = (struct peer){.local = true, .uid = 1000};
	assert_int_equal(
		desk_ask(desk, "POST /v1/admin/users/alice/reset-password", NULL, "{}"),
		204);
	desk->peer = (struct peer){.address = "192.0.2.7"};
	assert_int_equal(log_in(desk, "alice", &scene->signer), 200);
	struct desk_user alice = desk_tokens(desk);
	desk_wait(desk, 10 * MINUTE + 1);
	assert_int_equal(desk_ask(desk, "POST /v1/auth/refresh", NULL,
				  "{\"refresh_token\":\"%s\"}", alice.refresh),
			 200);
	alice = desk_tokens(desk);
	for (size_t i = 0; i < ARRAY_LEN(dears); i++)
		desk_refused(desk, ERR_UNAUTHORIZED, NULL, dears[i].line, alice.access,
			     "%s", dears[i].body);
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, ADD, alice.access, "{\"key\":\"%s\"}",
		     other.line.ptr);
	assert_non_null(strstr(desk->body.ptr, "log in anew"));
	assert_int_equal(log_in(desk, "alice", &scene->signer), 200);
	alice = desk_tokens(desk);
	for (size_t i = 0; i < ARRAY_LEN(dears); i++)
		assert_int_equal(
			desk_ask(desk, dears[i].line, alice.access, "%s", dears[i].body),
			200);
	assert_int_equal(
		desk_ask(desk, ADD, alice.access, "{\"key\":\"%s\"}", other.line.ptr),
		200);
	ssh_signer_done(&other);
}

static void what_is_no_key_of_ours_is_refused_with_the_reason(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;

	desk_refused(desk, ERR_STATE, "key", ADD, scene->alice.access, NEW_KEY,
		     "ssh-rsa AAAAB3NzaC1yc2E=");
	assert_non_null(strstr(desk->body.ptr, "ssh-keygen -t ed25519"));
	desk_refused(desk, ERR_BAD, "key", ADD, scene->alice.access, NEW_KEY,
		     "-----BEGIN OPENSSH PRIVATE KEY-----");
	assert_non_null(strstr(desk->body.ptr, "private key"));
}

static void an_account_has_only_so_many_keys(void **state)
{
	struct scene *scene = *state;

	for (unsigned i = 1; i <= LIMIT_SSH_KEYS; i++) {
		struct ssh_signer signer;
		ssh_signer_init(&signer, 1000 + i, false);
		if (i < LIMIT_SSH_KEYS)
			add_key(scene->desk, &scene->alice, &signer);
		else
			desk_refused(scene->desk, ERR_TOO_BIG, "key", ADD,
				     scene->alice.access, NEW_KEY, signer.line.ptr);
		ssh_signer_done(&signer);
	}
}

/* ---- logging in ---- */

static void who_has_the_key_comes_in(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;

	assert_int_equal(log_in(desk, "alice", &scene->signer), 200);
	struct desk_user again = desk_tokens(desk);
	assert_string_equal(again.user, scene->alice.user);
	assert_int_equal(desk_ask(desk, ME, again.access, NULL), 200);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/sessions", again.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "sessions.0.how").text, "key");
	/* From the first log-in on the key says whose it is. */
	assert_int_equal(log_in(desk, "", &scene->signer), 200);
	assert_string_equal(desk_tokens(desk).user, scene->alice.user);
}

/* What is wrong with an attempt, and how it ends. NULL: as it should be. */
static const struct {
	const char *login, *signed_login, *server, *signed_server, *space;
	bool strange; /* by a key that nobody has */
	enum err want;
	const char *field;
} wrongs[] = {
	{.strange = true, .want = ERR_BAD_LOGIN, .field = "signature"},
	/* No account, or none by that name: nobody hears which accounts there are. */
	{.strange = true, .login = "", .want = ERR_BAD_LOGIN, .field = "signature"},
	{.strange = true, .login = "nobody", .want = ERR_BAD_LOGIN, .field = "signature"},
	/* Whose key it is does not show without a signature by it. */
	{.signed_login = "bob", .want = ERR_BAD_LOGIN, .field = "signature"},
	{.space = "file", .want = ERR_BAD_LOGIN, .field = "signature"},
	/* A relay says our name, which was not signed … */
	{.signed_server = EVIL, .want = ERR_BAD_LOGIN, .field = "signature"},
	/* … or says honestly where the client thought it was. */
	{.server = EVIL, .signed_server = EVIL, .want = ERR_FORBIDDEN, .field = "server"},
};

static const char *or_right(const char *wrong, const char *right)
{
	return wrong ? wrong : right;
}

static void every_wrong_attempt_of_a_kind_gets_the_same_answer(void **state)
{
	struct scene *scene = *state;
	struct ssh_signer strange;
	AUTO(str_done) struct str first = STR_INIT;

	ssh_signer_init(&strange, 2, false);
	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		struct attempt attempt =
			attempt_of(scene->desk, or_right(wrongs[i].login, "alice"));
		attempt.signed_login = or_right(wrongs[i].signed_login, attempt.login);
		attempt.server = or_right(wrongs[i].server, HERE);
		attempt.signed_server = or_right(wrongs[i].signed_server, HERE);
		attempt.space = or_right(wrongs[i].space, KEY_LOGIN_SPACE);
		refused(scene->desk, wrongs[i].want, wrongs[i].field, &attempt,
			wrongs[i].strange ? &strange : &scene->signer);
		if (i == 0)
			str_set(&first, scene->desk->body.ptr);
		else if (wrongs[i].want == wrongs[0].want)
			assert_string_equal(scene->desk->body.ptr, first.ptr);
		desk_wait(scene->desk, MINUTE); /* failures are counted by address */
	}
	ssh_signer_done(&strange);
}

static void a_signature_is_good_for_one_log_in(void **state)
{
	struct scene *scene = *state;
	struct attempt attempt = attempt_of(scene->desk, "alice");

	assert_int_equal(answer(scene->desk, &attempt, &scene->signer), 200);
	refused(scene->desk, ERR_EXPIRED, "nonce", &attempt, &scene->signer);
}

static void a_challenge_ends_after_two_minutes(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;
	struct attempt attempt = attempt_of(desk, "alice");

	assert_int_equal(desk_number(desk, "expires_ms") - desk_number(desk, "now"),
			 SSH_LOGIN_LIFE_MS);
	desk_wait(desk, SSH_LOGIN_LIFE_MS);
	refused(desk, ERR_EXPIRED, "nonce", &attempt, &scene->signer);
	/* One that the server never gave is no better, nor one whose end was moved. */
	attempt.nonce.text[0] ^= 1;
	refused(desk, ERR_EXPIRED, "nonce", &attempt, &scene->signer);
	snprintf(attempt.nonce.text, sizeof(attempt.nonce.text), "x");
	refused(desk, ERR_EXPIRED, "nonce", &attempt, &scene->signer);
}

static void somebody_elses_public_key_opens_and_blocks_nothing(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;
	struct desk_user bob = desk_sign_up(desk, "bob");

	/* Public keys are public: alice was there first, with bob's. */
	struct attempt attempt = attempt_of(desk, "");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &scene->signer);
	add_key(desk, &bob, &scene->signer);
	assert_int_equal(log_in(desk, "bob", &scene->signer), 200);
	assert_int_equal(log_in(desk, "", &scene->signer), 200);
	assert_string_equal(desk_tokens(desk).user, bob.user);
	/* Now it is bob's, whatever else it was put into. */
	attempt = attempt_of(desk, "alice");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &scene->signer);
}

static void removing_a_key_ends_the_sessions_it_began(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;

	assert_int_equal(log_in(desk, "alice", &scene->signer), 200);
	struct desk_user again = desk_tokens(desk);
	assert_int_equal(remove_key(scene), 204);
	assert_int_equal(desk_ask(desk, ME, scene->alice.access, NULL), 200);
	assert_int_equal(desk_ask(desk, ME, again.access, NULL), 401);
	struct attempt attempt = attempt_of(desk, "alice");
	refused(desk, ERR_BAD_LOGIN, "signature", &attempt, &scene->signer);
}

/* ---- a second factor ---- */

#define OTP "POST /v1/auth/otp"

/* The key was right, and @factor is asked for; returns the challenge. */
static struct desk_text asked_for(struct scene *scene, const char *factor)
{
	assert_int_equal(log_in(scene->desk, "alice", &scene->signer), 200);
	assert_null(strstr(scene->desk->body.ptr, "token"));
	assert_string_equal(desk_get(scene->desk, "factor").text, factor);
	return desk_get(scene->desk, "challenge");
}

static int prove(struct scene *scene, const struct desk_text *challenge, const char *code)
{
	return desk_ask(scene->desk, OTP, NULL, "{\"challenge\":\"%s\",\"code\":\"%s\"}",
			challenge->text, code);
}

static void who_has_an_authenticator_needs_it_after_a_key(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;
	struct authenticator app = authenticator_enrol(desk, &scene->alice);
	struct desk_text challenge = asked_for(scene, "totp");

	assert_int_equal(prove(scene, &challenge, "000000"), 403);
	assert_int_equal(prove(scene, &challenge, authenticator_code(desk, &app).text),
			 200);
	struct desk_user again = desk_tokens(desk);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/sessions", again.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "sessions.0.how").text, "key");
	/* It is a session of the key: it ends with it. */
	assert_int_equal(remove_key(scene), 204);
	assert_int_equal(desk_ask(desk, ME, again.access, NULL), 401);
}

static void a_key_that_was_removed_meanwhile_opens_nothing(void **state)
{
	struct scene *scene = *state;
	struct authenticator app = authenticator_enrol(scene->desk, &scene->alice);
	struct desk_text challenge = asked_for(scene, "totp");

	assert_int_equal(remove_key(scene), 204);
	desk_refused(scene->desk, ERR_EXPIRED, "code", OTP, NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\"}", challenge.text,
		     authenticator_code(scene->desk, &app).text);
}

static void policy_may_ask_everybody_for_a_code(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;

	desk->server->config.key_factor = KEY_FACTOR_ALWAYS;
	struct desk_text challenge = asked_for(scene, "mail");
	/* One more letter is still one after that key. */
	assert_int_equal(desk_ask(desk, "POST /v1/auth/otp/resend", NULL,
				  "{\"challenge\":\"%s\"}", challenge.text),
			 200);
	challenge = desk_get(desk, "challenge");
	assert_int_equal(
		prove(scene, &challenge, desk_code(desk, "alice@example.org").text), 200);
	struct desk_user again = desk_tokens(desk);
	assert_int_equal(remove_key(scene), 204);
	assert_int_equal(desk_ask(desk, ME, again.access, NULL), 401);
}

static void policy_may_let_keys_be_enough(void **state)
{
	struct scene *scene = *state;

	authenticator_enrol(scene->desk, &scene->alice);
	scene->desk->server->config.key_factor = KEY_FACTOR_NEVER;
	assert_int_equal(log_in(scene->desk, "alice", &scene->signer), 200);
	assert_string_equal(desk_tokens(scene->desk).user, scene->alice.user);
}

static void a_token_that_verified_its_user_is_two_factors(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;

	authenticator_enrol(desk, &scene->alice);
	(void)asked_for(scene, "totp"); /* touched alone: one factor */
	scene->signer.flags = SSHSIG_TOUCHED | SSHSIG_VERIFIED;
	desk->server->config.key_factor = KEY_FACTOR_ALWAYS;
	assert_int_equal(log_in(desk, "alice", &scene->signer), 200);
	assert_string_equal(desk_tokens(desk).user, scene->alice.user);
}

/* ---- tokens ---- */

static void a_token_must_have_been_touched(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;

	assert_string_equal(desk_get(desk, "type").text, "sk-ssh-ed25519@openssh.com");
	scene->signer.flags = 0;
	struct attempt attempt = attempt_of(desk, "alice");
	refused(desk, ERR_FORBIDDEN, "signature", &attempt, &scene->signer);
	assert_non_null(strstr(desk->body.ptr, "not touched"));
	scene->signer.flags = SSHSIG_TOUCHED;
	assert_int_equal(log_in(desk, "alice", &scene->signer), 200);
}

static void policy_may_ask_for_pin_or_finger(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;
	const struct desk_user *alice = &scene->alice;
	struct ssh_signer token, plain, *other = &scene->signer;

	ssh_signer_init(&token, 2, true);
	ssh_signer_init(&plain, 3, false);
	/* By its owner, for one key … */
	assert_int_equal(
		desk_ask(desk, ADD, alice->access,
			 "{\"key\":\"%s\",\"verify\":true,\"password\":\"" DESK_PASSWORD
			 "\"}",
			 token.line.ptr),
		200);
	assert_non_null(strstr(desk->body.ptr, "\"verify\":true"));
	add_key(desk, alice, &plain);
	struct attempt attempt = attempt_of(desk, "alice");
	refused(desk, ERR_FORBIDDEN, "signature", &attempt, &token);
	assert_non_null(strstr(desk->body.ptr, "verify-required"));
	assert_int_equal(log_in(desk, "alice", other), 200);
	/* … or by the server, for all tokens. */
	desk->server->config.key_verify = true;
	attempt = attempt_of(desk, "alice");
	other->counter++;
	refused(desk, ERR_FORBIDDEN, "signature", &attempt, other);
	token.flags = other->flags = SSHSIG_TOUCHED | SSHSIG_VERIFIED;
	assert_int_equal(log_in(desk, "alice", &token), 200);
	assert_int_equal(log_in(desk, "alice", other), 200);
	assert_int_equal(log_in(desk, "alice", &plain), 200);
	ssh_signer_done(&token);
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
	struct scene *scene = *state;

	assert_true(was_told(scene->desk, "alice@example.org", "added"));
	assert_int_equal(remove_key(scene), 204);
	assert_true(was_told(scene->desk, "alice@example.org", "removed"));
}

static void a_counter_that_goes_back_is_told_and_let_in(void **state)
{
	struct scene *scene = *state;
	struct desk *desk = scene->desk;
	struct ssh_signer *token = &scene->signer;

	token->counter = 10;
	assert_int_equal(log_in(desk, "alice", token), 200);
	token->counter = 11;
	assert_int_equal(log_in(desk, "alice", token), 200);
	assert_false(was_told(desk, "alice@example.org", "copied"));
	token->counter = 4;
	assert_int_equal(log_in(desk, "alice", token), 200);
	assert_true(was_told(desk, "alice@example.org", "copied"));
	/* The highest counts on: the copy that is behind stays suspect. */
	assert_true(is_listed(scene, "\"counter\":11"));
}

static void a_token_that_does_not_count_is_not_suspected(void **state)
{
	struct scene *scene = *state;

	scene->signer.counter = 0;
	assert_int_equal(log_in(scene->desk, "alice", &scene->signer), 200);
	assert_int_equal(log_in(scene->desk, "alice", &scene->signer), 200);
	assert_false(was_told(scene->desk, "alice@example.org", "copied"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEY_TEST(a_key_is_added_listed_and_removed),
		KEY_TEST(adding_takes_the_password),
		KEY_TEST(without_a_password_a_log_in_of_just_now_is_asked_for),
		KEY_TEST(what_is_no_key_of_ours_is_refused_with_the_reason),
		KEY_TEST(an_account_has_only_so_many_keys),
		KEY_TEST(who_has_the_key_comes_in),
		KEY_TEST(every_wrong_attempt_of_a_kind_gets_the_same_answer),
		KEY_TEST(a_signature_is_good_for_one_log_in),
		KEY_TEST(a_challenge_ends_after_two_minutes),
		KEY_TEST(somebody_elses_public_key_opens_and_blocks_nothing),
		KEY_TEST(removing_a_key_ends_the_sessions_it_began),
		KEY_TEST(who_has_an_authenticator_needs_it_after_a_key),
		KEY_TEST(a_key_that_was_removed_meanwhile_opens_nothing),
		KEY_TEST(policy_may_ask_everybody_for_a_code),
		KEY_TEST(policy_may_let_keys_be_enough),
		TOKEN_TEST(a_token_that_verified_its_user_is_two_factors),
		TOKEN_TEST(a_token_must_have_been_touched),
		TOKEN_TEST(policy_may_ask_for_pin_or_finger),
		KEY_TEST(the_owner_is_told_of_keys_that_come_and_go),
		TOKEN_TEST(a_counter_that_goes_back_is_told_and_let_in),
		TOKEN_TEST(a_token_that_does_not_count_is_not_suspected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
