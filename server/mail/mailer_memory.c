/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring of copies. It lives with the other mailers rather than with the tests because it
 * is the second implementation that keeps the port honest.
 */
#include "server/mail/mailer_memory.h"

#include "common/base/mem.h"

static void copy_str(struct str *dst, const struct str *src)
{
	str_set_len(dst, src->ptr, src->len);
}

static enum err memory_send(struct mailer *mailer, const struct letter *letter)
{
	struct mailer_memory *memory = CONTAINER_OF(mailer, struct mailer_memory, mailer);

	if (memory->fail != ERR_OK)
		return memory->fail;
	struct letter *copy = &memory->letters[memory->count++ % MAILER_MEMORY_MOST];
	copy->id = letter->id;
	copy->sent_ms = letter->sent_ms;
	copy_str(&copy->to, &letter->to);
	copy_str(&copy->subject, &letter->subject);
	copy_str(&copy->body, &letter->body);
	return ERR_OK;
}

static void memory_pretend(struct mailer *mailer, const struct letter *letter)
{
	struct mailer_memory *memory = CONTAINER_OF(mailer, struct mailer_memory, mailer);

	memory->pretended++;
	memory->pretended_len = letter->body.len;
}

static void memory_close(struct mailer **mailer)
{
	if (!*mailer)
		return;
	struct mailer_memory *memory =
		CONTAINER_OF(*mailer, struct mailer_memory, mailer);

	for (size_t i = 0; i < MAILER_MEMORY_MOST; i++)
		letter_done(&memory->letters[i]);
	mem_free(memory);
	*mailer = NULL;
}

struct mailer_memory *mailer_memory_new(void)
{
	struct mailer_memory *memory = mem_new(struct mailer_memory);

	memory->mailer = (struct mailer){
		.send = memory_send, .pretend = memory_pretend, .close = memory_close};
	for (size_t i = 0; i < MAILER_MEMORY_MOST; i++)
		memory->letters[i] = LETTER_INIT;
	return memory;
}

const struct letter *mailer_memory_last(const struct mailer_memory *memory,
					const char *to)
{
	for (size_t i = 0; i < MAILER_MEMORY_MOST && i < memory->count; i++) {
		const struct letter *letter =
			&memory->letters[(memory->count - 1 - i) % MAILER_MEMORY_MOST];
		if (str_equal(&letter->to, to))
			return letter;
	}
	return NULL;
}
