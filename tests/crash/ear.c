/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of what was heard has no hole; what would make one waits or is wrong. */
#include "tests/crash/ear.h"

#include "common/base/mem.h"

void ear_done(struct ear *ear)
{
	mem_free(ear->cids);
	mem_free(ear->early);
	*ear = (struct ear){0};
}

uint64_t ear_last(const struct ear *ear)
{
	return ear->start + ear->count;
}

static void add(struct ear *ear, const struct id *cid)
{
	if (ear->count == ear->cap) {
		ear->cap = mem_grow(ear->cap, ear->count + 1);
		ear->cids = mem_resize(ear->cids, ear->cap, sizeof(*ear->cids));
	}
	ear->cids[ear->count++] = *cid;
}

/* Those whose turn has come; a replay may have told some already. */
static void take_early(struct ear *ear)
{
	for (size_t i = 0; i < ear->early_count;) {
		struct ear_ack ack = ear->early[i];
		if (ack.seq > ear_last(ear) + 1) {
			i++;
			continue;
		}
		ear->early[i] = ear->early[--ear->early_count];
		if (ack.seq == ear_last(ear) + 1) {
			add(ear, &ack.cid);
			i = 0;
		}
	}
}

const char *ear_hear(struct ear *ear, uint64_t seq, const struct id *cid)
{
	if (seq > ear->head)
		ear->head = seq;
	if (!ear->known || seq <= ear->start)
		return NULL;
	if (seq <= ear_last(ear))
		return id_equal(&ear->cids[seq - ear->start - 1], cid) ? NULL
								       : "is two events";
	if (seq > ear_last(ear) + 1)
		return ear->catching ? NULL : "came too early";
	add(ear, cid);
	take_early(ear);
	return NULL;
}

const char *ear_acked(struct ear *ear, uint64_t seq, const struct id *cid)
{
	if (!ear->known || seq <= ear_last(ear) + 1)
		return ear_hear(ear, seq, cid);
	if (seq > ear->head)
		ear->head = seq;
	ear->early = mem_resize(ear->early, ear->early_count + 1, sizeof(*ear->early));
	ear->early[ear->early_count++] = (struct ear_ack){seq, *cid};
	return NULL;
}
