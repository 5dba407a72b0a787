/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "CSocket.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAPPED_PREFIX 0xffffULL

static struct csocket_address from_v4(const struct sockaddr_in *v4)
{
    struct csocket_address address = { .low = MAPPED_PREFIX << 32 | ntohl(v4->sin_addr.s_addr), .port = ntohs(v4->sin_port) };
    return address;
}

static struct csocket_address from_v6(const struct sockaddr_in6 *v6)
{
    struct csocket_address address = { .scope = v6->sin6_scope_id, .port = ntohs(v6->sin6_port) };
    uint64_t halves[2];
    memcpy(halves, &v6->sin6_addr, sizeof halves);
    address.high = be64toh(halves[0]);
    address.low = be64toh(halves[1]);
    return address;
}

static struct csocket_address from_storage(const struct sockaddr_storage *storage)
{
    if (storage->ss_family == AF_INET) return from_v4((const struct sockaddr_in *)storage);
    if (storage->ss_family == AF_INET6) return from_v6((const struct sockaddr_in6 *)storage);
    struct csocket_address none = { 0 };
    return none;
}

/* Mapped addresses become AF_INET, so that a host without IPv6 works. */
static socklen_t to_storage(const struct csocket_address *address, struct sockaddr_storage *storage)
{
    memset(storage, 0, sizeof *storage);
    if (address->high == 0 && address->low >> 32 == MAPPED_PREFIX) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address->port);
        v4->sin_addr.s_addr = htonl((uint32_t)address->low);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
    uint64_t halves[2] = { htobe64(address->high), htobe64(address->low) };
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address->port);
    v6->sin6_scope_id = address->scope;
    memcpy(&v6->sin6_addr, halves, sizeof halves);
    return sizeof *v6;
}

int csocket_resolve(const char *host, uint16_t port, enum csocket_kind kind, struct csocket_address *out, int capacity)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = kind == CSOCKET_STREAM ? SOCK_STREAM : SOCK_DGRAM };
    struct addrinfo *list = NULL;
    int error = getaddrinfo(host, NULL, &hints, &list);
    if (error != 0) return error;
    int count = 0;
    for (const struct addrinfo *each = list; each != NULL && count < capacity; each = each->ai_next) {
        if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
        out[count] = each->ai_family == AF_INET ? from_v4((const struct sockaddr_in *)each->ai_addr)
                                                : from_v6((const struct sockaddr_in6 *)each->ai_addr);
        out[count].port = port;
        count += 1;
    }
    freeaddrinfo(list);
    return count;
}

const char *csocket_resolve_error(int code) { return gai_strerror(code); }

