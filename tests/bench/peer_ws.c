/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chat servers as one writes them: node with ws, Python with FastAPI, both with SQLite and
 * JSON. One protocol; the programs stand in node/ and fastapi/. They keep each message in
 * a write-ahead log without fsync, as is usual, which is faster than what ours promises.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/peer_rows.h"
#include "tests/bench/websocket.h"

/* Debian's modules belong to Debian's interpreter. */
static const char python[] = "/usr/bin/python3";

static bool node_here(const struct place *place, struct str *why)
{
	AUTO(str_done) struct str path = STR_INIT;

	if (!daemon_find("node", &path)) {
		str_add(why, "node is not installed");
		return false;
	}
	str_clear(&path);
	str_addf(&path,
		 "%s/node_modules/better-sqlite3/build/Release/better_sqlite3.node",
		 place->modules ? place->modules : ".");
	if (access(path.ptr, R_OK) == 0)
		return true;
	str_add(why, "ws and better-sqlite3 are not installed (npm ci of node/)");
	return false;
}

static void node_version(const struct place *place, char ret_line[100])
{
	AUTO(str_done) struct str path = STR_INIT;
	char node[100];

	daemon_find("node", &path);
	daemon_version((const char *[]){path.ptr, "--version", NULL}, node);
	snprintf(ret_line, 100, "node %.40s, ws, better-sqlite3", node);
}

static void run_script(struct daemon *daemon, const char *program, const char *source,
		       const char *script, const struct scene *scene)
{
	AUTO(str_done) struct str path = STR_INIT, database = STR_INIT;
	char port[8], people[12];

	str_addf(&path, "%s/%s", source, script);
	daemon_path(daemon, "chat.db", &database);
	snprintf(port, sizeof(port), "%u", daemon->port);
	snprintf(people, sizeof(people), "%u", scene->people);
	daemon_start(daemon, (const char *[]){program, path.ptr, port, database.ptr,
					      people, NULL});
}

static void node_start(struct daemon *daemon, const struct place *place,
		       const struct scene *scene, void **ret_party)
{
	AUTO(str_done) struct str program = STR_INIT;
	char *modules = realpath(place->modules, NULL);

	daemon_find("node", &program);
	setenv("BENCH_MODULES", modules ? modules : "", 1);
	free(modules);
	run_script(daemon, program.ptr, place->source, "node/server.mjs", scene);
	*ret_party = NULL;
}

static bool fastapi_here(const struct place *place, struct str *why)
{
	static const char *const folders[] = {"fastapi", "uvicorn", "websockets"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char path[64];
		snprintf(path, sizeof(path), "/usr/lib/python3/dist-packages/%s",
			 folders[i]);
		if (access(path, R_OK) != 0) {
			str_addf(why, "%s for Python is not installed", folders[i]);
			return false;
		}
	}
	return true;
}

static void fastapi_version(const struct place *place, char ret_line[100])
{
	daemon_version((const char *[]){python, "-c",
					"import fastapi, uvicorn, sys; print('Python',"
					" sys.version.split()[0] + ', FastAPI', "
					"fastapi.__version__ + ', uvicorn', "
					"uvicorn.__version__)",
					NULL},
		       ret_line);
}

static void fastapi_start(struct daemon *daemon, const struct place *place,
			  const struct scene *scene, void **ret_party)
{
	run_script(daemon, python, place->source, "fastapi/server.py", scene);
	*ret_party = NULL;
}

/* ---- what both speak ---- */

static void ws_greet(struct line *line)
{
	websocket_ask(line, "/ws", "");
}

static void take_message(struct line *line, const char *text, size_t len)
{
	static const char joined[] = "joined";
	const char *mark = mark_find(text, len);

	if (mark)
		line_heard(line, mark);
	else if (memmem(text, len, joined, sizeof(joined) - 1))
		line_joined(line);
}

static void say_hello(struct line *line)
{
	char json[100];
	int len = snprintf(json, sizeof(json),
			   "{\"type\":\"hello\",\"token\":\"token-%u\",\"room\":%u}",
			   line->who, line->room);

	websocket_say(line, json, (size_t)len);
}

static size_t ws_hear(struct line *line, const char *data, size_t len)
{
	return websocket_talk(line, data, len, say_hello, take_message);
}

static void ws_say(struct line *line, const struct mark *mark, const char *text)
{
	char json[200];
	int len = snprintf(json, sizeof(json), "{\"type\":\"send\",\"text\":\"%.*s\"}",
			   MARK_TEXT, text);

	websocket_say(line, json, (size_t)len);
}

const struct peer peer_node = {
	.name = "node",
	.title = "node ws + SQLite",
	.promise = "in a file, without fsync",
	.one_order = true,
	.here = node_here,
	.version = node_version,
	.start = node_start,
	.greet = ws_greet,
	.hear = ws_hear,
	.say = ws_say,
};

const struct peer peer_fastapi = {
	.name = "fastapi",
	.title = "FastAPI + SQLite",
	.promise = "in a file, without fsync",
	.largest = 1000, /* some 50 000 deliveries a second: nothing comes of it */
	.here = fastapi_here,
	.version = fastapi_version,
	.start = fastapi_start,
	.greet = ws_greet,
	.hear = ws_hear,
	.say = ws_say,
};
