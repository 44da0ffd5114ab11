/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenSSL reads PEM and X.509; here is only the question whether a server could use them,
 * and how one that runs takes others. libwebsockets can read its files again, but not others
 * in their place. A key with a passphrase is refused: nobody is there to type it.
 */
#include "common/crypto/pem.h"

/* OpenSSL has a type of this name. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#undef ERR_STATE

#include <stdio.h>
#include <string.h>

#define CHAIN_MOST 16

static int no_passphrase(char *buf, int size, int writing, void *ctx)
{
	return -1;
}

static void fill_info(X509 *cert, struct pem_info *info)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *digits = number ? BN_bn2hex(number) : NULL;
	BIO *text = BIO_new(BIO_s_mem());

	snprintf(info->serial, sizeof(info->serial), "%s", digits ? digits : "");
	if (text && ASN1_TIME_print(text, X509_get0_notAfter(cert))) {
		int len = BIO_read(text, info->not_after, sizeof(info->not_after) - 1);
		info->not_after[len > 0 ? len : 0] = '\0';
	}
	info->over = X509_cmp_current_time(X509_get0_notAfter(cert)) < 0;
	OPENSSL_free(digits);
	BN_free(number);
	BIO_free(text);
}

/* A certificate with those that vouch for it, and its key. */
struct pair {
	X509 *cert;
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
};

static void pair_done(struct pair *pair)
{
	X509_free(pair->cert);
	sk_X509_pop_free(pair->chain, X509_free);
	EVP_PKEY_free(pair->key);
}

/* All of the file must be certificates. */
static void read_chain(FILE *file, struct pair *pair)
{
	pair->cert = PEM_read_X509(file, NULL, no_passphrase, NULL);
	pair->chain = sk_X509_new_null();
	bool more = pair->cert && pair->chain;
	for (unsigned i = 0; more && i < CHAIN_MOST; i++) {
		X509 *next = PEM_read_X509(file, NULL, no_passphrase, NULL);
		more = next && sk_X509_push(pair->chain, next) > 0;
	}
	unsigned long error = ERR_peek_last_error();
	if (more || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
		X509_free(pair->cert);
		pair->cert = NULL;
	}
}

static enum err compare(const struct pair *pair, const char *cert_path,
			const char *key_path, struct str *why)
{
	if (!pair->cert)
		str_addf(why, "%s holds no certificate, or a broken one", cert_path);
	else if (!pair->key)
		str_addf(why, "%s holds no private key without a passphrase", key_path);
	if (!pair->cert || !pair->key)
		return ERR_BAD;
	if (X509_check_private_key(pair->cert, pair->key) == 1)
		return ERR_OK;
	str_addf(why, "the key in %s is not that of the certificate in %s", key_path,
		 cert_path);
	return ERR_WRONG_KEY;
}

/* *ret_pair is to be done in any case. */
static enum err pair_read(const char *cert_path, const char *key_path,
			  struct pair *ret_pair, struct str *why)
{
	FILE *cert_file = fopen(cert_path, "re"), *key_file = fopen(key_path, "re");
	enum err err = ERR_OK;

	*ret_pair = (struct pair){0};
	if (!cert_file || !key_file) {
		str_addf(why, "cannot read %s", cert_file ? key_path : cert_path);
		err = ERR_IO;
	} else {
		read_chain(cert_file, ret_pair);
		ret_pair->key = PEM_read_PrivateKey(key_file, NULL, no_passphrase, NULL);
		err = compare(ret_pair, cert_path, key_path, why);
	}
	if (cert_file)
		fclose(cert_file);
	if (key_file)
		fclose(key_file);
	ERR_clear_error();
	return err;
}

enum err pem_pair(const char *cert_path, const char *key_path, struct pem_info *ret_info,
		  struct str *why)
{
	struct pair pair;
	enum err err = pair_read(cert_path, key_path, &pair, why);

	*ret_info = (struct pem_info){0};
	if (pair.cert)
		fill_info(pair.cert, ret_info);
	pair_done(&pair);
	return err;
}

/* A context has a place for each kind of key, and would go on showing the certificate of the
 * old kind to whoever can take it. So each handshake is given the newest pair alone. */
static int use_newest(SSL *ssl, void *arg)
{
	SSL_CTX *ssl_ctx = SSL_get_SSL_CTX(ssl);
	STACK_OF(X509) *chain = NULL;

	SSL_CTX_get0_chain_certs(ssl_ctx, &chain);
	SSL_certs_clear(ssl);
	return SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(ssl_ctx),
				    SSL_CTX_get0_privatekey(ssl_ctx), chain, 1);
}

enum err pem_install(void *ssl_ctx, const char *cert_path, const char *key_path,
		     struct str *why)
{
	struct pair pair;
	enum err err = pair_read(cert_path, key_path, &pair, why);

	if (err == ERR_OK &&
	    SSL_CTX_use_cert_and_key(ssl_ctx, pair.cert, pair.key, pair.chain, 1) != 1) {
		str_addf(why, "OpenSSL cannot use the certificate in %s", cert_path);
		err = ERR_BAD; /* it is too weak for its level of security, as a rule */
	}
	if (err == ERR_OK)
		SSL_CTX_set_cert_cb(ssl_ctx, use_newest, NULL);
	ERR_clear_error();
	pair_done(&pair);
	return err;
}
