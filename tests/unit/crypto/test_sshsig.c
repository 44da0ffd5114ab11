/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SSH keys and signatures: against what ssh-keygen 9.2 wrote, against a token in software,
 * and, where it is installed, ssh-keygen as the judge of ours. */
#include "common/crypto/sshsig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/crypto/sshwire.h"
#include "common/os/file.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"
#include "tests/lib/ssh_signer.h"

#define SPACE "chat-login"

/* ssh-keygen -t ed25519 -C alice@laptop; -l; -Y sign -n chat-login of "hello\n" */
static const char line[] =
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM9WKyImxeYliz0MQ2im/uG8G9l+"
	"a8BaSJ2CQhi9Y2T1 alice@laptop\n";
static const char print[] = "SHA256:4QwI9Q7hxLgmKy/xmHpjjmLZ9xAFLR1vo22EnTKOupY";
static const char with_sha512[] =
	"-----BEGIN SSH SIGNATURE-----\n"
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgz1YrIibF5iWLPQxDaKb+4bwb2X\n"
	"5rwFpInYJCGL1jZPUAAAAKY2hhdC1sb2dpbgAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gt\n"
	"ZWQyNTUxOQAAAEBOFPnu4esVZGyGrWaoH6UbblU0qOfLbd38XtgPvC3Dc+S3sqiIitrE+3\n"
	"IjuV8bSSt3PEy9UZsRtXjYDzpnhgUE\n"
	"-----END SSH SIGNATURE-----\n";
static const char with_sha256[] =
	"-----BEGIN SSH SIGNATURE-----\n"
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgz1YrIibF5iWLPQxDaKb+4bwb2X\n"
	"5rwFpInYJCGL1jZPUAAAAKY2hhdC1sb2dpbgAAAAAAAAAGc2hhMjU2AAAAUwAAAAtzc2gt\n"
	"ZWQyNTUxOQAAAEDpEbr1q5lILvIdwPiwhcupfQYm6xcnNWiGnl31alHDa78WVlWXONgizn\n"
	"v+R8mmLS7i45mJpXdG/57auuGXNAwD\n"
	"-----END SSH SIGNATURE-----\n";

/* ---- lines ---- */

struct read_line {
	struct buf blob;
	struct sshkey key;
	struct bytes comment;
	const char *why;
};

static enum err read_line(struct read_line *out, const char *text)
{
	*out = (struct read_line){0};
	return sshkey_parse_line(bytes_text(text), &out->blob, &out->key, &out->comment,
				 &out->why);
}

static void the_line_of_a_pub_file_is_a_key(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct read_line read;
	uint8_t hash[SHA256_LEN];

	check_ok(read_line(&read, line));
	assert_false(read.key.sk);
	assert_string_equal(sshkey_type(&read.key), "ssh-ed25519");
	assert_true(bytes_equal(read.comment, bytes_text("alice@laptop")));
	sshkey_fingerprint(read.key.blob, hash);
	sshkey_fingerprint_text(hash, &text);
	assert_string_equal(text.ptr, print);
	buf_done(&read.blob);
}

static void the_key_of_a_token_has_an_application(void **state)
{
	struct ssh_signer token;
	struct read_line read;

	ssh_signer_init(&token, 1, true);
	check_ok(read_line(&read, token.line.ptr));
	assert_true(read.key.sk);
	assert_true(bytes_equal(read.key.application, bytes_text("ssh:")));
	buf_done(&read.blob);
	ssh_signer_done(&token);
}

