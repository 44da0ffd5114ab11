/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts and sessions of the Unix socket. */
#include "server/core/local.h"

#include <stdio.h>

#include "server/store/store_account.h"
#include "server/store/store_session.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

static bool name_of(uint32_t uid, char *dst, size_t size)
{
	snprintf(dst, size, "user%u", uid);
	return true;
}

static struct actor come_in(struct hall *hall, const struct random *random)
{
	const struct local_ask ask = {
		.uid = 1000,
		.name_of = name_of,
		.own_uid = 0,
		.signup = LOCAL_ALL,
		.client = bytes_text("cron"),
		.random = random,
	};
	struct actor actor = {.scope = 0};

	check_ok(local_login(&hall->store, &ask, &actor, hall_news(hall)));
	return actor;
}

static void end(struct hall *hall, const struct actor *actor)
{
	struct session_row row;

	check_ok(store_session_by_id(&hall->store, &actor->session, &row));
	check_ok(store_session_revoke(&hall->store, row.key));
}

static size_t sessions(struct hall *hall, const struct actor *actor)
{
	struct session_list list = {0};
	struct account_row account;

	check_ok(store_account_by_id(&hall->store, &actor->user, &account));
	check_ok(store_session_list(&hall->store, account.key, INT64_MAX, 100, &list));
	size_t count = list.count;
	session_list_done(&list);
	return count;
}

static void many_runs_are_one_session_before_a_log_out_and_after(void **state)
{
	struct hall *hall = *state;
	struct random_seeded seeded;
	struct random random = random_seeded(&seeded, 7);
	struct actor first = come_in(hall, &random), last;

	for (unsigned i = 0; i < 3; i++) {
		last = come_in(hall, &random);
		assert_true(id_equal(&last.session, &first.session));
	}
	for (unsigned round = 0; round < 2; round++) {
		end(hall, &last);
		struct actor again = come_in(hall, &random);
		assert_false(id_equal(&again.session, &last.session));
		assert_true(id_equal(&again.device, &last.device));
		for (unsigned i = 0; i < 3; i++) {
			last = come_in(hall, &random);
			assert_true(id_equal(&last.session, &again.session));
		}
		assert_int_equal(sessions(hall, &last), 1);
	}
}

CHECK_MAIN(HALL_TEST(many_runs_are_one_session_before_a_log_out_and_after))
