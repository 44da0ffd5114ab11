/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever statement of a request fails, the request fails and leaves nothing: the same
 * request is run with a fault at its first statement, then at its second, until it passes.
 */
#include <stdlib.h>

#include "server/core/profile.h"
#include "server/store/driver_fault.h"
#include "server/store/driver_sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

/* One request, as a task of the writer would run it. */
typedef enum err request_fn(struct hall *hall, struct store *store, const struct id *room,
			    const struct id *cid, struct news *news);

static enum err request_send(struct hall *hall, struct store *store,
			     const struct id *room, const struct id *cid,
			     struct news *news)
{
	struct id named[] = {hall->who[ALICE].user, hall->who[CAROL].user};
	struct post_ack ack;
	struct post post = {
		.cid = hall_cid(hall),
		.room = *room,
		.text = bytes_text("@alice @carol look"),
		.reply = *cid,
		.thread = *cid,
		.mentions = named,
		.mention_count = 2,
	};

	return post_send(store, &hall->who[BOB], &post, &ack, news);
}

static enum err request_edit(struct hall *hall, struct store *store,
			     const struct id *room, const struct id *cid,
			     struct news *news)
{
	struct post_ack ack;
	struct post post = {
		.cid = hall_cid(hall),
		.room = *room,
		.text = bytes_text("better"),
		.target = *cid,
	};

	return post_edit(store, &hall->who[BOB], &post, &ack, news);
}

static enum err request_delete(struct hall *hall, struct store *store,
			       const struct id *room, const struct id *cid,
			       struct news *news)
{
	struct post_ack ack;
	struct post post = {.cid = hall_cid(hall), .room = *room, .target = *cid};

	return post_delete(store, &hall->who[ALICE], &post, &ack, news);
}

static enum err request_direct(struct hall *hall, struct store *store,
			       const struct id *room, const struct id *cid,
			       struct news *news)
{
	struct post post = {.cid = hall_cid(hall), .text = bytes_text("psst")};
	struct post_ack ack;

	return post_send_user(store, &hall->who[BOB], &hall->who[DAVE].user, &post, &ack,
			      news);
}

static enum err request_kick(struct hall *hall, struct store *store,
			     const struct id *room, const struct id *cid,
			     struct news *news)
{
	struct member_act act = {.room = *room, .user = hall->who[CAROL].user};

	return member_kick(store, &hall->who[ALICE], &act, news);
}

static enum err request_read(struct hall *hall, struct store *store,
			     const struct id *room, const struct id *cid,
			     struct news *news)
{
	return receipt_read(store, &hall->who[ALICE], room, 4, news);
}

static enum err request_create(struct hall *hall, struct store *store,
			       const struct id *room, const struct id *cid,
			       struct news *news)
{
	struct id members[] = {hall->who[ALICE].user, hall->who[CAROL].user};
	struct room_new in = {
		.kind = ROOM_PUBLIC,
		.slug = bytes_text("fresh"),
		.members = members,
		.member_count = 2,
	};

	return room_create(store, &hall->who[BOB], &in, NULL, news);
}

/* All that anybody can see, as text. */
static void look_around(struct hall *hall, struct str *ret_text)
{
	str_clear(ret_text);
	for (int who = 0; who < PEOPLE; who++) {
		struct room_list list;
		struct sync_history history;
		struct sync_log log;
		struct sync_filter filter = {0};
		AUTO(str_done) struct str texts = STR_INIT;
		check_ok(sync_digest(&hall->store, &hall->who[who], NULL, 50, &list));
		for (size_t i = 0; i < list.count; i++) {
			const struct room_view *view = &list.rows[i];
			str_addf(ret_text, "%s/%d h%llu o%llu r%llu u%llu m%llu n%llu; ",
				 view->room.slug, view->role,
				 (unsigned long long)view->room.head,
				 (unsigned long long)view->room.ord,
				 (unsigned long long)view->read_seq,
				 (unsigned long long)view->unread,
				 (unsigned long long)view->mentions,
				 (unsigned long long)view->room.members);
		}
		check_ok(sync_history(&hall->store, &hall->who[who], &filter, 0,
				      &history));
		hall_texts(&history.events, &texts);
		check_ok(sync_log(&hall->store, &hall->who[who], 0, 0, &log));
		str_addf(ret_text, "%s [%llu]\n", texts.ptr,
			 (unsigned long long)log.useq);
		room_list_done(&list);
		sync_history_done(&history);
		sync_log_done(&log);
	}
}

