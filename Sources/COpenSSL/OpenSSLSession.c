/* SPDX-License-Identifier: Apache-2.0 */
#include "OpenSSLContext.h"
#include "OpenSSLQueue.h"
#include "OpenSSLText.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

/* Octets of a datagram of the handshake: what every network on the way carries, with the headers of IPv6 and UDP. */
static const long LINK_MTU = 1400;

#define PEER_OCTETS 32

struct copenssl_session {
    SSL *ssl;
    enum copenssl_role role;
    struct openssl_wire wire;
    uint8_t peer[PEER_OCTETS];
    size_t peer_length;
    int is_over, has_ticket, alert;
    /* What the verification of the peer's certificate found, before OpenSSL says in general that it failed. */
    char verification[COPENSSL_TEXT];
    char problem[COPENSSL_TEXT + 64];
};

static int expect_server(SSL *ssl, const char *name)
{
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    uint8_t address[16];
    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    /* The name is also sent, so that a server of many can choose (RFC 6066 §3). */
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

struct copenssl_session *copenssl_session_make(struct copenssl_context *context, const char *server_name)
{
    ERR_clear_error();
    struct copenssl_session *session = calloc(1, sizeof *session);
    if (session == NULL) return NULL;
    session->role = context->role;
    session->alert = -1;
    session->wire.is_datagram = context->kind == COPENSSL_DATAGRAM;
    session->ssl = SSL_new(context->ssl);
    BIO *bio = session->ssl == NULL ? NULL : openssl_wire_bio(&session->wire);
    if (bio == NULL) {
        copenssl_session_free(session);
        return NULL;
    }
    /* The SSL owns the one BIO for both directions. */
    SSL_set_bio(session->ssl, bio, bio);
    SSL_set_app_data(session->ssl, session);
    if (session->wire.is_datagram) DTLS_set_link_mtu(session->ssl, LINK_MTU);
    if (context->role == COPENSSL_SERVER) {
        SSL_set_accept_state(session->ssl);
    } else {
        SSL_set_connect_state(session->ssl);
        if (server_name == NULL || !expect_server(session->ssl, server_name)) {
            copenssl_session_free(session);
            return NULL;
        }
    }
    return session;
}

void copenssl_session_free(struct copenssl_session *session)
{
    if (session == NULL) return;
    SSL_free(session->ssl);
    queue_free(&session->wire.in);
    queue_free(&session->wire.out);
    ERR_clear_error();
    free(session);
}

int openssl_note_verification(int is_good, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct copenssl_session *session = ssl == NULL ? NULL : SSL_get_app_data(ssl);
    if (is_good || session == NULL) return is_good;
    char subject[COPENSSL_TEXT] = "nobody";
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    if (certificate != NULL) openssl_name_text(X509_get_subject_name(certificate), subject);
    const char *reason = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
    snprintf(session->verification, sizeof session->verification, "certificate of %.700s: %s", subject, reason);
    return 0;
}

int openssl_note_ticket(SSL *ssl, SSL_SESSION *ticket)
{
    (void)ticket;
    struct copenssl_session *session = SSL_get_app_data(ssl);
    if (session != NULL) session->has_ticket = 1;
    return 0; /* not kept */
}

static uint8_t cookie_secret[32];
static int has_cookie_secret;
static pthread_once_t cookie_once = PTHREAD_ONCE_INIT;

static void make_cookie_secret(void) { has_cookie_secret = RAND_bytes(cookie_secret, sizeof cookie_secret) == 1; }

/* Of the peer's address and the minute, so that a cookie that somebody collected is soon of no use (RFC 6347 §4.2.1). */
static int cookie_of(const struct copenssl_session *session, int64_t minute, uint8_t *cookie, unsigned int *length)
{
    pthread_once(&cookie_once, make_cookie_secret);
    uint8_t text[PEER_OCTETS + sizeof minute];
    memcpy(text, &minute, sizeof minute);
    memcpy(text + sizeof minute, session->peer, session->peer_length);
    return has_cookie_secret
        && HMAC(EVP_sha256(), cookie_secret, sizeof cookie_secret, text, sizeof minute + session->peer_length, cookie, length) != NULL;
}

static int64_t present_minute(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec / 60;
}

int openssl_make_cookie(SSL *ssl, unsigned char *cookie, unsigned int *length)
{
    const struct copenssl_session *session = SSL_get_app_data(ssl);
    return session != NULL && cookie_of(session, present_minute(), cookie, length);
}

int openssl_check_cookie(SSL *ssl, const unsigned char *cookie, unsigned int length)
{
    const struct copenssl_session *session = SSL_get_app_data(ssl);
    if (session == NULL) return 0;
    int64_t minute = present_minute();
    for (int64_t each = minute - 1; each <= minute; each++) {
        uint8_t expected[EVP_MAX_MD_SIZE];
        unsigned int count = 0;
        if (cookie_of(session, each, expected, &count) && count == length && CRYPTO_memcmp(expected, cookie, count) == 0) return 1;
    }
    return 0;
}

int copenssl_listen(struct copenssl_session *session, const uint8_t *peer, size_t peer_length)
{
    if (peer_length > PEER_OCTETS) return 0;
    memcpy(session->peer, peer, peer_length);
    session->peer_length = peer_length;
    ERR_clear_error();
    BIO_ADDR *address = BIO_ADDR_new();
    if (address == NULL) return 0;
    int result = DTLSv1_listen(session->ssl, address);
    BIO_ADDR_free(address);
    ERR_clear_error();
    return result == 1;
}

int copenssl_feed(struct copenssl_session *session, const uint8_t *octets, size_t count)
{
    if (session->wire.is_datagram) queue_clear(&session->wire.in);
    return queue_append(&session->wire.in, octets, count);
}

size_t copenssl_waiting(const struct copenssl_session *session)
{
    const struct octet_queue *out = &session->wire.out;
    if (!session->wire.is_datagram) return queue_count(out);
    size_t length = 0;
    if (queue_count(out) > sizeof length) memcpy(&length, out->octets + out->first, sizeof length);
    return length;
}

size_t copenssl_take(struct copenssl_session *session, uint8_t *octets, size_t capacity)
{
    struct octet_queue *out = &session->wire.out;
    if (!session->wire.is_datagram) return queue_take(out, octets, capacity);
    size_t length = copenssl_waiting(session);
    if (length == 0 || length > capacity) return 0;
    queue_take(out, (uint8_t *)&length, sizeof length);
    return queue_take(out, octets, length);
}

/* What is the matter after a call that did not succeed; once a session has failed it stays so. */
static int outcome(struct copenssl_session *session, int returned, const char *what)
{
    switch (SSL_get_error(session->ssl, returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return COPENSSL_WAIT;
    case SSL_ERROR_ZERO_RETURN: return COPENSSL_CLOSED;
    default: break;
    }
    session->is_over = 1;
    unsigned long error = ERR_peek_error();
    int reason = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
        session->alert = reason - SSL_AD_REASON_OFFSET;
    if (session->verification[0] != 0) {
        snprintf(session->problem, sizeof session->problem, "%s", session->verification);
        ERR_clear_error();
    } else {
        openssl_tell(session->problem, what);
    }
    return COPENSSL_FAILED;
}

int copenssl_handshake(struct copenssl_session *session)
{
    if (session->is_over) return COPENSSL_FAILED;
    ERR_clear_error();
    int returned = SSL_do_handshake(session->ssl);
    return returned == 1 ? 1 : outcome(session, returned, "handshake failed");
}

int copenssl_is_accepted(const struct copenssl_session *session)
{
    return SSL_is_init_finished(session->ssl) && (session->has_ticket || SSL_version(session->ssl) != TLS1_3_VERSION);
}

int copenssl_read(struct copenssl_session *session, uint8_t *octets, size_t capacity)
{
    if (session->is_over) return COPENSSL_FAILED;
    ERR_clear_error();
    int returned = SSL_read(session->ssl, octets, capacity > INT32_MAX ? INT32_MAX : (int)capacity);
    return returned > 0 ? returned : outcome(session, returned, "reading failed");
}

int copenssl_write(struct copenssl_session *session, const uint8_t *octets, size_t count)
{
    if (session->is_over || count > INT32_MAX) return COPENSSL_FAILED;
    ERR_clear_error();
    int returned = SSL_write(session->ssl, octets, (int)count);
    return returned > 0 ? returned : outcome(session, returned, "writing failed");
}

void copenssl_close(struct copenssl_session *session)
{
    if (session->is_over || !SSL_is_init_finished(session->ssl)) return;
    ERR_clear_error();
    SSL_shutdown(session->ssl);
    ERR_clear_error();
}

int64_t copenssl_timeout(struct copenssl_session *session)
{
    struct timeval left = { 0 };
    if (!session->wire.is_datagram || session->is_over || DTLSv1_get_timeout(session->ssl, &left) != 1) return -1;
    return (int64_t)left.tv_sec * 1000 + (left.tv_usec + 999) / 1000;
}

int copenssl_retransmit(struct copenssl_session *session)
{
    if (session->is_over) return COPENSSL_FAILED;
    ERR_clear_error();
    long returned = DTLSv1_handle_timeout(session->ssl);
    return returned >= 0 ? COPENSSL_WAIT : outcome(session, (int)returned, "no answer to the handshake");
}

const char *copenssl_problem(const struct copenssl_session *session) { return session->problem; }

int copenssl_alert(const struct copenssl_session *session) { return session->alert; }

const char *copenssl_version(const struct copenssl_session *session) { return SSL_get_version(session->ssl); }

const char *copenssl_suite(const struct copenssl_session *session)
{
    const char *name = SSL_CIPHER_standard_name(SSL_get_current_cipher(session->ssl));
    return name == NULL ? "none" : name;
}

enum copenssl_name copenssl_peer_name(const struct copenssl_session *session, int name, char *text)
{
    X509 *certificate = SSL_get0_peer_certificate(session->ssl);
    text[0] = 0;
    return certificate == NULL ? COPENSSL_NO_NAME : (enum copenssl_name)openssl_alternative_name(certificate, name, text);
}
