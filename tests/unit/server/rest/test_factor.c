/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authenticators, recovery codes and step-ups: through the router of a whole server. */
#include <stdio.h>

#include "common/os/file.h"
#include "tests/lib/authenticator.h"
#include "tests/lib/check.h"

#define ENROL   "POST /v1/auth/totp"
#define CONFIRM "POST /v1/auth/totp/confirm"
#define REMOVE  "POST /v1/auth/totp/remove"
#define CODES   "POST /v1/auth/recovery-codes"
#define STEP_UP "POST /v1/auth/step-up"
#define LOGIN   "POST /v1/auth/login"
#define OTP     "POST /v1/auth/otp"
#define RESEND  "POST /v1/auth/otp/resend"
#define ME      "GET /v1/auth/me"

#define PASSWORD "{\"password\":\"" DESK_PASSWORD "\"}"
#define CODE     "{\"code\":\"%s\"}"
#define DOOR     "{\"login\":\"alice\",\"password\":\"" DESK_PASSWORD "\"}"
#define PROOF    "{\"challenge\":\"%s\",\"code\":\"%s\"}"

/* The first step of a log-in; returns the challenge. */
static struct desk_text knock(struct desk *desk)
{
	assert_int_equal(desk_ask(desk, LOGIN, NULL, DOOR), 200);
	assert_string_equal(desk_get(desk, "factor").text, "totp");
	return desk_get(desk, "challenge");
}

static void an_app_counts_from_its_first_code_on(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct authenticator app;

	assert_int_equal(desk_ask(desk, ENROL, alice.access, PASSWORD), 200);
	assert_non_null(
		strstr(desk_get(desk, "url").text, desk_get(desk, "secret").text));
	assert_non_null(strstr(desk_get(desk, "url").text, ":alice?secret="));
	authenticator_read(&app, desk_get(desk, "secret").text);
	/* Nobody is locked out by a picture that was not scanned. */
	desk_log_in(desk, "alice", DESK_PASSWORD);
	struct otp_code code = authenticator_code(desk, &app);
	struct desk_code wrong;
	snprintf(wrong.text, sizeof(wrong.text), "%s", code.text);
	desk_refused(desk, ERR_BAD_CODE, "code", CONFIRM, alice.access, CODE,
		     desk_wrong(&wrong).text);
	assert_int_equal(desk_ask(desk, CONFIRM, alice.access, CODE, code.text), 200);
	authenticator_keep_codes(desk, &app);
	desk_refused(desk, ERR_STATE, NULL, CONFIRM, alice.access, CODE, code.text);
	desk_refused(desk, ERR_EXISTS, NULL, ENROL, alice.access, PASSWORD);
	desk_ask(desk, ME, alice.access, NULL);
	assert_non_null(strstr(desk->body.ptr, "\"totp\":true"));
	assert_int_equal(desk_number(desk, "recovery_codes"), 10);
}

static void enrolling_needs_the_password(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_refused(desk, ERR_BAD_LOGIN, "password", ENROL, alice.access, "{}");
	desk_refused(desk, ERR_BAD_LOGIN, "password", ENROL, alice.access,
		     "{\"password\":\"a quiet meadov\"}");
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, ENROL, NULL, PASSWORD);
	desk_refused(desk, ERR_STATE, NULL, CONFIRM, alice.access, CODE, "123456");
}

static void the_app_stands_in_the_place_of_the_mail(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct authenticator app = authenticator_enrol(desk, &alice);
	size_t letters = desk->mails->count;
	struct desk_text challenge = knock(desk);

	assert_int_equal(desk->mails->count, letters);
	desk_refused(desk, ERR_STATE, NULL, RESEND, NULL, "{\"challenge\":\"%s\"}",
		     challenge.text);
	assert_int_equal(desk_ask(desk, OTP, NULL, PROOF, challenge.text,
				  authenticator_code(desk, &app).text),
			 200);
	struct desk_user in = desk_tokens(desk);
	assert_int_equal(desk_ask(desk, ME, in.access, NULL), 200);
}

static void a_code_that_was_used_is_refused(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct authenticator app = authenticator_enrol(desk, &alice);
	struct otp_code code = authenticator_code(desk, &app);
	struct desk_text first = knock(desk), second = knock(desk);

	assert_int_equal(desk_ask(desk, OTP, NULL, PROOF, first.text, code.text), 200);
	desk_refused(desk, ERR_BAD_CODE, "code", OTP, NULL, PROOF, second.text,
		     code.text);
	desk_wait(desk, TOTP_STEP_MS);
	desk_refused(desk, ERR_BAD_CODE, "code", OTP, NULL, PROOF, second.text,
		     code.text);
	assert_int_equal(desk_ask(desk, OTP, NULL, PROOF, second.text,
				  authenticator_code(desk, &app).text),
			 200);
}

