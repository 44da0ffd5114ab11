/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole server under load: `bench_server CHAT-SERVER [SECONDS]`. Accounts, rooms and
 * sessions are put into a fresh store, the program is started on it, and raw WebSocket
 * clients talk to it over TCP, twenty from each loopback address: a server limits how
 * fast one address connects.
 *
 *   sends       N closed-loop senders, each alone in a room: durable acknowledgements
 *   deliveries  10 senders in one room with N receivers: events per server CPU second
 *
 * What arrives is counted, not parsed: this process must not be what is measured.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/clock_real.h"
#include "server/core/member.h"
#include "server/core/room.h"
#include "server/core/token.h"
#include "server/secrets.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store_account.h"
#include "server/store/store_session.h"

enum { CLIENTS = 1010, SENDERS = 10, TAIL = 16, READ = 256 * 1024 };

static const char text[] =
	"a message of some length, as people write them when they have "
	"something to say and a little time to say it in";

struct client {
	int fd;
	struct actor actor;
	struct id own;   /* the room where it is alone */
	char tail[TAIL]; /* of what was read: a word may be split */
	size_t tail_len;
	bool sends, welcome;
	struct id room; /* where it sends */
	uint64_t sent_us;
};

struct bench {
	char folder[256];
	struct str data;
	uint16_t port;
	struct clock clock;
	struct keys keys;
	struct client clients[CLIENTS];
	struct id rooms[2]; /* of 110 and of 1010 */
	pid_t server;
	int epoll;
	uint64_t cids;
	uint64_t acks, events, wait_us;
	char *buffer;
};

static void must(enum err err, const char *what)
{
	if (err) {
		fprintf(stderr, "bench_server: %s: %s\n", what, err_text(err));
		exit(1);
	}
}

static void must_sys(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "bench_server: %s: %s\n", what, strerror(errno));
		exit(1);
	}
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* CPU of the server so far, from /proc/PID/stat (proc(5): fields 14 and 15). */
static double server_cpu(const struct bench *bench)
{
	char path[64], line[1024];
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)bench->server);
	FILE *file = fopen(path, "r");
	must_sys(file != NULL, path);
	must_sys(fgets(line, sizeof(line), file) != NULL, path);
	fclose(file);
	const char *after = strrchr(line, ')');
	sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
	       &system);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* ---- what is there before ---- */

static void add_client(struct bench *bench, struct store *store, int i)
{
	struct client *client = &bench->clients[i];
	char name[16];
	int64_t account, session;
	struct news news = {0};
	struct room_view view;

	snprintf(name, sizeof(name), "user%d", i);
	struct account_new add = {
		.id = store_draw_id(store),
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_ACTIVE,
		.name = bytes_text(name),
		.display = bytes_text(name),
	};
	must(store_account_add(store, &add, &account), "account");
	struct session_new login = {
		.id = store_draw_id(store),
		.account = account,
		.kind = SESSION_PASSWORD,
		.scope = SCOPE_ALL,
	};
	must(store_session_add(store, &login, &session), "session");
	client->fd = -1;
	client->actor = (struct actor){
		.user = add.id,
		.session = login.id,
		.scope = SCOPE_ALL,
	};
	struct room_new own = {.kind = ROOM_PRIVATE};
	must(room_create(store, &client->actor, &own, &view, &news), "own room");
	client->own = view.room.id;
	room_view_done(&view);
	news_done(&news);
}

static void add_room(struct bench *bench, struct store *store, int which,
		     const char *slug, int members)
{
	struct room_new in = {.kind = ROOM_PUBLIC, .slug = bytes_text(slug)};
	struct room_view view;
	struct news news = {0};

	must(room_create(store, &bench->clients[0].actor, &in, &view, &news), "room");
	bench->rooms[which] = view.room.id;
	room_view_done(&view);
	for (int i = 1; i < members; i++) {
		struct member_act join = {.room = bench->rooms[which]};
		must(member_join(store, &bench->clients[i].actor, &join, &news), "join");
	}
	news_done(&news);
}

static void populate(struct bench *bench)
{
	struct str path = STR_INIT, why = STR_INIT;
	struct store store;
	struct store_config config = {.driver = &driver_sqlite, .clock = &bench->clock};

	str_addf(&path, "%s/chat.db", bench->data.ptr);
	config.path = path.ptr;
	must(store_open(&store, &config), "store");
	must(store.driver->begin(store.db), "begin");
	for (int i = 0; i < CLIENTS; i++) {
		add_client(bench, &store, i);
	}
	add_room(bench, &store, 0, "small", SENDERS + 100);
	add_room(bench, &store, 1, "large", SENDERS + 1000);
	must(store.driver->commit(store.db), "commit");
	store_close(&store);
	str_clear(&path);
	str_addf(&path, "%s/secrets", bench->data.ptr);
	enum err err = secrets_load(path.ptr, "chat", &random_system, &bench->keys, &why);
	must(err, why.ptr);
	str_done(&path);
	str_done(&why);
}

