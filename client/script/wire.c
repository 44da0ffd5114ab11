/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both buffers are cut at the front only when they are empty or half of them is used, so
 * that a slow reader does not cost quadratic copying.
 */
#include "client/script/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/crypto/secret.h"

#define READ_STEP 16384

void wire_init(struct wire *wire, int fd)
{
	*wire = (struct wire){.fd = fd};
}

void wire_done(struct wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	buf_wipe(&wire->in); /* a password may have been in it */
	buf_wipe(&wire->out);
	*wire = (struct wire){.fd = -1};
}

static void cut_front(struct buf *buf, size_t *at)
{
	if (*at < buf->len && *at * 2 < buf->len)
		return;
	memmove(buf->ptr, buf->ptr + *at, buf->len - *at);
	buf->len -= *at;
	wipe(buf->ptr + buf->len, *at);
	*at = 0;
}

void wire_put(struct wire *wire, struct bytes json)
{
	buf_add_u32(&wire->out, (uint32_t)json.len);
	buf_add_bytes(&wire->out, json);
}

size_t wire_waiting(const struct wire *wire)
{
	return wire->out.len - wire->out_at;
}

enum err wire_flush(struct wire *wire)
{
	while (wire_waiting(wire) > 0) {
		ssize_t sent = send(wire->fd, wire->out.ptr + wire->out_at,
				    wire_waiting(wire), MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent < 0)
			return ERR_CLOSED;
		wire->out_at += (size_t)sent;
	}
	if (wire->out_at > 0)
		cut_front(&wire->out, &wire->out_at);
	return ERR_OK;
}

enum err wire_fill(struct wire *wire)
{
	/* Bounded: a peer that never stops is read in turns. */
	while (wire->in.len - wire->in_at <= WIRE_MOST) {
		ssize_t got =
			recv(wire->fd, buf_room(&wire->in, READ_STEP), READ_STEP, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return ERR_OK;
		if (got <= 0)
			return ERR_CLOSED;
		wire->in.len += (size_t)got;
	}
	return ERR_OK;
}

enum err wire_next(struct wire *wire, struct bytes *ret_json)
{
	if (wire->in_at > 0)
		cut_front(&wire->in, &wire->in_at);
	struct rd rd =
		rd_init(bytes_of(wire->in.ptr + wire->in_at, wire->in.len - wire->in_at));
	uint32_t len = rd_u32(&rd);

	*ret_json = bytes_of(NULL, 0);
	if (rd.err != ERR_OK)
		return ERR_OK;
	if (len > WIRE_MOST)
		return ERR_TOO_BIG;
	struct bytes json = rd_bytes(&rd, len);
	if (rd.err != ERR_OK)
		return ERR_OK;
	wire->in_at += 4 + (size_t)len;
	*ret_json = json;
	return ERR_OK;
}
