/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/bus/bus.h"

#include "common/base/mem.h"
#include "tests/lib/check.h"

struct ear {
	struct bus_ear ear;
	struct bus *bus;
	int heard;
	bool leaves; /* the topic, while it hears */
};

static void hear(struct bus_ear *base, struct bus_seat *seat, const struct bus_news *news)
{
	struct ear *ear = CONTAINER_OF(base, struct ear, ear);

	assert_true(id_equal(bus_seat_topic(seat), &news->topic));
	ear->heard++;
	if (ear->leaves) {
		ear->bus->unlisten(ear->bus, &news->topic, base);
	}
}

static struct id topic(uint8_t n)
{
	return (struct id){{n}};
}

static void publish(struct bus *bus, uint8_t n)
{
	struct bus_news news = {.topic = topic(n)};

	bus->publish(bus, &news);
}

static void listen(struct ear *ear, struct bus *bus, uint8_t n)
{
	struct id id = topic(n);

	ear->bus = bus;
	ear->ear.hear = hear;
	assert_non_null(bus->listen(bus, &id, &ear->ear));
}

static void who_listens_hears_once(void **state)
{
	struct bus *bus = bus_local_new(1);
	struct ear a = {.heard = 0}, b = {.heard = 0};
	struct id one = topic(1);

	listen(&a, bus, 1);
	listen(&a, bus, 1);
	listen(&a, bus, 2);
	listen(&b, bus, 1);
	assert_int_equal(bus->count(bus, &one), 2);
	publish(bus, 1);
	publish(bus, 2);
	publish(bus, 3);
	assert_int_equal(a.heard, 2);
	assert_int_equal(b.heard, 1);
	bus->unlisten(bus, &one, &a.ear);
	publish(bus, 1);
	assert_int_equal(a.heard, 2);
	assert_int_equal(b.heard, 2);
	bus->forget(bus, &a.ear);
	bus->forget(bus, &b.ear);
	assert_int_equal(bus->count(bus, &one), 0);
	bus->close(&bus);
	assert_null(bus);
}

static void leaving_while_hearing_makes_nobody_miss_it(void **state)
{
	struct bus *bus = bus_local_new(1);
	struct ear ears[7] = {{.heard = 0}};

	for (size_t i = 0; i < ARRAY_LEN(ears); i++) {
		ears[i].leaves = i % 2 == 0;
		listen(&ears[i], bus, 1);
	}
	publish(bus, 1);
	publish(bus, 1);
	for (size_t i = 0; i < ARRAY_LEN(ears); i++) {
		assert_int_equal(ears[i].heard, i % 2 == 0 ? 1 : 2);
		bus->forget(bus, &ears[i].ear);
	}
	bus->close(&bus);
}

static void many_ears_and_topics_come_and_go(void **state)
{
	struct bus *bus = bus_local_new(1);
	struct ear *ears = mem_alloc(50, sizeof(*ears));
	int expected = 0, heard = 0;

	for (uint8_t i = 0; i < 50; i++) {
		for (uint8_t n = 0; n < 40; n += (uint8_t)(i % 3 + 1)) {
			listen(&ears[i], bus, n);
		}
	}
	for (uint8_t i = 0; i < 50; i += 4) {
		bus->forget(bus, &ears[i].ear);
	}
	for (uint8_t n = 0; n < 40; n++) {
		struct id id = topic(n);

		expected += (int)bus->count(bus, &id);
		publish(bus, n);
	}
	for (size_t i = 0; i < 50; i++) {
		heard += ears[i].heard;
		bus->forget(bus, &ears[i].ear);
	}
	assert_int_equal(heard, expected);
	bus->close(&bus);
	mem_free(ears);
}

CHECK_MAIN(TEST(who_listens_hears_once), TEST(leaving_while_hearing_makes_nobody_miss_it),
	   TEST(many_ears_and_topics_come_and_go))
