/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A wrapping key opens the box, the box has the store's key. Only wrapping keys are ever
 * given to the keyring: after a change of method an older one opens nothing.
 */
#include "client/unlock/unlock.h"

#include <string.h>
#include <unistd.h>

#include "client/unlock/keyring.h"
#include "client/unlock/pam.h"
#include "common/os/file.h"
#include "common/os/lang.h"

struct unlock_parts unlock_system(void)
{
	return (struct unlock_parts){.random = &random_system,
				     .token = token_fido2(),
				     .presence = pam_check,
				     .has_presence = pam_there(),
				     .cost = STRETCH_COST_DEFAULT};
}

void unlock_init(struct unlock *unlock, const struct unlock_parts *parts, const char *dir)
{
	*unlock = (struct unlock){.parts = *parts, .dir = STR_INIT};
	str_set(&unlock->dir, dir);
}

void unlock_done(struct unlock *unlock)
{
	root_free(&unlock->key);
	box_done(&unlock->kept);
	str_done(&unlock->dir);
}

static void keyring_name(const struct unlock *unlock, struct str *out)
{
	str_addf(out, "chat-client:%s", unlock->dir.ptr);
}

/* What is remembered of @box: how, not what. */
static void take(struct unlock *unlock, const struct box *box, const struct secret *key)
{
	root_free(&unlock->key);
	unlock->key = root_new(key->bytes, key->len);
	box_done(&unlock->kept);
	unlock->kept = *box;
	secret_done(&unlock->kept.key);
}

/* ---- what opens a box ---- */

static enum err wrap_of_passphrase(const struct box *box, struct bytes passphrase,
				   struct secret *ret_wrap)
{
	return stretch(passphrase, box->stretch_salt, box->cost, ret_wrap);
}

static enum err ask_pin(const struct ask *ask, const struct box *box, struct buf *ret)
{
	enum err err = ERR_OK;

	if (box->pin)
		err = ask->secret(ask, _("PIN of the token: "), ret);
	buf_add_u8(ret, '\0');
	if (err == ERR_OK)
		ask->say(ask, _("touch the token"));
	return err;
}

static enum err wrap_of_token(const struct unlock *unlock, const struct ask *ask,
			      const struct box *box, struct secret *ret_wrap)
{
	AUTO(buf_wipe) struct buf pin = BUF_INIT;
	const struct token *token = unlock->parts.token;

	if (!token)
		return ERR_STATE;
	enum err err = ask_pin(ask, box, &pin);
	return err == ERR_OK ? token->secret(token, (const char *)pin.ptr, box, ret_wrap)
			     : err;
}

/* Asks once. Errors: ERR_WRONG_KEY, ERR_SHUT, those of the token. */
static enum err ask_wrap(const struct unlock *unlock, const struct ask *ask,
			 const struct box *box, bool again, struct secret *ret_wrap)
{
	AUTO(buf_wipe) struct buf passphrase = BUF_INIT;
	const char *prompt = again ? _("Once more, the passphrase of the store: ")
				   : _("Passphrase of the store: ");

	if (box->method == UNLOCK_TOKEN)
		return wrap_of_token(unlock, ask, box, ret_wrap);
	enum err err = ask->secret(ask, prompt, &passphrase);
	return err == ERR_OK ? wrap_of_passphrase(box, buf_view(&passphrase), ret_wrap)
			     : err;
}

/* ---- opening ---- */

static enum err from_keyring(const struct unlock *unlock, const struct box *box,
			     struct secret *ret_key)
{
	AUTO(str_done) struct str name = STR_INIT;
	AUTO(secret_done) struct secret wrap = SECRET_INIT;

	keyring_name(unlock, &name);
	enum err err = keyring_get(name.ptr, &wrap);
	return err == ERR_OK ? box_open(box, &wrap, ret_key) : err;
}

/* A keyring that is not there keeps nobody from anything. */
static void remember(const struct unlock *unlock, const struct secret *wrap)
{
	AUTO(str_done) struct str name = STR_INIT;

	keyring_name(unlock, &name);
	if (unlock->keep_ms && keyring_put(name.ptr, wrap, unlock->keep_ms) != ERR_OK)
		return;
}