static void five_wrong_codes_end_a_challenge(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct authenticator app = authenticator_enrol(desk, &alice);
	struct desk_text challenge = knock(desk);
	struct desk_code code;

	snprintf(code.text, sizeof(code.text), "%s", authenticator_code(desk, &app).text);
	for (int i = 0; i < 5; i++) {
		code = desk_wrong(&code);
		desk_refused(desk, ERR_BAD_CODE, "code", OTP, NULL, PROOF, challenge.text,
			     code.text);
	}
	desk_refused(desk, ERR_TOO_MANY_TRIES, "code", OTP, NULL, PROOF, challenge.text,
		     authenticator_code(desk, &app).text);
	assert_int_equal(desk_ask(desk, ME, alice.access, NULL), 200);
}

static void a_recovery_code_opens_once(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct authenticator app = authenticator_enrol(desk, &alice);
	char shouted[16];

	for (size_t i = 0; i < sizeof(shouted); i++)
		shouted[i] = app.recovery[3][i] >= 'a' && app.recovery[3][i] <= 'z'
				     ? (char)(app.recovery[3][i] - 32)
				     : app.recovery[3][i];
	struct desk_text challenge = knock(desk);
	assert_int_equal(desk_ask(desk, OTP, NULL, PROOF, challenge.text, shouted), 200);
	struct desk_user in = desk_tokens(desk);
	desk_ask(desk, ME, in.access, NULL);
	assert_int_equal(desk_number(desk, "recovery_codes"), 9);
	challenge = knock(desk);
	desk_refused(desk, ERR_BAD_CODE, "code", OTP, NULL, PROOF, challenge.text,
		     app.recovery[3]);
	assert_int_equal(
		desk_ask(desk, OTP, NULL, PROOF, challenge.text, app.recovery[4]), 200);
}

static void what_is_no_code_costs_no_try(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct authenticator app = authenticator_enrol(desk, &alice);
	struct desk_text challenge = knock(desk);

	for (int i = 0; i < 8; i++)
		desk_refused(desk, ERR_BAD_CODE, "code", OTP, NULL, PROOF, challenge.text,
			     "abcde-fgh10");
	assert_int_equal(desk_ask(desk, OTP, NULL, PROOF, challenge.text,
				  authenticator_code(desk, &app).text),
			 200);
}

/* Opens a step-up; returns the challenge. */
static struct desk_text step_up(struct desk *desk, const struct desk_user *user,
				const char *factor)
{
	assert_int_equal(desk_ask(desk, STEP_UP, user->access, PASSWORD), 200);
	assert_string_equal(desk_get(desk, "purpose").text, "step_up");
	assert_string_equal(desk_get(desk, "factor").text, factor);
	return desk_get(desk, "challenge");
}

static void removing_the_app_needs_password_and_code(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct authenticator app = authenticator_enrol(desk, &alice);
	struct desk_user bob = desk_sign_up(desk, "bob");

	desk_refused(desk, ERR_BAD_LOGIN, "password", STEP_UP, alice.access, "{}");
	/* The challenge of a log-in is none of a step-up, nor the other way round. */
	struct desk_text challenge = knock(desk);
	desk_refused(desk, ERR_EXPIRED, "code", REMOVE, alice.access, PROOF,
		     challenge.text, authenticator_code(desk, &app).text);
	challenge = step_up(desk, &alice, "totp");
	desk_refused(desk, ERR_EXPIRED, "code", OTP, NULL, PROOF, challenge.text,
		     authenticator_code(desk, &app).text);
	desk_refused(desk, ERR_EXPIRED, "code", REMOVE, bob.access, PROOF, challenge.text,
		     authenticator_code(desk, &app).text);
	desk_refused(desk, ERR_BAD_CODE, "code", REMOVE, alice.access,
		     "{\"challenge\":\"%s\"}", challenge.text);
	assert_int_equal(desk_ask(desk, REMOVE, alice.access, PROOF, challenge.text,
				  authenticator_code(desk, &app).text),
			 204);
	desk_refused(desk, ERR_EXPIRED, "code", REMOVE, alice.access, PROOF,
		     challenge.text, authenticator_code(desk, &app).text);
	/* Codes come by mail again, and the old recovery codes are nothing. */
	assert_int_equal(desk_ask(desk, LOGIN, NULL, DOOR), 200);
	assert_string_equal(desk_get(desk, "factor").text, "mail");
	challenge = desk_get(desk, "challenge");
	desk_refused(desk, ERR_BAD_CODE, "code", OTP, NULL, PROOF, challenge.text,
		     app.recovery[0]);
	desk_log_in(desk, "alice", DESK_PASSWORD);
}

