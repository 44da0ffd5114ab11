/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our stdout may be shared with other processes, so it is not made non-blocking: a write
 * of at most PIPE_BUF bytes does not block where poll() says that there is room.
 */
#include "client/script/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/json_out.h"

void out_init_fd(struct out *out, int fd)
{
	*out = (struct out){.fd = fd};
}

void out_init_wire(struct out *out, struct wire *wire)
{
	*out = (struct out){.wire = wire, .fd = -1};
}

void out_done(struct out *out)
{
	buf_done(&out->queue);
}

/* An object of @type with @text (may be NULL) or, without one, @code. */
static void put_frame(struct out *out, const char *type, const struct bytes *text,
		      int code)
{
	AUTO(buf_done) struct buf frame = BUF_INIT;
	struct json_out json = json_out_init(&frame);

	json_out_open(&json, '{');
	json_out_put_word(&json, "type", type);
	if (text) {
		json_out_put_text(&json, "text", *text);
	} else {
		json_out_put_uint(&json, "code", (uint64_t)code);
	}
	json_out_close(&json, '}');
	wire_put(out->wire, buf_view(&frame));
}

void out_line(struct out *out, struct bytes text)
{
	out->put++;
	if (out->wire) {
		put_frame(out, "line", &text, 0);
		return;
	}
	buf_add_bytes(&out->queue, text);
	buf_add_u8(&out->queue, '\n');
}

void out_note(struct out *out, const char *text)
{
	const struct bytes note = bytes_text(text);

	if (out->wire)
		put_frame(out, "note", &note, 0);
	else
		fprintf(stderr, "%s\n", text);
}

void out_progress(struct out *out, const char *name, uint64_t at, uint64_t size)
{
	static const char full[] = "##############################";
	static const char empty[] = "..............................";
	AUTO(str_done) struct str line = STR_INIT;
	unsigned part = size ? (unsigned)(at * 100 / size) : 100;
	int bar = (int)(part * 30 / 100);

	if (out->wire || !isatty(STDERR_FILENO))
		return;
	if (at < size) {
		str_addf(&line, "[%.*s%.*s] %3u %% ", bar, full, 30 - bar, empty, part);
		neutral_add(&line, name, strlen(name), NEUTRAL_LINE);
	}
	fprintf(stderr, "\r\033[K%s", line.ptr);
	fflush(stderr);
}

void out_place(struct out *out, const struct id *room, uint64_t seq)
{
	AUTO(buf_done) struct buf frame = BUF_INIT;
	struct json_out json = json_out_init(&frame);

	if (!out->wire)
		return;
	json_out_open(&json, '{');
	json_out_put_word(&json, "type", "place");
	json_out_put_word(&json, "room", id_text(room).text);
	json_out_put_uint(&json, "seq", seq);
	json_out_close(&json, '}');
	wire_put(out->wire, buf_view(&frame));
}

void out_end(struct out *out, int code)
{
	if (out->wire)
		put_frame(out, "end", NULL, code);
}

static bool has_room(int fd)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	return poll(&room, 1, 0) == 1;
}

/* Whole lines only: the text of a message has its newlines in its own line's bytes. */
static void count_written(struct out *out)
{
	if (out->at < out->queue.len)
		return;
	buf_clear(&out->queue);
	out->at = 0;
	out->written = out->put;
}

enum err out_flush(struct out *out)
{
	if (out->wire)
		return wire_flush(out->wire);
	while (out->at < out->queue.len && has_room(out->fd)) {
		size_t len = out->queue.len - out->at;
		ssize_t done = write(out->fd, out->queue.ptr + out->at,
				     len < PIPE_BUF ? len : PIPE_BUF);
		if (done < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (done < 0) {
			out->why = errno;
			return ERR_CLOSED;
		}
		out->at += (size_t)done;
	}
	count_written(out);
	return ERR_OK;
}

bool out_is_stuck(const struct out *out)
{
	return out->wire ? wire_waiting(out->wire) > 0 : out->at < out->queue.len;
}

void out_complain(int why)
{
	if (why != 0 && why != EPIPE)
		fprintf(stderr, _("chat-client: standard output: %s\n"), strerror(why));
}

void out_confirm(struct out *out, uint64_t count)
{
	if (count > out->written && count <= out->put)
		out->written = count;
}
