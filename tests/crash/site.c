/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The place where it happens. People and rooms are put into the store by the server's own
 * rules before the program runs, so that no sign-up stands in the way of a kill.
 */
#include "tests/crash/site.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/clock_real.h"
#include "server/core/member.h"
#include "server/core/room.h"
#include "server/core/token.h"
#include "server/secrets.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store_account.h"
#include "server/store/store_session.h"
#include "tests/crash/fail.h"

#define PATIENCE_MS 60000
#define LOG_TAIL    4096

static void must_ok(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	remark("%s: %s", what, err_text(err));
	must(false, what);
}

/* ---- what is there before ---- */

static void add_person(struct site *site, struct store *store, unsigned who)
{
	char name[16];
	int64_t account, session;

	snprintf(name, sizeof(name), "user%u", who);
	struct account_new add = {
		.id = store_draw_id(store),
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_ACTIVE,
		.name = bytes_text(name),
		.display = bytes_text(name),
	};
	must_ok(store_account_add(store, &add, &account), "account");
	struct session_new login = {
		.id = store_draw_id(store),
		.account = account,
		.kind = SESSION_PASSWORD,
		.scope = SCOPE_ALL,
	};
	must_ok(store_session_add(store, &login, &session), "session");
	site->people[who] = (struct actor){
		.user = add.id,
		.session = login.id,
		.scope = SCOPE_ALL,
	};
}

/* Public ones, and the last one private; everybody may read all of them. */
static void add_room(struct site *site, struct store *store, unsigned which)
{
	char slug[16];
	struct room_view view;
	struct news news = {0};
	bool open = which + 1 < SITE_ROOMS;

	snprintf(slug, sizeof(slug), "room%u", which);
	struct room_new in = {.kind = open ? ROOM_PUBLIC : ROOM_PRIVATE,
			      .history = HISTORY_ALL};
	if (open)
		in.slug = bytes_text(slug);
	must_ok(room_create(store, &site->people[0], &in, &view, &news), "room");
	site->rooms[which] = view.room.id;
	room_view_done(&view);
	for (unsigned who = 1; who < SITE_PEOPLE; who++) {
		struct member_act act = {.room = site->rooms[which]};
		enum err err;
		if (open) {
			err = member_join(store, &site->people[who], &act, &news);
		} else {
			act.user = site->people[who].user;
			err = member_invite(store, &site->people[0], &act, &news);
		}
		must_ok(err, "member");
	}
	news_done(&news);
}

static void populate(struct site *site)
{
	AUTO(str_done) struct str path = STR_INIT, why = STR_INIT;
	struct store store;
	struct store_config config = {.driver = &driver_sqlite, .clock = &site->clock};

	str_addf(&path, "%s/chat.db", site->data.ptr);
	config.path = path.ptr;
	must_ok(store_open(&store, &config), "store");
	must_ok(store.driver->begin(store.db), "begin");
	for (unsigned who = 0; who < SITE_PEOPLE; who++)
		add_person(site, &store, who);
	for (unsigned which = 0; which < SITE_ROOMS; which++)
		add_room(site, &store, which);
	must_ok(store.driver->commit(store.db), "commit");
	store_close(&store);
	str_clear(&path);
	str_addf(&path, "%s/secrets", site->data.ptr);
	must_ok(secrets_load(path.ptr, "chat", &random_system, &site->keys, &why),
		why.ptr);
}

/* One that is free now; the server is told to take it again after each kill. */
static uint16_t free_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(bind(fd, (void *)&address, len) == 0, "bind");
	must(getsockname(fd, (void *)&address, &len) == 0, "port");
	close(fd);
	return ntohs(address.sin_port);
}

void site_init(struct site *site, const char *program, const char *parent)
{
	const char *tmp = getenv("TMPDIR");
	struct str folder = STR_INIT;

	*site = (struct site){.program = program, .clock = clock_real()};
	must_ok(crypto_init(), "crypto");
	str_addf(&folder, "%s/crash.XXXXXX", parent ? parent : tmp ? tmp : "/tmp");
	must(mkdtemp(folder.ptr) != NULL, folder.ptr);
	site->folder = folder;
	site->data = site->socket = site->log = STR_INIT;
	str_addf(&site->data, "%s/server", folder.ptr);
	str_addf(&site->socket, "%s/chat.sock", folder.ptr);
	str_addf(&site->log, "%s/server.log", folder.ptr);
	must(mkdir(site->data.ptr, 0700) == 0, site->data.ptr);
	populate(site);
	site->port = free_port();
}

