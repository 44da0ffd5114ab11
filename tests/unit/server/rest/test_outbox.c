/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/outbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "server/core/mailing.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define SIGNUP "POST /v1/auth/signup"
#define USER \
	"{\"name\":\"%s\",\"email\":\"%s@example.org\",\"password\":\"" DESK_PASSWORD \
	"\"}"

static int sign_up(struct desk *desk, const char *name)
{
	return desk_ask(desk, SIGNUP, NULL, USER, name, name);
}

/* Let the server look after its letters @seconds long. */
static void pass(struct desk *desk, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		desk_wait(desk, 1000);
		server_tick(desk->server);
		server_turn(desk->server);
	}
}

static void a_letter_that_is_put_off_comes_again_under_its_id(void **state)
{
	struct desk *desk = *state;

	desk->mails->fail = ERR_BUSY;
	assert_int_equal(sign_up(desk, "alice"), 200);
	assert_non_null(
		strstr(desk->log.ptr, "mail: a letter is put off, letter=signup"));
	pass(desk, 5);
	const char *first = strstr(desk->log.ptr, "id="),
		   *second = strstr(first + 1, "id=");
	assert_non_null(second);
	assert_memory_equal(first, second, 29);
	desk->mails->fail = ERR_OK;
	pass(desk, 30);
	assert_int_equal(desk->mails->count, 1);
	assert_memory_equal(id_text(&desk->mails->letters[0].id).text, first + 3, 26);
	pass(desk, 600);
	assert_int_equal(desk->mails->count, 1);
	assert_int_equal(outbox_stats(desk->server->outbox).sent, 1);
}

static void a_code_that_is_over_is_not_sent(void **state)
{
	struct desk *desk = *state;

	desk->mails->fail = ERR_BUSY;
	assert_int_equal(sign_up(desk, "alice"), 200);
	desk->mails->fail = ERR_OK;
	desk_wait(desk, 9 * 60000);
	pass(desk, 30);
	assert_int_equal(desk->mails->count, 0);
	assert_non_null(strstr(desk->log.ptr, "mail: a letter was not sent in time"));
	assert_int_equal(outbox_stats(desk->server->outbox).late, 1);
}

static void what_is_refused_for_good_is_logged_without_code_and_address(void **state)
{
	struct desk *desk = *state;

	desk->mails->fail = ERR_BAD;
	assert_int_equal(sign_up(desk, "alice"), 200);
	assert_non_null(strstr(desk->log.ptr, "refused for good, letter=signup"));
	assert_null(strstr(desk->log.ptr, "example.org"));
	desk->mails->fail = ERR_OK;
	pass(desk, 60);
	assert_int_equal(desk->mails->count, 0);
}

static void an_outage_costs_letters_no_tries(void **state)
{
	struct desk *desk = *state;

	desk->mails->fail = ERR_UNREACHABLE;
	assert_int_equal(sign_up(desk, "alice"), 200);
	assert_int_equal(sign_up(desk, "bob"), 200);
	pass(desk, 120);
	desk->mails->fail = ERR_OK;
	pass(desk, 16);
	assert_int_equal(desk->mails->count, 2);
	assert_int_equal(outbox_stats(desk->server->outbox).deferred, 0);
	assert_non_null(strstr(desk->log.ptr, "mail: letters are sent again"));
}

/* What waits, once more, to somebody else. */
static enum err copy_run(struct task *task, struct store *store)
{
	struct mail_row row;
	size_t count;
	enum err err = store_mail_due(store, &row, 1, &count);

	if (err != ERR_OK)
		return err;
	assert_int_equal(count, 1);
	snprintf(row.recipient, sizeof(row.recipient), "mallory@example.org");
	err = store_mail_add(store, &row);
	mail_row_done(&row);
	return err;
}

static void filled(struct task *task, enum err err)
{
	check_ok(err);
}

static void a_letter_in_the_database_goes_to_nobody_else(void **state)
{
	struct desk *desk = *state;
	struct task task = {.run = copy_run, .done = filled};

	desk->mails->fail = ERR_UNREACHABLE;
	assert_int_equal(sign_up(desk, "alice"), 200);
	check_ok(writer_submit(desk->server->writer, &task));
	server_turn(desk->server);
	desk->mails->fail = ERR_OK;
	pass(desk, 20);
	assert_non_null(mailer_memory_last(desk->mails, "alice@example.org"));
	assert_int_equal(desk->mails->count, 1);
	assert_non_null(strstr(desk->log.ptr, "refused for good, letter=?"));
	assert_null(strstr(desk->log.ptr, "mallory"));
}

