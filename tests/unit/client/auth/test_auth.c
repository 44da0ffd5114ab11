/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Auth inside a real app, against a server that is the test itself: what is asked over
 * HTTP is taken with expect_asked(), and answered with answers(). Time stands still.
 */
#include "client/auth/auth.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/app_inside.h"
#include "client/cache/store_thread.h"
#include "client/net/denial.h"
#include "client/net/transport_pair.h"
#include "tests/lib/check.h"
#include "tests/lib/fake_clock.h"

struct scene {
	struct fake_clock clock;
	struct random_seeded seeded;
	struct random random;
	char dir[256];
	struct secret key;
	struct app app;
	struct transport_pair *pair;
	uint32_t link, request; /* the newest ones, 0 = none */
	struct str asked;       /* path and body of the newest request */
	struct str hello;       /* what was sent last over the connection */
	struct str heard;       /* steps and errors */
};

static void far_connect(uint32_t link, const struct address *address, void *ctx)
{
	((struct scene *)ctx)->link = link;
}

static void far_gone(uint32_t link, void *ctx)
{
	((struct scene *)ctx)->link = 0;
}

static void far_text(uint32_t link, const char *text, size_t len, void *ctx)
{
	str_set_len(&((struct scene *)ctx)->hello, text, len);
}

static void far_request(const struct transport_request *request, void *ctx)
{
	struct scene *scene = ctx;

	scene->request = request->request;
	str_clear(&scene->asked);
	str_addf(&scene->asked, "%s %s %.*s", request->method, request->path,
		 (int)request->body_len, request->body_len ? request->body : "");
}

static void heard(struct app *app, enum auth_step step, enum err err, void *ctx)
{
	static const char *const words[] = {"out", "asking", "code", "in"};

	str_addf(&((struct scene *)ctx)->heard, "%s:%s ", words[step], err_word(err));
}

static void open_app(struct scene *scene)
{
	const struct pair_far far = {far_connect, far_text, far_request, far_gone, scene};
	struct key_source key = key_fixed(&scene->key);
	AUTO(address_done) struct address address = ADDRESS_INIT;
	struct cache *cache;
	struct store_thread *store;

	app_init(&scene->app, &scene->clock.clock, &scene->random, NULL, NULL);
	auth_listen(scene->app.auth, heard, scene);
	check_ok(cache_open(scene->dir, &key, &cache));
	check_ok(store_start(&cache, false, NULL, NULL, &store));
	scene->pair = transport_pair_new(&scene->app.inbox, &far);
	struct transport *transport = transport_pair_port(scene->pair);
	check_ok(address_parse("ws://127.0.0.1:1", &address));
	app_start(&scene->app, &address, &transport, &store);
	app_turn(&scene->app);
}

static void turn(struct scene *scene)
{
	while (app_turn(&scene->app))
		continue;
}

static void scene_init(struct scene *scene)
{
	const char *tmp = getenv("TMPDIR");

	check_ok(crypto_init());
	*scene = (struct scene){.asked = STR_INIT, .hello = STR_INIT, .heard = STR_INIT};
	fake_clock_init(&scene->clock);
	scene->random = random_seeded(&scene->seeded, 1);
	random_secret(&scene->random, KEY_LEN, &scene->key);
	snprintf(scene->dir, sizeof(scene->dir), "%s/auth-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(scene->dir));
	open_app(scene);
	turn(scene);
}

static int remove_one(const char *path, const struct stat *info, int kind,
		      struct FTW *ftw)
{
	return remove(path);
}

static void scene_done(struct scene *scene)
{
	app_done(&scene->app);
	nftw(scene->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	str_done(&scene->asked);
	str_done(&scene->hello);
	str_done(&scene->heard);
}

static void restart(struct scene *scene)
{
	app_done(&scene->app);
	scene->link = scene->request = 0;
	str_clear(&scene->asked);
	str_clear(&scene->hello);
	open_app(scene);
	turn(scene);
}

static void expect_heard(struct scene *scene, const char *words)
{
	if (scene->heard.len)
		str_cut(&scene->heard, scene->heard.len - 1);
	assert_string_equal(scene->heard.ptr, words);
	str_clear(&scene->heard);
}

static void expect_asked(struct scene *scene, const char *part)
{
	if (!strstr(scene->asked.ptr, part))
		fail_msg("asked '%s' instead of '%s'", scene->asked.ptr, part);
	str_clear(&scene->asked);
}

static void answers(struct scene *scene, uint16_t status, const char *text)
{
	pair_reply(scene->pair, scene->request, status, text, text ? strlen(text) : 0);
	turn(scene);
}

static void problem(struct scene *scene, uint16_t status, const char *code)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "{\"type\":\"about:blank\",\"title\":\"x\",\"status\":%u,\"code\":\"%"
		 "s\"}",
		 status, code);
	answers(scene, status, text);
}

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaae"
#define ID_B "aaaaaaaaaaaaaaaaaaaaaaaaai"

