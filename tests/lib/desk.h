/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A desk: a whole server without sockets and threads, with a clock that stands still and
 *  a mailer that keeps its letters, and requests that are put straight into its router.
 *  Everything that was answered or logged is kept, so that a test can look for what must
 *  not be there. Thread: one. */
#ifndef CHAT_TESTS_DESK_H
#define CHAT_TESTS_DESK_H

#include "common/proto/json.h"
#include "server/mail/mailer_memory.h"
#include "server/net/request.h"
#include "server/server.h"
#include "tests/lib/scratch.h"

#define DESK_PASSWORD "a quiet meadow"

struct desk {
	struct scratch scratch;
	struct fake_clock clock;
	struct random_seeded seeded;
	struct server *server;
	struct mailer_memory *mails;
	struct peer peer; /**< where requests come from */
	struct str data, secrets, spool;

	/* of the last request */
	int status;
	const struct rest_row *row; /**< NULL when there was none */
	struct str body;
	struct str headers; /**< "name: value\n" lines */
	struct json *json;
	bool is_json; /**< the body is */
	bool piece;   /**< of a body that is streamed: it has come */

	struct str log;     /**< every line so far */
	struct str answers; /**< every answer but those that give tokens out */
};

/** For cmocka_unit_test_setup_teardown(). */
int desk_set_up(void **state);
int desk_tear_down(void **state);
#define DESK_TEST(fn) cmocka_unit_test_setup_teardown(fn, desk_set_up, desk_tear_down)

/** Ask: "POST /v1/auth/login", an access token or NULL, a body (printf) or NULL. Returns the
 *  status; the answer is in desk->json. */
int desk_ask(struct desk *desk, const char *line, const char *token, const char *format,
	     ...) PRINTF(4, 5);
/** The same as a `call` frame does it: operation and args. */
int desk_call(struct desk *desk, const char *op, const char *token, const char *args);
/** One header more for the next request. */
void desk_header(struct desk *desk, const char *name, const char *value);
/** Ask like desk_ask() and expect the problem @want about @field (NULL: none). */
void desk_refused(struct desk *desk, enum err want, const char *field, const char *line,
		  const char *token, const char *format, ...) PRINTF(6, 7);

/** A text or number of the last answer by its path, "user.name"; "" when it is not there. */
struct desk_text {
	char text[LIMIT_TOKEN + 1];
};
struct desk_text desk_get(const struct desk *desk, const char *path);
uint64_t desk_number(const struct desk *desk, const char *path);

/** The code in the newest letter to @address; "" when there is none in it. */
struct desk_code {
	char text[8];
};
struct desk_code desk_code(const struct desk *desk, const char *address);
/** A code that is not @code. */
struct desk_code desk_wrong(const struct desk_code *code);

/** Who is logged in. */
struct desk_user {
	char access[LIMIT_TOKEN + 1];
	char refresh[128];
	char session[64];
	char device[64];
	char user[64];
};

/** Sign @name up with @name@example.org and DESK_PASSWORD, verify, log in. */
struct desk_user desk_sign_up(struct desk *desk, const char *name);
/** Log in once more. */
struct desk_user desk_log_in(struct desk *desk, const char *name, const char *password);
/** The tokens of the last answer. */
struct desk_user desk_tokens(const struct desk *desk);

/** End the server and start it again on what it has stored. */
void desk_restart(struct desk *desk);
/** Let @ms pass. */
void desk_wait(struct desk *desk, uint64_t ms);

#endif
