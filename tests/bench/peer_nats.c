/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NATS: a subject for each room, to which everybody subscribes. Core NATS keeps nothing,
 * and a sender hears itself. With JetStream a stream takes in all subjects and answers each
 * message when it is in its file (without fsync); the others hear it at once, as before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/peer_rows.h"

static const char package[] = "nats-server";

static bool nats_here(const struct place *place, struct str *why)
{
	AUTO(str_done) struct str path = STR_INIT;

	if (daemon_find(package, &path))
		return true;
	str_addf(why, "%s is not installed", package);
	return false;
}

static void nats_version(const struct place *place, char ret_line[100])
{
	AUTO(str_done) struct str path = STR_INIT;

	daemon_find(package, &path);
	daemon_version((const char *[]){path.ptr, "--version", NULL}, ret_line);
}

static void start(struct daemon *daemon, bool keeps)
{
	AUTO(str_done) struct str program = STR_INIT, config = STR_INIT, path = STR_INIT;

	daemon_find(package, &program);
	str_addf(&config,
		 "listen: 127.0.0.1:%u\nmax_connections: 20000\nmax_pending: 256MB\n"
		 "write_deadline: \"60s\"\n",
		 daemon->port);
	if (keeps)
		str_addf(&config, "jetstream { store_dir: \"%s\" }\n", daemon->folder);
	daemon_write(daemon, "nats.conf", config.ptr);
	daemon_path(daemon, "nats.conf", &path);
	daemon_start(daemon, (const char *[]){program.ptr, "-c", path.ptr, NULL});
}

static void nats_start(struct daemon *daemon, const struct place *place,
		       const struct scene *scene, void **ret_party)
{
	start(daemon, false);
	*ret_party = NULL;
}

static void jetstream_start(struct daemon *daemon, const struct place *place,
			    const struct scene *scene, void **ret_party)
{
	start(daemon, true);
	*ret_party = NULL;
}

static void nats_greet(struct line *line)
{
	line_print(line,
		   "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\","
		   "\"version\":\"1\",\"echo\":true}\r\nSUB room.%u 1\r\nPING\r\n",
		   line->room);
}

/* The first one makes the stream and has not joined before it is there. */
static void jetstream_greet(struct line *line)
{
	static const char stream[] =
		"{\"name\":\"ROOMS\",\"subjects\":[\"room.*\"],\"storage\":\"file\","
		"\"retention\":\"limits\",\"num_replicas\":1}";

	line_print(line,
		   "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\","
		   "\"version\":\"1\",\"echo\":false}\r\nSUB room.%u 1\r\n"
		   "SUB answer.%u 2\r\n",
		   line->room, line->who);
	if (line->who == 0)
		line_print(line, "PUB $JS.API.STREAM.CREATE.ROOMS answer.0 %zu\r\n%s\r\n",
			   sizeof(stream) - 1, stream);
	else
		line_print(line, "PING\r\n");
}

/* From JetStream: {"stream":"ROOMS","seq":7}, or an error. */
static void take_answer(struct line *line, const char *text, size_t len)
{
	static const char error[] = "\"error\"";

	if (memmem(text, len, error, sizeof(error) - 1))
		line_fault(line, "%.*s", (int)len, text);
	else if (line->state == LINE_LOGIN)
		line_joined(line);
	else
		line_acked(line);
}

/* MSG room.0 1 100\r\n<100 bytes>\r\n; returns 0 while it is not whole. */
static size_t hear_msg(struct line *line, const char *data, size_t len, const char *eol)
{
	const char *size = memrchr(data, ' ', (size_t)(eol - data));
	size_t body = strtoul(size + 1, NULL, 10),
	       whole = (size_t)(eol + 2 - data) + body + 2;

	if (len < whole)
		return 0;
	if (data[4] == 'r')
		line_heard(line, eol + 2);
	else
		take_answer(line, eol + 2, body);
	return whole;
}

static size_t hear_one(struct line *line, const char *data, size_t len)
{
	const char *eol = memchr(data, '\r', len);

	if (!eol || eol + 2 > data + len)
		return 0;
	if (data[0] == 'M')
		return hear_msg(line, data, len, eol);
	size_t whole = (size_t)(eol + 2 - data);
	if (whole >= 6 && memcmp(data, "PONG", 4) == 0)
		line_joined(line);
	else if (whole >= 6 && memcmp(data, "PING", 4) == 0)
		line_print(line, "PONG\r\n");
	else if (data[0] == '-')
		line_fault(line, "%.*s", (int)(eol - data), data);
	return whole;
}

static size_t nats_hear(struct line *line, const char *data, size_t len)
{
	size_t used = 0, one;

	while (used < len && (one = hear_one(line, data + used, len - used)) > 0)
		used += one;
	return used;
}

static void nats_say(struct line *line, const struct mark *mark, const char *text)
{
	line_print(line, "PUB room.%u %u\r\n%.*s\r\n", line->room, MARK_TEXT, MARK_TEXT,
		   text);
}

static void jetstream_say(struct line *line, const struct mark *mark, const char *text)
{
	line_print(line, "PUB room.%u answer.%u %u\r\n%.*s\r\n", line->room, line->who,
		   MARK_TEXT, MARK_TEXT, text);
}

const struct peer peer_nats = {
	.name = "nats",
	.title = "NATS core",
	.promise = "nothing",
	.here = nats_here,
	.version = nats_version,
	.start = nats_start,
	.greet = nats_greet,
	.hear = nats_hear,
	.say = nats_say,
};

const struct peer peer_jetstream = {
	.name = "jetstream",
	.title = "NATS JetStream",
	.promise = "in a file, without fsync",
	.acks = true,
	.here = nats_here,
	.version = nats_version,
	.start = jetstream_start,
	.greet = jetstream_greet,
	.hear = nats_hear,
	.say = jetstream_say,
};