static void challenge(struct scene *scene)
{
	answers(scene, 200,
		"{\"challenge\":\"" ID_A "\",\"purpose\":\"login\",\"expires_ms\":600000,"
		"\"tries\":5,\"now\":0}");
}

/* Tokens that hold for ten minutes. */
static void tokens(struct scene *scene, const char *name)
{
	char text[600];

	snprintf(text, sizeof(text),
		 "{\"access_token\":\"access-%s\",\"refresh_token\":\"refresh-%s\","
		 "\"expires_ms\":600000,\"now\":0,\"session\":\"" ID_A
		 "\",\"device\":\"" ID_B "\",\"user\":{\"user\":\"" ID_A
		 "\",\"name\":\"alice\"}}",
		 name, name);
	answers(scene, 200, text);
}

static void sign_in(struct scene *scene)
{
	auth_login(scene->app.auth, "alice", "correct horse");
	challenge(scene);
	auth_code(scene->app.auth, "123456");
	tokens(scene, "1");
	str_clear(&scene->heard);
	str_clear(&scene->asked);
}

/* The connection that is dialled comes about, and is greeted with this token. */
static void expect_greeted(struct scene *scene, const char *token)
{
	char part[100];

	assert_int_not_equal(scene->link, 0);
	pair_open(scene->pair, scene->link);
	turn(scene);
	snprintf(part, sizeof(part), "\"token\":\"%s\"", token);
	assert_non_null(strstr(scene->hello.ptr, part));
}

static void shut(struct scene *scene, uint16_t code)
{
	uint32_t link = scene->link;

	scene->link = 0;
	pair_shut(scene->pair, link, ERR_CLOSED, code);
	turn(scene);
}

static void pass(struct scene *scene, uint64_t ms)
{
	scene->clock.ms += ms;
	turn(scene);
}

/* ---- signing in ---- */

static void a_login_goes_by_password_code_and_tokens(void **state)
{
	struct scene scene;

	scene_init(&scene);
	expect_heard(&scene, "out:ok");
	auth_login(scene.app.auth, "alice", "correct horse");
	expect_asked(&scene, "POST /v1/auth/login "
			     "{\"login\":\"alice\",\"password\":\"correct horse\"}");
	challenge(&scene);
	expect_heard(&scene, "code:ok");
	auth_code(scene.app.auth, "123456");
	expect_asked(&scene,
		     "POST /v1/auth/otp {\"challenge\":\"" ID_A "\",\"code\":\"123456\"");
	assert_int_equal(scene.link, 0);
	tokens(&scene, "1");
	expect_heard(&scene, "in:ok");
	expect_greeted(&scene, "access-1");
	scene_done(&scene);
}

static void a_wrong_password_leaves_one_out(void **state)
{
	struct scene scene;

	scene_init(&scene);
	auth_login(scene.app.auth, "alice", "wrong horse");
	problem(&scene, 401, "bad_login");
	expect_heard(&scene, "out:ok out:bad_login");
	scene_done(&scene);
}

static void a_wrong_code_may_be_tried_again(void **state)
{
	struct scene scene;

	scene_init(&scene);
	auth_login(scene.app.auth, "alice", "correct horse");
	challenge(&scene);
	auth_code(scene.app.auth, "000000");
	problem(&scene, 403, "bad_code");
	expect_heard(&scene, "out:ok code:ok code:bad_code");
	auth_again(scene.app.auth);
	expect_asked(&scene, "POST /v1/auth/otp/resend {\"challenge\":\"" ID_A "\"}");
	scene_done(&scene);
}

