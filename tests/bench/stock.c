/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A base is filled row by row, in transactions of many rows, without the rules of core: a
 * million messages take seconds. People come in later, into the rooms that are there.
 */
#include "tests/bench/stock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/clock_real.h"
#include "server/core/room.h"
#include "server/core/token.h"
#include "server/secrets.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store_account.h"
#include "server/store/store_event.h"
#include "server/store/store_member.h"
#include "server/store/store_room.h"
#include "server/store/store_search.h"
#include "server/store/store_session.h"
#include "tests/bench/daemon.h"
#include "tests/bench/mark.h"

enum { ROWS_AT_ONCE = 20000 };

static void must(enum err err, const char *what)
{
	if (err)
		give_up("%s: %s", what, err_text(err));
}

static void open_store(const char *path, const struct clock *clock,
		       struct store *ret_store)
{
	struct store_config config = {
		.driver = &driver_sqlite, .path = path, .clock = clock};

	must(store_open(ret_store, &config), path);
}

static void begin(struct store *store)
{
	must(store_begin(store), "begin");
}

static void commit(struct store *store)
{
	bool more;

	must(store_commit(store), "commit");
	must(store->driver->upkeep(store->db, UPKEEP_LOOK, NULL, &more), "upkeep");
	if (more)
		must(store->driver->upkeep(store->db, UPKEEP_CHECKPOINT, NULL, &more),
		     "upkeep");
}

static int64_t add_account(struct store *store, const char *name, struct id *ret_id)
{
	struct account_new add = {
		.id = store_draw_id(store),
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_ACTIVE,
		.name = bytes_text(name),
		.display = bytes_text(name),
	};
	int64_t key;

	must(store_account_add(store, &add, &key), name);
	*ret_id = add.id;
	return key;
}

/* The room of that number, made by its keeper when it is not there. */
static struct id room_of(struct store *store, unsigned number)
{
	char slug[32], name[32];
	struct id room;

	snprintf(slug, sizeof(slug), "room-%u", number);
	enum err err = store_room_by_slug(store, bytes_text(slug), &room);
	if (err == ERR_OK)
		return room;
	struct room_new in = {.kind = ROOM_PUBLIC, .slug = bytes_text(slug)};
	struct actor keeper = {.scope = SCOPE_ALL};
	struct room_view view;
	struct news news = {0};
	snprintf(name, sizeof(name), "keeper%u", number);
	add_account(store, name, &keeper.user);
	must(room_create(store, &keeper, &in, &view, &news), slug);
	room = view.room.id;
	room_view_done(&view);
	news_done(&news);
	return room;
}

/* ---- filling ---- */

struct log_end {
	struct seat_row seat;
	uint64_t seq, ord;
};

static struct id draw_cid(uint64_t now_ms, uint64_t number)
{
	uint8_t random[10] = {0};

	memcpy(random + 3, &number, 7); /* behind the bits of version and variant */
	return id_v7(now_ms, random);
}

static void add_event(struct store *store, struct log_end *end, uint64_t now_ms,
		      uint64_t number)
{
	char text[MARK_TEXT];
	struct mark mark = {.who = 0xffffff, .number = (uint32_t)number};
	struct event_row event = {
		.kind = EVENT_MESSAGE,
		.seq = ++end->seq,
		.ord = ++end->ord,
		.ts = now_ms,
		.cid = draw_cid(now_ms, number),
		.text = bytes_of(text, sizeof(text)),
	};
	struct event_add add = {
		.event = &event, .room = end->seat.room, .sender = end->seat.account};

	mark_write(&mark, text);
	must(store_event_add(store, &add), "event");
}

static void fill_rooms(struct store *store, struct log_end *ends, unsigned rooms,
		       uint64_t events)
{
	uint64_t now_ms = store_now(store);

	for (uint64_t n = 0; n < events; n++) {
		unsigned room = rooms == 1 || n % 2 == 0
					? 0
					: 1 + (unsigned)(n / 2 % (rooms - 1));
		if (n % ROWS_AT_ONCE == 0)
			begin(store);
		add_event(store, &ends[room], now_ms + n / 1000, n);
		if (n % ROWS_AT_ONCE == ROWS_AT_ONCE - 1 || n == events - 1)
			commit(store);
	}
	begin(store);
	for (unsigned i = 0; i < rooms; i++) {
		must(store_room_set_head(store, ends[i].seat.room, ends[i].seq,
					 ends[i].ord, now_ms + events / 1000, true),
		     "head");
	}
	commit(store);
}

/* A server that has had them for a while has them in its index, too. */
static void fill_index(struct store *store)
{
	for (bool more = true; more;) {
		begin(store);
		must(store_search_index(store, ROWS_AT_ONCE, &more), "index");
		commit(store);
	}
}

