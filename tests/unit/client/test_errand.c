/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the words behind /webhook and /bot mean, as the request that they become. */
#include "client/errand.h"

#include "tests/lib/check.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaa"

static void assert_asks(bool hook, const char *text, const char *op, const char *args)
{
	AUTO(buf_done) struct buf got = BUF_INIT;
	struct json_out out = json_out_init(&got);
	struct errand errand;
	enum err err = hook ? errand_hook(text, bytes_text("#ops"), &errand)
			    : errand_bot(text, &errand);

	if (!op) {
		assert_int_equal(err, ERR_USAGE);
		return;
	}
	assert_int_equal(err, ERR_OK);
	assert_string_equal(errand.op, op);
	if (errand.which.len)
		assert_true(errand_aim_self(&errand));
	body_encode(errand.in, &out, &errand.body);
	buf_add(&got, "", 1);
	assert_string_equal((const char *)got.ptr, args);
}

static void words_about_webhooks_become_requests(void **state)
{
	static const struct {
		const char *text, *op, *args;
	} rows[] = {
		{"", "room_hooks", "{\"room\":\"#ops\"}"},
		{"list", "room_hooks", "{\"room\":\"#ops\"}"},
		{"add in Build server ", "room_hook_new",
		 "{\"room\":\"#ops\",\"kind\":\"in\",\"name\":\"Build server\"}"},
		{"add out https://example.org/in Log of ops", "room_hook_new",
		 "{\"room\":\"#ops\",\"kind\":\"out\",\"name\":\"Log of ops\","
		 "\"url\":\"https://example.org/in\"}"},
		{"change " ID " name A new name", "hook_change",
		 "{\"hook\":\"" ID "\",\"name\":\"A new name\"}"},
		{"change " ID " url https://example.org", "hook_change",
		 "{\"hook\":\"" ID "\",\"url\":\"https://example.org\"}"},
		{"change " ID " kinds message,topic", "hook_change",
		 "{\"hook\":\"" ID "\",\"kinds\":[\"message\",\"topic\"]}"},
		{"change " ID " off", "hook_change",
		 "{\"hook\":\"" ID "\",\"on\":\"no\"}"},
		{"change " ID " on", "hook_change",
		 "{\"hook\":\"" ID "\",\"on\":\"yes\"}"},
		{"rotate " ID, "hook_rotate", "{\"hook\":\"" ID "\"}"},
		{"ping " ID, "hook_ping", "{\"hook\":\"" ID "\"}"},
		{"remove " ID, "hook_remove", "{\"hook\":\"" ID "\"}"},
		{"list all", NULL, NULL},
		{"add", NULL, NULL},
		{"add in", NULL, NULL},
		{"add out https://example.org", NULL, NULL},
		{"add up Build", NULL, NULL},
		{"change " ID, NULL, NULL},
		{"change " ID " name", NULL, NULL},
		{"change " ID " kinds a,,b", NULL, NULL},
		{"change " ID " kinds a,", NULL, NULL},
		{"change " ID " on now", NULL, NULL},
		{"change " ID " colour red", NULL, NULL},
		{"remove", NULL, NULL},
		{"remove " ID " now", NULL, NULL},
		{"destroy " ID, NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_asks(true, rows[i].text, rows[i].op, rows[i].args);
}

static void words_about_bots_become_requests(void **state)
{
	static const struct {
		const char *text, *op, *args;
	} rows[] = {
		{"", "bots", "{}"},
		{"list", "bots", "{}"},
		{"new clock", "bot_new", "{\"name\":\"clock\"}"},
		{"new @clock The clock", "bot_new",
		 "{\"name\":\"clock\",\"display_name\":\"The clock\"}"},
		{"remove @clock", "bot_remove", "{\"user\":\"clock\"}"},
		{"token list clock", "bot_tokens", "{\"user\":\"clock\"}"},
		{"token new clock the tower", "bot_token_new",
		 "{\"user\":\"clock\",\"name\":\"the tower\"}"},
		{"token new clock may=read,write for=30d tower", "bot_token_new",
		 "{\"user\":\"clock\",\"name\":\"tower\","
		 "\"scopes\":[\"read\",\"write\"],\"for_ms\":2592000000}"},
		{"token revoke clock " ID, "bot_token_revoke",
		 "{\"user\":\"clock\",\"session\":\"" ID "\"}"},
		{"list all", NULL, NULL},
		{"new", NULL, NULL},
		{"remove", NULL, NULL},
		{"remove clock now", NULL, NULL},
		{"token", NULL, NULL},
		{"token list", NULL, NULL},
		{"token new clock", NULL, NULL},
		{"token new clock for=30d", NULL, NULL},
		{"token new clock for=ever tower", NULL, NULL},
		{"token new clock for=0 tower", NULL, NULL},
		{"token new clock may=,read tower", NULL, NULL},
		{"token revoke clock", NULL, NULL},
		{"token lose clock " ID, NULL, NULL},
		{"destroy clock", NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_asks(false, rows[i].text, rows[i].op, rows[i].args);
}

static void the_beginning_of_an_id_is_not_taken_for_one(void **state)
{
	struct errand errand;

	assert_int_equal(errand_hook("remove aaaa", bytes_text("#ops"), &errand), ERR_OK);
	assert_false(errand_aim_self(&errand));
	assert_int_equal(errand.which.len, 4);
}

CHECK_MAIN(TEST(words_about_webhooks_become_requests),
	   TEST(words_about_bots_become_requests),
	   TEST(the_beginning_of_an_id_is_not_taken_for_one))
