/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The OpenAPI 3.1 document, made from the tables of common/proto that routes, bodies and
 *  errors are made from themselves, so that it cannot say anything else than they do.
 *  Thread: any. */
#ifndef CHAT_REST_OPENAPI_H
#define CHAT_REST_OPENAPI_H

#include "common/base/str.h"
#include "common/proto/rest.h"

/** Append the whole document. */
void openapi_write(struct buf *buf);

/** Append the name of the tag of @row: what stands behind /v1/ in its path, or "service". */
void openapi_tag(const struct rest_row *row, struct str *ret_tag);
/** Whether {NAME} stands in the path of @row. */
bool openapi_in_path(const struct rest_row *row, const char *name);
/** Whether the fields of @row that are not in its path come in a body and not in the query. */
bool openapi_has_body(const struct rest_row *row);

/* ---- openapi_schema.c ---- */

/** Write the schema of one field, inline. */
void openapi_field(struct json_out *out, const struct body_field *field);
/** What fields of that name mean, "" when no row says it. */
const char *openapi_describe(const char *name);
/** Write an example of @field. */
void openapi_example(struct json_out *out, const struct body_field *field);
/** Write the object of the fields of @row's request that come in its body. */
void openapi_request(struct json_out *out, const struct rest_row *row);
/** Write the schemas of all bodies that answers are made of, by name. */
void openapi_schemas(struct json_out *out);

#endif