static void a_forgotten_password_is_renewed_by_another_process(void **state)
{
	struct scene scene;

	scene_init(&scene);
	auth_forgotten(scene.app.auth, "alice@example.org");
	expect_asked(&scene, "POST /v1/auth/reset-password");
	challenge(&scene);
	restart(&scene);
	assert_true(auth_resets(scene.app.auth));
	str_clear(&scene.heard);
	auth_new_password(scene.app.auth, "123456", "correct horse");
	expect_asked(&scene,
		     "POST /v1/auth/confirm-password {\"challenge\":\"" ID_A "\"");
	answers(&scene, 204, "");
	expect_heard(&scene, "out:ok");
	/* … and nothing waits for a code any more. */
	restart(&scene);
	expect_heard(&scene, "out:ok");
	scene_done(&scene);
}

static void a_challenge_of_another_profile_is_taken_up(void **state)
{
	struct scene scene;
	struct id id;

	scene_init(&scene);
	check_ok(id_parse(ID_B, ID_TEXT_LEN, &id));
	auth_take_up(scene.app.auth, &id);
	auth_code(scene.app.auth, "123456");
	expect_asked(&scene,
		     "POST /v1/auth/otp {\"challenge\":\"" ID_B "\",\"code\":\"123456\"");
	tokens(&scene, "1");
	expect_heard(&scene, "out:ok in:ok");
	scene_done(&scene);
}

static void a_refusal_is_kept_with_all_that_it_says(void **state)
{
	struct scene scene;

	scene_init(&scene);
	auth_login(scene.app.auth, "alice", "correct horse");
	answers(&scene, 429,
		"{\"type\":\"about:blank\",\"title\":\"x\",\"status\":429,"
		"\"code\":\"rate\",\"retry_ms\":40000}");
	assert_int_equal(auth_denial(scene.app.auth)->err, ERR_RATE);
	assert_int_equal(auth_denial(scene.app.auth)->retry_ms, 40000);
	auth_login(scene.app.auth, "alice", "correct horse");
	answers(&scene, 0, NULL);
	assert_int_equal(auth_denial(scene.app.auth)->err, ERR_UNREACHABLE);
	assert_int_equal(auth_denial(scene.app.auth)->retry_ms, 0);
	scene_done(&scene);
}

static void nobody_answering_changes_nothing(void **state)
{
	struct scene scene;

	scene_init(&scene);
	auth_login(scene.app.auth, "alice", "correct horse");
	answers(&scene, 0, NULL);
	expect_heard(&scene, "out:ok out:unreachable");
	scene_done(&scene);
}

static void the_code_may_come_to_another_process(void **state)
{
	struct scene scene;

	scene_init(&scene);
	auth_signup(scene.app.auth, "alice", "alice@example.org", "Alice",
		    "correct horse");
	expect_asked(&scene, "\"display_name\":\"Alice\"");
	challenge(&scene);
	str_clear(&scene.heard);
	restart(&scene);
	expect_heard(&scene, "code:ok");
	auth_code(scene.app.auth, "123456");
	expect_asked(&scene, "POST /v1/auth/verify");
	tokens(&scene, "1");
	expect_heard(&scene, "in:ok");
	/* … but not for ever. */
	scene_done(&scene);
	scene_init(&scene);
	auth_login(scene.app.auth, "alice", "correct horse");
	challenge(&scene);
	scene.clock.ms += 600000;
	str_clear(&scene.heard);
	restart(&scene);
	expect_heard(&scene, "out:ok");
	scene_done(&scene);
}

/* ---- staying in ---- */

static void a_token_that_holds_is_used_again(void **state)
{
	struct scene scene;

	scene_init(&scene);
	sign_in(&scene);
	restart(&scene);
	assert_string_equal(scene.asked.ptr, "");
	expect_greeted(&scene, "access-1");
	scene_done(&scene);
}

static void a_token_that_is_over_is_renewed_first(void **state)
{
	struct scene scene;

	scene_init(&scene);
	sign_in(&scene);
	scene.clock.ms += 599000;
	restart(&scene);
	assert_int_equal(scene.link, 0);
	expect_asked(&scene, "POST /v1/auth/refresh {\"refresh_token\":\"refresh-1\"}");
	tokens(&scene, "2");
	expect_greeted(&scene, "access-2");
	/* The new ones are on disk. */
	restart(&scene);
	expect_greeted(&scene, "access-2");
	scene_done(&scene);
}

