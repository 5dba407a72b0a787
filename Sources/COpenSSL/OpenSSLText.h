/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPENSSL_TEXT_H
#define OPENSSL_TEXT_H

#include <openssl/x509.h>

/* Writes what is told and OpenSSL's own words for it, of which the queue then has none left. */
void openssl_tell(char *problem, const char *what);
void openssl_name_text(const X509_NAME *name, char *text);
/* The alternative name of that index. */
int openssl_alternative_name(X509 *certificate, int index, char *text);
/* Reads one certificate after another from PEM; NULL at the end, and when one is broken: then the queue has an error other than "no start line". */
X509 *openssl_next_certificate(BIO *pem);
int openssl_ended_in_order(void);

#endif
