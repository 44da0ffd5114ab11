/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gate for frames: what frame.def says about who may send which frame when is checked
 * here, once, before any handler sees it. Whatever is wrong has a named answer; before
 * welcome it also ends the connection.
 */
#include <string.h>

#include "common/proto/limits.h"
#include "common/proto/rest.h"
#include "server/net/rate.h"
#include "server/on/session.h"
#include "server/on/single.h"

typedef enum err on_fn(struct session *session, struct frame *frame);

#define ON_C(name) on_##name
#define ON_B(name) on_##name
#define ON_S(name) NULL
static on_fn *const handlers[FRAME_COUNT] = {
#define FRAME(id, name, dir, state, most) [FRAME_##id] = ON_##dir(name),
#include "common/proto/frame.def"
#undef FRAME
};

/* What each frame of a client is counted as. */
static enum rate rate_of(const struct frame *frame)
{
	struct bytes op;

	switch (frame->type) {
	case FRAME_CALL:
		return frame->json &&
				       json_text(json_get(json_root(frame->json), "op"),
						 &op) &&
				       rest_is_piece(
					       rest_find((const char *)op.ptr, op.len))
			       ? RATE_FILE
			       : RATE_CALL;
	case FRAME_SEND:
	case FRAME_EDIT:
	case FRAME_DELETE:
	case FRAME_REACT:
	case FRAME_UNREACT: return RATE_SEND;
	case FRAME_TYPING: return RATE_TYPING;
	default: return RATE_CALL;
	}
}

static struct bytes rate_key(const struct session *session)
{
	return bytes_of(session->actor.user.bytes, ID_LEN);
}

/* The id of a frame that has one, for the answer's `re`. */
static bool frame_id(const struct frame *frame, uint64_t *ret_id)
{
	return frame->json && json_uint(json_get(json_root(frame->json), "id"), ret_id);
}

/* A frame with a cid is answered by nack, so that the outbox knows which one it was. */
static bool frame_cid(const struct frame *frame, struct id *ret_cid)
{
	struct bytes text;

	return frame->json && rate_of(frame) == RATE_SEND &&
	       json_text(json_get(json_root(frame->json), "cid"), &text) &&
	       id_parse((const char *)text.ptr, text.len, ret_cid) == ERR_OK;
}

static void answer(struct session *session, const struct frame *frame, enum err err,
		   const char *field, uint64_t retry_ms)
{
	struct id cid;
	uint64_t re;

	if (frame_cid(frame, &cid)) {
		struct body_nack nack = {.cid = cid,
					 .code = bytes_text(err_word(err)),
					 .detail = field ? bytes_text(field)
							 : bytes_of(NULL, 0),
					 .retry_ms = retry_ms};

		session_say(session, FRAME_NACK, &nack);
		return;
	}
	session_error(session, err, frame_id(frame, &re) ? &re : NULL, field, NULL,
		      retry_ms);
}

/* May this frame come now? */
static enum err check(struct session *session, const struct frame *frame,
		      uint64_t *ret_retry_ms)
{
	bool ready = session->conn->state == CONN_READY;

	if (!(frame->row->dir & FRAME_DIR_C)) {
		return ERR_UNKNOWN_TYPE; /* a word of the server's */
	}
	if (ready != (frame->row->state == FRAME_STATE_READY)) {
		return ERR_STATE;
	}
	return ready ? rate_take(session->server->rates, rate_of(frame),
				 rate_key(session), ret_retry_ms)
		     : ERR_OK;
}

/* One that keeps sending nonsense is disconnected. Before welcome once is enough. */
static void count_bad(struct session *session, enum err err)
{
	struct conn *conn = session->conn;

	if (err == ERR_RATE || err == ERR_BUSY) {
		return;
	}
	if (conn->state == CONN_NEW) {
		conn_close(conn, err == ERR_UPGRADE ? CLOSE_UPGRADE : CLOSE_PROTOCOL,
			   err_word(err));
	} else if (rate_take(session->server->rates, RATE_BAD_FRAME, rate_key(session),
			     NULL) != ERR_OK) {
		conn_close(conn, CLOSE_PROTOCOL, "too many bad frames");
	}
}

static void on_frame(struct session *session, struct bytes text)
{
	struct frame frame = {0};
	uint64_t retry_ms = 0;
	const char *field = NULL;
	enum err err = frame_parse(text, &frame);
	bool bad = err != ERR_OK;

	if (err == ERR_OK) {
		err = check(session, &frame, &retry_ms);
		bad = err != ERR_OK;
	}
	if (err == ERR_OK) {
		session->bad_field = NULL;
		err = handlers[frame.type](session, &frame);
		field = session->bad_field;
		bad = field != NULL || session->conn->state == CONN_NEW;
	}
	if (err != ERR_OK) {
		answer(session, &frame, err, field, retry_ms);
	}
	if (err != ERR_OK && bad) {
		count_bad(session, err);
	}
	frame_done(&frame);
}

void dispatch_message(struct session *session, struct bytes text)
{
	struct conn *conn = session->conn;

	if (conn->single) {
		single_message(session, text, on_frame);
		return;
	}
	if (!conn->batch) {
		on_frame(session, text);
		return;
	}
	for (struct bytes one = frame_split(&text);
	     one.len > 0 && conn->state != CONN_CLOSED; one = frame_split(&text)) {
		on_frame(session, one);
	}
}