/* One that is free now. */
static uint16_t free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must_sys(bind(fd, (void *)&address, len) == 0, "bind");
	must_sys(getsockname(fd, (void *)&address, &len) == 0, "port");
	close(fd);
	return ntohs(address.sin_port);
}

static void start_server(struct bench *bench, const char *program)
{
	struct str socket_path = STR_INIT;

	str_addf(&socket_path, "%s/chat.sock", bench->data.ptr);
	bench->server = fork();
	must_sys(bench->server >= 0, "fork");
	if (bench->server == 0) {
		char port[8];
		snprintf(port, sizeof(port), "%u", bench->port);
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* this bench may give up half-way */
		execl(program, program, "--data-dir", bench->data.ptr, "--socket",
		      socket_path.ptr, "--port", port, "--send-rate", "0",
		      "--max-connections", "4000", "--log-level", "error", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; access(socket_path.ptr, F_OK) != 0; i++) {
		must_sys(i < 500 && waitpid(bench->server, NULL, WNOHANG) == 0, program);
		usleep(10000);
	}
	usleep(100000); /* TCP comes right after */
	str_done(&socket_path);
}

/* ---- the clients ---- */

static void say(struct client *client, const char *json, size_t len)
{
	uint8_t frame[4096] = {0x81, 0x80 | 126, (uint8_t)(len >> 8), (uint8_t)len};

	must_sys(len + 8 <= sizeof(frame), "frame");
	memcpy(frame + 8, json, len); /* masked with zeroes: RFC 6455 section 5.3 */
	must_sys(write(client->fd, frame, len + 8) == (ssize_t)(len + 8), "write");
}

static void send_one(struct bench *bench, struct client *client)
{
	uint8_t random[10] = {0};
	uint64_t n = ++bench->cids;
	char json[512];

	memcpy(random + 3, &n, 7); /* behind the bits of version and variant */
	struct id cid = id_v7(clock_now_ms(&bench->clock), random);
	struct id_text cid_text = id_text(&cid), room_text = id_text(&client->room);
	int len = snprintf(
		json, sizeof(json),
		"{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"%s\"}",
		cid_text.text, room_text.text, text);
	client->sent_us = now_us();
	say(client, json, (size_t)len);
}

static void upgrade(struct client *client)
{
	static const char ask[] =
		"GET /v1/ws HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\n"
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Protocol: chat.v1\r\n\r\n";
	char answer[1024];
	size_t len = 0;

	must_sys(write(client->fd, ask, sizeof(ask) - 1) == sizeof(ask) - 1, "upgrade");
	while (len < 4 || memcmp(answer + len - 4, "\r\n\r\n", 4) != 0) {
		must_sys(len < sizeof(answer) && read(client->fd, answer + len, 1) == 1,
			 "answer");
		len++;
	}
	must_sys(strncmp(answer, "HTTP/1.1 101", 12) == 0, "101");
}

static void join(struct bench *bench, struct client *client)
{
	uint32_t from = INADDR_LOOPBACK + (uint32_t)(client - bench->clients) / 20;
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(from)},
	};
	struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
		.sin_port = htons(bench->port),
	};
	int on = 1;
	struct str json = STR_INIT;
	struct token_claims claims = {
		.actor = client->actor,
		.expires_ms = clock_now_ms(&bench->clock) + TOKEN_LIFE_MS,
	};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};

	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must_sys(client->fd >= 0, "socket");
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	must_sys(bind(client->fd, (void *)&own, sizeof(own)) == 0, "bind");
	must_sys(connect(client->fd, (void *)&server, sizeof(server)) == 0, "connect");
	upgrade(client);
	str_add(&json, "{\"type\":\"hello\",\"v\":1,\"batch\":true,\"token\":\"");
	token_issue(&bench->keys.tokens, &claims, clock_now_ms(&bench->clock), &json);
	str_add(&json, "\"}");
	say(client, json.ptr, json.len);
	str_done(&json);
	client->tail_len = 0;
	client->sends = client->welcome = false;
	must_sys(epoll_ctl(bench->epoll, EPOLL_CTL_ADD, client->fd, &event) == 0,
		 "epoll");
}

/* How often @word begins in what came, counting over the seam of two reads. */
static unsigned count_word(const char *data, size_t len, size_t seam, const char *word)
{
	size_t size = strlen(word);
	unsigned count = 0;

	for (const char *at = data;
	     (at = memmem(at, len - (size_t)(at - data), word, size)); at += size) {
		count += at + size > data + seam;
	}
	return count;
}

