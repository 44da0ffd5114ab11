/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs of other programs. The first byte chooses whose, the rest is the file. */
/* Covers: server/admin/said.c server/admin/said_irc.c server/admin/said_json.c */
#include <assert.h>
#include <string.h>

#include "common/base/utf8.h"
#include "server/admin/said.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *name_of(void *ctx, struct bytes id)
{
	return id.len % 2 ? "bob" : NULL;
}

/* What comes out can be stored. */
static void check(enum said_kind kind, const struct said *said)
{
	if (kind == SAID_WRONG)
		assert(said->wrong);
	if (kind != SAID_MESSAGE)
		return;
	assert(said->author.len > 0 && said->author.len <= LIMIT_DISPLAY);
	assert(said->text.len > 0);
	assert(utf8_valid(said->author.ptr, said->author.len));
	assert(utf8_valid(said->text.ptr, said->text.len));
	for (size_t i = 0; i < said->text.len; i++) {
		char c = said->text.ptr[i];
		assert((unsigned char)c >= 0x20 || c == '\n' || c == '\t');
	}
	assert(!memchr(said->author.ptr, '\n', said->author.len));
}

static void try_pieces(struct bytes text, struct said *said)
{
	AUTO(str_done) struct str id = STR_INIT, name = STR_INIT;
	struct json_pieces pieces;

	json_pieces_init(&pieces);
	while (json_pieces_next(&pieces, &text)) {
		struct bytes piece = buf_view(&pieces.piece);
		check(said_slack(piece, name_of, NULL, said), said);
		if (said_slack_user(piece, &id, &name) == ERR_OK)
			assert(id.len > 0 && utf8_valid(name.ptr, name.len));
	}
	json_pieces_done(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct irssi_day day = {.known = false};
	struct said said;

	if (size == 0)
		return 0;
	struct bytes rest = bytes_of(data + 1, size - 1);
	said_init(&said);
	if (data[0] == 's')
		try_pieces(rest, &said);
	while (data[0] != 's' && rest.len > 0) {
		const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
		struct bytes line = bytes_of(rest.ptr, len);
		if (data[0] == 'w')
			check(said_weechat(line, &said), &said);
		else if (data[0] == 'i')
			check(said_irssi(&day, line, &said), &said);
		else
			check(said_jsonl(line, &said), &said);
		rest = bytes_of(rest.ptr + len + (end != NULL),
				rest.len - len - (end != NULL));
	}
	said_done(&said);
	return 0;
}