static void what_is_no_such_line_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *text;
		enum err err;
		const char *says;
	} cases[] = {
		{"", ERR_BAD, "not a public key"},
		{"hello", ERR_BAD, "not a public key"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn", ERR_BAD, "private key"},
		{"no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", ERR_BAD, "without options"},
		{"command=\"rm\",no-pty ssh-ed25519 AAAAC3Nz", ERR_BAD,
		 "without options"},
		{"ssh-rsa AAAAB3NzaC1yc2E= r", ERR_STATE, "ssh-keygen -t ed25519"},
		{"ecdsa-sha2-nistp256 AAAAE2Vj e", ERR_STATE, "ssh-keygen -t ed25519"},
		{"sk-ecdsa-sha2-nistp256@openssh.com AAAAInNr", ERR_STATE,
		 "of the types"},
		{"ssh-ed25519-cert-v01@openssh.com AAAAIHNz", ERR_STATE, "of the types"},
		{"ssh-ed25519", ERR_BAD, "too early"},
		{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM9W a", ERR_BAD, "damaged"},
		{"ssh-ed25519 !!!! a", ERR_BAD, "damaged"},
		{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM9WKyImxeYliz0MQ2im_uG8G9l+"
		 "a8BaSJ2CQhi9Y2T1",
		 ERR_BAD, "damaged"},
		{"sk-ssh-ed25519@openssh.com AAAAC3NzaC1lZDI1NTE5AAAAIM9WKyImxeYliz0MQ2im"
		 "/uG8G9l+a8BaSJ2CQhi9Y2T1",
		 ERR_BAD, "damaged"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct read_line read;
		check_err(read_line(&read, cases[i].text), cases[i].err);
		assert_non_null(read.why);
		if (!strstr(read.why, cases[i].says))
			fail_msg("\"%s\": %s", cases[i].text, read.why);
		assert_int_equal(read.blob.len, 0);
		buf_done(&read.blob);
	}
}

static void two_lines_and_long_ones_are_refused(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct read_line read;

	str_addf(&text, "%s%s", line, line);
	check_err(read_line(&read, text.ptr), ERR_BAD);
	assert_string_equal(read.why, "one key at a time");
	while (text.len <= SSHKEY_LINE_MOST)
		str_add(&text, "x");
	check_err(read_line(&read, text.ptr), ERR_TOO_BIG);
}

static void a_blob_is_taken_whole_or_not_at_all(void **state)
{
	for (int sk = 0; sk < 2; sk++) {
		struct ssh_signer signer;
		struct sshkey key;
		ssh_signer_init(&signer, 3, sk);
		struct bytes blob = buf_view(&signer.blob);
		check_ok(sshkey_parse(blob, &key));
		for (size_t len = 0; len < blob.len; len++)
			assert_int_not_equal(sshkey_parse(bytes_of(blob.ptr, len), &key),
					     ERR_OK);
		buf_add_u8(&signer.blob, 0);
		check_err(sshkey_parse(buf_view(&signer.blob), &key), ERR_BAD);
		ssh_signer_done(&signer);
	}
}

/* ---- signatures ---- */

static enum err check_text(const char *armour, const char *space, const char *message,
			   struct sshsig *ret_sig)
{
	static struct buf blob; /* what *ret_sig borrows from */

	buf_clear(&blob);
	enum err err = sshsig_unarmour(bytes_text(armour), &blob);
	if (err == ERR_OK)
		err = sshsig_parse(buf_view(&blob), ret_sig);
	if (err == ERR_OK)
		err = sshsig_check(ret_sig, space, bytes_text(message));
	if (err != ERR_OK)
		buf_done(&blob);
	return err;
}

static void what_ssh_keygen_signed_is_good(void **state)
{
	struct sshsig sig;

	check_ok(check_text(with_sha512, SPACE, "hello\n", &sig));
	check_ok(check_text(with_sha256, SPACE, "hello\n", &sig));
	check_err(check_text(with_sha512, SPACE, "hallo\n", &sig), ERR_CORRUPT);
	check_err(check_text(with_sha512, "file", "hello\n", &sig), ERR_CORRUPT);
}

static void ours_is_put_together_as_theirs(void **state)
{
	AUTO(buf_done) struct buf blob = BUF_INIT, again = BUF_INIT, part = BUF_INIT;
	AUTO(str_done) struct str armour = STR_INIT;
	struct sshsig sig;

	check_ok(sshsig_unarmour(bytes_text(with_sha512), &blob));
	check_ok(sshsig_parse(buf_view(&blob), &sig));
	sshwire_put(&part, bytes_text("ssh-ed25519"));
	sshwire_put(&part, sig.signature);
	check_ok(sshsig_wrap(sig.key.blob, SPACE, buf_view(&part), &again));
	assert_true(bytes_equal(buf_view(&blob), buf_view(&again)));
	sshsig_armour(buf_view(&again), &armour);
	assert_string_equal(armour.ptr, with_sha512);
	buf_add_u8(&part, 0);
	check_err(sshsig_wrap(sig.key.blob, SPACE, buf_view(&part), &again), ERR_BAD);
}

static void no_bit_of_a_signature_may_be_another(void **state)
{
	for (int sk = 0; sk < 2; sk++) {
		AUTO(buf_done) struct buf blob = BUF_INIT;
		AUTO(str_done) struct str armour = STR_INIT;
		struct ssh_signer signer;
		struct sshsig sig;
		ssh_signer_init(&signer, 4, sk);
		ssh_signer_armour(&signer, SPACE, "hello", &armour);
		check_ok(sshsig_unarmour(str_view(&armour), &blob));
		for (size_t bit = 0; bit < blob.len * 8; bit++) {
			blob.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
			enum err err = sshsig_parse(buf_view(&blob), &sig);
			if (err == ERR_OK)
				err = sshsig_check(&sig, SPACE, bytes_text("hello"));
			assert_int_not_equal(err, ERR_OK);
			blob.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t len = 0; len < blob.len; len++)
			assert_int_not_equal(sshsig_parse(bytes_of(blob.ptr, len), &sig),
					     ERR_OK);
		ssh_signer_done(&signer);
	}
}

static void a_token_says_flags_and_counter_and_signs_them(void **state)
{
	AUTO(str_done) struct str armour = STR_INIT;
	struct ssh_signer token;
	struct sshsig sig;

	ssh_signer_init(&token, 5, true);
	token.flags = SSHSIG_TOUCHED | SSHSIG_VERIFIED;
	token.counter = 0x01020304;
	ssh_signer_armour(&token, SPACE, "hello", &armour);
	check_ok(check_text(armour.ptr, SPACE, "hello", &sig));
	assert_int_equal(sig.flags, SSHSIG_TOUCHED | SSHSIG_VERIFIED);
	assert_int_equal(sig.counter, 0x01020304);
	ssh_signer_done(&token);
}

static void armour_may_be_left_out_but_not_half(void **state)
{
	AUTO(buf_done) struct buf blob = BUF_INIT;
	AUTO(str_done) struct str text = STR_INIT;

	check_ok(sshsig_unarmour(bytes_text(with_sha512), &blob));
	sshkey_base64_add(&text, buf_view(&blob), true);
	size_t len = blob.len;
	check_ok(sshsig_unarmour(str_view(&text), &blob));
	assert_int_equal(blob.len, 2 * len);
	check_err(sshsig_unarmour(bytes_of(with_sha512, strlen(with_sha512) - 10), &blob),
		  ERR_BAD);
	while (text.len <= SSHSIG_TEXT_MOST)
		str_add(&text, "AAAA");
	check_err(sshsig_unarmour(str_view(&text), &blob), ERR_TOO_BIG);
	assert_int_equal(blob.len, 2 * len);
}

/* ---- ssh-keygen as the judge ---- */

static int judge(const char *folder)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (chdir(folder) != 0 || dup2(open("message", O_RDONLY), 0) < 0)
			_exit(126);
		int quiet = open("/dev/null", O_WRONLY);
		dup2(quiet, 1);
		dup2(quiet, 2);
		execlp("ssh-keygen", "ssh-keygen", "-Y", "verify", "-f", "signers", "-I",
		       "alice", "-n", SPACE, "-s", "signature", (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void put(struct scratch *scratch, const char *name, const char *text)
{
	AUTO(str_done) struct str path = STR_INIT;

	scratch_file(scratch, name, &path);
	check_ok(file_replace(path.ptr, bytes_text(text), 0600));
}

static void ssh_keygen_verifies_what_we_put_together(void **state)
{
	struct scratch scratch;

	scratch_init(&scratch);
	for (int sk = 0; sk < 2; sk++) {
		AUTO(str_done)
		struct str armour = STR_INIT, who = STR_INIT, dir = STR_INIT;
		struct ssh_signer signer;
		ssh_signer_init(&signer, 6, sk);
		ssh_signer_armour(&signer, SPACE, "a message", &armour);
		str_addf(&who, "alice %s\n", signer.line.ptr);
		put(&scratch, "signers", who.ptr);
		put(&scratch, "signature", armour.ptr);
		put(&scratch, "message", "a message");
		scratch_file(&scratch, "", &dir);
		int code = judge(dir.ptr);
		if (code == 127) {
			ssh_signer_done(&signer);
			scratch_done(&scratch);
			skip();
		}
		assert_int_equal(code, 0);
		put(&scratch, "message", "another message");
		assert_int_equal(judge(dir.ptr), 255);
		ssh_signer_done(&signer);
	}
	scratch_done(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_of_a_pub_file_is_a_key),
		cmocka_unit_test(the_key_of_a_token_has_an_application),
		cmocka_unit_test(what_is_no_such_line_is_refused_with_a_reason),
		cmocka_unit_test(two_lines_and_long_ones_are_refused),
		cmocka_unit_test(a_blob_is_taken_whole_or_not_at_all),
		cmocka_unit_test(what_ssh_keygen_signed_is_good),
		cmocka_unit_test(ours_is_put_together_as_theirs),
		cmocka_unit_test(no_bit_of_a_signature_may_be_another),
		cmocka_unit_test(a_token_says_flags_and_counter_and_signs_them),
		cmocka_unit_test(armour_may_be_left_out_but_not_half),
		cmocka_unit_test(ssh_keygen_verifies_what_we_put_together),
	};

	check_ok(crypto_init());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
