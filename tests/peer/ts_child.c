/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of words through two pipes; bytes are hexadecimal, none are "-".
 */
#include "tests/peer/ts_child.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/check.h"

void ts_child_start(struct ts_child *child)
{
	const char *dir = getenv("CHAT_TS_MLS");
	int in[2], out[2];

	assert_non_null(dir);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	child->pid = fork();
	if (child->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		if (chdir(dir) == 0)
			execlp("node", "node", "peer.mjs", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	child->to = fdopen(in[1], "w");
	child->from = fdopen(out[0], "r");
}

void ts_child_end(struct ts_child *child)
{
	int status;

	fclose(child->to);
	fclose(child->from);
	waitpid(child->pid, &status, 0);
	free(child->line);
}

static void put_hex(FILE *to, struct bytes bytes)
{
	if (bytes.len == 0)
		fputc('-', to);
	for (size_t i = 0; i < bytes.len; i++)
		fprintf(to, "%02x", bytes.ptr[i]);
}

/* What ts-mls 1.6.4 says of a valid tree in which the nodes above an unmerged leaf differ in
 * what else they list: it wants the lists equal, RFC 9420 section 12.4.3.1 only that each
 * has the leaf. Who is refused for it stays out. */
#define KNOWN_FAULT "err non-blank intermediate node must list leaf node"

bool ts_child_try(struct ts_child *child, char *words[3])
{
	char *save = NULL;

	fputc('\n', child->to);
	fflush(child->to);
	ssize_t len = getline(&child->line, &child->cap, child->from);
	if (len <= 0)
		fail_msg("ts-mls ended");
	child->line[len - 1] = '\0';
	if (strncmp(child->line, KNOWN_FAULT, strlen(KNOWN_FAULT)) == 0)
		return false;
	if (strncmp(child->line, "ok ", 3) != 0)
		fail_msg("ts-mls: %s", child->line);
	words[0] = strtok_r(child->line + 3, " ", &save);
	for (int i = 1; i < 3; i++)
		words[i] = words[i - 1] ? strtok_r(NULL, " ", &save) : NULL;
	return true;
}

void ts_child_answer(struct ts_child *child, char *words[3])
{
	assert_true(ts_child_try(child, words));
}

struct buf ts_child_bytes(const char *text)
{
	struct buf out = BUF_INIT;
	unsigned byte;

	for (; text && text[0] && text[0] != '-'; text += 2) {
		char pair[3] = {text[0], text[1], 0};
		byte = (unsigned)strtoul(pair, NULL, 16);
		buf_add_u8(&out, (uint8_t)byte);
	}
	return out;
}

void ts_child_ask(struct ts_child *child, const char *command, const char *name)
{
	fprintf(child->to, "%s %s", command, name);
}

void ts_child_word(struct ts_child *child, const char *text)
{
	fprintf(child->to, " %s", text);
}

void ts_child_hex(struct ts_child *child, struct bytes bytes)
{
	fputc(' ', child->to);
	put_hex(child->to, bytes);
}
