/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text is cut into spans of one kind. A span with blanks between its words goes to
 * unicode61, which knows letters, cases and diacritics; of the other kind every pair of
 * neighbours is a token. In a document the last character of such a run is a token too, at
 * the place of its last pair, so that every character begins some token; a query leaves it
 * out, since it stands for pairs in a row.
 *
 * https://www.sqlite.org/fts5.html, section 7 (custom tokenizers).
 */
#include "common/sqlite/tokenizer.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/mem.h"
#include "common/base/utf8.h"

struct range {
	uint32_t first, last;
};

/* Scripts written without blanks, their marks among them. Sorted. */
static const struct range dense[] = {
	{0x0e00, 0x0eff},   /* Thai, Lao */
	{0x1000, 0x109f},   /* Myanmar */
	{0x1100, 0x11ff},   /* Hangul Jamo */
	{0x1780, 0x17ff},   /* Khmer */
	{0x2e80, 0x2fdf},   /* radicals */
	{0x3005, 0x3007},   /* 々 〆 〇 */
	{0x3021, 0x3029},   /* Hangzhou numerals */
	{0x3031, 0x3035},   /* Kana repeat marks */
	{0x3041, 0x3096},   /* Hiragana */
	{0x3099, 0x309f},   /* its voicing and iteration marks */
	{0x30a1, 0x30fa},   /* Katakana */
	{0x30fc, 0x318e},   /* ー, Bopomofo, Hangul compatibility Jamo */
	{0x31a0, 0x31bf},   /* Bopomofo extended */
	{0x31f0, 0x31ff},   /* Katakana phonetic extensions */
	{0x3400, 0x4dbf},   /* Han extension A */
	{0x4e00, 0x9fff},   /* Han */
	{0xa960, 0xa97f},   /* Hangul Jamo extended A */
	{0xac00, 0xd7ff},   /* Hangul */
	{0xf900, 0xfaff},   /* Han compatibility */
	{0xff66, 0xffdc},   /* half-width Katakana and Hangul */
	{0x1b000, 0x1b16f}, /* Kana supplements */
	{0x20000, 0x3ffff}, /* Han extensions B and later */
};

static bool is_dense(uint32_t code)
{
	size_t low = 0, high = sizeof(dense) / sizeof(dense[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (code > dense[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sizeof(dense) / sizeof(dense[0]) && code >= dense[low].first;
}

typedef int token_fn(void *ctx, int flags, const char *token, int len, int start,
		     int end);

struct tokenizer {
	fts5_tokenizer inner;
	Fts5Tokenizer *words; /* of unicode61 */
};

/* One text on its way. */
struct pass {
	const struct tokenizer *tokenizer;
	void *ctx;
	token_fn *token;
	int flags; /* FTS5_TOKENIZE_… */
	const char *text;
	int base; /* where the span of words begins in the text */
};

static int on_word(void *ctx, int flags, const char *token, int len, int start, int end)
{
	const struct pass *pass = ctx;

	return pass->token(pass->ctx, flags, token, len, start + pass->base,
			   end + pass->base);
}

static int words_span(struct pass *pass, int from, int to)
{
	const struct tokenizer *tokenizer = pass->tokenizer;

	if (from == to)
		return SQLITE_OK;
	pass->base = from;
	return tokenizer->inner.xTokenize(tokenizer->words, pass, pass->flags,
					  pass->text + from, to - from, on_word);
}

static int emit(const struct pass *pass, int flags, int from, int to)
{
	return pass->token(pass->ctx, flags, pass->text + from, to - from, from, to);
}

static int next_char(const struct pass *pass, int at, int to)
{
	uint32_t code;
	size_t used = utf8_decode(pass->text + at, (size_t)(to - at), &code);

	return at + (used ? (int)used : 1);
}

static int dense_span(const struct pass *pass, int from, int to)
{
	bool query = pass->flags & FTS5_TOKENIZE_QUERY;
	int middle = next_char(pass, from, to);

	if (middle == to)
		return emit(pass, 0, from, to);
	while (middle < to) {
		int end = next_char(pass, middle, to);
		int rc = emit(pass, 0, from, end);
		if (rc != SQLITE_OK)
			return rc;
		from = middle;
		middle = end;
	}
	return query ? SQLITE_OK : emit(pass, FTS5_TOKEN_COLOCATED, from, to);
}

static int on_tokenize(Fts5Tokenizer *arg, void *ctx, int flags, const char *text,
		       int len, token_fn *token)
{
	struct pass pass = {.tokenizer = (const struct tokenizer *)arg,
			    .ctx = ctx,
			    .token = token,
			    .flags = flags,
			    .text = text};
	int from = 0, at = 0, rc = SQLITE_OK;
	bool now = false;

	while (at < len && rc == SQLITE_OK) {
		uint32_t code;
		size_t used = utf8_decode(text + at, (size_t)(len - at), &code);
		bool is = used && is_dense(code);
		if (is != now) {
			rc = now ? dense_span(&pass, from, at)
				 : words_span(&pass, from, at);
			from = at;
			now = is;
		}
		at += used ? (int)used : 1;
	}
	if (rc != SQLITE_OK || from == len)
		return rc;
	return now ? dense_span(&pass, from, len) : words_span(&pass, from, len);
}

static int on_create(void *ctx, const char **args, int count, Fts5Tokenizer **ret)
{
	fts5_api *api = ctx;
	struct tokenizer *tokenizer = mem_new(struct tokenizer);
	void *words_ctx;
	int rc = api->xFindTokenizer(api, "unicode61", &words_ctx, &tokenizer->inner);

	if (rc == SQLITE_OK)
		rc = tokenizer->inner.xCreate(words_ctx, args, count, &tokenizer->words);
	if (rc != SQLITE_OK) {
		mem_free(tokenizer);
		return rc;
	}
	*ret = (Fts5Tokenizer *)tokenizer;
	return SQLITE_OK;
}

static void on_delete(Fts5Tokenizer *arg)
{
	struct tokenizer *tokenizer = (struct tokenizer *)arg;

	tokenizer->inner.xDelete(tokenizer->words);
	mem_free(tokenizer);
}

/* SQLite hands its interface to extensions out through a pointer that is bound. */
static fts5_api *api_of(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	fts5_api *api = NULL;

	if (sqlite3_prepare_v2(db, "select fts5(?1)", -1, &stmt, NULL) != SQLITE_OK)
		return NULL;
	sqlite3_bind_pointer(stmt, 1, (void *)&api, "fts5_api_ptr", NULL);
	sqlite3_step(stmt);
	sqlite3_finalize(stmt);
	return api;
}

int tokenizer_register(struct sqlite3 *db)
{
	static fts5_tokenizer tokenizer = {on_create, on_delete, on_tokenize};
	fts5_api *api = api_of(db);

	if (!api)
		return SQLITE_ERROR;
	return api->xCreateTokenizer(api, "chat", api, &tokenizer, NULL);
}