static void a_renewal_out_of_reach_is_tried_again(void **state)
{
	struct scene scene;

	scene_init(&scene);
	sign_in(&scene);
	scene.clock.ms += 599000;
	restart(&scene);
	answers(&scene, 0, NULL);
	assert_int_equal(link_state(scene.app.link), LINK_WAITING);
	assert_int_equal(scene.link, 0);
	str_clear(&scene.asked);
	pass(&scene, 20000);
	expect_asked(&scene, "refresh-1");
	tokens(&scene, "2");
	expect_greeted(&scene, "access-2");
	scene_done(&scene);
}

static void a_refused_renewal_signs_out_for_good(void **state)
{
	struct scene scene;

	scene_init(&scene);
	sign_in(&scene);
	scene.clock.ms += 599000;
	restart(&scene);
	str_clear(&scene.heard);
	problem(&scene, 401, "bad_token");
	expect_heard(&scene, "out:bad_token");
	str_clear(&scene.asked);
	restart(&scene);
	expect_heard(&scene, "out:ok");
	assert_string_equal(scene.asked.ptr, "");
	assert_int_equal(scene.link, 0);
	scene_done(&scene);
}

static void a_server_that_calls_the_token_over_is_believed(void **state)
{
	struct scene scene;

	scene_init(&scene);
	sign_in(&scene);
	expect_greeted(&scene, "access-1");
	shut(&scene, CLOSE_EXPIRED);
	pass(&scene, 2000);
	expect_asked(&scene, "refresh-1");
	tokens(&scene, "2");
	expect_greeted(&scene, "access-2");
	scene_done(&scene);
}

static void a_token_that_is_refused_is_renewed_once(void **state)
{
	struct scene scene;

	scene_init(&scene);
	sign_in(&scene);
	expect_greeted(&scene, "access-1");
	shut(&scene, CLOSE_LOGIN);
	expect_asked(&scene, "refresh-1");
	tokens(&scene, "2");
	expect_greeted(&scene, "access-2");
	str_clear(&scene.heard);
	shut(&scene, CLOSE_LOGIN);
	expect_heard(&scene, "out:bad_token");
	assert_int_equal(scene.link, 0);
	scene_done(&scene);
}

static void a_session_that_was_ended_elsewhere_is_over(void **state)
{
	struct scene scene;

	scene_init(&scene);
	sign_in(&scene);
	expect_greeted(&scene, "access-1");
	shut(&scene, CLOSE_REVOKED);
	expect_heard(&scene, "out:unauthorized");
	restart(&scene);
	assert_int_equal(scene.link, 0);
	scene_done(&scene);
}

static void another_account_does_not_get_into_the_store(void **state)
{
	struct scene scene;

	scene_init(&scene);
	sign_in(&scene);
	auth_logout(scene.app.auth, false);
	pass(&scene, 0);
	auth_login(scene.app.auth, "bob", "correct horse");
	challenge(&scene);
	auth_code(scene.app.auth, "123456");
	str_clear(&scene.heard);
	answers(&scene, 200,
		"{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_ms\":600000,"
		"\"now\":0,\"session\":\"" ID_A "\",\"device\":\"" ID_B
		"\",\"user\":{\"user\":\"" ID_B "\",\"name\":\"bob\"}}");
	expect_heard(&scene, "out:conflict");
	assert_int_equal(scene.link, 0);
	scene_done(&scene);
}

CHECK_MAIN(TEST(a_login_goes_by_password_code_and_tokens),
	   TEST(a_wrong_password_leaves_one_out), TEST(a_wrong_code_may_be_tried_again),
	   TEST(a_forgotten_password_is_renewed_by_another_process),
	   TEST(a_challenge_of_another_profile_is_taken_up),
	   TEST(a_refusal_is_kept_with_all_that_it_says),
	   TEST(nobody_answering_changes_nothing),
	   TEST(the_code_may_come_to_another_process),
	   TEST(a_token_that_holds_is_used_again),
	   TEST(a_token_that_is_over_is_renewed_first),
	   TEST(a_renewal_out_of_reach_is_tried_again),
	   TEST(a_refused_renewal_signs_out_for_good),
	   TEST(a_server_that_calls_the_token_over_is_believed),
	   TEST(a_token_that_is_refused_is_renewed_once),
	   TEST(a_session_that_was_ended_elsewhere_is_over),
	   TEST(another_account_does_not_get_into_the_store))
