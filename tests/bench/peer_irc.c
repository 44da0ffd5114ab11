/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * InspIRCd: a channel for each room; echo-message (IRCv3) lets senders hear themselves. Its
 * limits on floods, queues and clones are off. Nothing is kept.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/peer_rows.h"

static const char package[] = "inspircd";

static bool irc_here(const struct place *place, struct str *why)
{
	AUTO(str_done) struct str path = STR_INIT;

	if (daemon_find(package, &path))
		return true;
	str_addf(why, "%s is not installed", package);
	return false;
}

static void irc_version(const struct place *place, char ret_line[100])
{
	AUTO(str_done) struct str path = STR_INIT;

	daemon_find(package, &path);
	daemon_version((const char *[]){path.ptr, "--version", NULL}, ret_line);
}

static void write_config(const struct daemon *daemon)
{
	AUTO(str_done) struct str config = STR_INIT;

	str_addf(
		&config,
		"<server name=\"irc.example.org\" description=\"bench\" id=\"001\""
		" network=\"bench\">\n"
		"<admin name=\"alice\" nick=\"alice\" email=\"alice@example.org\">\n"
		"<bind address=\"127.0.0.1\" port=\"%u\" type=\"clients\">\n"
		"<connect name=\"all\" allow=\"*\" timeout=\"60\" threshold=\"1000000\""
		" commandrate=\"1000000000\" fakelag=\"no\" hardsendq=\"268435456\""
		" softsendq=\"268435456\" recvq=\"1048576\" localmax=\"20000\""
		" globalmax=\"20000\" limit=\"20000\" maxchans=\"20\""
		" maxconnwarn=\"no\" useident=\"no\" resolvehostnames=\"no\""
		" pingfreq=\"600\">\n"
		"<performance netbuffersize=\"65534\" somaxconn=\"4096\""
		" softlimit=\"20000\" quietbursts=\"yes\">\n"
		"<module name=\"cap\">\n<module name=\"ircv3_echomessage\">\n"
		"<options splitwhois=\"no\" defaultmodes=\"n\">\n"
		"<path configdir=\"%s\" datadir=\"%s\" logdir=\"%s\" runtimedir=\"%s\">\n"
		"<pid file=\"%s/inspircd.pid\">\n",
		daemon->port, daemon->folder, daemon->folder, daemon->folder,
		daemon->folder, daemon->folder);
	daemon_write(daemon, "inspircd.conf", config.ptr);
}

static void irc_start(struct daemon *daemon, const struct place *place,
		      const struct scene *scene, void **ret_party)
{
	AUTO(str_done) struct str program = STR_INIT, path = STR_INIT, option = STR_INIT;

	daemon_find(package, &program);
	write_config(daemon);
	daemon_path(daemon, "inspircd.conf", &path);
	str_addf(&option, "--config=%s", path.ptr);
	daemon_start(daemon,
		     (const char *[]){program.ptr, option.ptr, "--nofork",
				      geteuid() == 0 ? "--runasroot" : NULL, NULL});
	*ret_party = NULL;
}

static void irc_greet(struct line *line)
{
	line_print(line,
		   "CAP REQ :echo-message\r\nNICK u%u\r\nUSER u 0 * :u\r\nCAP END\r\n",
		   line->who);
}

/* `:source COMMAND …` or `COMMAND …` */
static const char *command_of(const char *data, const char *end)
{
	if (*data != ':')
		return data;
	const char *space = memchr(data, ' ', (size_t)(end - data));
	return space ? space + 1 : end;
}

static void take_line(struct line *line, const char *data, const char *end)
{
	const char *command = command_of(data, end);
	size_t len = (size_t)(end - command);
	const char *mark;

	if (len < 6)
		return;
	if (memcmp(command, "PRIVMS", 6) == 0 && (mark = mark_find(command, len)))
		line_heard(line, mark);
	else if (memcmp(command, "001 ", 4) == 0)
		line_print(line, "JOIN #r%u\r\n", line->room);
	else if (memcmp(command, "366 ", 4) == 0)
		line_joined(line);
	else if (memcmp(command, "PING ", 5) == 0)
		line_print(line, "PONG %.*s\r\n", (int)(len - 5), command + 5);
	else if (memcmp(command, "ERROR ", 6) == 0 ||
		 (command[0] == '4' && memcmp(command, "422", 3) != 0)) /* no motd */
		line_fault(line, "%.*s", (int)(end - data), data);
}

static size_t irc_hear(struct line *line, const char *data, size_t len)
{
	const char *at = data, *eol;

	while ((eol = memchr(at, '\n', len - (size_t)(at - data)))) {
		take_line(line, at, eol > at && eol[-1] == '\r' ? eol - 1 : eol);
		at = eol + 1;
	}
	return (size_t)(at - data);
}

static void irc_say(struct line *line, const struct mark *mark, const char *text)
{
	line_print(line, "PRIVMSG #r%u :%.*s\r\n", line->room, MARK_TEXT, text);
}

const struct peer peer_irc = {
	.name = "irc",
	.title = "InspIRCd",
	.promise = "nothing",
	.one_order = true,
	.at_once = 1000, /* it completes logins once a second */
	.largest = 1000, /* who joins is told to all who are there */
	.here = irc_here,
	.version = irc_version,
	.start = irc_start,
	.greet = irc_greet,
	.hear = irc_hear,
	.say = irc_say,
};
