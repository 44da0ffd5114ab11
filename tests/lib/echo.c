/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop in one thread, what turns messages around in another, the test in a third.
 */
#include "tests/lib/echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/clock_real.h"
#include "server/net/listen.h"
#include "tests/lib/check.h"
#include "tests/lib/tls.h"

/* A message that a thread turns around. */
struct echo {
	struct mail mail;
	struct conn_ref to;
	struct buf text;
};

static struct echo_server
	*server_of_test; /* handlers of net have no context of their own */

static uint64_t now_ms(void *ctx)
{
	struct echo_server *f = ctx;

	return clock_now_ms(&f->real) + atomic_load(&f->skipped_ms);
}

static uint64_t mono_ms(void *ctx)
{
	struct echo_server *f = ctx;

	return clock_mono_ms(&f->real) + atomic_load(&f->skipped_ms);
}

void echo_skip(struct echo_server *server, uint64_t ms)
{
	atomic_fetch_add(&server->skipped_ms, ms);
}

static void on_message(struct conn *conn, struct bytes text)
{
	struct echo *echo = mem_new(struct echo);

	conn->state = CONN_READY;
	echo->to = conn->ref;
	buf_add_bytes(&echo->text, text);
	assert_true(mailbox_put(&server_of_test->todo, &echo->mail));
}

static void on_tick(struct conn *conn, uint64_t mono_ms)
{
}

static void on_life(struct conn *conn)
{
}

static const struct conn_handler handler = {on_life, on_message, on_tick, on_life};

static void *work(void *arg)
{
	struct echo_server *f = arg;
	struct mail *next;

	for (struct mail *mail; (mail = mailbox_wait(&f->todo));) {
		for (; mail; mail = next) {
			next = mail->next;
			assert_true(mailbox_put(&f->done, mail));
		}
	}
	return NULL;
}

static void on_woken(void *ctx)
{
	struct echo_server *f = ctx;
	struct mail *next;

	for (struct mail *mail = mailbox_take(&f->done); mail; mail = next) {
		struct echo *echo = CONTAINER_OF(mail, struct echo, mail);
		struct conn *conn = conn_find(f->conns, echo->to);

		next = mail->next;
		if (conn) {
			conn_say(conn, buf_view(&echo->text));
		}
		buf_done(&echo->text);
		mem_free(echo);
	}
	if (atomic_load(&f->stop)) {
		loop_quit(f->loop);
	}
}

static void on_second(void *ctx)
{
}

static void on_signal(int signal, void *ctx)
{
}

static enum err begin(struct request *request, size_t *ret_body_max)
{
	*ret_body_max = ECHO_BODY_MOST;
	return strcmp(request->path.ptr, "/echo") == 0 ? ERR_OK : ERR_NOT_FOUND;
}

static void run(struct request *request)
{
	atomic_fetch_add(&server_of_test->requests, 1);
	const char *query = request_query(request, "q");
	struct str text = STR_INIT;

	str_addf(&text, "%zu:%s:%s", request->body.len, request->body.ptr,
		 query ? query : "-");
	request_reply(&request, 200, "text/plain", str_view(&text));
	str_done(&text);
}

static const struct request_router router = {begin, run};

static enum err verify(struct bytes token, struct who *ret_who, void *ctx)
{
	if (bytes_equal(token, bytes_text("old"))) {
		return ERR_EXPIRED;
	}
	if (!bytes_equal(token, bytes_text("good"))) {
		return ERR_BAD_TOKEN;
	}
	ret_who->scope = 1;
	return ERR_OK;
}