static int remove_entry(const char *path, const struct stat *info, int type,
			struct FTW *at)
{
	return remove(path);
}

void site_done(struct site *site, bool keep)
{
	if (site->server)
		site_signal(site, SIGKILL);
	if (keep)
		remark("kept: %s", site->folder.ptr);
	else
		nftw(site->folder.ptr, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	keys_done(&site->keys);
	str_done(&site->folder);
	str_done(&site->data);
	str_done(&site->socket);
	str_done(&site->log);
}

/* ---- the server ---- */

void site_start(struct site *site)
{
	char port[8];

	snprintf(port, sizeof(port), "%u", site->port);
	site->starts++;
	site->server = fork();
	must(site->server >= 0, "fork");
	if (site->server != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* this harness may be killed itself */
	int log = open(site->log.ptr, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, STDERR_FILENO);
	dup2(log, STDOUT_FILENO);
	execl(site->program, site->program, "--data-dir", site->data.ptr, "--socket",
	      site->socket.ptr, "--port", port, "--send-rate", "0", "--log-level", "info",
	      (char *)NULL);
	_exit(127);
}

bool site_answers(const struct site *site)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
		.sin_port = htons(site->port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = connect(fd, (void *)&address, sizeof(address)) == 0;

	close(fd);
	return good;
}

void site_wait(struct site *site)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (!site_answers(site)) {
		int status;
		if (waitpid(site->server, &status, WNOHANG) != 0) {
			site->server = 0;
			site_tell_log(site);
			must(false, "the server ended while it started");
		}
		if (now_ms() > end)
			site_tell_log(site);
		must(now_ms() <= end, "the server does not start");
		poll(NULL, 0, 2);
	}
}

void site_signal(struct site *site, int signal)
{
	int status;

	must(kill(site->server, signal) == 0, "kill");
	if (signal != SIGKILL && signal != SIGTERM)
		return;
	while (waitpid(site->server, &status, 0) < 0)
		must(errno == EINTR, "wait");
	site->server = 0;
	if (signal == SIGTERM && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		complain("the server ended with status %d", status);
	if (signal == SIGKILL && !WIFSIGNALED(status)) {
		site_tell_log(site);
		complain("the server ended by itself before the kill, status %d", status);
	}
}

void site_token(struct site *site, unsigned who, struct str *out)
{
	uint64_t now = clock_now_ms(&site->clock);
	struct token_claims claims = {
		.actor = site->people[who],
		.expires_ms = now + TOKEN_LIFE_MS,
	};

	token_issue(&site->keys.tokens, &claims, now, out);
}

int site_ask(struct site *site, const char *path, int who, struct str *ret_body)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
		.sin_port = htons(site->port),
	};
	char chunk[4096];
	int status = 0, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd readable = {.fd = fd, .events = POLLIN};

	str_addf(&text, "GET %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n", path);
	if (who >= 0) {
		str_add(&text, "Authorization: Bearer ");
		site_token(site, (unsigned)who, &text);
		str_add(&text, "\r\n");
	}
	str_add(&text, "\r\n");
	if (connect(fd, (void *)&address, sizeof(address)) == 0 &&
	    send(fd, text.ptr, text.len, MSG_NOSIGNAL) == (ssize_t)text.len) {
		str_clear(&text);
		ssize_t got;
		while (poll(&readable, 1, 5000) == 1 &&
		       (got = recv(fd, chunk, sizeof(chunk), 0)) > 0)
			str_add_len(&text, chunk, (size_t)got);
		const char *body = strstr(text.ptr, "\r\n\r\n");
		if (strncmp(text.ptr, "HTTP/1.", 7) == 0)
			status = (int)strtol(text.ptr + 9, NULL, 10);
		if (ret_body)
			str_set(ret_body, body ? body + 4 : "");
	}
	close(fd);
	return status;
}

void site_tell_log(const struct site *site)
{
	char tail[LOG_TAIL + 1], *line = tail;
	int fd = open(site->log.ptr, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	off_t size = lseek(fd, 0, SEEK_END);
	lseek(fd, size > LOG_TAIL ? size - LOG_TAIL : 0, SEEK_SET);
	ssize_t got = read(fd, tail, LOG_TAIL);
	close(fd);
	tail[got > 0 ? got : 0] = '\0';
	remark("---- the server's log");
	for (char *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		remark("%s", line);
	}
}
