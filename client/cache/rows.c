/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chunks that never move, so that views into them stay valid while more is added.
 */
#include "client/cache/rows.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"

#define CHUNK 4000 /* with the header near a page */

struct rows_chunk {
	struct rows_chunk *next;
	size_t used, size;
	uint8_t data[];
};

struct bytes rows_keep(struct rows *rows, struct bytes text)
{
	struct rows_chunk *chunk = rows->chunks;

	if (!text.ptr)
		return text;
	if (!chunk || chunk->size - chunk->used <= text.len) {
		size_t size = text.len < CHUNK ? CHUNK : text.len + 1;
		chunk = mem_alloc(1, sizeof(*chunk) + size);
		chunk->size = size;
		chunk->next = rows->chunks;
		rows->chunks = chunk;
	}
	uint8_t *copy = chunk->data + chunk->used;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	chunk->used += text.len + 1;
	return bytes_of(copy, text.len);
}

void rows_done(struct rows *rows)
{
	while (rows->chunks) {
		struct rows_chunk *chunk = rows->chunks;
		rows->chunks = chunk->next;
		wipe(chunk->data, chunk->used);
		mem_free(chunk);
	}
}
