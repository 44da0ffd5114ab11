/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A key is data that its account vouches for; that somebody has its other half shows at the
 * first log-in (ssh_login.c).
 */
#include "server/core/ssh_key.h"

#include <string.h>

#include "common/crypto/sshkey.h"
#include "server/core/audit.h"
#include "server/core/mailing.h"

_Static_assert(SSH_FINGERPRINT_LEN == SHA256_LEN, "a fingerprint is a SHA-256");
_Static_assert(SSH_BLOB_MAX == SSHKEY_BLOB_MOST, "every key that is read can be kept");
_Static_assert(LIMIT_SSH_KEY == SSHKEY_LINE_MOST, "every line that comes can be read");

struct id ssh_key_id(const struct ssh_key_row *row)
{
	struct id id;

	memcpy(id.bytes, row->fingerprint, ID_LEN);
	return id;
}

void ssh_key_describe(const struct ssh_key_row *row, struct str *text)
{
	struct sshkey key;

	if (sshkey_parse(bytes_of(row->blob, row->blob_len), &key) == ERR_OK)
		str_addf(text, "%s ", sshkey_type(&key));
	sshkey_fingerprint_text(row->fingerprint, text);
	if (row->name[0])
		str_addf(text, " %s", row->name);
}

static struct bytes name_of(const struct ssh_key_add *add, struct bytes comment)
{
	struct bytes name = add->name.len ? add->name : comment;

	/* A comment may be anything; a bad one is not worth refusing a key for. */
	return name.len <= LIMIT_DISPLAY && line_is_valid(name) ? name : bytes_text("");
}

/* To the audit log, and to the owner. */
static enum err tell(struct store *store, const struct keys *keys, bool added,
		     const struct account_row *account, const struct ssh_key_row *row,
		     const struct login_place *place)
{
	AUTO(str_done) struct str detail = STR_INIT, what = STR_INIT;

	str_add(&detail, "key=");
	sshkey_fingerprint_text(row->fingerprint, &detail);
	ssh_key_describe(row, &what);
	enum err err = audit_self(store, added ? AUDIT_KEY_ADDED : AUDIT_KEY_REMOVED,
				  &account->id, str_view(&detail), place->address);
	return err == ERR_OK ? notice_add(store, keys, account,
					  added ? LETTER_KEY_ADDED : LETTER_KEY_REMOVED,
					  str_view(&what), place)
			     : err;
}

enum err ssh_key_add(struct store *store, const struct keys *keys,
		     const struct account_row *account, const struct ssh_key_add *add,
		     struct ssh_key_row *ret_row, const char **ret_why)
{
	AUTO(buf_done) struct buf blob = BUF_INIT;
	struct sshkey key;
	struct bytes comment;
	uint8_t hash[SHA256_LEN];
	int64_t count, number;
	enum err err = sshkey_parse_line(add->line, &blob, &key, &comment, ret_why);

	if (err != ERR_OK)
		return err;
	err = store_ssh_key_count(store, account->key, &count);
	if (err == ERR_OK && count >= LIMIT_SSH_KEYS) {
		*ret_why = N_("there are as many keys as an account may have");
		err = ERR_TOO_BIG;
	}
	if (err == ERR_OK && add->verify && !key.sk) {
		*ret_why = N_("only a key in a FIDO2 token (sk-ssh-ed25519) can ask for "
			      "PIN or finger");
		err = ERR_BAD;
	}
	if (err != ERR_OK)
		return err;
	sshkey_fingerprint(key.blob, hash);
	err = store_ssh_key_add(store,
				&(struct ssh_key_new){.account = account->key,
						      .fingerprint = hash,
						      .blob = key.blob,
						      .name = name_of(add, comment),
						      .application = key.application,
						      .verify = add->verify},
				&number);
	if (err == ERR_EXISTS)
		*ret_why = N_("the account has that key already");
	if (err == ERR_OK)
		err = store_ssh_key_of(store, account->key, hash, ret_row);
	return err == ERR_OK ? tell(store, keys, true, account, ret_row, &add->place)
			     : err;
}

struct search {
	const struct id *id;
	struct ssh_key_row row;
	size_t count;
	bool found;
};

static void on_row(const struct ssh_key_row *row, void *ctx)
{
	struct search *search = ctx;
	struct id id = ssh_key_id(row);

	search->count++;
	if (id_equal(&id, search->id)) {
		search->row = *row;
		search->found = true;
	}
}

enum err ssh_key_remove(struct store *store, const struct keys *keys,
			const struct account_row *account, const struct id *id,
			const struct login_place *place, login_ended_fn *ended, void *ctx)
{
	struct search search = {.id = id};
	enum err err = store_ssh_key_list(store, account->key, on_row, &search);

	if (err != ERR_OK)
		return err;
	if (!search.found)
		return ERR_NOT_FOUND;
	if (search.count == 1 && !account->password[0] && !account->email_verified)
		return ERR_STATE;
	err = store_ssh_key_remove(store, search.row.key, ended, ctx);
	return err == ERR_OK ? tell(store, keys, false, account, &search.row, place)
			     : err;
}
