/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends IPFIX as so many exporters would: sessions over UDP, TCP, TLS or DTLS, each with connections of which every octet is known.
 *
 *   send TRANSPORT HOST PORT [sessions=1] [first=0] [connections=1000] [rounds=5] [rate=0] [message=1400] [certificate=F key=F ca=F]
 *
 * Each connection is told of `rounds` times, the last time as ended, and grows by 1,500 octets each time: a store that has lost nothing has
 * sessions * connections * rounds * 1500 of them. `rate` is records a second of all sessions, 0 as fast as they are taken; whoever is not read from
 * waits, and makes up for it later. Ends with a line of JSON on standard output. Exit status 0 when all was sent, 1 when a session was lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { TEMPLATE = 256, RECORD = 63, HEADER = 16, LARGEST = 65507, SEGMENTS = 32, GROWTH = 1500 };

struct session {
    int fd;
    SSL *ssl;
    uint32_t domain, sequence, address;
    uint64_t next, total; /* records sent, and to be sent */
};

static const char *transport = "udp", *certificate, *key, *authority;
static uint64_t sessions = 1, first, connections = 1000, rounds = 5, rate, message = 1400;
static uint64_t sent_records, sent_messages, sent_octets, start_milliseconds;
static int is_datagram;

static void fail(const char *what)
{
    fprintf(stderr, "send: %s: %s\n", what, errno ? strerror(errno) : "failed");
    ERR_print_errors_fp(stderr);
    exit(1);
}

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint8_t *put(uint8_t *at, uint64_t value, int octets)
{
    for (int i = octets - 1; i >= 0; i--) *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

static uint8_t *begin(uint8_t *at, const struct session *session, size_t length)
{
    at = put(put(at, 10, 2), length, 2);
    return put(put(put(at, (uint64_t)time(NULL), 4), session->sequence, 4), session->domain, 4);
}

static size_t write_template(uint8_t *out, const struct session *session)
{
    static const uint16_t fields[][2] = {
        { 152, 8 }, { 7, 2 }, { 11, 2 }, { 4, 1 }, { 8, 4 }, { 12, 4 }, { 137 | 0x8000, 1 }, { 153, 8 }, { 136, 1 }, { 86, 8 }, { 85, 8 },
        { 2, 8 }, { 1, 8 } };
    const size_t count = sizeof fields / sizeof *fields, length = HEADER + 8 + count * 4 + 4;
    uint8_t *at = begin(out, session, length);
    at = put(put(put(put(at, 2, 2), length - HEADER, 2), TEMPLATE, 2), count, 2);
    for (size_t i = 0; i < count; i++) {
        at = put(put(at, fields[i][0], 2), fields[i][1], 2);
        if (fields[i][0] & 0x8000) at = put(at, 56506, 4); /* flowType of Antrea */
    }
    return length;
}

/* One message with the next records of a session: its length. */
static size_t write_records(uint8_t *out, struct session *session, uint64_t milliseconds)
{
    uint64_t count = (message - HEADER - 4) / RECORD;
    if (count > session->total - session->next) count = session->total - session->next;
    const size_t length = HEADER + 4 + count * RECORD;
    uint8_t *at = put(put(begin(out, session, length), TEMPLATE, 2), length - HEADER, 2);
    for (uint64_t i = 0; i < count; i++, session->next++) {
        const uint64_t round = session->next / connections + 1, connection = session->next % connections;
        at = put(put(put(at, start_milliseconds, 8), 1024 + connection % 60000, 2), 443, 2);
        at = put(put(put(at, 6, 1), session->address, 4), 0xC6336400 + connection / 60000, 4);
        at = put(put(put(at, 3, 1), milliseconds, 8), round == rounds ? 3 : 2, 1);
        at = put(put(put(put(at, round, 8), round * GROWTH, 8), 1, 8), GROWTH, 8);
    }
    session->sequence += (uint32_t)count;
    sent_records += count;
    sent_messages += 1;
    sent_octets += length;
    return length;
}

static void transmit(struct session *session, const uint8_t *octets, size_t length)
{
    if (session->ssl != NULL) {
        if (SSL_write(session->ssl, octets, (int)length) != (int)length) fail("a session was lost");
        return;
    }
    size_t sent = 0;
    while (sent < length) {
        ssize_t count = send(session->fd, octets + sent, length - sent, MSG_NOSIGNAL);
        /* A receiver that has just begun may refuse the first datagrams. */
        if (count < 0 && (errno == EINTR || (is_datagram && errno == ECONNREFUSED))) continue;
        if (count < 0) fail("a session was lost");
        sent += (size_t)count;
    }
}

/* As many whole messages of one length as go out in one call of the system, over UDP by segmentation offload. */
static void send_some(struct session *session, uint64_t due)
{
    static uint8_t buffer[SEGMENTS * 2048 > LARGEST ? SEGMENTS * 2048 : LARGEST];
    const uint64_t milliseconds = start_milliseconds + 1000 * session->next / (session->total + 1) + 1;
    size_t used = write_records(buffer, session, milliseconds), length = used;
    const int merges = is_datagram && session->ssl == NULL && message <= 1472;
    for (int i = 1; merges && i < SEGMENTS && sent_records < due && session->next < session->total && used + message <= 64000; i++) {
        size_t more = write_records(buffer + used, session, milliseconds);
        used += more;
        if (more < length) break;
    }
    if (used > length) {
        int segment = (int)length;
        if (setsockopt(session->fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof segment) != 0) fail("UDP_SEGMENT");
    }
    transmit(session, buffer, used);
}

static SSL *secure(int fd, SSL_CTX *context)
{
    SSL *ssl = SSL_new(context);
    if (is_datagram) {
        BIO *bio = BIO_new_dgram(fd, BIO_NOCLOSE);
        struct sockaddr_storage peer;
        socklen_t length = sizeof peer;
        getpeername(fd, (struct sockaddr *)&peer, &length);
        BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &peer);
        struct timeval patience = { .tv_sec = 5 };
        BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_RECV_TIMEOUT, 0, &patience);
        SSL_set_bio(ssl, bio, bio);
    } else {
        SSL_set_fd(ssl, fd);
    }
    if (SSL_connect(ssl) != 1) fail("handshake");
    return ssl;
}

