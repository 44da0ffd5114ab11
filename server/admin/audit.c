/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server audit. The check goes through the chain in slices, so that a running server
 * answers others in between. What it prints at the end, number and hash of the newest row,
 * is worth keeping elsewhere: only that shows when a whole database was put back.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/audit.h"
#include "common/proto/body.h"
#include "server/admin/command.h"
#include "server/ask.h"

/* Call @op and decode the answer; the views in @ret end with *ret_json. */
static enum err ask(struct admin *admin, enum rest_op op, const struct body_def *in,
		    const void *args, const struct body_def *out, void *ret,
		    struct json **ret_json)
{
	AUTO(buf_done) struct buf text = BUF_INIT, answer = BUF_INIT;
	struct json_out writer = json_out_init(&text);

	body_encode(in, &writer, args);
	enum err err =
		ask_server(admin->setup, op, NULL, buf_view(&text), &answer, admin->why);
	return err == ERR_OK ? body_parse(out, buf_view(&answer), ret_json, ret) : err;
}

static void add_text(struct str *said, const char *before, struct bytes text)
{
	if (!text.len)
		return;
	str_add(said, before);
	neutral_add(said, (const char *)text.ptr, text.len, NEUTRAL_LINE);
}

static void print_entry(const struct body_audit_entry *entry, struct str *said)
{
	time_t when = (time_t)(entry->ts / 1000);
	AUTO(str_done) struct str verb = STR_INIT;
	struct tm tm;
	char stamp[32];

	gmtime_r(&when, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	str_add_len(&verb, (const char *)entry->verb.ptr, entry->verb.len);
	str_addf(said, "%" PRIu64 "  %s  %s", entry->number, stamp, verb.ptr);
	add_text(said, "  user=", entry->name);
	add_text(said, "  by=", entry->actor_name.len ? entry->actor_name : entry->by);
	add_text(said, "  ", entry->detail);
	add_text(said, "  from=", entry->place);
	str_add(said, "\n");
}

static enum err list(struct admin *admin)
{
	struct body_audit_ask args = {.limit = LIMIT_LIST};
	AUTO(json_free) struct json *json = NULL;
	struct body_audit_page page;

	if (admin->count == 2)
		args.user = bytes_text(admin->words[1]);
	enum err err = ask(admin, REST_admin_audit, body_audit_ask_def(), &args,
			   body_audit_page_def(), &page, &json);
	if (err != ERR_OK)
		return err;
	for (size_t i = page.entries_count; i-- > 0;)
		print_entry(&page.entries[i], admin->said);
	return ERR_OK;
}

static enum err verify(struct admin *admin)
{
	struct body_audit_slice args = {.after = 0};
	bool complete = false;

	while (!complete) {
		AUTO(json_free) struct json *json = NULL;
		struct body_audit_state state;
		enum err err = ask(admin, REST_admin_audit_check, body_audit_slice_def(),
				   &args, body_audit_state_def(), &state, &json);
		if (err != ERR_OK)
			return err;
		if (state.broken) {
			str_addf(admin->why,
				 _("row %llu of the audit log is not as it was written"),
				 (unsigned long long)state.broken);
			return ERR_CORRUPT;
		}
		complete = state.complete;
		args.after = state.last;
		if (complete)
			str_addf(admin->said,
				 _("%llu rows are as they were written; the newest has "
				   "the "
				   "hash\n%.*s\n"),
				 (unsigned long long)state.last, (int)state.hash.len,
				 (const char *)state.hash.ptr);
	}
	return ERR_OK;
}

enum err command_audit(struct admin *admin)
{
	if (strcmp(admin->words[0], "list") == 0)
		return list(admin);
	if (admin->count == 1 && strcmp(admin->words[0], "verify") == 0)
		return verify(admin);
	str_add(admin->why,
		_("chat-server audit list [NAME] or chat-server audit verify"));
	return ERR_USAGE;
}