/* Run as the writer does: a transaction, a savepoint in it, both ended as they end there. */
static enum err run_task(struct hall *hall, struct store *store, request_fn *request,
			 const struct id *room, const struct id *cid)
{
	enum err err = store_begin(store);

	if (err) {
		return err;
	}
	if (!(err = store_begin(store))) {
		err = request(hall, store, room, cid, hall_news(hall));
		if (err) {
			store_rollback(store);
		} else {
			err = store_commit(store);
		}
	}
	enum err committed = store_commit(store);
	return err ? err : committed;
}

/* Fail at statement after statement; returns how many there are. */
static int sweep(struct hall *hall, request_fn *request, const struct id *room,
		 const struct id *cid)
{
	AUTO(str_done) struct str before = STR_INIT;
	AUTO(str_done) struct str after = STR_INIT;
	struct fault fault;
	struct store_config config = {.path = hall->path.ptr,
				      .clock = &hall->clock.clock};
	struct store store;
	enum err err = ERR_STORE;
	int at = 0;

	fault_init(&fault, &driver_sqlite);
	config.driver = &fault.driver;
	check_ok(store_open(&store, &config));
	look_around(hall, &before);
	for (; err; at++) {
		atomic_store(&fault.runs, at);
		err = run_task(hall, &store, request, room, cid);
		bool struck = atomic_exchange(&fault.runs, -1) < 0;
		assert_int_equal(err, struck ? ERR_STORE : ERR_OK);
		look_around(hall, &after);
		if (err) {
			assert_string_equal(after.ptr, before.ptr);
		}
		assert_true(at < 100);
	}
	assert_string_not_equal(after.ptr, before.ptr);
	store_close(&store);
	check_ok(store_check(&hall->store));
	return at - 1;
}

static void no_request_is_ever_half_done(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB, CAROL)),
		  cid;
	static const struct {
		request_fn *request;
		int least; /* statements */
	} rows[] = {
		{request_read, 5},   {request_send, 10},   {request_edit, 6},
		{request_delete, 9}, {request_direct, 15}, {request_create, 20},
		{request_kick, 7},
	};

	hall_say(hall, BOB, &room, "first", &cid);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int count = sweep(hall, rows[i].request, &room, &cid);
		if (count < rows[i].least) {
			fail_msg("request %zu has %d statements", i, count);
		}
	}
}

/* What a crash or a full disk does to the transaction of a change of picture. */
static void a_picture_outlives_a_change_that_is_not_committed(void **state)
{
	struct hall *hall = *state;
	static const char one[] = "\x89PNG\r\n\x1a\n....IHDR one";
	static const char two[] = "\x89PNG\r\n\x1a\n....IHDR two";
	AUTO(str_done) struct str folder = STR_INIT;
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct store *store = &hall->store;
	const struct actor *alice = &hall->who[ALICE];
	struct file_row file;

	scratch_file(&hall->scratch, "files", &folder);
	check_ok(store_begin(store));
	check_ok(profile_set_avatar(store, alice, folder.ptr, bytes_text(one)));
	check_ok(store_commit(store));
	check_ok(store_begin(store));
	check_ok(profile_set_avatar(store, alice, folder.ptr, bytes_text(two)));
	store_rollback(store);
	check_ok(profile_avatar(store, folder.ptr, &alice->user, &file, &bytes));
	assert_int_equal(bytes.len, strlen(one));
	assert_memory_equal(bytes.ptr, one, bytes.len);
}

CHECK_MAIN(HALL_TEST(no_request_is_ever_half_done),
	   HALL_TEST(a_picture_outlives_a_change_that_is_not_committed))
