/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of OpenSSL that Weir needs, without its macros and unions: contexts of credentials, sessions of TLS and DTLS that do no
 * input or output, and X.509 certificates.
 *
 * A session is fed with what came from the network and gives what is to be sent; whoever owns the socket moves the octets. Nothing
 * here blocks. A session and what it was made from may be used by one thread at a time each; a context by any number.
 */
#ifndef COPENSSL_H
#define COPENSSL_H

#include <stddef.h>
#include <stdint.h>

/* Room for every text that a function writes, with its NUL; longer texts are cut. */
#define COPENSSL_TEXT 1024

enum copenssl_role { COPENSSL_CLIENT, COPENSSL_SERVER };
/* A stream (TLS) or datagrams (DTLS). */
enum copenssl_kind { COPENSSL_STREAM, COPENSSL_DATAGRAM };
/* What handshake, read and write return when it is no count of octets. */
enum copenssl_result {
    COPENSSL_WAIT = 0,    /* more must come from the peer first */
    COPENSSL_CLOSED = -1, /* the peer said that it has ended */
    COPENSSL_FAILED = -2, /* the session is over: copenssl_problem */
};

/* PEM texts: the own certificate followed by intermediate ones, its key, and the authorities whose certificates are accepted. */
struct copenssl_credentials {
    const uint8_t *certificate, *key, *authorities;
    size_t certificate_length, key_length, authorities_length;
};

struct copenssl_context;
struct copenssl_session;

/* NULL with the reason in `problem` when the credentials cannot be used, as when the key is of another certificate. Both sides must show a
 * certificate of the authorities. TLS 1.2 only where `allows_tls12`; suites with forward secrecy and authenticated encryption;
 * no renegotiation, compression, early data or resumption. */
struct copenssl_context *copenssl_context_make(
    enum copenssl_role role, enum copenssl_kind kind, const struct copenssl_credentials *credentials, int allows_tls12, char *problem);
void copenssl_context_free(struct copenssl_context *context);

/* `server_name` is the host name or address that a server's certificate must bear; NULL for a server. NULL without memory. */
struct copenssl_session *copenssl_session_make(struct copenssl_context *context, const char *server_name);
void copenssl_session_free(struct copenssl_session *session);

/* A server's datagram session before it begins: 1 when the datagram fed before is the hello of a peer that receives at the address
 * it sends from, and the session may go on with copenssl_handshake; 0 when it is not, and nothing is remembered but an answer to send. */
int copenssl_listen(struct copenssl_session *session, const uint8_t *peer, size_t peer_length);

/* Takes what came: of a stream in any pieces, of datagrams one, in the place of what was left of the last. 0 without memory. */
int copenssl_feed(struct copenssl_session *session, const uint8_t *octets, size_t count);
/* Octets that wait to be sent; of datagrams those of the next one. */
size_t copenssl_waiting(const struct copenssl_session *session);
/* Moves so many at most into `octets`; of datagrams one whole, which must have room. */
size_t copenssl_take(struct copenssl_session *session, uint8_t *octets, size_t capacity);

/* 1 when both sides are sure of each other; COPENSSL_WAIT or COPENSSL_FAILED. */
int copenssl_handshake(struct copenssl_session *session);
/* Whether a client knows that the server took its certificate: TLS 1.3 lets a client finish before. A server that never says makes it 0. */
int copenssl_is_accepted(const struct copenssl_session *session);
int copenssl_read(struct copenssl_session *session, uint8_t *octets, size_t capacity);
/* All of it, or COPENSSL_FAILED; of datagrams at most 16,384 octets. */
int copenssl_write(struct copenssl_session *session, const uint8_t *octets, size_t count);
/* Tells the peer that the session ends. */
void copenssl_close(struct copenssl_session *session);

/* Milliseconds until a lost handshake datagram is to be sent again, -1 for never; and sends it. COPENSSL_FAILED after too many times. */
int64_t copenssl_timeout(struct copenssl_session *session);
int copenssl_retransmit(struct copenssl_session *session);

/* What went wrong; empty when nothing did. Of the session, until it is freed. */
const char *copenssl_problem(const struct copenssl_session *session);
/* The alert that the peer sent (RFC 8446 §6), -1 for none. */
int copenssl_alert(const struct copenssl_session *session);
/* As TLSv1.3 and TLS_AES_256_GCM_SHA384. Static storage. */
const char *copenssl_version(const struct copenssl_session *session);
const char *copenssl_suite(const struct copenssl_session *session);

enum copenssl_name { COPENSSL_NO_NAME, COPENSSL_DNS, COPENSSL_URI, COPENSSL_ADDRESS, COPENSSL_OTHER_NAME };

struct copenssl_facts {
    char subject[COPENSSL_TEXT], issuer[COPENSSL_TEXT];
    char serial[64];      /* hexadecimal */
    char key[64];         /* as EC prime256v1, RSA 2048 */
    char fingerprint[96]; /* SHA-256, hexadecimal */
    int64_t not_before, not_after; /* seconds since the Unix epoch */
    int is_authority, for_client, for_server;
    int names; /* subject alternative names */
};

/* The certificate of that index in a PEM text: 1, 0 when there are fewer, COPENSSL_FAILED when it is broken. */
int copenssl_certificate_facts(const uint8_t *pem, size_t length, int index, struct copenssl_facts *facts, char *problem);
/* One of its alternative names as text. */
enum copenssl_name copenssl_certificate_name(const uint8_t *pem, size_t length, int index, int name, char *text);
/* The alternative names of the peer of a finished handshake; COPENSSL_NO_NAME after the last. */
enum copenssl_name copenssl_peer_name(const struct copenssl_session *session, int name, char *text);

#define COPENSSL_PEM 8192

struct copenssl_order {
    const char *common_name;
    /* As OpenSSL's configuration writes them: "URI:weir://node/a,DNS:b,IP:192.0.2.1"; empty for an authority. */
    const char *alternative_names;
    int64_t lifetime_seconds;
    int for_client, for_server;
};

/* A new key (EC P-256) and its certificate, signed by `authority`, or by itself as an authority where that is NULL. Both are PEM with a
 * NUL in COPENSSL_PEM octets. COPENSSL_FAILED with the reason, else 1. */
int copenssl_issue(
    const struct copenssl_order *order, const struct copenssl_credentials *authority, char *certificate, char *key, char *problem);

#endif
