/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The arguments of a request, from wherever they come, as one body. Thread: loop. */
#ifndef CHAT_REST_ARGS_H
#define CHAT_REST_ARGS_H

#include "common/proto/body.h"
#include "server/net/request.h"

/** Read path parameters, query and body of @request as a @def body; the path wins over the
 *  query, that over the body. Owns: *ret_json, which @ret_body points into.
 *  Errors: ERR_BAD, ERR_TOO_BIG, ERR_UTF8; *ret_field names the field, or is NULL. */
enum err args_read(const struct request *request, const struct body_def *def,
		   struct json **ret_json, void *ret_body,
		   const char **ret_field) MUST_CHECK;

#endif
