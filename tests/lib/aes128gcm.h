/* SPDX-License-Identifier: GPL-3.0-or-later */
/** AES-128-GCM from OpenSSL as an AEAD row, and with it cipher suite 1: for tests only, so
 *  that vectors of that suite can be run. */
#ifndef CHAT_TESTS_AES128GCM_H
#define CHAT_TESTS_AES128GCM_H

#include "common/mls/suite.h"

extern const struct aead aead_aes128gcm;
extern const struct mls_suite mls_suite_aes128;
/** Suites 3 and 1. */
extern const struct mls_suites mls_suites_tested;

#endif
