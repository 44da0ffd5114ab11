/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stranger learns from answers and from their time: nothing. Requests about accounts
 * that are there and about such as are not take turns, so that noise hits both alike; a rank
 * test (Mann-Whitney) compares the two series. And what guessing gets a stranger. */
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/proto/json.h"
#include "server/net/rate.h"
#include "server/rest/guard.h"
#include "tests/lib/check.h"
#include "tests/lib/host.h"
#include "tests/lib/people.h"

#define PEOPLE     30
#define PAIRS      60
#define REQUEST_ID "X-Request-Id: "
/* Noise: with equal distributions |z| is over 4 once in 16,000 runs. A difference that is
 * real but under a twentieth and 0.2 ms drowns in any network and fails nobody's test. */
#define Z_MOST    4.0
#define GAP_SHARE 0.05
#define GAP_MS    0.2

struct fixture {
	struct host host;
	struct peer_socket peer;
	struct answer answer;
};

/* The pace of requests has tests of its own. */
static void let_go(struct host *host)
{
	for (int rate = 0; rate < RATE_COUNT; rate++)
		rates_set(host->server->rates, (enum rate)rate, 0, 0);
}

static void start(struct fixture *fixture)
{
	struct host *host = &fixture->host;
	const struct people people = {
		.stem = "known",
		.count = PEOPLE,
		/* a hash that is worth measuring, and soon done */
		.cost = {.passes = 2, .memory = 4u << 20},
		/* so that the first can be logged in without a code */
		.first_uid = 4100 + 'k',
	};

	host_open(host);
	people_move_in(host, &people);
	host_run(host);
	/* on the Unix socket, where addresses are not counted */
	peer_open_unix(&fixture->peer, host->socket.ptr);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	host_init(&fixture->host);
	start(fixture);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	peer_close(&fixture->peer);
	host_done(&fixture->host);
	answer_done(&fixture->answer);
	free(fixture);
	return 0;
}

/* ---- asking and measuring ---- */

