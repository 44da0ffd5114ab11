/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Durable sends per second: N closed-loop senders through core and writer, and beside each
 * line what bare SQLite does on the same file: the same statements in one thread, as many
 * rows per transaction as the writer reached. `bench_store [EVENTS [SECONDS]]` first fills
 * the store with so many events.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/clock_real.h"
#include "server/core/post.h"
#include "server/core/room.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store_account.h"
#include "server/store/store_event.h"
#include "server/store/store_member.h"
#include "server/store/store_room.h"
#include "server/store/writer.h"

enum { ROOMS = 75, MOST_SENDERS = 1000, SAMPLES = 1 << 20 };

static const char text[] =
	"a message of two hundred bytes, as people write them when they "
	"have something to say and some time to say it in, and then a few "
	"words more, because the frame that was measured was that long.";

struct bench {
	char path[300];
	struct clock clock;
	struct actor actor;
	struct id rooms[ROOMS];
	struct writer *writer;
	int wake;
	uint64_t cids;
	uint64_t *samples; /* microseconds */
	size_t sample_count;
	uint64_t acks;
	bool stopping;
	unsigned flying;
};

struct sender {
	struct task task;
	struct bench *bench;
	struct post post;
	struct post_ack ack;
	struct news news;
	uint64_t sent_us;
};

static void must(enum err err, const char *what)
{
	if (err) {
		fprintf(stderr, "bench_store: %s: %s\n", what, err_text(err));
		exit(1);
	}
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static uint64_t cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static struct id next_cid(struct bench *bench)
{
	uint8_t random[10] = {0};
	uint64_t n = ++bench->cids;

	for (int i = 0; i < 8; i++) {
		random[9 - i] = (uint8_t)(n >> (8 * i));
	}
	return id_v7(clock_now_ms(&bench->clock), random);
}

static void open_store(struct bench *bench, struct store *ret_store)
{
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = bench->path,
		.clock = &bench->clock,
	};

	must(store_open(ret_store, &config), "open");
}

/* One account, 75 rooms, and what the rooms hold before. */
static void populate(struct bench *bench, uint64_t events)
{
	struct account_new account = {
		.id = {.bytes = {1}},
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_ACTIVE,
		.name = bytes_text("alice"),
		.display = bytes_text("alice"),
	};
	struct store store;
	int64_t key;

	open_store(bench, &store);
	must(store_account_add(&store, &account, &key), "account");
	bench->actor = (struct actor){.user = account.id, .scope = SCOPE_ALL};
	for (int i = 0; i < ROOMS; i++) {
		char slug[16];
		struct room_new in = {.kind = ROOM_PUBLIC};
		struct room_view view;
		struct news news = {0};
		snprintf(slug, sizeof(slug), "room-%d", i);
		in.slug = bytes_text(slug);
		must(room_create(&store, &bench->actor, &in, &view, &news), "room");
		bench->rooms[i] = view.room.id;
		room_view_done(&view);
		news_done(&news);
	}
	for (uint64_t n = 0; n < events;) {
		must(store_begin(&store), "begin");
		for (int i = 0; i < 10000 && n < events; i++, n++) {
			struct post post = {
				.cid = next_cid(bench),
				.room = bench->rooms[random() % ROOMS],
				.text = bytes_of(text, sizeof(text) - 1),
			};
			struct post_ack ack;
			struct news news = {0};
			must(post_send(&store, &bench->actor, &post, &ack, &news),
			     "fill");
			news_done(&news);
		}
		must(store_commit(&store), "commit");
	}
	store_close(&store);
}

static enum err sender_run(struct task *task, struct store *store)
{
	struct sender *sender = CONTAINER_OF(task, struct sender, task);

	return post_send(store, &sender->bench->actor, &sender->post, &sender->ack,
			 &sender->news);
}

static void sender_go(struct sender *sender);

static void sender_done(struct task *task, enum err err)
{
	struct sender *sender = CONTAINER_OF(task, struct sender, task);
	struct bench *bench = sender->bench;

	must(err, "send");
	bench->acks++;
	bench->flying--;
	bench->samples[bench->sample_count++ % SAMPLES] = now_us() - sender->sent_us;
	news_done(&sender->news);
	if (!bench->stopping) {
		sender_go(sender);
	}
}

static void sender_go(struct sender *sender)
{
	struct bench *bench = sender->bench;

	sender->task = (struct task){.run = sender_run, .done = sender_done};
	sender->post = (struct post){
		.cid = next_cid(bench),
		.room = bench->rooms[random() % ROOMS],
		.text = bytes_of(text, sizeof(text) - 1),
	};
	sender->sent_us = now_us();
	bench->flying++;
	must(writer_submit(bench->writer, &sender->task), "submit");
}

static void wake(void *ctx)
{
	eventfd_write(*(int *)ctx, 1);
}

