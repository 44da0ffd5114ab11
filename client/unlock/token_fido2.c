/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libfido2: the first token that is there. The credential is not resident: it lies in the
 * key file, and is nothing without the token.
 */
#include "client/unlock/token.h"

#include <string.h>

#ifdef HAVE_FIDO2
/* It brings OpenSSL's headers, which name an error ERR_STATE, too. */
#define ERR_STATE openssl_ERR_STATE
#include <fido.h>
#undef ERR_STATE

#define RELYING_PARTY "chat-client"
#define DEVICES_MOST  16

static void close_device(fido_dev_t **device)
{
	if (!*device)
		return;
	fido_dev_close(*device);
	fido_dev_free(device);
}

static enum err open_first(fido_dev_t **ret_device)
{
	fido_dev_info_t *list;
	size_t count = 0;
	enum err err = ERR_NOT_FOUND;

	fido_init(0);
	list = fido_dev_info_new(DEVICES_MOST);
	if (!list)
		return ERR_IO;
	if (fido_dev_info_manifest(list, DEVICES_MOST, &count) != FIDO_OK)
		count = 0;
	for (size_t i = 0; i < count && err != ERR_OK; i++) {
		fido_dev_t *device = fido_dev_new();
		const char *path = fido_dev_info_path(fido_dev_info_ptr(list, i));
		if (device && fido_dev_open(device, path) == FIDO_OK) {
			*ret_device = device;
			err = ERR_OK;
		} else {
			fido_dev_free(&device);
		}
	}
	fido_dev_info_free(&list, DEVICES_MOST);
	return err;
}

static enum err err_of(int status)
{
	switch (status) {
	case FIDO_OK: return ERR_OK;
	case FIDO_ERR_PIN_REQUIRED:
	case FIDO_ERR_PIN_INVALID:
	case FIDO_ERR_PIN_AUTH_INVALID:
	case FIDO_ERR_PIN_BLOCKED: return ERR_WRONG_KEY;
	case FIDO_ERR_ACTION_TIMEOUT:
	case FIDO_ERR_USER_ACTION_TIMEOUT:
	case FIDO_ERR_OPERATION_DENIED: return ERR_FORBIDDEN;
	case FIDO_ERR_NO_CREDENTIALS:
	case FIDO_ERR_UNSUPPORTED_EXTENSION:
	case FIDO_ERR_UNSUPPORTED_OPTION: return ERR_NOT_FOUND;
	default: return ERR_IO;
	}
}

static const char *or_none(const char *pin)
{
	return *pin ? pin : NULL;
}

static enum err fido2_make(const struct token *token, const char *pin, struct box *box)
{
	static const uint8_t challenge[32] = {1}; /* nobody attests anything here */
	static const uint8_t user[16] = "chat-client-user";
	AUTO(close_device) fido_dev_t *device = NULL;
	enum err err = open_first(&device);

	if (err != ERR_OK)
		return err;
	AUTO(fido_cred_free) fido_cred_t *cred = fido_cred_new();
	if (!cred)
		return ERR_IO;
	int status = fido_cred_set_type(cred, COSE_ES256);
	if (status == FIDO_OK)
		status =
			fido_cred_set_clientdata_hash(cred, challenge, sizeof(challenge));
	if (status == FIDO_OK)
		status = fido_cred_set_rp(cred, RELYING_PARTY, RELYING_PARTY);
	if (status == FIDO_OK)
		status = fido_cred_set_user(cred, user, sizeof(user), RELYING_PARTY, NULL,
					    NULL);
	if (status == FIDO_OK)
		status = fido_cred_set_extensions(cred, FIDO_EXT_HMAC_SECRET);
	if (status == FIDO_OK)
		status = fido_dev_make_cred(device, cred, or_none(pin));
	if (status != FIDO_OK)
		return err_of(status);
	if (fido_cred_id_len(cred) == 0 || fido_cred_id_len(cred) > BOX_CREDENTIAL_MOST)
		return ERR_NOT_FOUND;
	box->credential_len = fido_cred_id_len(cred);
	memcpy(box->credential, fido_cred_id_ptr(cred), box->credential_len);
	box->pin = fido_dev_has_pin(device);
	return ERR_OK;
}

static enum err fido2_secret(const struct token *token, const char *pin,
			     const struct box *box, struct secret *ret)
{
	static const uint8_t challenge[32] = {2};
	AUTO(close_device) fido_dev_t *device = NULL;
	enum err err = open_first(&device);

	if (err != ERR_OK)
		return err;
	AUTO(fido_assert_free) fido_assert_t *assertion = fido_assert_new();
	if (!assertion)
		return ERR_IO;
	int status =
		fido_assert_set_clientdata_hash(assertion, challenge, sizeof(challenge));
	if (status == FIDO_OK)
		status = fido_assert_set_rp(assertion, RELYING_PARTY);
	if (status == FIDO_OK)
		status = fido_assert_allow_cred(assertion, box->credential,
						box->credential_len);
	if (status == FIDO_OK)
		status = fido_assert_set_extensions(assertion, FIDO_EXT_HMAC_SECRET);
	if (status == FIDO_OK)
		status = fido_assert_set_hmac_salt(assertion, box->token_salt,
						   BOX_SALT_LEN);
	if (status == FIDO_OK)
		status = fido_assert_set_up(assertion, FIDO_OPT_TRUE);
	if (status == FIDO_OK)
		status = fido_dev_get_assert(device, assertion, or_none(pin));
	if (status != FIDO_OK)
		return err_of(status);
	if (fido_assert_count(assertion) != 1 ||
	    fido_assert_hmac_secret_len(assertion, 0) != BOX_KEY_LEN)
		return ERR_NOT_FOUND;
	secret_set(ret, fido_assert_hmac_secret_ptr(assertion, 0), BOX_KEY_LEN);
	return ERR_OK;
}

const struct token *token_fido2(void)
{
	static const struct token token = {.make = fido2_make, .secret = fido2_secret};

	return &token;
}

#else

const struct token *token_fido2(void)
{
	return NULL;
}

#endif
