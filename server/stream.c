/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who waits may go while a piece is being read; then what reads ends itself when it comes
 * back.
 */
#include "server/stream.h"

#include <errno.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "server/net/slots.h"
#include "server/server.h"

#define PIECE 65536 /* what one write to a socket takes */

struct stream {
	struct source source;
	struct server_job job;
	struct server *server;
	struct slot *slot;
	int fd;
	uint64_t at;
	bool reading, gone;
	void (*ready)(void *ctx, struct bytes piece);
	void *ctx;
	size_t len; /* of the piece; 0: it could not be read */
	uint8_t piece[PIECE];
};

static void run_read(struct job *base, void *ctx)
{
	struct stream *stream = CONTAINER_OF(base, struct stream, job.job);
	uint64_t left = stream->source.left;
	size_t want = left < PIECE ? (size_t)left : PIECE;
	ssize_t got;

	do {
		got = pread(stream->fd, stream->piece, want, (off_t)stream->at);
	} while (got < 0 && errno == EINTR);
	stream->len = got > 0 ? (size_t)got : 0;
}

static void stream_end(struct stream *stream)
{
	close(stream->fd);
	slot_give(stream->slot);
	mem_free(stream);
}

static void read_done(struct server_job *base)
{
	struct stream *stream = CONTAINER_OF(base, struct stream, job);

	stream->reading = false;
	if (stream->gone) {
		stream_end(stream);
		return;
	}
	stream->at += stream->len;
	stream->source.left -= stream->len;
	stream->ready(stream->ctx, bytes_of(stream->piece, stream->len));
}

static void stream_next(struct source *source,
			void (*ready)(void *ctx, struct bytes piece), void *ctx)
{
	struct stream *stream = CONTAINER_OF(source, struct stream, source);

	stream->ready = ready;
	stream->ctx = ctx;
	stream->job = (struct server_job){.job = {.run = run_read}, .done = read_done};
	/* Streams and uploads are fewer than its places. A pool that was stopped takes nothing
	 * more, and nobody waits for the piece by then. */
	stream->reading =
		worker_submit(&stream->server->disk, &stream->job.job) == ERR_OK;
}

static void stream_free(struct source *source)
{
	struct stream *stream = CONTAINER_OF(source, struct stream, source);

	stream->gone = true;
	if (!stream->reading)
		stream_end(stream);
}

struct source *stream_new(struct server *server, int fd, uint64_t from, uint64_t len,
			  struct slot *slot)
{
	struct stream *stream = mem_new(struct stream);

	stream->source =
		(struct source){.left = len, .next = stream_next, .free = stream_free};
	stream->server = server;
	stream->slot = slot;
	stream->fd = fd;
	stream->at = from;
	return &stream->source;
}