static void reap(struct bench *bench, int timeout_ms)
{
	struct pollfd fd = {.fd = bench->wake, .events = POLLIN};
	eventfd_t count;

	if (poll(&fd, 1, timeout_ms) == 1) {
		eventfd_read(bench->wake, &count);
	}
	writer_reap(bench->writer);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Returns the rows per transaction that were reached. */
static double run_senders(struct bench *bench, unsigned count, unsigned seconds)
{
	struct sender *senders = mem_alloc(count, sizeof(*senders));
	struct writer_config config = {
		.driver = &driver_sqlite,
		.path = bench->path,
		.clock = &bench->clock,
		.wake = wake,
		.wake_ctx = &bench->wake,
	};

	bench->acks = bench->sample_count = bench->flying = 0;
	bench->stopping = false;
	must(writer_new(&config, &bench->writer), "writer");
	uint64_t start = now_us(), cpu = cpu_us(), end = start + seconds * 1000000ull;
	for (unsigned i = 0; i < count; i++) {
		senders[i].bench = bench;
		sender_go(&senders[i]);
	}
	while (now_us() < end) {
		reap(bench, 100);
	}
	double took = (double)(now_us() - start) / 1e6;
	struct writer_stats stats = writer_stats(bench->writer);
	double acks = (double)bench->acks, used = (double)(cpu_us() - cpu);
	for (bench->stopping = true; bench->flying;) {
		reap(bench, 100);
	}
	writer_free(&bench->writer);
	mem_free(senders);
	size_t samples = bench->sample_count < SAMPLES ? bench->sample_count : SAMPLES;
	qsort(bench->samples, samples, sizeof(*bench->samples), by_size);
	double rows = (double)stats.tasks / (double)stats.commits;
	printf("%7u %9.0f %8.2f %8.2f %9.1f %9.1f", count, acks / took,
	       (double)bench->samples[samples / 2] / 1000,
	       (double)bench->samples[samples / 100 * 99] / 1000, rows, used / acks);
	return rows;
}

/* The statements of one send, and nothing else. */
static void bare_send(struct bench *bench, struct store *store, struct seat_row *seat,
		      const struct id *room)
{
	struct event_row event = {
		.kind = EVENT_MESSAGE,
		.cid = next_cid(bench),
		.text = bytes_of(text, sizeof(text) - 1),
	};

	must(store_seat_get(store, room, &bench->actor.user, seat), "seat");
	event.seq = seat->head + 1;
	event.ord = seat->ord + 1;
	event.ts = clock_now_ms(&bench->clock);
	struct event_add add = {
		.event = &event, .room = seat->room, .sender = seat->account};
	must(store_event_add(store, &add), "event");
	must(store_room_set_head(store, seat->room, event.seq, event.ord, event.ts, true),
	     "head");
	must(store_member_said(store, seat->room, seat->account, true, event.ts), "said");
}

static void run_bare(struct bench *bench, unsigned rows, unsigned seconds)
{
	struct seat_row seat;
	struct store store;
	uint64_t done = 0;

	open_store(bench, &store);
	uint64_t start = now_us(), end = start + seconds * 1000000ull;
	while (now_us() < end) {
		bool more;
		must(store_begin(&store), "begin");
		for (unsigned i = 0; i < rows; i++, done++) {
			bare_send(bench, &store, &seat, &bench->rooms[random() % ROOMS]);
		}
		must(store_commit(&store), "commit");
		must(store.driver->upkeep(store.db, UPKEEP_RELIEVE, NULL, &more),
		     "upkeep");
	}
	printf(" %9.0f\n", (double)done * 1e6 / (double)(now_us() - start));
	fflush(stdout);
	store_close(&store);
}

int main(int argc, char **argv)
{
	static const unsigned counts[] = {1, 10, 100, MOST_SENDERS};
	uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	unsigned seconds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;
	const char *base = getenv("TMPDIR");
	char folder[256];
	struct bench bench = {.clock = clock_real()};

	snprintf(folder, sizeof(folder), "%s/chat-bench-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(folder)) {
		perror(folder);
		return 1;
	}
	snprintf(bench.path, sizeof(bench.path), "%s/chat.db", folder);
	bench.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bench.samples = mem_alloc(SAMPLES, sizeof(*bench.samples));
	populate(&bench, events);
	printf("%llu events before, SQLite %s, %u s each\n", (unsigned long long)events,
	       driver_sqlite_version(), seconds);
	printf("senders    acks/s   p50 ms   p99 ms  rows/txn   cpu us    bare/s\n");
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		double rows = run_senders(&bench, counts[i], seconds);
		run_bare(&bench, rows < 1 ? 1 : (unsigned)(rows + 0.5), seconds);
	}
	close(bench.wake);
	mem_free(bench.samples);
	unlink(bench.path);
	rmdir(folder);
	return 0;
}