/* Fill the queue as far as codes may. */
static enum err fill_run(struct task *task, struct store *store)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < MAILING_MOST && err == ERR_OK; i++)
		err = store_mail_add(store,
				     &(struct mail_row){.recipient = "x@example.org",
							.letter = "signup",
							.payload = bytes_text("?"),
							.expires_ms = INT64_MAX,
							.created_ms = INT64_MAX});
	return err;
}

static void a_full_queue_is_said_and_does_not_stop_a_change_of_password(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct task task = {.run = fill_run, .done = filled};

	check_ok(writer_submit(desk->server->writer, &task));
	server_turn(desk->server);
	desk_refused(desk, ERR_BUSY, NULL, SIGNUP, NULL, USER, "bob", "bob");
	assert_int_equal(desk_number(desk, "retry_ms"), MAILING_FULL_MS);
	assert_string_equal(desk_get(desk, "detail").text,
			    "too much mail waits to be sent");
	/* The same whether the address is known. */
	AUTO(str_done) struct str known = STR_INIT;
	desk_ask(desk, "POST /v1/auth/reset-password", NULL,
		 "{\"email\":\"alice@example.org\"}");
	str_set(&known, desk->body.ptr);
	desk_ask(desk, "POST /v1/auth/reset-password", NULL,
		 "{\"email\":\"nobody@example.org\"}");
	assert_int_equal(desk->status, 503);
	assert_string_equal(known.ptr, desk->body.ptr);
	assert_int_equal(desk_ask(desk, "POST /v1/auth/change-password", alice.access,
				  "{\"password\":\"" DESK_PASSWORD
				  "\",\"new_password\":\"another quiet meadow\"}"),
			 204);
	assert_non_null(mailer_memory_last(desk->mails, "alice@example.org"));
	assert_non_null(
		strstr(mailer_memory_last(desk->mails, "alice@example.org")->subject.ptr,
		       "password"));
}

/* Only a name differs, which nobody does not have. */
static void a_letter_to_nobody_is_as_much_work_as_any(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	size_t sent = desk->mails->count;
	assert_int_equal(desk_ask(desk, "POST /v1/auth/reset-password", NULL,
				  "{\"email\":\"alice@example.org\"}"),
			 200);
	pass(desk, 2);
	assert_int_equal(desk->mails->count, sent + 1);
	assert_int_equal(desk->mails->pretended, 0);
	const struct letter *letter =
		mailer_memory_last(desk->mails, "alice@example.org");
	assert_int_equal(desk_ask(desk, "POST /v1/auth/reset-password", NULL,
				  "{\"email\":\"nobody@example.org\"}"),
			 200);
	pass(desk, 2);
	assert_int_equal(desk->mails->count, sent + 1);
	assert_int_equal(desk->mails->pretended, 1);
	assert_int_equal(desk->mails->pretended_len, letter->body.len - strlen("alice"));
}

static void no_code_lies_in_the_database_in_clear(void **state)
{
	struct desk *desk = *state;
	AUTO(str_done) struct str path = STR_INIT;
	static const char *const names[] = {"chat.db", "chat.db-wal"};
	AUTO(buf_done) struct buf content = BUF_INIT;

	desk->mails->fail = ERR_BUSY;
	assert_int_equal(sign_up(desk, "alice"), 200);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		scratch_file(&desk->scratch, names[i], &path);
		check_ok(file_read(path.ptr, 16 << 20, &content));
		str_clear(&path);
	}
	desk->mails->fail = ERR_OK;
	pass(desk, 30);
	struct desk_code code = desk_code(desk, "alice@example.org");
	assert_int_equal(strlen(code.text), 6);
	assert_null(memmem(content.ptr, content.len, code.text, 6));
}

CHECK_MAIN(DESK_TEST(a_letter_that_is_put_off_comes_again_under_its_id),
	   DESK_TEST(a_code_that_is_over_is_not_sent),
	   DESK_TEST(what_is_refused_for_good_is_logged_without_code_and_address),
	   DESK_TEST(an_outage_costs_letters_no_tries),
	   DESK_TEST(a_letter_in_the_database_goes_to_nobody_else),
	   DESK_TEST(a_full_queue_is_said_and_does_not_stop_a_change_of_password),
	   DESK_TEST(a_letter_to_nobody_is_as_much_work_as_any),
	   DESK_TEST(no_code_lies_in_the_database_in_clear))