static void open_session(struct session *session, uint64_t number, const struct sockaddr_in *peer, SSL_CTX *context)
{
    memset(session, 0, sizeof *session);
    session->domain = (uint32_t)(1000 + number);
    session->address = 0x0A0A0000 + (uint32_t)number;
    session->total = connections * rounds;
    session->fd = socket(AF_INET, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (session->fd < 0 || connect(session->fd, (const struct sockaddr *)peer, sizeof *peer) != 0) fail("connect");
    int on = 1, room = 4 << 20;
    if (!is_datagram) setsockopt(session->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (is_datagram) setsockopt(session->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (context != NULL) session->ssl = secure(session->fd, context);
    uint8_t octets[256];
    transmit(session, octets, write_template(octets, session));
}

static SSL_CTX *make_context(void)
{
    SSL_CTX *context = SSL_CTX_new(is_datagram ? DTLS_client_method() : TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (certificate == NULL || key == NULL || authority == NULL || SSL_CTX_use_certificate_chain_file(context, certificate) != 1
        || SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_load_verify_locations(context, authority, NULL) != 1)
        fail("certificates");
    return context;
}

static void finish(struct session *session)
{
    /* Behind the last records, so that what was lost of them can be told by the sequence number. */
    uint8_t octets[256];
    if (is_datagram) transmit(session, octets, write_template(octets, session));
    if (session->ssl != NULL) SSL_shutdown(session->ssl);
    if (is_datagram) return;
    shutdown(session->fd, SHUT_WR);
    /* What the peer sent and nobody read, as the tickets of TLS 1.3, would have the kernel reset the connection at its end. */
    char unread[4096];
    while (recv(session->fd, unread, sizeof unread, 0) > 0) continue;
}

static void read_option(const char *word)
{
    struct { const char *name; uint64_t *number; const char **text; } known[] = {
        { "sessions=", &sessions, NULL }, { "first=", &first, NULL }, { "connections=", &connections, NULL }, { "rounds=", &rounds, NULL },
        { "rate=", &rate, NULL }, { "message=", &message, NULL }, { "certificate=", NULL, &certificate }, { "key=", NULL, &key },
        { "ca=", NULL, &authority } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].name);
        if (strncmp(word, known[i].name, length) != 0) continue;
        if (known[i].number != NULL) *known[i].number = strtoull(word + length, NULL, 10);
        if (known[i].text != NULL) *known[i].text = word + length;
        return;
    }
    fprintf(stderr, "send: there is no %s\n", word);
    exit(2);
}

int main(int count, char **words)
{
    if (count < 4) return 2;
    signal(SIGPIPE, SIG_IGN);
    transport = words[1];
    for (int i = 4; i < count; i++) read_option(words[i]);
    is_datagram = strcmp(transport, "udp") == 0 || strcmp(transport, "dtls") == 0;
    if (message < HEADER + 4 + RECORD || message > (is_datagram ? 16384 : LARGEST) || sessions == 0 || connections * rounds == 0) return 2;
    struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[3])) };
    if (inet_pton(AF_INET, words[2], &peer.sin_addr) != 1) return 2;
    SSL_CTX *context = strstr(transport, "tls") != NULL ? make_context() : NULL;
    start_milliseconds = (uint64_t)(now(CLOCK_REALTIME) * 1000);
    struct session *all = calloc(sessions, sizeof *all);
    for (uint64_t i = 0; i < sessions; i++) open_session(&all[i], first + i, &peer, context);
    const double began = now(CLOCK_MONOTONIC);
    const uint64_t total = sessions * connections * rounds;
    for (uint64_t turn = 0; sent_records < total; turn++) {
        struct session *session = &all[turn % sessions];
        uint64_t due = total;
        while (rate > 0 && (due = (uint64_t)((now(CLOCK_MONOTONIC) - began) * (double)rate)) <= sent_records) {
            struct timespec pause = { .tv_nsec = 200000 };
            nanosleep(&pause, NULL);
        }
        if (session->next < session->total) send_some(session, due);
    }
    const double seconds = now(CLOCK_MONOTONIC) - began;
    if (is_datagram) usleep(300000);
    for (uint64_t i = 0; i < sessions; i++) finish(&all[i]);
    printf("{\"records\": %llu, \"messages\": %llu, \"octets\": %llu, \"seconds\": %.4f, \"cpu\": %.4f}\n", (unsigned long long)sent_records,
        (unsigned long long)sent_messages, (unsigned long long)sent_octets, seconds, now(CLOCK_PROCESS_CPUTIME_ID));
    return 0;
}