static void *loop_main(void *arg)
{
	static const char *const origins[] = {"https://chat.example", NULL};
	struct echo_server *f = arg;
	struct str why = STR_INIT;
	struct conns_config table = {
		.clock = &f->clock, .handler = &handler, .most = 100};
	bool tls = f->cert_path[0];
	int tcp, local, secure;

	f->conns = conns_new(&table);
	f->rates = rates_new(&f->clock, 100, 7);
	struct loop_config config = {
		.clock = &f->clock,
		.conns = f->conns,
		.rates = f->rates,
		.router = &router,
		.rules = {.verify = verify, .origins = origins, .query_token = true},
		.trusted = {&f->proxy, f->proxy.bits > 0},
		.max_connections = ECHO_CONNECTIONS,
		.max_per_address = 50,
		.tls_cert = tls ? f->cert_path : NULL,
		.tls_key = tls ? f->key_path : NULL,
		.woken = on_woken,
		.turned = on_second,
		.tick = on_second,
		.signal = on_signal,
		.ctx = f,
	};

	check_ok(loop_new(&config, &f->loop, &why));
	check_ok(listen_tcp("127.0.0.1", 0, &tcp, &f->port, &why));
	check_ok(listen_unix(f->socket_path, 0600, &local, &why));
	loop_listen(f->loop, tcp, false);
	loop_listen(f->loop, local, false);
	if (tls) {
		check_ok(listen_tcp("127.0.0.1", 0, &secure, &f->tls_port, &why));
		loop_listen(f->loop, secure, true);
	}
	mailbox_init(&f->done, 0, loop_wake, f->loop);
	pthread_mutex_lock(&f->lock);
	f->ready = true;
	pthread_cond_signal(&f->up);
	pthread_mutex_unlock(&f->lock);
	loop_hurry(f->loop); /* tests do not wait for a second to pass */
	loop_run(f->loop);
	str_done(&why);
	return NULL;
}

static int start(void **state, bool proxy, bool tls)
{
	struct echo_server *f = mem_new(struct echo_server);

	f->real = clock_real();
	f->clock = (struct clock){now_ms, mono_ms, f};
	if (proxy) {
		check_ok(net_range_parse("127.0.0.1", &f->proxy));
	}
	snprintf(f->socket_path, sizeof(f->socket_path), "echo-%d.sock", (int)getpid());
	if (tls) {
		snprintf(f->cert_path, sizeof(f->cert_path), "echo-%d.pem",
			 (int)getpid());
		snprintf(f->key_path, sizeof(f->key_path), "echo-%d.key", (int)getpid());
		tls_make_pair(f->cert_path, f->key_path);
	}
	mailbox_init(&f->todo, 0, NULL, NULL);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->up, NULL);
	server_of_test = f;
	pthread_create(&f->loop_thread, NULL, loop_main, f);
	pthread_mutex_lock(&f->lock);
	while (!f->ready) {
		pthread_cond_wait(&f->up, &f->lock);
	}
	pthread_mutex_unlock(&f->lock);
	pthread_create(&f->worker, NULL, work, f);
	*state = f;
	return 0;
}

int echo_set_up(void **state)
{
	return start(state, false, false);
}

int echo_set_up_behind_proxy(void **state)
{
	return start(state, true, false);
}

int echo_set_up_with_tls(void **state)
{
	return start(state, false, true);
}

int echo_tear_down(void **state)
{
	struct echo_server *f = *state;

	mailbox_close(&f->todo);
	pthread_join(f->worker, NULL);
	atomic_store(&f->stop, true);
	loop_wake(f->loop);
	pthread_join(f->loop_thread, NULL);
	loop_free(&f->loop);
	conns_free(&f->conns);
	rates_free(&f->rates);
	mailbox_done(&f->todo);
	mailbox_done(&f->done);
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->up);
	unlink(f->socket_path);
	unlink(f->cert_path);
	unlink(f->key_path);
	mem_free(f);
	return 0;
}

int echo_status(struct echo_server *server, const char *bytes, size_t len)
{
	struct peer_socket peer;
	struct answer answer;

	peer_open_tcp(&peer, server->port);
	peer_send(&peer, bytes, len);
	peer_answer(&peer, &answer);
	int status = answer.status;

	answer_done(&answer);
	peer_close(&peer);
	return status;
}

void echo_check_alive(struct echo_server *server)
{
	static const char get[] = "GET /echo HTTP/1.1\r\nHost: test\r\n\r\n";

	assert_int_equal(echo_status(server, get, sizeof(get) - 1), 200);
}

void echo_open(struct echo_server *server, struct peer_socket *peer)
{
	peer_open_tcp(peer, server->port);
	assert_int_equal(peer_upgrade(peer, "/v1/ws", ""), 101);
}
