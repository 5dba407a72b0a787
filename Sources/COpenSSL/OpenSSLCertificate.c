/* SPDX-License-Identifier: Apache-2.0 */
#include "COpenSSL.h"
#include "OpenSSLText.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A certificate counts from a little before it is made: the clocks of two machines are never the same. */
static const long LEEWAY_SECONDS = 300;

static int64_t seconds(const ASN1_TIME *time)
{
    struct tm broken;
    return ASN1_TIME_to_tm(time, &broken) == 1 ? (int64_t)timegm(&broken) : 0;
}

static void hexadecimal(const uint8_t *octets, size_t count, char *text, size_t capacity)
{
    size_t length = 0;
    text[0] = 0;
    for (size_t i = 0; i < count && length + 3 <= capacity; i++) length += (size_t)snprintf(text + length, 3, "%02x", octets[i]);
}

static void key_text(X509 *certificate, char *text, size_t capacity)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    char group[32] = "";
    size_t length = 0;
    if (key == NULL) snprintf(text, capacity, "unknown");
    else if (EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1)
        snprintf(text, capacity, "%s %s", EVP_PKEY_get0_type_name(key), group);
    else snprintf(text, capacity, "%s %d", EVP_PKEY_get0_type_name(key), EVP_PKEY_get_bits(key));
}

static X509 *certificate_at(const uint8_t *pem, size_t length, int index)
{
    if (length > INT32_MAX) return NULL;
    BIO *reader = BIO_new_mem_buf(pem, (int)length);
    X509 *certificate = NULL;
    for (int i = 0; reader != NULL && i <= index; i++) {
        X509_free(certificate);
        certificate = openssl_next_certificate(reader);
        if (certificate == NULL) break;
    }
    BIO_free(reader);
    return certificate;
}

int copenssl_certificate_facts(const uint8_t *pem, size_t length, int index, struct copenssl_facts *facts, char *problem)
{
    ERR_clear_error();
    memset(facts, 0, sizeof *facts);
    problem[0] = 0;
    X509 *certificate = certificate_at(pem, length, index);
    if (certificate == NULL) {
        if (openssl_ended_in_order()) return 0;
        openssl_tell(problem, "a certificate is broken");
        return COPENSSL_FAILED;
    }
    openssl_name_text(X509_get_subject_name(certificate), facts->subject);
    openssl_name_text(X509_get_issuer_name(certificate), facts->issuer);
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
    hexadecimal(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial), facts->serial, sizeof facts->serial);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int count = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &count) == 1)
        hexadecimal(digest, count, facts->fingerprint, sizeof facts->fingerprint);
    key_text(certificate, facts->key, sizeof facts->key);
    facts->not_before = seconds(X509_get0_notBefore(certificate));
    facts->not_after = seconds(X509_get0_notAfter(certificate));
    facts->is_authority = X509_check_ca(certificate) == 1;
    facts->for_client = X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 1;
    facts->for_server = X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 1;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    facts->names = names == NULL ? 0 : sk_GENERAL_NAME_num(names);
    GENERAL_NAMES_free(names);
    X509_free(certificate);
    ERR_clear_error();
    return 1;
}

enum copenssl_name copenssl_certificate_name(const uint8_t *pem, size_t length, int index, int name, char *text)
{
    X509 *certificate = certificate_at(pem, length, index);
    text[0] = 0;
    int kind = certificate == NULL ? COPENSSL_NO_NAME : openssl_alternative_name(certificate, name, text);
    X509_free(certificate);
    ERR_clear_error();
    return (enum copenssl_name)kind;
}

static int add_extension(X509 *certificate, X509 *issuer, int kind, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    int is_good = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_good;
}