static enum err open_once(const struct unlock *unlock, const struct ask *ask,
			  const struct box *box, bool again, struct secret *ret_key)
{
	AUTO(secret_done) struct secret wrap = SECRET_INIT;
	enum err err = ask_wrap(unlock, ask, box, again, &wrap);

	if (err == ERR_OK)
		err = box_open(box, &wrap, ret_key);
	if (err == ERR_OK)
		remember(unlock, &wrap);
	return err;
}

static enum err open_by_asking(const struct unlock *unlock, const struct ask *ask,
			       const struct box *box, struct secret *ret_key)
{
	enum err err = ERR_WRONG_KEY;

	for (unsigned tries = 0; err == ERR_WRONG_KEY && tries < UNLOCK_TRIES; tries++) {
		if (tries)
			ask->pause(ask, 1u << (tries - 1));
		err = open_once(unlock, ask, box, tries > 0, ret_key);
		if (err == ERR_WRONG_KEY)
			ask->say(ask, _("that is not right"));
	}
	return err;
}

/* By a passphrase that nobody has to be asked for. */
static enum err open_by_source(const struct unlock *unlock, const struct source *source,
			       struct box *box, struct secret *ret_key, struct str *why)
{
	AUTO(buf_wipe) struct buf passphrase = BUF_INIT;
	AUTO(secret_done) struct secret wrap = SECRET_INIT;
	enum err err = source_read(source, ASK_MOST, &passphrase, why);

	if (err == ERR_OK)
		err = wrap_of_passphrase(box, buf_view(&passphrase), &wrap);
	if (err == ERR_OK)
		err = box_open(box, &wrap, ret_key);
	if (err == ERR_OK)
		remember(unlock, &wrap);
	return err;
}

static enum err open_box(const struct unlock *unlock, const struct ask *ask,
			 const struct source *passphrase, struct box *box,
			 struct secret *ret_key, struct str *why)
{
	enum err err = box->presence ? unlock->parts.presence(ask) : ERR_OK;

	if (err != ERR_OK || box->method == UNLOCK_FILE) {
		if (err == ERR_OK)
			secret_set(ret_key, box->key.bytes, box->key.len);
		return err;
	}
	if (from_keyring(unlock, box, ret_key) == ERR_OK)
		return ERR_OK;
	if (box->method == UNLOCK_PASSPHRASE && passphrase && source_given(passphrase))
		return open_by_source(unlock, passphrase, box, ret_key, why);
	return open_by_asking(unlock, ask, box, ret_key);
}

static enum err make_first(const struct unlock *unlock, struct box *box)
{
	*box = (struct box){.method = UNLOCK_FILE};
	random_secret(unlock->parts.random, BOX_KEY_LEN, &box->key);
	enum err err = file_make_private(unlock->dir.ptr);
	return err == ERR_OK ? box_save(unlock->dir.ptr, box) : err;
}

static bool has_store(const struct unlock *unlock)
{
	AUTO(str_done) struct str path = STR_INIT;

	str_addf(&path, "%s/store.db", unlock->dir.ptr);
	return access(path.ptr, F_OK) == 0;
}

static void explain(const struct unlock *unlock, const struct box *box, enum err err,
		    struct str *why)
{
	const char *dir = unlock->dir.ptr;

	if (box->presence && err == ERR_SHUT) {
		str_addf(
			why,
			_("the store in %s is locked until PAM has let you in, and there "
			  "is no terminal to ask at"),
			dir);
		return;
	}
	if (box->presence && (err == ERR_FORBIDDEN || err == ERR_STATE)) {
		str_addf(why,
			 _("the store in %s stays locked: PAM's service chat-client "
			   "does not let you in, or is missing from /etc/pam.d"),
			 dir);
		return;
	}
	switch (err) {
	case ERR_SHUT:
		str_addf(why,
			 _("the store in %s is locked, and there is no terminal to ask: "
			   "use --passphrase-file, --passphrase-command or "
			   "unlock_keep"),
			 dir);
		break;
	case ERR_WRONG_KEY:
		str_addf(why,
			 _("the store in %s stays locked. Nothing was changed; "
			   "chat-client(1), UNLOCKING, says what to do when the "
			   "passphrase "
			   "is lost"),
			 dir);
		break;
	case ERR_NOT_FOUND:
		str_addf(why,
			 _("what unlocks the store in %s is not here: its key file, or "
			   "its token"),
			 dir);
		break;
	default:
		str_addf(why, _("cannot unlock the store in %s: %s"), dir,
			 _(err_text(err)));
	}
}

