/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Routes: the registry made from rest.def. Matching paths and serving them is the
 *  server's; finding the row of an operation is both sides'. Thread: any. */
#ifndef CHAT_PROTO_REST_H
#define CHAT_PROTO_REST_H

#include "common/base/err.h"
#include "common/proto/body.h"

enum rest_op {
#define REST(op, method, path, right, most, in, out) REST_##op,
#include "common/proto/rest.def"
#undef REST
	REST_COUNT
};

/** OPERATOR: whoever runs the server, on its Unix socket. ADMIN: he, or an account with the
 *  server right `admin`. */
enum rest_right { REST_PUBLIC, REST_USER, REST_ADMIN, REST_OPERATOR };

struct rest_row {
	const char *op;
	const char *method;
	const char *path;
	enum rest_right right;
	size_t most; /**< bytes of the request body; 0: none is taken */
	const struct body_def *(*in)(void);
	const struct body_def *(*out)(void);
};

#define REST_ERRORS_MOST 12

/** What is said about a route. */
struct rest_about {
	const char *summary; /**< an English sentence without its full stop */
	enum err errors[REST_ERRORS_MOST]; /**< beyond those of all routes like it */
	const char *takes, *gives; /**< media types, by ", "; NULL: JSON or nothing */
};

const struct rest_row *rest_row(enum rest_op op);
const struct rest_about *rest_about(enum rest_op op);
/** Whether an Idempotency-Key counts with @row. Nothing about accounts and nothing that
 *  answers a secret: digest and answer would keep passwords, codes and tokens. */
bool rest_takes_key(const struct rest_row *row);
/** Whether a request of @row may be answered with @err, as the document says. */
bool rest_may_fail(const struct rest_row *row, enum err err);
/** The row of operation @op (@len bytes), or NULL. */
const struct rest_row *rest_find(const char *op, size_t len);
/** Whether @row moves a piece of a file, of which there are many in a row. NULL: no. */
bool rest_is_piece(const struct rest_row *row);
/** Whether HTTP takes bytes as they are as the body of @row, and not JSON; what the row has
 *  for arguments comes in the query then. */
bool rest_takes_bytes(const struct rest_row *row);

#endif
