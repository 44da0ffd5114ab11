/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sockets, and as much of RFC 6455 as a server needs to be talked to.
 */
#include "tests/lib/raw_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_STATE openssl_ERR_STATE
#include <openssl/evp.h>
#undef ERR_STATE

#include "common/base/mem.h"
#include "tests/lib/check.h"

#define WAIT_MS 30000

void raw_peer_init(struct raw_peer *peer)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	*peer = (struct raw_peer){.fd = -1, .in = STR_INIT};
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(peer->listener >= 0);
	assert_int_equal(bind(peer->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(peer->listener, 8), 0);
	getsockname(peer->listener, (struct sockaddr *)&address, &len);
	peer->port = ntohs(address.sin_port);
}

static void drop(struct raw_peer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
	str_clear(&peer->in);
}

void raw_peer_done(struct raw_peer *peer)
{
	drop(peer);
	if (peer->listener >= 0)
		close(peer->listener);
	peer->listener = -1;
	str_done(&peer->in);
}

static void wait_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
}

void raw_peer_accept(struct raw_peer *peer)
{
	drop(peer);
	wait_readable(peer->listener);
	peer->fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(peer->fd >= 0);
}

/* False at the end of the stream. */
static bool read_more(struct raw_peer *peer)
{
	char chunk[4096];

	wait_readable(peer->fd);
	ssize_t got = read(peer->fd, chunk, sizeof(chunk));
	if (got <= 0)
		return false;
	str_add_len(&peer->in, chunk, (size_t)got);
	return true;
}

void raw_peer_take(struct raw_peer *peer, size_t len, struct str *ret_bytes)
{
	while (peer->in.len < len)
		assert_true(read_more(peer));
	str_set_len(ret_bytes, peer->in.ptr, len);
	str_remove(&peer->in, 0, len);
}

void raw_peer_head(struct raw_peer *peer, struct str *ret_head)
{
	char *end;

	while (!(end = strstr(peer->in.ptr, "\r\n\r\n")))
		assert_true(read_more(peer));
	raw_peer_take(peer, (size_t)(end - peer->in.ptr) + 4, ret_head);
}

void raw_peer_say(struct raw_peer *peer, const char *bytes, size_t len)
{
	while (len) {
		ssize_t put = send(peer->fd, bytes, len, MSG_NOSIGNAL);
		assert_true(put > 0);
		bytes += put;
		len -= (size_t)put;
	}
}

void raw_peer_upgrade(struct raw_peer *peer)
{
	static const char field[] = "Sec-WebSocket-Key: ";
	AUTO(str_done) struct str head = STR_INIT;
	AUTO(str_done) struct str text = STR_INIT;
	uint8_t hash[EVP_MAX_MD_SIZE], accept[64];
	unsigned len;

	raw_peer_accept(peer);
	raw_peer_head(peer, &head);
	const char *key = strcasestr(head.ptr, field);
	assert_non_null(key);
	key += sizeof(field) - 1;
	str_add_len(&text, key, strcspn(key, "\r"));
	str_add(&text, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"); /* RFC 6455 section 1.3 */
	EVP_Digest(text.ptr, text.len, hash, &len, EVP_sha1(), NULL);
	EVP_EncodeBlock(accept, hash, (int)len);
	str_clear(&text);
	str_addf(&text,
		 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		 "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n"
		 "Sec-WebSocket-Protocol: chat.v1\r\n\r\n",
		 (char *)accept);
	raw_peer_say(peer, text.ptr, text.len);
}

int raw_peer_frame(struct raw_peer *peer, struct str *ret_payload)
{
	AUTO(str_done) struct str head = STR_INIT;

	raw_peer_take(peer, 2, &head);
	int opcode = head.ptr[0] & 0x0f;
	size_t len = (uint8_t)head.ptr[1] & 0x7f;
	assert_true((uint8_t)head.ptr[1] &
		    0x80); /* clients mask (RFC 6455 section 5.1) */
	if (len >= 126) {
		size_t bytes = len == 126 ? 2 : 8;
		raw_peer_take(peer, bytes, &head);
		len = 0;
		for (size_t i = 0; i < bytes; i++)
			len = len << 8 | (uint8_t)head.ptr[i];
	}
	raw_peer_take(peer, 4, &head);
	raw_peer_take(peer, len, ret_payload);
	for (size_t i = 0; i < len; i++)
		ret_payload->ptr[i] = (char)(ret_payload->ptr[i] ^ head.ptr[i % 4]);
	return opcode;
}

void raw_peer_say_frame(struct raw_peer *peer, uint8_t first, const char *bytes,
			size_t len)
{
	char head[10] = {(char)first};
	size_t size = 2;

	if (len < 126) {
		head[1] = (char)len;
	} else {
		size_t wide = len < 65536 ? 2 : 8;
		head[1] = wide == 2 ? 126 : 127;
		for (size_t i = 0; i < wide; i++)
			head[2 + i] = (char)(len >> (8 * (wide - 1 - i)));
		size += wide;
	}
	raw_peer_say(peer, head, size);
	raw_peer_say(peer, bytes, len);
}

bool raw_peer_closed(struct raw_peer *peer)
{
	while (read_more(peer))
		continue;
	return true;
}
