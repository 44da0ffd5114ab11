/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What net reads before anybody is known, one header a line: Host, Content-Length,
 * Authorization, X-Forwarded-For, a range of addresses, the parts of a handshake. Then all of
 * it once more as the pieces of WebSocket messages. What is believed must be well-formed; a
 * message must be its pieces, within the bounds. */
/* Covers: server/net/upgrade.c server/net/forwarded.c server/net/input.c server/net/range.c */
#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/net/conn.h"
#include "server/net/forwarded.h"
#include "server/net/upgrade.h"

enum { LINES = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- headers ---- */

static enum err verify(struct bytes token, struct who *ret_who, void *ctx)
{
	assert(token.ptr);
	ret_who->scope = 1;
	return token.len % 2 ? ERR_OK : ERR_BAD_TOKEN;
}

static void check_upgrade(const struct bytes *line, uint8_t bits)
{
	static const char *const origins[] = {"https://chat.example", NULL};
	struct upgrade_rules rules = {
		.verify = verify, .origins = origins, .query_token = bits & 1};
	struct upgrade ask = {
		.path = line[0],
		.upgrade = line[1],
		.version = line[2],
		.key = line[3],
		.protocol = line[4],
		.origin = line[5],
		.host = line[6],
		.authorization = line[7],
		.query_token = line[8],
		.get = !(bits & 2),
		.local = bits & 4,
	};
	struct upgrade_grant grant;

	if (upgrade_check(&ask, &rules, &grant) == ERR_OK) {
		assert(ask.get && header_host(ask.host));
		assert(ask.local || !grant.single || who_is_known(&grant.who));
	}
}

static void check_length(struct bytes text)
{
	uint64_t value;

	if (header_length(text, 1000000, &value) != ERR_OK)
		return;
	assert(value <= 1000000);
	for (size_t i = 0; i < text.len; i++)
		assert(text.ptr[i] >= '0' && text.ptr[i] <= '9');
}

static void check_forwarded(struct bytes header, struct bytes range)
{
	struct net_range rows[2] = {0};
	struct net_ranges ranges = {rows, 1};
	struct peer peer = {.address = "10.0.0.1"};
	char *text = mem_strndup((const char *)range.ptr, range.len);
	uint8_t bytes[16];

	assert(net_range_parse("10.0.0.0/8", &rows[0]) == ERR_OK);
	if (net_range_parse(text, &rows[1]) == ERR_OK) {
		assert(rows[1].bits <= 128);
		ranges.count = 2;
	}
	forwarded_peer(&ranges, header, &peer);
	assert(inet_pton(AF_INET, peer.address, bytes) == 1 ||
	       inet_pton(AF_INET6, peer.address, bytes) == 1);
	mem_free(text);
}

/* ---- messages ---- */

struct ear {
	struct buf want; /* the pieces of the message that is coming */
	bool closed;
};

static void on_message(struct conn *conn, struct bytes text)
{
	struct ear *ear = conn->owner;

	assert(bytes_equal(text, buf_view(&ear->want)));
	assert(text.len <= LIMIT_FRAME_CLIENT);
	conn->state = CONN_READY;
}

static void on_life(struct conn *conn)
{
}

static void on_tick(struct conn *conn, uint64_t mono_ms)
{
}

static bool io_write(struct conn *conn, uint8_t *text, size_t len)
{
	return true;
}

static bool io_choked(struct conn *conn)
{
	return false;
}

static void io_pause(struct conn *conn, bool on)
{
}

static void io_close(struct conn *conn, unsigned code, const char *why)
{
	((struct ear *)conn->owner)->closed = true;
}

static uint64_t stands_still(void *ctx)
{
	return 1;
}

/* Each byte below 8 ends a piece: its bits say whether a fragment and a message end. */
static void check_input(const uint8_t *data, size_t size)
{
	static const struct conn_handler handler = {on_life, on_message, on_tick,
						    on_life};
	static const struct conn_io io = {io_write, io_choked, on_life,
					  on_life,  io_pause,  io_close};
	const struct clock clock = {stands_still, stands_still, NULL};
	struct ear ear = {.want = BUF_INIT};
	struct conns *conns = conns_new(&(struct conns_config){
		.clock = &clock, .handler = &handler, .owner = &ear, .most = 1});
	struct peer peer = {.local = true};
	struct conn *conn;

	assert(conn_add(conns, &io, NULL, &peer, &conn) == ERR_OK);
	for (size_t at = 0, from = 0; at < size && !ear.closed; at++) {
		if (data[at] >= 8)
			continue;
		bool message = (data[at] & 3) == 3, fragment = data[at] & 1;
		struct bytes piece = bytes_of(data + from, at - from);

		buf_add_bytes(&ear.want, piece);
		assert(conn_input(conn, piece, fragment, message) == !ear.closed);
		if (message)
			buf_clear(&ear.want);
		from = at + 1;
	}
	conn_remove(&conn);
	conns_free(&conns);
	buf_done(&ear.want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes line[LINES] = {{NULL, 0}};
	const uint8_t *at = data, *end = size ? data + size : data;

	for (size_t i = 0; i < LINES && at && at < end; i++) {
		const uint8_t *eol = memchr(at, '\n', (size_t)(end - at));

		line[i] = bytes_of(at, (size_t)((eol ? eol : end) - at));
		at = eol ? eol + 1 : NULL;
	}
	check_upgrade(line, line[11].len > 0 ? line[11].ptr[0] : 0);
	check_length(line[9]);
	if (line[10].ptr)
		check_forwarded(line[9], line[10]);
	check_input(data, size);
	return 0;
}
