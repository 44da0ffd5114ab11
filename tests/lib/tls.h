/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a test of TLS needs: a certificate of its own, and a client that trusts anything.
 *  Thread: one. */
#ifndef CHAT_TESTS_TLS_H
#define CHAT_TESTS_TLS_H

/** Write a key (P-256) and a certificate of it for localhost that holds for an hour. */
void tls_make_pair(const char *cert_path, const char *key_path);

struct tls;

/** Shake hands over the connected socket @fd, which stays the caller's. Fails the test when
 *  the server does not. */
struct tls *tls_connect(int fd);
void tls_free(struct tls **tls);

#endif