static double ask(struct peer_socket *peer, struct answer *answer, const char *line,
		  const char *body)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct timespec from, to;

	str_addf(&text,
		 "%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		 "Content-Length: %zu\r\n\r\n%s",
		 line, strlen(body), body);
	answer_done(answer);
	clock_gettime(CLOCK_MONOTONIC, &from);
	peer_send(peer, text.ptr, text.len);
	peer_answer(peer, answer);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 +
	       (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static void text_of(const struct answer *answer, const char *key, struct str *ret_text)
{
	AUTO(json_free) struct json *json = NULL;
	struct bytes text;

	check_ok(json_parse(str_view(&answer->body), &json));
	str_clear(ret_text);
	if (json_text(json_get(json_root(json), key), &text))
		str_add_len(ret_text, (const char *)text.ptr, text.len);
}

/* Head and body, with ids and numbers, which are random or the time, made alike. */
static void form_of(const struct answer *answer, struct str *form)
{
	AUTO(str_done) struct str id = STR_INIT;

	str_clear(form);
	str_addf(form, "%d %s", answer->status, answer->head.ptr);
	size_t from = form->len;
	str_add_len(form, answer->body.ptr, answer->body.len);
	text_of(answer, "challenge", &id);
	char *at = id.len ? strstr(form->ptr + from, id.ptr) : NULL;
	for (size_t i = 0; at && i < id.len; i++)
		at[i] = '*';
	at = strstr(form->ptr, REQUEST_ID);
	for (at = at ? at + strlen(REQUEST_ID) : NULL; at && *at > ' '; at++)
		*at = '*';
	for (char *c = form->ptr; *c; c++) {
		if (*c >= '0' && *c <= '9')
			*c = '0';
	}
}

struct series {
	double known[PAIRS], unknown[PAIRS];
};

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static double median(const double *values)
{
	double sorted[PAIRS];

	memcpy(sorted, values, sizeof(sorted));
	qsort(sorted, PAIRS, sizeof(sorted[0]), compare);
	return (sorted[PAIRS / 2 - 1] + sorted[PAIRS / 2]) / 2;
}

/* How far the ranks of the two are from those of one distribution, in deviations. */
static double rank_test(const struct series *series)
{
	const double n = PAIRS;
	double wins = 0;

	for (size_t i = 0; i < PAIRS; i++) {
		for (size_t j = 0; j < PAIRS; j++)
			wins += series->known[i] > series->unknown[j]    ? 1
				: series->known[i] == series->unknown[j] ? 0.5
									 : 0;
	}
	return (wins - n * n / 2) / sqrt(n * n * (2 * n + 1) / 12);
}

static bool differs(const char *what, const struct series *series)
{
	double known = median(series->known), unknown = median(series->unknown);
	double z = rank_test(series), gap = fabs(known - unknown);

	print_message("# %s: medians %.3f ms known, %.3f ms unknown, z = %.2f\n", what,
		      known, unknown, z);
	return fabs(z) > Z_MOST && gap > GAP_MS && gap > GAP_SHARE * unknown;
}

/* Body number @i of a kind of request, about somebody who is there or not. */
typedef void body_fn(struct fixture *fixture, unsigned i, bool known, struct str *body);

static void measure(struct fixture *fixture, const char *line, body_fn *write,
		    struct series *series, bool same_form)
{
	AUTO(str_done) struct str body = STR_INIT;
	struct str forms[2] = {STR_INIT, STR_INIT};

	for (unsigned i = 0; i < PAIRS; i++) {
		for (unsigned turn = 0; turn < 2; turn++) {
			bool known = (i + turn) % 2; /* who is first changes */
			str_clear(&body);
			write(fixture, i, known, &body);
			double ms = ask(&fixture->peer, &fixture->answer, line, body.ptr);
			*(known ? &series->known[i] : &series->unknown[i]) = ms;
			form_of(&fixture->answer, &forms[known]);
		}
		if (same_form)
			assert_string_equal(forms[0].ptr, forms[1].ptr);
	}
	str_done(&forms[0]);
	str_done(&forms[1]);
}

static bool tells(struct fixture *fixture, const char *what, const char *line,
		  body_fn *write)
{
	struct series series;

	measure(fixture, line, write, &series, true);
	return differs(what, &series);
}

/* ---- the requests ---- */

static void write_login(struct fixture *fixture, unsigned i, bool known, struct str *body)
{
	str_addf(body, "{\"login\":\"%s%02u\",\"password\":\"not this one\"}",
		 known ? "known" : "ghost", i % PEOPLE);
}

static void write_login_mail(struct fixture *fixture, unsigned i, bool known,
			     struct str *body)
{
	str_addf(body, "{\"login\":\"%s%02u@example.org\",\"password\":\"not this one\"}",
		 known ? "known" : "ghost", i % PEOPLE);
}

static void write_reset(struct fixture *fixture, unsigned i, bool known, struct str *body)
{
	str_addf(body, "{\"email\":\"%s%02u@example.org\"}", known ? "known" : "ghost",
		 i % PEOPLE);
}

static void write_signup(struct fixture *fixture, unsigned i, bool known,
			 struct str *body)
{
	str_addf(body,
		 "{\"name\":\"new%u-%d\",\"email\":\"%s%02u@example.org\",\"password\":"
		 "\"%s\"}",
		 i, known, known ? "known" : "ghost", i % PEOPLE, PEOPLE_PASSWORD);
}

/* A wrong code for a reset, while its letter is being written: the thread that does it takes
 * a share of the processor, for nobody's letter as for one to somebody. */
static void write_confirm(struct fixture *fixture, unsigned i, bool known,
			  struct str *body)
{
	AUTO(str_done) struct str reset = STR_INIT, challenge = STR_INIT;

	write_reset(fixture, i, known, &reset);
	ask(&fixture->peer, &fixture->answer, "POST /v1/auth/reset-password", reset.ptr);
	text_of(&fixture->answer, "challenge", &challenge);
	str_addf(body,
		 "{\"challenge\":\"%s\",\"code\":\"000000\",\"new_password\":\"%s\"}",
		 challenge.ptr, PEOPLE_PASSWORD);
}

static void a_log_in_does_not_tell_who_is_there(void **state)
{
	assert_false(tells(*state, "log-in by name", "POST /v1/auth/login", write_login));
	assert_false(tells(*state, "log-in by address", "POST /v1/auth/login",
			   write_login_mail));
}

static void a_reset_does_not_tell_whose_address_is_known(void **state)
{
	assert_false(tells(*state, "reset", "POST /v1/auth/reset-password", write_reset));
}

static void a_code_does_not_tell_whether_it_could_be_right(void **state)
{
	assert_false(tells(*state, "wrong code of a reset",
			   "POST /v1/auth/confirm-password", write_confirm));
}

static void a_sign_up_does_not_tell_whose_address_is_known(void **state)
{
	assert_false(tells(*state, "sign-up", "POST /v1/auth/signup", write_signup));
}

/* The same measurement finds what it should find. */
static void a_server_that_burns_no_hash_for_strangers_is_found_out(void **state)
{
	struct fixture *fixture = *state;
	struct series series;

	fixture->host.server->guard->nobody.text[0] = '\0';
	measure(fixture, "POST /v1/auth/login", write_login, &series, false);
	assert_true(differs("control: no hash for strangers", &series));
}

/* ---- guessing codes ---- */

#define GUESSERS 8
#define GUESSES  1250 /* each */

struct guesser {
	struct fixture *fixture;
	pthread_t thread;
	unsigned number, right;
};

static void *guess(void *arg)
{
	struct guesser *guesser = arg;
	struct peer_socket peer = {.fd = -1};
	struct answer answer = {0};
	AUTO(str_done) struct str challenge = STR_INIT, body = STR_INIT;

	peer_open_unix(&peer, guesser->fixture->host.socket.ptr);
	for (unsigned i = 0; i < GUESSES; i++) {
		/* a new challenge whenever there is one to be had */
		if (i % 5 == 0) {
			ask(&peer, &answer, "POST /v1/auth/login",
			    "{\"login\":\"known00\",\"password\":\"" PEOPLE_PASSWORD
			    "\"}");
			if (answer.status == 200)
				text_of(&answer, "challenge", &challenge);
		}
		str_clear(&body);
		str_addf(&body, "{\"challenge\":\"%s\",\"code\":\"%06u\"}",
			 challenge.len ? challenge.ptr : "aaaaaaaaaaaaaaaaaaaaaaaaaa",
			 (guesser->number * GUESSES + i) * 97 % 1000000);
		ask(&peer, &answer, "POST /v1/auth/otp", body.ptr);
		guesser->right += answer.status == 200;
	}
	answer_done(&answer);
	peer_close(&peer);
	return NULL;
}

/* Who knows the password besides has at most three codes an hour with five tries each: 15 in
 * 1,000,000 that one of all these guesses is right. */
static void ten_thousand_guesses_get_nobody_in_and_lock_nobody_out(void **state)
{
	struct fixture *fixture = *state;
	struct guesser guessers[GUESSERS];
	struct guest alice;
	struct peer_socket live = {.fd = -1};

	host_stop(&fixture->host);
	peer_close(&fixture->peer);
	host_open(&fixture->host);
	let_go(&fixture->host);
	host_guest(&fixture->host, "known00", &alice);
	host_run(&fixture->host);
	host_login(&fixture->host, &live, &alice, "");
	for (unsigned i = 0; i < GUESSERS; i++) {
		guessers[i] = (struct guesser){.fixture = fixture, .number = i};
		assert_int_equal(
			pthread_create(&guessers[i].thread, NULL, guess, &guessers[i]),
			0);
	}
	for (unsigned i = 0; i < GUESSERS; i++) {
		pthread_join(guessers[i].thread, NULL);
		assert_int_equal(guessers[i].right, 0);
	}
	peer_sync(&live); /* the session lives */
	peer_close(&live);
	peer_open_unix(&fixture->peer, fixture->host.socket.ptr);
	/* and a reset is open, whose codes nobody has spent */
	ask(&fixture->peer, &fixture->answer, "POST /v1/auth/reset-password",
	    "{\"email\":\"known00@example.org\"}");
	assert_int_equal(fixture->answer.status, 200);
	guest_done(&alice);
}

#define EQUAL_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(EQUAL_TEST(a_log_in_does_not_tell_who_is_there),
	   EQUAL_TEST(a_reset_does_not_tell_whose_address_is_known),
	   EQUAL_TEST(a_code_does_not_tell_whether_it_could_be_right),
	   EQUAL_TEST(a_sign_up_does_not_tell_whose_address_is_known),
	   EQUAL_TEST(a_server_that_burns_no_hash_for_strangers_is_found_out),
	   EQUAL_TEST(ten_thousand_guesses_get_nobody_in_and_lock_nobody_out))