static void new_recovery_codes_void_the_old_ones(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct authenticator app = authenticator_enrol(desk, &alice), fresh;
	struct desk_text challenge = step_up(desk, &alice, "totp");

	/* A recovery code opens a step-up as well. */
	assert_int_equal(desk_ask(desk, CODES, alice.access, PROOF, challenge.text,
				  app.recovery[9]),
			 200);
	authenticator_keep_codes(desk, &fresh);
	challenge = knock(desk);
	desk_refused(desk, ERR_BAD_CODE, "code", OTP, NULL, PROOF, challenge.text,
		     app.recovery[1]);
	assert_int_equal(
		desk_ask(desk, OTP, NULL, PROOF, challenge.text, fresh.recovery[1]), 200);
}

static void without_an_app_a_step_up_is_answered_by_mail(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text challenge = step_up(desk, &alice, "mail");
	struct desk_code code = desk_code(desk, "alice@example.org");

	assert_string_not_equal(code.text, "");
	desk_refused(desk, ERR_BAD_CODE, "code", REMOVE, alice.access, PROOF,
		     challenge.text, desk_wrong(&code).text);
	/* The code was right, and there is nothing to remove: nothing is spent. */
	desk_refused(desk, ERR_STATE, NULL, REMOVE, alice.access, PROOF, challenge.text,
		     code.text);
	assert_int_equal(
		desk_ask(desk, RESEND, NULL, "{\"challenge\":\"%s\"}", challenge.text),
		200);
	assert_string_equal(desk_get(desk, "purpose").text, "step_up");
}

static void an_administrators_code_helps_who_has_lost_everything(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	authenticator_enrol(desk, &alice);
	desk->peer.local = true;
	assert_int_equal(
		desk_ask(desk, "POST /v1/admin/users/alice/login-code", NULL, "{}"), 200);
	struct desk_text code = desk_get(desk, "code");
	desk->peer.local = false;
	struct desk_text challenge = knock(desk);
	assert_int_equal(desk_ask(desk, OTP, NULL, PROOF, challenge.text, code.text),
			 200);
}

static void neither_seed_nor_codes_lie_open_anywhere(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	/* A key for repetitions keeps no answer with codes in it. */
	desk_header(desk, "idempotency-key", "one");
	assert_int_equal(desk_ask(desk, ENROL, alice.access, PASSWORD), 200);
	struct desk_text first = desk_get(desk, "secret");
	desk_header(desk, "idempotency-key", "one");
	assert_int_equal(desk_ask(desk, ENROL, alice.access, PASSWORD), 200);
	assert_string_not_equal(desk_get(desk, "secret").text, first.text);
	struct authenticator app;
	authenticator_read(&app, desk_get(desk, "secret").text);
	desk_ask(desk, CONFIRM, alice.access, CODE, authenticator_code(desk, &app).text);
	authenticator_keep_codes(desk, &app);

	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_done) struct buf file = BUF_INIT;
	static const char *const names[] = {"chat.db", "chat.db-wal"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		str_clear(&path);
		str_addf(&path, "%s/%s", desk->data.ptr, names[i]);
		check_ok(file_read(path.ptr, 64 << 20, &file));
	}
	assert_non_null(memmem(file.ptr, file.len, "alice", 5));
	assert_null(memmem(file.ptr, file.len, app.seed, TOTP_SEED_LEN));
	for (int i = 0; i < 10; i++) {
		assert_null(memmem(file.ptr, file.len, app.recovery[i], 11));
		assert_null(strstr(desk->log.ptr, app.recovery[i]));
	}
}

CHECK_MAIN(DESK_TEST(an_app_counts_from_its_first_code_on),
	   DESK_TEST(enrolling_needs_the_password),
	   DESK_TEST(the_app_stands_in_the_place_of_the_mail),
	   DESK_TEST(a_code_that_was_used_is_refused),
	   DESK_TEST(five_wrong_codes_end_a_challenge),
	   DESK_TEST(a_recovery_code_opens_once), DESK_TEST(what_is_no_code_costs_no_try),
	   DESK_TEST(removing_the_app_needs_password_and_code),
	   DESK_TEST(new_recovery_codes_void_the_old_ones),
	   DESK_TEST(without_an_app_a_step_up_is_answered_by_mail),
	   DESK_TEST(an_administrators_code_helps_who_has_lost_everything),
	   DESK_TEST(neither_seed_nor_codes_lie_open_anywhere))
