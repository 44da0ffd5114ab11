/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bus inside one process: a map from topic to the seats of its listeners. A seat knows
 * its place in both of its lists, so joining and leaving cost the same in a room of ten
 * and of ten thousand; publishing walks one array.
 */
#include <assert.h>

#include "common/base/map.h"
#include "common/base/mem.h"
#include "server/bus/bus.h"

struct bus_topic {
	struct id id;
	struct bus_seat **seats;
	uint32_t count, cap;
};

struct bus_local {
	struct bus bus;
	struct map topics;
};

static void list_add(struct bus_seat ***list, uint32_t *count, uint32_t *cap,
		     struct bus_seat *seat)
{
	if (*count == *cap) {
		*cap = *cap ? *cap * 2 : 2;
		*list = mem_resize(*list, *cap, sizeof(**list));
	}
	(*list)[(*count)++] = seat;
}

static const struct bus_local *local_of(const struct bus *bus)
{
	return (const struct bus_local *)((const char *)bus -
					  offsetof(struct bus_local, bus));
}

/* Looked for in the shorter of the two lists: a room of thousands is heard by somebody who
 * is in few rooms, and who is in hundreds is in small ones. */
static struct bus_seat *seat_of(const struct bus_topic *topic, const struct bus_ear *ear)
{
	if (!topic) {
		return NULL;
	}
	if (topic->count < ear->count) {
		for (uint32_t i = 0; i < topic->count; i++) {
			if (topic->seats[i]->ear == ear) {
				return topic->seats[i];
			}
		}
		return NULL;
	}
	for (uint32_t i = 0; i < ear->count; i++) {
		if (ear->seats[i]->topic == topic) {
			return ear->seats[i];
		}
	}
	return NULL;
}

static struct bus_seat *local_find(const struct bus *bus, const struct id *id,
				   const struct bus_ear *ear)
{
	return seat_of(map_get(&local_of(bus)->topics, id), ear);
}

const struct id *bus_seat_topic(const struct bus_seat *seat)
{
	return &seat->topic->id;
}

static struct bus_seat *local_listen(struct bus *bus, const struct id *id,
				     struct bus_ear *ear)
{
	struct bus_local *local = CONTAINER_OF(bus, struct bus_local, bus);
	struct bus_topic *topic = map_get(&local->topics, id);
	struct bus_seat *seat = seat_of(topic, ear);

	if (seat) {
		return seat;
	}
	if (!topic) {
		topic = mem_new(struct bus_topic);
		topic->id = *id;
		map_put(&local->topics, id, topic);
	}
	seat = mem_new(struct bus_seat);
	*seat = (struct bus_seat){.ear = ear,
				  .topic = topic,
				  .in_topic = topic->count,
				  .in_ear = ear->count};
	list_add(&topic->seats, &topic->count, &topic->cap, seat);
	list_add(&ear->seats, &ear->count, &ear->cap, seat);
	return seat;
}

static void leave(struct bus_local *local, struct bus_seat *seat)
{
	struct bus_topic *topic = seat->topic;
	struct bus_ear *ear = seat->ear;

	topic->seats[seat->in_topic] = topic->seats[--topic->count];
	topic->seats[seat->in_topic]->in_topic = seat->in_topic;
	ear->seats[seat->in_ear] = ear->seats[--ear->count];
	ear->seats[seat->in_ear]->in_ear = seat->in_ear;
	mem_free(seat);
	if (topic->count == 0) {
		map_remove(&local->topics, &topic->id);
		mem_free(topic->seats);
		mem_free(topic);
	}
}

static void local_unlisten(struct bus *bus, const struct id *id, struct bus_ear *ear)
{
	struct bus_seat *seat = local_find(bus, id, ear);

	if (seat) {
		leave(CONTAINER_OF(bus, struct bus_local, bus), seat);
	}
}

static void local_forget(struct bus *bus, struct bus_ear *ear)
{
	while (ear->count > 0) {
		leave(CONTAINER_OF(bus, struct bus_local, bus),
		      ear->seats[ear->count - 1]);
	}
	mem_free(ear->seats);
	ear->seats = NULL;
	ear->cap = 0;
}

static void local_publish(struct bus *bus, const struct bus_news *news)
{
	struct bus_local *local = CONTAINER_OF(bus, struct bus_local, bus);
	struct bus_topic *topic = map_get(&local->topics, &news->topic);

	/* Newest first: an ear that leaves while it hears moves only who has heard. */
	for (uint32_t i = topic ? topic->count : 0; i-- > 0;) {
		struct bus_seat *seat = topic->seats[i];

		seat->ear->hear(seat->ear, seat, news);
	}
}

static size_t local_count(const struct bus *bus, const struct id *id)
{
	const struct bus_topic *topic = map_get(&local_of(bus)->topics, id);

	return topic ? topic->count : 0;
}

static void local_close(struct bus **bus)
{
	if (!*bus) {
		return;
	}
	struct bus_local *local = CONTAINER_OF(*bus, struct bus_local, bus);

	assert(local->topics.count == 0);
	map_done(&local->topics);
	mem_free(local);
	*bus = NULL;
}

struct bus *bus_local_new(uint64_t seed)
{
	struct bus_local *local = mem_new(struct bus_local);

	local->bus = (struct bus){
		.listen = local_listen,
		.find = local_find,
		.unlisten = local_unlisten,
		.forget = local_forget,
		.publish = local_publish,
		.count = local_count,
		.close = local_close,
	};
	map_init(&local->topics, seed);
	return &local->bus;
}
