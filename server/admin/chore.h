/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Chores as the commands see them: ask for one and wait until it is over, in the running
 *  server or, when none runs, by doing it. Thread: one. */
#ifndef CHAT_ADMIN_CHORE_H
#define CHAT_ADMIN_CHORE_H

#include "common/proto/json.h"
#include "common/proto/rest.h"
#include "server/admin/command.h"
#include "server/chores.h"

/** Its last report is in *@ret (texts are static or empty). Errors: what the server answers,
 *  or why the chore failed; ERR_NOT_FOUND when there is no database at all. */
enum err chore_do(struct admin *admin, enum chore_kind kind, bool dry,
		  struct chore_report *ret_report) MUST_CHECK;

/** Ask @op and decode the answer into *@ret_body, whose texts live in *@ret_json.
 *  Owns: json_free(ret_json). */
enum err admin_ask(struct admin *admin, enum rest_op op, const char *param,
		   const struct body_def *args_def, const void *args,
		   const struct body_def *def, void *ret_body,
		   struct json **ret_json) MUST_CHECK;

/** The path of @name in the data folder. */
void admin_path(const struct admin *admin, const char *name, struct str *out);
/** ERR_NOT_FOUND, with a sentence, when there is no database. */
enum err admin_need_database(struct admin *admin) MUST_CHECK;
/** "12.3 MiB" */
void admin_size(uint64_t bytes, struct str *out);
/** "2026-11-20 14:03 UTC" */
void admin_time(uint64_t ms, struct str *out);

#endif
