/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Frames of chat.v1: the registry made from frame.def, reading and writing. Thread: any. */
#ifndef CHAT_PROTO_FRAME_H
#define CHAT_PROTO_FRAME_H

#include "common/proto/body.h"

enum frame_type {
#define FRAME(id, name, dir, state, most) FRAME_##id,
#include "common/proto/frame.def"
#undef FRAME
	FRAME_COUNT
};

enum frame_dir { FRAME_DIR_C = 1, FRAME_DIR_S = 2, FRAME_DIR_B = 3 };
enum frame_state { FRAME_STATE_NEW, FRAME_STATE_READY };

struct frame_row {
	const char *name;
	enum frame_dir dir;
	enum frame_state state; /**< the least in which it may come */
	size_t most;            /**< bytes of the whole frame */
	const struct body_def *(*body)(void);
};

const struct frame_row *frame_row(enum frame_type type);

/** A frame that was read; its body is decoded by frame_read_x(). */
struct frame {
	enum frame_type type;
	const struct frame_row *row;
	struct json *json;
};

/** Cut the next frame off *@rest, which holds one WebSocket message: frames are separated
 *  by newlines. Empty when nothing is left. */
struct bytes frame_split(struct bytes *rest);

/** Read the type of one frame. Owns: *ret_frame, ended with frame_done().
 *  Errors: ERR_UTF8, ERR_BAD, ERR_UNKNOWN_TYPE, ERR_TOO_BIG (by the row). */
enum err frame_parse(struct bytes text, struct frame *ret_frame) MUST_CHECK;
void frame_done(struct frame *frame);

/** Decode the body of @frame, which must be of @type. Errors: as body_decode(). */
enum err frame_read(const struct frame *frame, enum frame_type type, void *ret_body,
		    const char **ret_field) MUST_CHECK;

/** Append one frame without a newline. */
void frame_write(struct buf *buf, enum frame_type type, const void *body);

/* frame_read_send(&frame, &body, &field), frame_write_send(&buf, &body) and so on: the
 * two above with the struct that belongs to the type. */
#define FRAME(id, name, dir, state, most) \
	MUST_CHECK static inline enum err frame_read_##name( \
		const struct frame *frame, struct body_##name *ret_body, \
		const char **ret_field) \
	{ \
		return frame_read(frame, FRAME_##id, ret_body, ret_field); \
	} \
	static inline void frame_write_##name(struct buf *buf, \
					      const struct body_##name *body) \
	{ \
		frame_write(buf, FRAME_##id, body); \
	}
#include "common/proto/frame.def"
#undef FRAME

#endif