static int open_socket(const struct sockaddr_storage *storage, enum csocket_kind kind)
{
    int type = kind == CSOCKET_STREAM ? SOCK_STREAM : SOCK_DGRAM;
    int fd = socket(storage->ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

/* Hints all: a connection without them works, only less well. */
static void tune_stream(int fd, int patience)
{
    int on = 1, idle_seconds = 30, interval_seconds = 10;
    /* What the kernel holds is lost with the connection, what our queue holds is not. */
    int send_octets = 256 * 1024;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_octets, sizeof send_octets);
    /* Messages are written whole, so there is nothing for Nagle's algorithm to gather. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
}

int csocket_connect(const struct csocket_address *peer, enum csocket_kind kind, int patience)
{
    struct sockaddr_storage storage;
    socklen_t length = to_storage(peer, &storage);
    int fd = open_socket(&storage, kind);
    if (fd < 0) return fd;
    if (kind == CSOCKET_STREAM) tune_stream(fd, patience);
    if (connect(fd, (const struct sockaddr *)&storage, length) == 0 || errno == EINPROGRESS) return fd;
    int error = errno;
    close(fd);
    return -error;
}

int csocket_bind_datagram(const struct csocket_address *local)
{
    struct sockaddr_storage storage;
    socklen_t length = to_storage(local, &storage);
    int fd = open_socket(&storage, CSOCKET_DATAGRAM);
    if (fd < 0) return fd;
    int off = 0;
    if (storage.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, (const struct sockaddr *)&storage, length) == 0) return fd;
    int error = errno;
    close(fd);
    return -error;
}

int csocket_receive_buffer(int fd, int octets)
{
    /* SO_RCVBUFFORCE needs CAP_NET_ADMIN; SO_RCVBUF is cut to rmem_max without an error. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    int granted = 0;
    socklen_t length = sizeof granted;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &granted, &length) != 0) return -errno;
    return granted / 2; /* the kernel doubles what was asked, for its own overhead (socket(7)) */
}

int csocket_receive_many(int fd, uint8_t *buffer, struct csocket_datagram *datagrams)
{
    struct mmsghdr headers[CSOCKET_SLOTS];
    struct iovec slots[CSOCKET_SLOTS];
    struct sockaddr_storage peers[CSOCKET_SLOTS];
    for (size_t i = 0; i < CSOCKET_SLOTS; i++) {
        slots[i] = (struct iovec){ .iov_base = buffer + i * CSOCKET_SLOT_OCTETS, .iov_len = CSOCKET_SLOT_OCTETS };
        headers[i] = (struct mmsghdr){ .msg_hdr = {
            .msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &slots[i], .msg_iovlen = 1 } };
    }
    int count = recvmmsg(fd, headers, CSOCKET_SLOTS, MSG_DONTWAIT, NULL);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) {
        datagrams[i].length = headers[i].msg_len;
        datagrams[i].peer = from_storage(&peers[i]);
    }
    return count;
}

static void to_mapped(const struct csocket_address *address, struct sockaddr_in6 *v6)
{
    uint64_t halves[2] = { htobe64(address->high), htobe64(address->low) };
    *v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(address->port), .sin6_scope_id = address->scope };
    memcpy(&v6->sin6_addr, halves, sizeof halves);
}

int csocket_send_to(int fd, const uint8_t *octets, size_t count, const struct csocket_address *peer)
{
    struct sockaddr_storage own = { 0 }, storage;
    socklen_t own_length = sizeof own, length = to_storage(peer, &storage);
    if (getsockname(fd, (struct sockaddr *)&own, &own_length) != 0) return -errno;
    /* A socket for both families knows IPv4 peers by their mapped addresses. */
    if (own.ss_family == AF_INET6 && storage.ss_family == AF_INET) {
        to_mapped(peer, (struct sockaddr_in6 *)&storage);
        length = sizeof(struct sockaddr_in6);
    }
    ssize_t sent = sendto(fd, octets, count, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&storage, length);
    return sent < 0 ? -errno : 0;
}

int64_t csocket_drops(int fd)
{
    /* The counter SO_RXQ_OVFL attaches to the next datagram, read directly: exact also when no next one comes. */
    uint32_t counters[SK_MEMINFO_VARS] = { 0 };
    socklen_t length = sizeof counters;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, counters, &length) != 0) return -errno;
    return counters[SK_MEMINFO_DROPS];
}

int csocket_error(int fd)
{
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

int csocket_local_port(int fd)
{
    struct sockaddr_storage storage = { 0 };
    socklen_t length = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &length) != 0) return -errno;
    return from_storage(&storage).port;
}

int csocket_unread_octets(int fd)
{
    int octets = 0;
    return ioctl(fd, FIONREAD, &octets) == 0 ? octets : -errno;
}

int csocket_unacknowledged_octets(int fd)
{
    int octets = 0;
    return ioctl(fd, SIOCOUTQ, &octets) == 0 ? octets : -errno;
}

int csocket_wake_open(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* Neither can fail in a way that matters: a full counter is signalled already, an empty one is clear. */
void csocket_wake_signal(int fd)
{
    ssize_t ignored = eventfd_write(fd, 1);
    (void)ignored;
}

void csocket_wake_clear(int fd)
{
    eventfd_t value;
    ssize_t ignored = eventfd_read(fd, &value);
    (void)ignored;
}