static void hear(struct bench *bench, struct client *client)
{
	char *data = bench->buffer;

	memcpy(data, client->tail, client->tail_len);
	ssize_t got = recv(client->fd, data + client->tail_len, READ, MSG_DONTWAIT);
	must_sys(got > 0, "the server closed a connection");
	size_t seam = client->tail_len, len = seam + (size_t)got;
	unsigned acks = count_word(data, len, seam, "\"type\":\"ack\"");
	bench->acks += acks;
	bench->events += count_word(data, len, seam, "\"type\":\"event\"");
	client->welcome =
		client->welcome || count_word(data, len, seam, "\"type\":\"digest\"") > 0;
	if (count_word(data, len, seam, "\"type\":\"nack\"") > 0) {
		fprintf(stderr, "bench_server: refused: %.*s\n", (int)got, data + seam);
		exit(1);
	}
	client->tail_len = len < TAIL - 1 ? len : TAIL - 1;
	memmove(client->tail, data + len - client->tail_len, client->tail_len);
	if (acks) {
		bench->wait_us += now_us() - client->sent_us;
	}
	for (; acks && client->sends; acks--) {
		send_one(bench, client);
	}
}

static void turn(struct bench *bench, int timeout_ms)
{
	struct epoll_event events[256];
	int count = epoll_wait(bench->epoll, events, 256, timeout_ms);

	for (int i = 0; i < count; i++) {
		hear(bench, events[i].data.ptr);
	}
}

static void join_all(struct bench *bench, int count)
{
	bench->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < count; i++) {
		join(bench, &bench->clients[i]);
		while (!bench->clients[i].welcome) {
			turn(bench, 1000);
		}
	}
}

static void leave_all(struct bench *bench, int count)
{
	for (int i = 0; i < count; i++) {
		close(bench->clients[i].fd);
	}
	close(bench->epoll);
	usleep(200000); /* the server sees them off before the next are counted */
}

/* Let the first @senders send into @room (NULL: each into its own) for a while. */
static void run(struct bench *bench, int senders, const struct id *room, unsigned seconds)
{
	bench->acks = bench->events = bench->wait_us = 0;
	for (int i = 0; i < senders; i++) {
		struct client *client = &bench->clients[i];
		client->room = room ? *room : client->own;
		client->sends = true;
		send_one(bench, client);
	}
	for (uint64_t end = now_us() + seconds * 1000000ull; now_us() < end;) {
		turn(bench, 100);
	}
}

static void run_sends(struct bench *bench, int senders, unsigned seconds)
{
	join_all(bench, senders);
	double cpu = server_cpu(bench);
	uint64_t start = now_us();
	run(bench, senders, NULL, seconds);
	double took = (double)(now_us() - start) / 1e6;
	cpu = server_cpu(bench) - cpu;
	printf("sends       %5d senders    %9.0f acks/s  %8.2f ms mean  %7.1f us CPU "
	       "each\n",
	       senders, (double)bench->acks / took,
	       (double)bench->wait_us / (double)bench->acks / 1000,
	       cpu * 1e6 / (double)bench->acks);
	fflush(stdout);
	leave_all(bench, senders);
}

static void run_deliveries(struct bench *bench, int receivers, const struct id *room,
			   unsigned seconds)
{
	join_all(bench, SENDERS + receivers);
	double cpu = server_cpu(bench);
	uint64_t start = now_us();
	run(bench, SENDERS, room, seconds);
	double took = (double)(now_us() - start) / 1e6;
	cpu = server_cpu(bench) - cpu;
	printf("deliveries  %5d receivers  %9.0f /s  %9.0f per server CPU second  %6.0f "
	       "acks/s\n",
	       receivers, (double)bench->events / took, (double)bench->events / cpu,
	       (double)bench->acks / took);
	fflush(stdout);
	leave_all(bench, SENDERS + receivers);
}

static void clean_up(struct bench *bench)
{
	kill(bench->server, SIGTERM);
	waitpid(bench->server, NULL, 0);
	keys_done(&bench->keys);
	printf("left behind for a look: %s\n", bench->folder);
	str_done(&bench->data);
	mem_free(bench->buffer);
	mem_free(bench);
}

int main(int argc, char **argv)
{
	unsigned seconds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;
	struct bench *bench = mem_new(struct bench);
	const char *base = getenv("TMPDIR");
	struct rlimit files = {4096, 4096};

	if (argc < 2) {
		fprintf(stderr, "usage: bench_server CHAT-SERVER [SECONDS]\n");
		return 64;
	}
	setrlimit(RLIMIT_NOFILE, &files);
	must(crypto_init(), "crypto");
	snprintf(bench->folder, sizeof(bench->folder), "%s/chat-bench-XXXXXX",
		 base && base[0] ? base : "/tmp");
	must_sys(mkdtemp(bench->folder) != NULL, bench->folder);
	bench->clock = clock_real();
	bench->data = STR_INIT;
	bench->port = free_port();
	str_addf(&bench->data, "%s", bench->folder);
	bench->buffer = mem_alloc(READ + TAIL, 1);
	populate(bench);
	start_server(bench, argv[1]);
	for (int senders = 1; senders <= 1000; senders *= 10) {
		run_sends(bench, senders, seconds);
	}
	run_deliveries(bench, 100, &bench->rooms[0], seconds);
	run_deliveries(bench, 1000, &bench->rooms[1], seconds);
	clean_up(bench);
	return 0;
}
