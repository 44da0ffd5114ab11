/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One hash serves them all: to make a hundred that cost as much as in earnest would take
 * longer than what is tested with them.
 */
#include "tests/lib/people.h"

#include <poll.h>
#include <stdio.h>

#include "server/core/account.h"
#include "server/net/rate.h"
#include "server/rest/guard.h"
#include "server/store/store_account.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"

struct move {
	struct task task;
	struct host *host;
	const struct people *people;
	struct password_hash hash;
	bool done;
};

static enum err make_one(struct store *store, const struct move *move, unsigned number)
{
	const struct people *people = move->people;
	char name[24], address[48];
	const char *field;
	struct account_row row;
	struct news news = {0};

	snprintf(name, sizeof(name), "%s%02u", people->stem, number);
	snprintf(address, sizeof(address), "%s@example.org", name);
	struct account_make in = {.name = bytes_text(name),
				  .email = bytes_text(address),
				  .password_hash = bytes_text(move->hash.text)};
	enum err err = email_fold(in.email, &in.folded);
	if (err == ERR_OK)
		err = account_make(store, &move->host->server->keys, &in, &row, &field,
				   &news);
	if (err == ERR_OK && number == 0 && people->first_uid)
		err = store_account_set_uid(store, row.key, people->first_uid);
	news_done(&news);
	return err;
}

static enum err move_run(struct task *task, struct store *store)
{
	const struct move *move = CONTAINER_OF(task, struct move, task);
	enum err err = ERR_OK;

	for (unsigned i = 0; i < move->people->count && err == ERR_OK; i++)
		err = make_one(store, move, i);
	return err;
}

static void move_done(struct task *task, enum err err)
{
	CONTAINER_OF(task, struct move, task)->done = true;
	check_ok(err);
}

void people_move_in(struct host *host, const struct people *people)
{
	struct move move = {.task = {.run = move_run, .done = move_done},
			    .host = host,
			    .people = people};
	struct server *server = host->server;
	const struct pepper *pepper = keys_pepper(&server->keys);

	for (int rate = 0; rate < RATE_COUNT; rate++)
		rates_set(server->rates, (enum rate)rate, 0, 0);
	server->guard->cost = people->cost;
	check_ok(password_hash(pepper, people->cost, bytes_text("nobody's"),
			       &server->guard->nobody));
	check_ok(password_hash(pepper, people->cost, bytes_text(PEOPLE_PASSWORD),
			       &move.hash));
	check_ok(writer_submit(server->writer, &move.task));
	writer_go(server->writer);
	while (!move.done) {
		poll(NULL, 0, 1); /* the loop that would be woken is this thread */
		writer_reap(server->writer);
	}
}
