/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which command takes which words and flags. A flag that a command would not look at is
 * refused: somebody expects something of it.
 */
#include "server/admin/command.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/lang.h"

#define FLAG_DRY_RUN      0x01u
#define FLAG_FORCE        0x02u
#define FLAG_JSON         0x04u
#define FLAG_OUTPUT       0x08u
#define FLAG_PASSPHRASE   0x10u
#define FLAG_WITH_SECRETS 0x20u
#define FLAG_YES          0x80u
#define FLAG_EXPORT       0x100u /* format and time */
#define FLAG_IMPORT       0x200u /* room, map and channel */
#define AS_OWNER          0x40u  /* root becomes the owner of the data folder first */

static const struct {
	unsigned flag;
	enum option option;
	const char *name;
} flags[] = {
	{FLAG_DRY_RUN, OPTION_DRY_RUN, "--dry-run"},
	{FLAG_FORCE, OPTION_FORCE, "--force"},
	{FLAG_JSON, OPTION_JSON, "--json"},
	{FLAG_OUTPUT, OPTION_OUTPUT, "--output"},
	{FLAG_PASSPHRASE, OPTION_PASSPHRASE_FILE, "--passphrase-file"},
	{FLAG_WITH_SECRETS, OPTION_WITH_SECRETS, "--with-secrets"},
	{FLAG_YES, OPTION_YES, "--yes"},
	{FLAG_EXPORT, OPTION_FORMAT, "--format"},
	{FLAG_EXPORT, OPTION_FROM, "--from"},
	{FLAG_EXPORT, OPTION_TO, "--to"},
	{FLAG_IMPORT, OPTION_CHANNEL, "--channel"},
	{FLAG_IMPORT, OPTION_MAP, "--map"},
	{FLAG_IMPORT, OPTION_ROOM, "--room"},
};

struct row {
	const char *name;
	command_fn *run;
	unsigned flags;
	size_t least, most;
	const char *words, *help;
};

static const struct row rows[] = {
#define COMMAND(name, bits, least, most, words, help) \
	{#name, command_##name, bits, least, most, words, help},
#include "server/admin/command.def"
#undef COMMAND
};

static const struct row *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

enum err command_unknown(const char *name, struct str *why)
{
	str_addf(why, _("unknown command: %s; there are: serve"), name);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		str_addf(why, ", %s", rows[i].name);
	return ERR_USAGE;
}

static enum err check_flags(const struct row *row, const struct admin *admin)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (!(row->flags & flags[i].flag) &&
		    opts_given(&admin->config->opts, flags[i].option)) {
			str_addf(admin->why, _("chat-server %s takes no %s"), row->name,
				 flags[i].name);
			return ERR_USAGE;
		}
	}
	return ERR_OK;
}

/* Nothing that root makes in the data folder may be root's: the server could not use it. */
enum err command_become_owner(const struct admin *admin)
{
	struct stat st;

	if (geteuid() != 0 || stat(admin->setup->config.data_dir, &st) != 0 ||
	    st.st_uid == 0)
		return ERR_OK;
	if (setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 && setuid(st.st_uid) == 0)
		return ERR_OK;
	str_addf(admin->why, _("cannot become the owner of %s: %s"),
		 admin->setup->config.data_dir, strerror(errno));
	return ERR_FORBIDDEN;
}

enum err command_run(const char *name, struct admin *admin)
{
	const struct row *row = find(name);

	if (!row)
		return command_unknown(name, admin->why);
	if (admin->count < row->least || admin->count > row->most) {
		str_addf(admin->why, "%s%s %s %s",
			 admin->count > row->most ? _("there are too many words; it is: ")
						  : _("something is missing; it is: "),
			 "chat-server", row->name, row->words);
		return ERR_USAGE;
	}
	enum err err = check_flags(row, admin);
	if (err == ERR_OK && (row->flags & AS_OWNER))
		err = command_become_owner(admin);
	return err == ERR_OK ? row->run(admin) : err;
}

/* Break @text at blanks to lines of @width, each behind @indent blanks. */
static void add_paragraph(const char *text, unsigned indent, unsigned width,
			  struct str *out)
{
	while (*text) {
		size_t len = strlen(text), room = width - indent;
		if (len > room) {
			len = room;
			while (len > 1 && text[len] != ' ')
				len--;
		}
		str_addf(out, "%*s%.*s\n", (int)indent, "", (int)len, text);
		text += len;
		while (*text == ' ')
			text++;
	}
}

bool command_help(const char *name, unsigned width, struct str *out)
{
	const struct row *row = find(name);

	if (!row)
		return false;
	/* TRANSLATORS: a command and what stands behind it */
	str_addf(out, _("Usage: chat-server [option…] %s %s\n\n"), row->name, row->words);
	add_paragraph(_(row->help), 0, width, out);
	return true;
}

void command_list(unsigned width, struct str *out)
{
	str_add(out, _("Commands (chat-server help COMMAND says more):\n"));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str_addf(out, "  %s\n", rows[i].name);
		add_paragraph(rows[i].words, 6, width, out);
	}
	str_add(out, "\n");
}

void command_progress(const char *what, uint64_t done, uint64_t total)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (total == 0)
		fprintf(stderr, "\r%60s\r", "");
	else
		fprintf(stderr, "\r%s: %llu %%", what,
			(unsigned long long)(done * 100 / total));
}
