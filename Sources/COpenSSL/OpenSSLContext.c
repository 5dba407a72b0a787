/* SPDX-License-Identifier: Apache-2.0 */
#include "OpenSSLContext.h"
#include "OpenSSLText.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

static const char *const SUITES_OF_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";

/* A file with a passphrase is refused: nobody is there to be asked. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

static BIO *reader(const uint8_t *octets, size_t count)
{
    return count > INT32_MAX ? NULL : BIO_new_mem_buf(octets, (int)count);
}

static int use_certificates(SSL_CTX *ssl, const struct copenssl_credentials *credentials, char *problem)
{
    BIO *pem = reader(credentials->certificate, credentials->certificate_length);
    X509 *own = pem == NULL ? NULL : openssl_next_certificate(pem);
    int is_good = own != NULL && SSL_CTX_use_certificate(ssl, own) == 1;
    X509_free(own);
    while (is_good) {
        X509 *intermediate = openssl_next_certificate(pem);
        if (intermediate == NULL) break;
        /* The context then owns it. */
        is_good = SSL_CTX_add0_chain_cert(ssl, intermediate) == 1;
        if (!is_good) X509_free(intermediate);
    }
    is_good = is_good && openssl_ended_in_order();
    BIO_free(pem);
    if (!is_good) openssl_tell(problem, "no usable certificate");
    return is_good;
}

static int use_key(SSL_CTX *ssl, const struct copenssl_credentials *credentials, char *problem)
{
    BIO *pem = reader(credentials->key, credentials->key_length);
    EVP_PKEY *key = pem == NULL ? NULL : PEM_read_bio_PrivateKey(pem, NULL, no_passphrase, NULL);
    BIO_free(pem);
    if (key == NULL) {
        openssl_tell(problem, "no usable key (one with a passphrase cannot be read)");
        return 0;
    }
    int is_good = SSL_CTX_use_PrivateKey(ssl, key) == 1 && SSL_CTX_check_private_key(ssl) == 1;
    EVP_PKEY_free(key);
    if (!is_good) openssl_tell(problem, "the key is not that of the certificate");
    return is_good;
}

static int use_authorities(SSL_CTX *ssl, enum copenssl_role role, const struct copenssl_credentials *credentials, char *problem)
{
    BIO *pem = reader(credentials->authorities, credentials->authorities_length);
    X509_STORE *store = SSL_CTX_get_cert_store(ssl);
    int count = 0, is_good = pem != NULL;
    /* An authority that the operator names is trusted, also one that another has signed. */
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    while (is_good) {
        X509 *authority = openssl_next_certificate(pem);
        if (authority == NULL) break;
        is_good = X509_STORE_add_cert(store, authority) == 1;
        /* The names tell a client which of its certificates to show. */
        if (is_good && role == COPENSSL_SERVER) is_good = SSL_CTX_add_client_CA(ssl, authority) == 1;
        X509_free(authority);
        count += 1;
    }
    is_good = is_good && openssl_ended_in_order() && count > 0;
    BIO_free(pem);
    if (!is_good) openssl_tell(problem, "no usable certificate of an authority");
    return is_good;
}

static void restrict_protocol(SSL_CTX *ssl, enum copenssl_kind kind, int allows_tls12)
{
    int lowest = kind == COPENSSL_DATAGRAM ? DTLS1_2_VERSION : allows_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_CTX_set_min_proto_version(ssl, lowest);
    SSL_CTX_set_cipher_list(ssl, SUITES_OF_1_2);
    SSL_CTX_set_security_level(ssl, 2);
    SSL_CTX_set_options(
        ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ssl, 1);
    SSL_CTX_set_max_early_data(ssl, 0);
}

struct copenssl_context *copenssl_context_make(
    enum copenssl_role role, enum copenssl_kind kind, const struct copenssl_credentials *credentials, int allows_tls12, char *problem)
{
    ERR_clear_error();
    problem[0] = 0;
    const SSL_METHOD *method = kind == COPENSSL_DATAGRAM ? DTLS_method() : TLS_method();
    struct copenssl_context *context = calloc(1, sizeof *context);
    SSL_CTX *ssl = context == NULL ? NULL : SSL_CTX_new(method);
    if (ssl == NULL) {
        openssl_tell(problem, "no memory for a context");
        free(context);
        return NULL;
    }
    *context = (struct copenssl_context){ .ssl = ssl, .role = role, .kind = kind };
    restrict_protocol(ssl, kind, allows_tls12);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, openssl_note_verification);
    SSL_CTX_set_cookie_generate_cb(ssl, openssl_make_cookie);
    SSL_CTX_set_cookie_verify_cb(ssl, openssl_check_cookie);
    if (role == COPENSSL_SERVER) {
        /* The one ticket tells a client of TLS 1.3 that its certificate was taken. Nothing is kept that it could resume. */
        SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_num_tickets(ssl, 1);
    } else {
        SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(ssl, openssl_note_ticket);
    }
    if (use_certificates(ssl, credentials, problem) && use_key(ssl, credentials, problem) && use_authorities(ssl, role, credentials, problem))
        return context;
    copenssl_context_free(context);
    return NULL;
}

void copenssl_context_free(struct copenssl_context *context)
{
    if (context == NULL) return;
    SSL_CTX_free(context->ssl);
    free(context);
}
