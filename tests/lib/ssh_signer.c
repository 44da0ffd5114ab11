/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Written against OpenSSH's PROTOCOL.sshsig and PROTOCOL.u2f, not against our reader. */
#include "tests/lib/ssh_signer.h"

#include <string.h>

#include "common/crypto/sshwire.h"
#include "tests/lib/check.h"

void ssh_signer_init(struct ssh_signer *signer, unsigned seed, bool sk)
{
	uint8_t bytes[SIGN_SEED_LEN] = {(uint8_t)seed, (uint8_t)(seed >> 8), 0x5a};
	uint8_t point[SIGN_PUBLIC_LEN];

	*signer = (struct ssh_signer){.sk = sk,
				      .application = "ssh:",
				      .flags = SSHSIG_TOUCHED,
				      .counter = 1,
				      .line = STR_INIT};
	const char *type = sk ? "sk-ssh-ed25519@openssh.com" : "ssh-ed25519";
	check_ok(sign_key(bytes_of(bytes, sizeof(bytes)), &signer->secret, point));
	sshwire_put(&signer->blob, bytes_text(type));
	sshwire_put(&signer->blob, bytes_of(point, sizeof(point)));
	if (sk)
		sshwire_put(&signer->blob, bytes_text(signer->application));
	str_addf(&signer->line, "%s ", type);
	sshkey_base64_add(&signer->line, buf_view(&signer->blob), true);
	str_add(&signer->line, " alice@laptop");
}

void ssh_signer_done(struct ssh_signer *signer)
{
	secret_done(&signer->secret);
	buf_done(&signer->blob);
	str_done(&signer->line);
}

void ssh_signer_answer(const struct ssh_signer *signer, struct bytes data,
		       struct buf *out)
{
	AUTO(buf_done) struct buf token = BUF_INIT;
	uint8_t signature[SIGN_LEN], hash[SHA256_LEN];

	if (signer->sk) {
		sha256(bytes_text(signer->application), hash);
		buf_add(&token, hash, sizeof(hash));
		buf_add_u8(&token, signer->flags);
		buf_add_u32(&token, signer->counter);
		sha256(data, hash);
		buf_add(&token, hash, sizeof(hash));
		data = buf_view(&token);
	}
	check_ok(sign_make(secret_view(&signer->secret), data, signature));
	sshwire_put(out, bytes_text(signer->sk ? "sk-ssh-ed25519@openssh.com"
					       : "ssh-ed25519"));
	sshwire_put(out, bytes_of(signature, sizeof(signature)));
	if (signer->sk) {
		buf_add_u8(out, signer->flags);
		buf_add_u32(out, signer->counter);
	}
}

void ssh_signer_armour(const struct ssh_signer *signer, const char *space,
		       const char *message, struct str *out)
{
	AUTO(buf_done) struct buf data = BUF_INIT, answer = BUF_INIT, blob = BUF_INIT;

	sshsig_data(space, bytes_text(message), &data);
	ssh_signer_answer(signer, buf_view(&data), &answer);
	check_ok(sshsig_wrap(buf_view(&signer->blob), space, buf_view(&answer), &blob));
	sshsig_armour(buf_view(&blob), out);
}
