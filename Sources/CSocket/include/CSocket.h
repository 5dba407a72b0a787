/* SPDX-License-Identifier: Apache-2.0
 *
 * The few socket calls that Swift cannot reach (recvmmsg) or only through unsafe casts (sockaddr).
 * Every function that can fail returns a negative errno; none blocks except csocket_resolve.
 */
#ifndef CSOCKET_H
#define CSOCKET_H

#include <stddef.h>
#include <stdint.h>

/* The largest UDP payload fits in a slot, so a datagram is never cut. */
#define CSOCKET_SLOT_OCTETS 65536
/* Datagrams taken by one call of csocket_receive_many. */
#define CSOCKET_SLOTS 64

/* An address and port without sockaddr; IPv4 as ::ffff:a.b.c.d, both halves most significant octet first. */
struct csocket_address {
    uint64_t high;
    uint64_t low;
    uint32_t scope; /* interface of a link-local IPv6 address, else 0 */
    uint16_t port;
};

struct csocket_datagram {
    uint32_t length; /* at the start of the slot of the same index */
    struct csocket_address peer;
};

enum csocket_kind { CSOCKET_STREAM, CSOCKET_DATAGRAM };

/* Addresses of a name, at most `capacity`: their number, or a negative EAI code. Blocks while the resolver asks. */
int csocket_resolve(const char *host, uint16_t port, enum csocket_kind kind, struct csocket_address *out, int capacity);
/* The text of a negative EAI code; static storage. */
const char *csocket_resolve_error(int code);

/* A non-blocking socket on its way to `peer`: writable when connected, then ask csocket_error.
 * A stream fails when what was sent is not acknowledged for `patience` milliseconds, or a silent peer does not answer. */
int csocket_connect(const struct csocket_address *peer, enum csocket_kind kind, int patience);
/* A non-blocking, bound datagram socket; `::` also receives IPv4. */
int csocket_bind_datagram(const struct csocket_address *local);

/* Asks for a receive buffer, beyond net.core.rmem_max where privilege allows; what the kernel granted. */
int csocket_receive_buffer(int fd, int octets);
/* Up to CSOCKET_SLOTS datagrams that wait now, each in its slot of `buffer`; their number, or -EAGAIN. */
int csocket_receive_many(int fd, uint8_t *buffer, struct csocket_datagram *datagrams);
/* Sends one datagram; 0, or a negative errno. */
int csocket_send_to(int fd, const uint8_t *octets, size_t count, const struct csocket_address *peer);
/* Datagrams the kernel dropped at this socket since it was opened, modulo 2^32. */
int64_t csocket_drops(int fd);

/* The pending error of a socket, cleared by asking: 0 or a positive errno. */
int csocket_error(int fd);
int csocket_local_port(int fd);
/* Octets received and not yet read. */
int csocket_unread_octets(int fd);
/* Octets of a stream that were sent, or wait to be, and are not acknowledged (SIOCOUTQ, tcp(7)). */
int csocket_unacknowledged_octets(int fd);

/* An eventfd: readable from `signal` until `clear`, however often it was signalled. */
int csocket_wake_open(void);
void csocket_wake_signal(int fd);
void csocket_wake_clear(int fd);

#endif