enum err unlock_open(struct unlock *unlock, const struct ask *ask,
		     const struct source *passphrase, struct str *why)
{
	AUTO(box_done) struct box box = {.method = UNLOCK_FILE};
	AUTO(secret_done) struct secret key = SECRET_INIT;
	enum err err = box_load(unlock->dir.ptr, &box);

	if (err == ERR_NOT_FOUND && !has_store(unlock))
		err = make_first(unlock, &box);
	if (err == ERR_OK)
		err = open_box(unlock, ask, passphrase, &box, &key, why);
	if (err == ERR_OK) {
		take(unlock, &box, &key);
		return ERR_OK;
	}
	if (!why->len)
		explain(unlock, &box, err, why);
	return err == ERR_WRONG_KEY ? ERR_SHUT : err;
}

/* ---- another way ---- */

static enum err seal_for_token(const struct unlock *unlock, const struct ask *ask,
			       struct bytes pin, struct box *box, struct secret *ret_wrap)
{
	AUTO(buf_wipe) struct buf text = BUF_INIT;
	const struct token *token = unlock->parts.token;

	if (!token)
		return ERR_STATE;
	buf_add_bytes(&text, pin);
	buf_add_u8(&text, '\0');
	random_fill(unlock->parts.random, box->token_salt, BOX_SALT_LEN);
	ask->say(ask, _("touch the token each time it blinks"));
	enum err err = token->make(token, (const char *)text.ptr, box);
	return err == ERR_OK ? token->secret(token, (const char *)text.ptr, box, ret_wrap)
			     : err;
}

static enum err seal_by_passphrase(const struct unlock *unlock, struct bytes passphrase,
				   struct box *box, struct secret *ret_wrap)
{
	if (passphrase.len < UNLOCK_PASSPHRASE_MIN)
		return ERR_WEAK_PASSWORD;
	box->cost = unlock->parts.cost;
	random_fill(unlock->parts.random, box->stretch_salt, STRETCH_SALT_LEN);
	return wrap_of_passphrase(box, passphrase, ret_wrap);
}

/* Open @box as it will be read from its file, in the way that it asks for: what opens
 * nothing now would never open the store again. */
static enum err prove(const struct unlock *unlock, const struct ask *ask,
		      const struct box *box, struct bytes secret,
		      const struct secret *key)
{
	AUTO(box_done) struct box read = {.method = UNLOCK_FILE};
	AUTO(secret_done) struct secret wrap = SECRET_INIT, found = SECRET_INIT;
	AUTO(buf_wipe) struct buf file = BUF_INIT, pin = BUF_INIT;

	box_encode(box, &file);
	enum err err = box_decode(buf_view(&file), &read);
	if (err == ERR_OK && read.presence)
		err = unlock->parts.presence(ask);
	if (err != ERR_OK)
		return err;
	if (read.method == UNLOCK_FILE)
		return bytes_equal_secret(secret_view(&read.key), secret_view(key))
			       ? ERR_OK
			       : ERR_WRONG_KEY;
	if (read.method == UNLOCK_TOKEN) {
		buf_add_bytes(&pin, secret);
		buf_add_u8(&pin, '\0');
		ask->say(ask, _("touch the token once more"));
		err = unlock->parts.token->secret(unlock->parts.token,
						  (const char *)pin.ptr, &read, &wrap);
	} else {
		err = wrap_of_passphrase(&read, secret, &wrap);
	}
	return err == ERR_OK ? box_open(&read, &wrap, &found) : err;
}

enum err unlock_set(struct unlock *unlock, enum unlock_method method, bool presence,
		    struct bytes secret, const struct ask *ask)
{
	AUTO(box_done) struct box box = {.method = method, .presence = presence};
	AUTO(secret_done) struct secret key = SECRET_INIT, wrap = SECRET_INIT;
	AUTO(str_done) struct str name = STR_INIT;
	struct bytes now = root_view(unlock->key);
	enum err err = ERR_OK;

