/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-client as a child process. What it says is read from a file: a reader that is slow
 * or killed must not be what holds it up.
 */
#include "tests/crash/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/file.h"
#include "common/proto/json.h"
#include "tests/crash/fail.h"

#define PATIENCE_MS 60000
#define ROOM        "#lobby"
#define EXIT_QUEUED 75
#define OUTPUT_MOST (64 << 20)
#define ARGS_MOST   16

void program_init(struct program *program, const struct site *site, const char *client,
		  const char *profile)
{
	*program = (struct program){
		.site = site, .client = client, .out = STR_INIT, .in = -1};
	snprintf(program->profile, sizeof(program->profile), "%s", profile);
	str_addf(&program->out, "%s/%s.out", site->folder.ptr, profile);
}

void program_out(struct program *program)
{
	str_clear(&program->out);
	str_addf(&program->out, "%s/%s.%u.out", program->site->folder.ptr,
		 program->profile, program->runs++);
}

void program_done(struct program *program)
{
	if (program->pid)
		program_kill(program);
	str_done(&program->out);
}

void program_log_done(struct program_log *log)
{
	mem_free(log->status);
}

/* ---- processes ---- */

static void become_client(const struct program *program, const char *const *args)
{
	AUTO(str_done) struct str server = STR_INIT, data = STR_INIT, errors = STR_INIT;
	const char *argv[ARGS_MOST + 8];
	size_t count = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	str_addf(&server, "unix:%s", program->site->socket.ptr);
	str_addf(&data, "%s/client", program->site->folder.ptr);
	str_addf(&errors, "%s/client.log", program->site->folder.ptr);
	argv[count++] = program->client;
	argv[count++] = "--server";
	argv[count++] = server.ptr;
	argv[count++] = "--data-dir";
	argv[count++] = data.ptr;
	argv[count++] = "--profile";
	argv[count++] = program->profile;
	for (; *args; args++)
		argv[count++] = *args;
	argv[count] = NULL;
	int null = open("/dev/null", O_RDWR);
	int out = open(program->out.ptr, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int err = open(errors.ptr, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(program->in >= 0 ? program->in : null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	setenv("HOME", program->site->folder.ptr, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	execv(program->client, (char *const *)(uintptr_t)argv);
	_exit(127);
}

void program_start(struct program *program, const char *const *args)
{
	program->pid = fork();
	must(program->pid >= 0, "fork");
	if (program->pid == 0)
		become_client(program, args);
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_KILLED;
}

bool program_ended(struct program *program, int *ret_status)
{
	int status;

	if (waitpid(program->pid, &status, WNOHANG) != program->pid)
		return false;
	program->pid = 0;
	*ret_status = status_of(status);
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		complain("chat-client ended by signal %d", WTERMSIG(status));
	return true;
}

void program_kill(struct program *program)
{
	int status;

	kill(program->pid, SIGKILL);
	while (waitpid(program->pid, &status, 0) < 0)
		must(errno == EINTR, "wait");
	program->pid = 0;
}

int program_wait(struct program *program)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	int status = STATUS_KILLED;

	while (!program_ended(program, &status)) {
		if (now_ms() > end) {
			complain("chat-client (%s) does not end", program->profile);
			program_kill(program);
			return STATUS_KILLED;
		}
		poll(NULL, 0, 5);
	}
	return status;
}

/* ---- what it does ---- */

void program_follow(struct program *program, const char *since)
{
	const char *args[] = {"--follow", "--consumer", "watch", "--since",
			      since,      "--json",     ROOM,    NULL};

	program_start(program, args);
}

size_t program_log_add(struct program_log *log)
{
	if (log->count == log->cap) {
		log->cap = mem_grow(log->cap, log->count + 1);
		log->status = mem_resize(log->status, log->cap, sizeof(*log->status));
	}
	log->status[log->count] = STATUS_KILLED;
	return log->count++;
}

void program_send(struct program *program, struct program_log *log)
{
	char text[64];
	const char *args[] = {"--send", ROOM, "--timeout", "30s", text, NULL};

	snprintf(text, sizeof(text), "%s %zu", program->profile, program_log_add(log));
	program_start(program, args);
}

void program_send_named(struct program *program, size_t number)
{
	char text[64];
	const char *args[] = {"--send", ROOM, "--timeout", "2s",
			      "--id",   text, text,        NULL};

	snprintf(text, sizeof(text), "%s %zu", program->profile, number);
	program_start(program, args);
}

void program_turn(struct program *program, struct program_log *log)
{
	int status;

	if (!program_ended(program, &status))
		return;
	log->status[log->count - 1] = status;
	program_send(program, log);
}

void program_settle(struct program *program, struct program_log *log)
{
	static const char *const flush[] = {"--flush", "--timeout", "30s", NULL};

	if (program->pid)
		log->status[log->count - 1] = program_wait(program);
	program_start(program, flush);
	int status = program_wait(program);
	if (status != 0)
		complain("--flush ends with %d", status);
}

/* ---- what it said ---- */

static void add_line(struct heard_lines *heard, struct bytes line)
{
	struct json *json;
	struct bytes text;
	uint64_t seq;

	if (json_parse(line, &json) != ERR_OK) {
		complain("a line that is not JSON: %.*s", (int)line.len,
			 (const char *)line.ptr);
		return;
	}
	struct json_node root = json_root(json);
	must(json_text(json_get(root, "type"), &text), "a line without a type");
	heard->gaps += bytes_equal(text, bytes_text("gap"));
	if (bytes_equal(text, bytes_text("message")) &&
	    json_uint(json_get(root, "seq"), &seq) &&
	    json_text(json_get(root, "text"), &text)) {
		if (heard->count == heard->cap) {
			heard->cap = mem_grow(heard->cap, heard->count + 1);
			heard->lines = mem_resize(heard->lines, heard->cap,
						  sizeof(*heard->lines));
		}
		struct heard_line *row = &heard->lines[heard->count++];
		*row = (struct heard_line){.seq = seq, .text = STR_INIT};
		str_add_len(&row->text, (const char *)text.ptr, text.len);
	}
	json_free(&json);
}

void heard_read(const char *path, struct heard_lines *ret)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;

	*ret = (struct heard_lines){0};
	if (file_read(path, OUTPUT_MOST, &buf) != ERR_OK)
		return;
	const uint8_t *at = buf.ptr, *end = buf.ptr + buf.len;
	for (const uint8_t *line_end;
	     at < end && (line_end = memchr(at, '\n', (size_t)(end - at)));
	     at = line_end + 1)
		add_line(ret, bytes_of(at, (size_t)(line_end - at)));
}

void heard_done(struct heard_lines *heard)
{
	for (size_t i = 0; i < heard->count; i++)
		str_done(&heard->lines[i].text);
	mem_free(heard->lines);
	*heard = (struct heard_lines){0};
}

void program_history(const struct program *like, struct heard_lines *ret)
{
	static const char *const args[] = {"--history", ROOM,  "--limit", "10000",
					   "--timeout", "30s", "--json",  NULL};
	struct program reader;

	program_init(&reader, like->site, like->client, "reader");
	unlink(reader.out.ptr);
	program_start(&reader, args);
	int status = program_wait(&reader);
	if (status != 0)
		complain("--history ends with %d", status);
	heard_read(reader.out.ptr, ret);
	program_done(&reader);
}

long heard_number(const struct str *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(text->ptr, prefix, len) != 0 || text->ptr[len] != ' ')
		return -1;
	return strtol(text->ptr + len + 1, NULL, 10);
}

bool program_check_sent(const struct program *program, const struct program_log *log)
{
	unsigned before = complaints();
	unsigned *times = mem_alloc(log->count + 1, sizeof(*times));
	long last = -1;
	struct heard_lines heard;

	program_history(program, &heard);
	for (size_t i = 0; i < heard.count; i++) {
		long number = heard_number(&heard.lines[i].text, program->profile);
		if (number < 0 || (size_t)number >= log->count)
			continue;
		times[number]++;
		if (number < last)
			complain("%s %ld stands behind %ld", program->profile, number,
				 last);
		last = number;
	}
	for (size_t i = 0; i < log->count; i++) {
		bool taken = log->status[i] == 0 || log->status[i] == EXIT_QUEUED;
		if (!taken && log->status[i] != STATUS_KILLED)
			complain("--send ended with %d (%s %zu)", log->status[i],
				 program->profile, i);
		if (times[i] > 1 || (taken && times[i] == 0))
			complain("%s %zu ended with %d and is there %u times",
				 program->profile, i, log->status[i], times[i]);
	}
	heard_done(&heard);
	mem_free(times);
	return complaints() == before;
}

static bool same(const struct heard_lines *a, const struct heard_lines *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->lines[i].seq != b->lines[i].seq ||
		    !str_equal(&a->lines[i].text, b->lines[i].text.ptr))
			return false;
	return true;
}

bool program_check_followed(struct program *program, const struct program_log *log)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	struct heard_lines want, heard;
	bool good;
	int status;

	if (program_ended(program, &status)) {
		complain("the follower ended by itself, status %d", status);
		return false;
	}
	program_history(program, &want);
	for (;;) {
		heard_read(program->out.ptr, &heard);
		good = heard.count >= want.count || now_ms() > end;
		if (good)
			break;
		heard_done(&heard);
		poll(NULL, 0, 50);
	}
	good = same(&want, &heard) && heard.gaps == 0;
	if (!good)
		complain("the follower has %zu lines and %llu gaps, history has %zu",
			 heard.count, (unsigned long long)heard.gaps, want.count);
	heard_done(&heard);
	heard_done(&want);
	return good;
}