static int add_extensions(X509 *certificate, X509 *issuer, const struct copenssl_order *order)
{
    int is_authority = certificate == issuer;
    const char *purposes = order->for_client && order->for_server ? "clientAuth,serverAuth" : order->for_client ? "clientAuth" : "serverAuth";
    return add_extension(certificate, issuer, NID_basic_constraints, is_authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE")
        && add_extension(certificate, issuer, NID_key_usage, is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature")
        && add_extension(certificate, issuer, NID_subject_key_identifier, "hash")
        && add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always")
        && (is_authority || add_extension(certificate, issuer, NID_ext_key_usage, purposes))
        && (order->alternative_names[0] == 0 || add_extension(certificate, issuer, NID_subject_alt_name, order->alternative_names));
}

/* 127 random bits: positive, and not to be guessed (RFC 5280 §4.1.2.2). */
static int set_serial(X509 *certificate)
{
    uint8_t octets[16];
    if (RAND_bytes(octets, sizeof octets) != 1) return 0;
    octets[0] = (uint8_t)((octets[0] & 0x7f) | 0x40);
    BIGNUM *number = BN_bin2bn(octets, sizeof octets, NULL);
    int is_good = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return is_good;
}

static int fill(X509 *certificate, X509 *issuer, EVP_PKEY *key, const struct copenssl_order *order)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    time_t now = time(NULL);
    return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate)
        && X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -LEEWAY_SECONDS, &now) != NULL
        && X509_time_adj_ex(
               X509_getm_notAfter(certificate), (int)(order->lifetime_seconds / 86400), (long)(order->lifetime_seconds % 86400), &now) != NULL
        && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)order->common_name, -1, -1, 0) == 1
        && X509_set_issuer_name(certificate, issuer == NULL ? name : X509_get_subject_name(issuer)) == 1
        && X509_set_pubkey(certificate, key) == 1 && add_extensions(certificate, issuer == NULL ? certificate : issuer, order);
}

static int write_pem(X509 *certificate, EVP_PKEY *key, char *certificate_text, char *key_text)
{
    BIO *first = BIO_new(BIO_s_mem()), *second = BIO_new(BIO_s_secmem());
    int is_good = first != NULL && second != NULL && PEM_write_bio_X509(first, certificate) == 1
        && PEM_write_bio_PKCS8PrivateKey(second, key, NULL, NULL, 0, NULL, NULL) == 1;
    int certificate_count = is_good ? BIO_read(first, certificate_text, COPENSSL_PEM - 1) : -1;
    int key_count = is_good ? BIO_read(second, key_text, COPENSSL_PEM - 1) : -1;
    is_good = certificate_count > 0 && key_count > 0 && BIO_pending(first) == 0 && BIO_pending(second) == 0;
    certificate_text[is_good ? certificate_count : 0] = 0;
    key_text[is_good ? key_count : 0] = 0;
    BIO_free(first);
    BIO_free(second);
    return is_good;
}

static EVP_PKEY *key_of(const struct copenssl_credentials *authority)
{
    BIO *reader = authority->key_length > INT32_MAX ? NULL : BIO_new_mem_buf(authority->key, (int)authority->key_length);
    /* An empty passphrase, because the default would ask at the terminal. */
    EVP_PKEY *key = reader == NULL ? NULL : PEM_read_bio_PrivateKey(reader, NULL, NULL, (void *)"");
    BIO_free(reader);
    return key;
}

int copenssl_issue(
    const struct copenssl_order *order, const struct copenssl_credentials *authority, char *certificate_text, char *key_text, char *problem)
{
    ERR_clear_error();
    problem[0] = 0;
    X509 *issuer = authority == NULL ? NULL : certificate_at(authority->certificate, authority->certificate_length, 0);
    EVP_PKEY *signing = authority == NULL ? NULL : key_of(authority);
    int is_good = 0;
    const char *what = "the authority's certificate and key cannot be used";
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    if (authority == NULL || (issuer != NULL && signing != NULL && X509_check_private_key(issuer, signing) == 1)) {
        what = "a certificate cannot be made";
        key = EVP_EC_gen("P-256");
        certificate = X509_new();
        is_good = key != NULL && certificate != NULL && fill(certificate, issuer, key, order)
            && X509_sign(certificate, authority == NULL ? key : signing, EVP_sha256()) > 0
            && write_pem(certificate, key, certificate_text, key_text);
    }
    if (!is_good) openssl_tell(problem, what);
    X509_free(certificate);
    X509_free(issuer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(signing);
    return is_good ? 1 : COPENSSL_FAILED;
}
