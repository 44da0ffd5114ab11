/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bodies: C structs for what goes over the wire, made with their decoders and encoders
 *  from the rows of body.def and body_rest.def. What a decoded body points at lives as
 *  long as the document it came from. Thread: any. */
#ifndef CHAT_PROTO_BODY_H
#define CHAT_PROTO_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/id.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"
#include "common/proto/kind.h"
#include "common/proto/limits.h"

enum body_shape { BODY_OBJECT, BODY_TUPLE };
enum body_need { BODY_MAY, BODY_NEED };

enum body_type {
	BODY_ID,
	BODY_TEXT,
	BODY_BASE64,
	BODY_UINT,
	BODY_MAYBE,
	BODY_BOOL,
	BODY_WORD,
	BODY_IDS,
	BODY_TEXTS,
	BODY_LIST,
	BODY_SUB,
	BODY_RAW,
};

struct body_def;

/** One field: where it stands in the struct and what may be in it. */
struct body_field {
	const char *name;
	struct bytes member; /**< the name as it is written: "name": */
	enum body_type type;
	enum body_need need;
	size_t at;                           /**< offset of the value */
	size_t beside;                       /**< offset of has_f or f_count */
	size_t most;                         /**< bytes of a text, items of a list */
	size_t each;                         /**< bytes of each text of a TEXTS */
	const struct kind_words *words;      /**< of a WORD */
	const struct body_def *(*sub)(void); /**< of a LIST or SUB */
};

struct body_def {
	const char *name;
	const struct body_field *fields;
	size_t count;
	size_t size; /**< of the struct */
	enum body_shape shape;
};

#define ID(f, need)           struct id f;
#define TEXT(f, need, most)   struct bytes f;
#define BASE64(f, need, most) struct bytes f;
#define UINT(f, need)         uint64_t f;
#define MAYBE(f) \
	uint64_t f; \
	bool has_##f;
#define BOOL(f, need)        bool f;
#define WORD(f, need, table) int f;
#define IDS(f, most) \
	struct id *f; \
	size_t f##_count;
#define TEXTS(f, most, each) \
	struct bytes *f; \
	size_t f##_count;
#define LIST(f, body, most) \
	struct body_##body *f; \
	size_t f##_count;
#define SUB(f, body) \
	struct body_##body f; \
	bool has_##f;
#define RAW(f, need) struct bytes f;
#define BODY(name)   struct body_##name {
/* clang-format off */
#define END(shape)   };
/* clang-format on */
#include "common/proto/body.def"
#include "common/proto/body_rest.def"
#include "common/proto/body_undef.h"

/* The definition of each body: body_send_def() and so on. */
#define BODY(name) const struct body_def *body_##name##_def(void);
#include "common/proto/body_empty.h"

#include "common/proto/body.def"
#include "common/proto/body_rest.def"
#include "common/proto/body_undef.h"

/** Read @node into the struct at @ret_body, which is zeroed first. Unknown fields are
 *  ignored, null is refused, text may hold no control character but newline and tab.
 *  Errors: ERR_BAD, ERR_TOO_BIG; *ret_field (may be NULL) names the field. */
enum err body_decode(const struct body_def *def, struct json *json, struct json_node node,
		     void *ret_body, const char **ret_field) MUST_CHECK;

/** Parse @text and read it so. *ret_json, NULL before, holds what the body points into: the
 *  caller ends it, also after an error. Errors: those of json_parse() too. */
enum err body_parse(const struct body_def *def, struct bytes text, struct json **ret_json,
		    void *ret_body) MUST_CHECK;

/** Like body_decode() for what somebody asks: a word that is not known is refused with ERR_BAD also
 *  where the field may be absent, since doing something else than asked is worse than
 *  doing nothing. */
enum err body_decode_request(const struct body_def *def, struct json *json,
			     struct json_node node, void *ret_body,
			     const char **ret_field) MUST_CHECK;

/** Write the members of @body into an object that is open already. */
void body_encode_fields(const struct body_def *def, struct json_out *out,
			const void *body);

/** Write @body as one JSON value. */
void body_encode(const struct body_def *def, struct json_out *out, const void *body);

#endif
