/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other side is a function. Without one nobody is there: so a server that was built
 * without libcurl queues, tries, and tells the owners of hooks that it cannot. */
#include "server/hook/poster_memory.h"

#include <assert.h>

#include "common/base/mem.h"

struct memory {
	struct poster poster;
	struct mailbox *back;
	poster_answer_fn *answer;
	void *ctx;
};

static enum err memory_submit(struct poster *poster, struct post_out *post)
{
	struct memory *memory = CONTAINER_OF(poster, struct memory, poster);

	post->err = ERR_UNREACHABLE;
	if (memory->answer)
		memory->answer(post, memory->ctx);
	bool put = mailbox_put(memory->back, post->back);
	assert(put); /* the box of answers is unbounded and closes after the poster */
	return ERR_OK;
}

static void memory_hurry(struct poster *poster)
{
}

static void memory_close(struct poster **poster)
{
	if (!*poster)
		return;
	mem_free(CONTAINER_OF(*poster, struct memory, poster));
	*poster = NULL;
}

struct poster *poster_memory_new(struct mailbox *back, poster_answer_fn *answer,
				 void *ctx)
{
	struct memory *memory = mem_new(struct memory);

	*memory = (struct memory){
		.poster = {.submit = memory_submit,
			   .hurry = memory_hurry,
			   .close = memory_close},
		.back = back,
		.answer = answer,
		.ctx = ctx,
	};
	return &memory->poster;
}
