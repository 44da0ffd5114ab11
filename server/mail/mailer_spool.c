/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file per letter, named by time and id, so that a listing is in order and no two
 * writers meet. It appears whole or not at all: file_replace() renames it into place. The
 * files are 0600 in a folder 0700, since they hold codes.
 */
#include "server/mail/mailer_spool.h"

#include <inttypes.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "server/mail/message.h"

struct spool {
	struct mailer mailer;
	struct str folder, from;
};

/* @suffix: only what ends in .eml is a letter to whoever reads the folder. */
static enum err put(const struct spool *spool, const struct letter *letter,
		    const char *suffix, struct str *path)
{
	struct str text = STR_INIT;

	str_addf(path, "%s/%013" PRIu64 "-%s%s", spool->folder.ptr, letter->sent_ms,
		 id_text(&letter->id).text, suffix);
	message_print(letter, spool->from.ptr, &text);
	enum err err = file_replace(path->ptr, str_view(&text), 0600);
	wipe(text.ptr, text.len);
	str_done(&text);
	return err;
}

static enum err spool_send(struct mailer *mailer, const struct letter *letter)
{
	AUTO(str_done) struct str path = STR_INIT;

	return put(CONTAINER_OF(mailer, struct spool, mailer), letter, ".eml", &path);
}

static void spool_pretend(struct mailer *mailer, const struct letter *letter)
{
	AUTO(str_done) struct str path = STR_INIT;

	/* It was to nobody: nothing is lost when it fails. */
	if (put(CONTAINER_OF(mailer, struct spool, mailer), letter, ".none", &path) ==
	    ERR_OK)
		unlink(path.ptr);
}

static void spool_close(struct mailer **mailer)
{
	if (!*mailer)
		return;
	struct spool *spool = CONTAINER_OF(*mailer, struct spool, mailer);

	str_done(&spool->folder);
	str_done(&spool->from);
	mem_free(spool);
	*mailer = NULL;
}

enum err mailer_spool_new(const char *folder, const char *from,
			  struct mailer **ret_mailer)
{
	enum err err = file_make_private(folder);

	if (err != ERR_OK)
		return err;
	struct spool *spool = mem_new(struct spool);
	spool->mailer = (struct mailer){
		.send = spool_send, .pretend = spool_pretend, .close = spool_close};
	spool->folder = spool->from = STR_INIT;
	str_add(&spool->folder, folder);
	str_add(&spool->from, from);
	*ret_mailer = &spool->mailer;
	return ERR_OK;
}