void stock_fill(const char *path, unsigned rooms, uint64_t events)
{
	struct clock clock = clock_real();
	struct log_end *ends = mem_alloc(rooms, sizeof(*ends));
	struct store store;

	open_store(path, &clock, &store);
	begin(&store);
	for (unsigned i = 0; i < rooms; i++) {
		struct account_row keeper;
		char name[32];
		struct id room = room_of(&store, i);
		snprintf(name, sizeof(name), "keeper%u", i);
		must(store_account_by_name(&store, bytes_text(name), &keeper), name);
		must(store_seat_get(&store, &room, &keeper.id, &ends[i].seat), name);
		ends[i].seq = ends[i].seat.head;
		ends[i].ord = ends[i].seat.ord;
	}
	commit(&store);
	fill_rooms(&store, ends, rooms, events);
	fill_index(&store);
	store_close(&store);
	mem_free(ends);
}

/* ---- people ---- */

static void add_person(struct store *store, unsigned number, struct stock_person *person,
		       int64_t *ret_key)
{
	char name[32];
	int64_t session;

	snprintf(name, sizeof(name), "user%u", number);
	*ret_key = add_account(store, name, &person->user);
	struct session_new login = {
		.id = store_draw_id(store),
		.account = *ret_key,
		.kind = SESSION_PASSWORD,
		.scope = SCOPE_ALL,
	};
	must(store_session_add(store, &login, &session), "session");
	person->session = login.id;
}

static void add_people(struct stock *stock, struct store *store,
		       const struct scene *scene)
{
	struct id room;
	struct seat_row seat;

	begin(store);
	for (unsigned i = 0; i < stock->count; i++) {
		struct stock_person *person = &stock->people[i];
		int64_t key;
		add_person(store, i, person, &key);
		if (i % scene->room_size == 0) {
			room = room_of(store, i / scene->room_size);
			must(store_seat_get(store, &room, &person->user, &seat), "seat");
			must(store_room_count(store, seat.room, (int)scene->room_size),
			     "members");
		}
		person->room = room;
		must(store_member_add(store, seat.room, key, ROLE_MEMBER, seat.head,
				      seat.ord),
		     "member");
	}
	commit(store);
}

void stock_renew(struct stock *stock, const char *folder)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str why = STR_INIT;
	struct keys keys;
	uint64_t now_ms = clock_now_ms(&stock->clock);

	str_addf(&path, "%s/secrets", folder);
	if (secrets_load(path.ptr, "chat", &random_system, &keys, &why))
		give_up("%s", why.ptr);
	for (unsigned i = 0; i < stock->count; i++) {
		struct stock_person *person = &stock->people[i];
		struct token_claims claims = {
			.actor = {.user = person->user,
				  .session = person->session,
				  .scope = SCOPE_ALL},
			.expires_ms = now_ms + TOKEN_LIFE_MS,
		};
		struct str token = STR_INIT;
		token_issue(&keys.tokens, &claims, now_ms, &token);
		mem_free(person->token);
		person->token = str_take(&token);
	}
	keys_done(&keys);
}

struct stock *stock_new(const char *folder, const char *base, const struct scene *scene)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct stock *stock = mem_new(struct stock);
	struct store store;

	*stock = (struct stock){
		.clock = clock_real(),
		.people = mem_alloc(scene->people, sizeof(*stock->people)),
		.count = scene->people,
	};
	must(crypto_init(), "crypto");
	str_addf(&path, "%s/chat.db", folder);
	if (base)
		stock_copy(base, path.ptr);
	open_store(path.ptr, &stock->clock, &store);
	add_people(stock, &store, scene);
	store_close(&store);
	stock_renew(stock, folder);
	stock->made_ms = clock_now_ms(&stock->clock);
	return stock;
}

void stock_free(struct stock **stock)
{
	if (!*stock)
		return;
	for (unsigned i = 0; i < (*stock)->count; i++)
		mem_free((*stock)->people[i].token);
	mem_free((*stock)->people);
	mem_free(*stock);
	*stock = NULL;
}

void stock_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat info;
	ssize_t copied = 1;

	if (in < 0 || out < 0 || fstat(in, &info) != 0)
		give_up("copying %s: %s", from, strerror(errno));
	for (off_t left = info.st_size; left > 0 && copied > 0; left -= copied)
		copied = copy_file_range(in, NULL, out, NULL, (size_t)left, 0);
	if (copied <= 0 || fsync(out) != 0)
		give_up("copying to %s: %s", to, strerror(errno));
	close(in);
	close(out);
}
