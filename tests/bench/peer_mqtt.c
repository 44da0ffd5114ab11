/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mosquitto: a topic for each room, MQTT 3.1.1 with QoS 1 in both directions, so that each
 * receiver acknowledges each message. A sender hears itself. Nothing is kept on disk.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/peer_rows.h"

/* Control packets, MQTT 3.1.1 section 2.2.1. */
enum {
	CONNECT = 0x10,
	CONNACK = 0x20,
	PUBLISH_1 = 0x32,
	PUBACK = 0x40,
	SUBSCRIBE = 0x82,
	SUBACK = 0x90
};

static const char package[] = "mosquitto";

static bool mqtt_here(const struct place *place, struct str *why)
{
	AUTO(str_done) struct str path = STR_INIT;

	if (daemon_find(package, &path))
		return true;
	str_addf(why, "%s is not installed", package);
	return false;
}

static void mqtt_version(const struct place *place, char ret_line[100])
{
	AUTO(str_done) struct str path = STR_INIT;

	daemon_find(package, &path);
	daemon_version((const char *[]){path.ptr, "-h", NULL}, ret_line);
}

static void mqtt_start(struct daemon *daemon, const struct place *place,
		       const struct scene *scene, void **ret_party)
{
	AUTO(str_done) struct str program = STR_INIT, config = STR_INIT, path = STR_INIT;

	daemon_find(package, &program);
	str_addf(&config,
		 "listener %u 127.0.0.1\nallow_anonymous true\nmax_connections -1\n"
		 "max_inflight_messages 0\nmax_queued_messages 0\npersistence false\n"
		 "set_tcp_nodelay true\nlog_type error\n%s",
		 daemon->port, geteuid() == 0 ? "user root\n" : "");
	daemon_write(daemon, "mosquitto.conf", config.ptr);
	daemon_path(daemon, "mosquitto.conf", &path);
	daemon_start(daemon, (const char *[]){program.ptr, "-c", path.ptr, NULL});
	*ret_party = NULL;
}

static void put_u16(struct line *line, unsigned value)
{
	line_put(line, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void put_text(struct line *line, const char *text, size_t len)
{
	put_u16(line, (unsigned)len);
	line_put(line, text, len);
}

/* Remaining length, section 2.2.3: seven bits a byte. */
static void put_head(struct line *line, uint8_t kind, size_t len)
{
	line_put(line, &kind, 1);
	do {
		uint8_t byte = len & 0x7f;
		len >>= 7;
		if (len)
			byte |= 0x80;
		line_put(line, &byte, 1);
	} while (len);
}

static void mqtt_greet(struct line *line)
{
	static const uint8_t protocol[] = {0,   4, 'M',           'Q', 'T',
					   'T', 4, 2 /* clean */, 0,   0};
	char name[16];
	size_t len = (size_t)snprintf(name, sizeof(name), "c%u", line->who);

	put_head(line, CONNECT, sizeof(protocol) + 2 + len);
	line_put(line, protocol, sizeof(protocol));
	put_text(line, name, len);
}

static size_t topic_of(const struct line *line, char topic[16])
{
	return (size_t)snprintf(topic, 16, "r%u", line->room);
}

static void subscribe(struct line *line)
{
	char topic[16];
	size_t len = topic_of(line, topic);

	put_head(line, SUBSCRIBE, 2 + 2 + len + 1);
	put_u16(line, 1);
	put_text(line, topic, len);
	line_put(line, "\1", 1);
}

static void take_publish(struct line *line, const uint8_t *body, size_t len)
{
	size_t topic = len < 2 ? 0 : (size_t)body[0] << 8 | body[1];

	if (len < 4 + topic + MARK_LEN) {
		line_fault(line, "a PUBLISH of %zu bytes", len);
		return;
	}
	line_put(line, (uint8_t[]){PUBACK, 2, body[2 + topic], body[3 + topic]}, 4);
	line_heard(line, (const char *)body + 4 + topic);
}

static void take_packet(struct line *line, uint8_t kind, const uint8_t *body, size_t len)
{
	if ((kind & 0xf6) == PUBLISH_1)
		take_publish(line, body, len);
	else if (kind == CONNACK && len == 2 && body[1] == 0)
		subscribe(line);
	else if (kind == SUBACK && len == 3 && body[2] == 1)
		line_joined(line);
	else if (kind != PUBACK)
		line_fault(line, "a packet %#x of %zu bytes", kind, len);
}

static size_t mqtt_hear(struct line *line, const char *data, size_t len)
{
	size_t used = 0;

	for (;;) {
		const uint8_t *at = (const uint8_t *)data + used;
		size_t left = len - used, body = 0, head = 1;
		unsigned shift = 0;
		do {
			if (head >= left || head > 4)
				return used;
			body |= (size_t)(at[head] & 0x7f) << shift;
			shift += 7;
		} while (at[head++] & 0x80);
		if (left < head + body)
			return used;
		take_packet(line, at[0], at + head, body);
		used += head + body;
	}
}

static void mqtt_say(struct line *line, const struct mark *mark, const char *text)
{
	char topic[16];
	size_t len = topic_of(line, topic);

	put_head(line, PUBLISH_1, 2 + len + 2 + MARK_TEXT);
	put_text(line, topic, len);
	put_u16(line, 1 + mark->number % 65535); /* never 0: section 2.3.1 */
	line_put(line, text, MARK_TEXT);
}

const struct peer peer_mqtt = {
	.name = "mqtt",
	.title = "mosquitto QoS 1",
	.promise = "in memory",
	.one_order = true,
	.here = mqtt_here,
	.version = mqtt_version,
	.start = mqtt_start,
	.greet = mqtt_greet,
	.hear = mqtt_hear,
	.say = mqtt_say,
};
