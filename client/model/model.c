/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The root: its parts know nothing of each other but what is joined here. */
#include "client/model/model.h"

#include "client/model/unread.h"

void model_init(struct model *model, uint64_t seed)
{
	*model = (struct model){.server = STR_INIT, .link = MODEL_OFFLINE};
	people_init(&model->people, seed);
	rooms_init(&model->rooms, seed);
	hits_init(&model->hits);
}

void model_done(struct model *model)
{
	pictures_done(&model->pictures);
	hits_done(&model->hits);
	rooms_done(&model->rooms);
	people_done(&model->people);
	str_done(&model->server);
}

void model_enter(struct model *model, struct room *room)
{
	struct room *last = rooms_current(&model->rooms);

	if (last == room)
		return;
	if (last)
		unread_leave(last);
	model->rooms.current = room ? room->id : (struct id){0};
	if (room)
		unread_enter(room);
	rooms_sort(&model->rooms, &model->people);
}

bool model_expire(struct model *model, uint64_t mono_ms)
{
	bool changed = false;

	for (size_t i = 0; i < model->rooms.count; i++)
		changed |= roster_expire(&model->rooms.rows[i]->roster, mono_ms);
	return changed;
}

uint64_t model_next_ms(const struct model *model)
{
	uint64_t next = 0;

	for (size_t i = 0; i < model->rooms.count; i++) {
		uint64_t until = roster_next_ms(&model->rooms.rows[i]->roster);
		if (until && (!next || until < next))
			next = until;
	}
	return next;
}