	if (presence && !unlock->parts.has_presence)
		return ERR_STATE;
	secret_set(&key, now.ptr, now.len);
	if (method == UNLOCK_PASSPHRASE)
		err = seal_by_passphrase(unlock, secret, &box, &wrap);
	else if (method == UNLOCK_TOKEN)
		err = seal_for_token(unlock, ask, secret, &box, &wrap);
	else
		secret_set(&box.key, now.ptr, now.len);
	if (err != ERR_OK)
		return err;
	if (method != UNLOCK_FILE)
		box_seal(&box, &wrap, &key, unlock->parts.random);
	err = prove(unlock, ask, &box, secret, &key);
	if (err == ERR_OK)
		err = box_save(unlock->dir.ptr, &box);
	if (err != ERR_OK)
		return err;
	keyring_name(unlock, &name);
	keyring_drop(name.ptr);
	take(unlock, &box, &key);
	return ERR_OK;
}

static void refusal_of_pam(enum err err, struct str *out)
{
	if (err == ERR_SHUT)
		str_add(out, _("PAM asks something, and there is no terminal to answer "
			       "at: do this at one"));
	else
		str_add(out, _("PAM does not let you in: look at its service "
			       "/etc/pam.d/chat-client (without it, at other); "
			       "chat-client(1), UNLOCKING, shows one"));
}

static const char *refusal_of_token(enum err err)
{
	switch (err) {
	case ERR_NOT_FOUND:
		return _("there is no FIDO2 token here that knows hmac-secret");
	case ERR_WRONG_KEY: return _("the token wants its PIN, and this is not it");
	case ERR_FORBIDDEN: return _("the token was not touched");
	default: return _(err_text(err));
	}
}

void unlock_refusal(const struct unlock *unlock, enum unlock_method method, bool presence,
		    enum err err, struct str *out)
{
	bool missing = (presence && !unlock->parts.has_presence) ||
		       (method == UNLOCK_TOKEN && !unlock->parts.token);

	if (err == ERR_WEAK_PASSWORD)
		str_addf(out, _("a passphrase has at least %d bytes"),
			 UNLOCK_PASSPHRASE_MIN);
	else if (missing)
		str_add(out, _("this chat-client was built without that"));
	else if (presence &&
		 (err == ERR_FORBIDDEN || err == ERR_STATE || err == ERR_SHUT))
		refusal_of_pam(err, out);
	else
		str_add(out, method == UNLOCK_TOKEN ? refusal_of_token(err)
						    : _(err_text(err)));
	str_add(out, _(". The store is unlocked as before."));
}

/* ---- a locked screen ---- */

bool unlock_can_ask(const struct unlock *unlock)
{
	return unlock->kept.method != UNLOCK_FILE || unlock->kept.presence;
}

enum err unlock_try(const struct unlock *unlock, const struct ask *ask)
{
	AUTO(secret_done) struct secret wrap = SECRET_INIT, key = SECRET_INIT;
	const struct box *kept = &unlock->kept;

	if (!unlock_can_ask(unlock))
		return ERR_STATE;
	if (kept->presence) {
		enum err err = unlock->parts.presence(ask);
		if (err != ERR_OK || kept->method == UNLOCK_FILE)
			return err;
	}
	enum err err = ask_wrap(unlock, ask, kept, false, &wrap);
	return err == ERR_OK ? box_open(kept, &wrap, &key) : err;
}

/* ---- words ---- */

const char *unlock_word(const struct box *kept)
{
	switch (kept->method) {
	case UNLOCK_PASSPHRASE: return "passphrase";
	case UNLOCK_TOKEN: return "token";
	default: return kept->presence ? "pam" : "file";
	}
}

enum err unlock_parse(const char *word, enum unlock_method *ret_method,
		      bool *ret_presence)
{
	static const struct {
		const char *word;
		enum unlock_method method;
		bool presence;
	} words[] = {
		{"file", UNLOCK_FILE, false},
		{"passphrase", UNLOCK_PASSPHRASE, false},
		{"pam", UNLOCK_FILE, true},
		{"token", UNLOCK_TOKEN, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i].word) != 0)
			continue;
		*ret_method = words[i].method;
		*ret_presence = words[i].presence;
		return ERR_OK;
	}
	return ERR_BAD;
}
