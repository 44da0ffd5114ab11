/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of tables. What somebody has said has no index by author (it would cost every
 * message a write), so the log is walked in slices of keys, each of them a short read.
 */
#include "server/store/store_export.h"

#define SLICE   20000 /* keys of the log that one look covers: some milliseconds */
#define COLUMNS 16

/* How a table is walked. */
enum walk {
	BY_KEY,    /* the first column is the key */
	BY_OFFSET, /* small ones without a key of their own */
	BY_SLICE,  /* the log: the first column is the key */
};

struct section {
	const char *record;
	enum stmt stmt;
	enum walk walk;
	const char *names[COLUMNS];
};

static const struct section sections[] = {
	{"account",
	 STMT_export_account,
	 BY_OFFSET,
	 {"user", "name", "display_name", "about", "status", "language", "created_ms",
	  "seen_ms", "password_ms", "findable", "file_bytes", "avatar", "presence",
	  "receipts", "typing"}},
	{"email", STMT_export_email, BY_OFFSET, {"address", "created_ms", "verified_ms"}},
	{"setting", STMT_export_setting, BY_OFFSET, {"name", "value", "changed_ms"}},
	{"authenticator", STMT_export_factor, BY_OFFSET, {"created_ms", "confirmed_ms"}},
	{"ssh_key",
	 STMT_export_key,
	 BY_KEY,
	 {"fingerprint", "comment", "created_ms", "used_ms"}},
	{"device",
	 STMT_export_device,
	 BY_KEY,
	 {"device", "name", "created_ms", "seen_ms", "revoked_ms"}},
	{"session",
	 STMT_export_session,
	 BY_KEY,
	 {"session", "kind", "created_ms", "seen_ms", "expires_ms", "revoked_ms",
	  "client", "address"}},
	{"block", STMT_export_block, BY_OFFSET, {"user", "name", "since_ms"}},
	{"room",
	 STMT_export_member,
	 BY_OFFSET,
	 {"room", "slug", "name", "role", "joined_ms", "read", "level"}},
	{"draft", STMT_export_draft, BY_OFFSET, {"room", "text", "changed_ms"}},
	{"bot", STMT_export_bot, BY_KEY, {"user", "name", "display_name", "created_ms"}},
	{"bot_token",
	 STMT_export_bot_token,
	 BY_KEY,
	 {"token", "bot", "name", "created_ms", "expires_ms", "used_ms"}},
	{"webhook",
	 STMT_export_hook,
	 BY_KEY,
	 {"hook", "room", "kind", "name", "state", "created_ms", "used_ms"}},
	{"push", STMT_export_push, BY_KEY, {"push", "kind", "every_ms", "created_ms"}},
	{"notification",
	 STMT_export_notification,
	 BY_KEY,
	 {"id", "ts", "why", "seq", "read_ms"}},
	{"file",
	 STMT_export_file,
	 BY_KEY,
	 {"file", "name", "type", "size", "created_ms", "deleted_ms"}},
	{"event",
	 STMT_export_event,
	 BY_SLICE,
	 {"room", "cid", "seq", "ts", "kind", "target", "reply", "text", "sealed",
	  "deleted_ms"}},
	{"reaction", STMT_export_reaction, BY_SLICE, {"room", "cid", "emoji", "ts"}},
	{"audit", STMT_export_audit, BY_KEY, {"ts", "verb", "detail", "address"}},
};

unsigned store_export_sections(void)
{
	return ARRAY_LEN(sections);
}

struct reading {
	const struct section *section;
	export_row_fn *row;
	void *ctx;
	int64_t at; /* the key of the last row */
	size_t count;
};

static enum err on_row(const struct value *col, void *ctx)
{
	struct reading *reading = ctx;
	const struct section *section = reading->section;

	if (section->walk != BY_OFFSET)
		reading->at = col_int(col++);
	reading->count++;
	return reading->row(section->record, section->names, col, reading->ctx);
}

/* A slice of the log; *ret_end: the last one. */
static enum err read_slice(struct store *store, int64_t account, size_t limit, int64_t at,
			   struct reading *reading, bool *ret_end)
{
	int64_t last, to = at + SLICE;
	enum err err = store_num(store, STMT_export_event_last, NO_VALUES, &last);

	if (err == ERR_OK)
		err = store_run(store, reading->section->stmt,
				VALUES(value_int(account), value_int(at),
				       value_int((int64_t)limit), value_int(to)),
				on_row, reading);
	/* A full page may have left rows of the same key behind: those reactions of one
	 * person to one message that did not fit are few, and the page is larger. */
	if (reading->count < limit)
		reading->at = to;
	*ret_end = reading->at >= last;
	return err;
}

enum err store_export_read(struct store *store, int64_t account, size_t limit,
			   struct export_place *place, export_row_fn *row, void *ctx)
{
	struct reading reading = {.row = row, .ctx = ctx, .at = place->at};
	enum err err = ERR_OK;
	bool end;

	if (place->section >= ARRAY_LEN(sections))
		return ERR_OK;
	reading.section = &sections[place->section];
	if (reading.section->walk == BY_SLICE) {
		err = read_slice(store, account, limit, place->at, &reading, &end);
	} else {
		err = store_run(store, reading.section->stmt,
				VALUES(value_int(account), value_int(place->at),
				       value_int((int64_t)limit)),
				on_row, &reading);
		end = reading.count < limit;
	}
	if (err != ERR_OK)
		return err;
	if (reading.section->walk == BY_OFFSET)
		reading.at = place->at + (int64_t)reading.count;
	*place = end ? (struct export_place){.section = place->section + 1}
		     : (struct export_place){place->section, reading.at};
	return ERR_OK;
}
