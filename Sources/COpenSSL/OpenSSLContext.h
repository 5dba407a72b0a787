/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPENSSL_CONTEXT_H
#define OPENSSL_CONTEXT_H

#include "COpenSSL.h"

#include <openssl/ssl.h>

struct copenssl_context {
    SSL_CTX *ssl;
    enum copenssl_role role;
    enum copenssl_kind kind;
};

/* What the callbacks of a context do with the session that the SSL belongs to. */
int openssl_note_verification(int is_good, X509_STORE_CTX *store);
int openssl_note_ticket(SSL *ssl, SSL_SESSION *ticket);
int openssl_make_cookie(SSL *ssl, unsigned char *cookie, unsigned int *length);
int openssl_check_cookie(SSL *ssl, const unsigned char *cookie, unsigned int length);

#endif
