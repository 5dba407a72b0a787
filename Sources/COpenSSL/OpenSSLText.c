/* SPDX-License-Identifier: Apache-2.0 */
#include "COpenSSL.h"
#include "OpenSSLText.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

void openssl_tell(char *problem, const char *what)
{
    /* The last error is the nearest to us, the first to the cause. */
    unsigned long first = ERR_get_error();
    const char *reason = first == 0 ? NULL : ERR_reason_error_string(first);
    snprintf(problem, COPENSSL_TEXT, reason == NULL ? "%s" : "%s: %s", what, reason);
    ERR_clear_error();
}

void openssl_name_text(const X509_NAME *name, char *text)
{
    text[0] = 0;
    BIO *out = BIO_new(BIO_s_mem());
    if (out == NULL) return;
    /* RFC 2253 with control characters escaped, so that a name is one harmless line. */
    if (X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        int count = BIO_read(out, text, COPENSSL_TEXT - 1);
        text[count > 0 ? count : 0] = 0;
    }
    BIO_free(out);
}

static int string_text(const ASN1_STRING *string, char *text)
{
    int count = ASN1_STRING_length(string);
    const unsigned char *octets = ASN1_STRING_get0_data(string);
    /* An inner NUL would hide what follows it. */
    if (count <= 0 || count >= COPENSSL_TEXT || memchr(octets, 0, (size_t)count) != NULL) return 0;
    memcpy(text, octets, (size_t)count);
    text[count] = 0;
    return 1;
}

static int address_text(const ASN1_OCTET_STRING *address, char *text)
{
    int count = ASN1_STRING_length(address);
    if (count != 4 && count != 16) return 0;
    return inet_ntop(count == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, COPENSSL_TEXT) != NULL;
}

int openssl_alternative_name(X509 *certificate, int index, char *text)
{
    text[0] = 0;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    int kind = COPENSSL_NO_NAME;
    if (names != NULL && index >= 0 && index < sk_GENERAL_NAME_num(names)) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
        kind = COPENSSL_OTHER_NAME;
        if (name->type == GEN_DNS && string_text(name->d.dNSName, text)) kind = COPENSSL_DNS;
        if (name->type == GEN_URI && string_text(name->d.uniformResourceIdentifier, text)) kind = COPENSSL_URI;
        if (name->type == GEN_IPADD && address_text(name->d.iPAddress, text)) kind = COPENSSL_ADDRESS;
    }
    GENERAL_NAMES_free(names);
    return kind;
}

X509 *openssl_next_certificate(BIO *pem) { return PEM_read_bio_X509(pem, NULL, NULL, NULL); }

int openssl_ended_in_order(void)
{
    unsigned long error = ERR_peek_last_error();
    if (error != 0 && ERR_GET_REASON(error) != PEM_R_NO_START_LINE) return 0;
    ERR_clear_error();
    return 1;
}
