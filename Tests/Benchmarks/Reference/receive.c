/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receives on loopback and counts, no more: what reading itself costs.
 *
 *   receive KIND PORT [BUFFER]      KIND: recv, recvmmsg, reuseport (two sockets, a thread each, with recvmmsg) or tcp
 *
 * Says `listening` on standard error, and when it is told to end (SIGTERM) a line of JSON on standard output: messages, octets, what the kernel
 * dropped at its sockets, seconds of processor time.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 64, SLOT = 65536, CHUNK = 65536, SOCKETS = 2 };

struct reader {
    int fd, slots;
    uint64_t messages, octets;
    uint8_t *buffer;
};

static volatile sig_atomic_t is_over;

static void end(int number)
{
    (void)number;
    is_over = 1;
}

static int open_socket(int kind, int port, int buffer, int shares)
{
    struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, kind, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, shares ? SO_REUSEPORT : SO_REUSEADDR, &on, sizeof on);
    if (kind == SOCK_DGRAM && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) != 0 || (kind == SOCK_STREAM && listen(fd, 64) != 0)) {
        perror("receive");
        exit(1);
    }
    return fd;
}

static void read_datagrams(struct reader *reader)
{
    struct mmsghdr headers[SLOTS] = { 0 };
    struct iovec parts[SLOTS];
    for (int i = 0; i < reader->slots; i++) {
        parts[i] = (struct iovec){ reader->buffer + (size_t)i * SLOT, SLOT };
        headers[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
    }
    while (1) {
        int count = reader->slots == 1 ? (int)recv(reader->fd, reader->buffer, SLOT, MSG_DONTWAIT)
                                       : recvmmsg(reader->fd, headers, (unsigned int)reader->slots, MSG_DONTWAIT, NULL);
        if (count < 0) return;
        if (reader->slots == 1) {
            reader->messages += 1;
            reader->octets += (uint64_t)count;
            continue;
        }
        reader->messages += (uint64_t)count;
        for (int i = 0; i < count; i++) reader->octets += headers[i].msg_len;
    }
}

static void *run_datagrams(void *argument)
{
    struct reader *reader = argument;
    while (!is_over) {
        struct pollfd wait = { .fd = reader->fd, .events = POLLIN };
        poll(&wait, 1, 100);
        read_datagrams(reader);
    }
    read_datagrams(reader);
    return NULL;
}

static void run_stream(struct reader *reader)
{
    struct pollfd waits[1024] = { { .fd = reader->fd, .events = POLLIN } };
    nfds_t count = 1;
    while (!is_over || count > 1) {
        if (poll(waits, count, 100) == 0 && is_over) return;
        if (waits[0].revents != 0 && count < 1024) waits[count++] = (struct pollfd){ .fd = accept(reader->fd, NULL, NULL), .events = POLLIN };
        for (nfds_t i = 1; i < count; i++) {
            if (waits[i].revents == 0) continue;
            ssize_t length = read(waits[i].fd, reader->buffer, CHUNK);
            if (length > 0) {
                reader->messages += 1;
                reader->octets += (uint64_t)length;
            } else {
                close(waits[i].fd);
                waits[i--] = waits[--count];
            }
        }
    }
}

static uint64_t drops(int fd)
{
    uint32_t counters[SK_MEMINFO_VARS] = { 0 };
    socklen_t length = sizeof counters;
    getsockopt(fd, SOL_SOCKET, SO_MEMINFO, counters, &length);
    return counters[SK_MEMINFO_DROPS];
}

int main(int count, char **words)
{
    if (count < 3) return 2;
    const char *kind = words[1];
    const int port = atoi(words[2]), buffer = count > 3 ? atoi(words[3]) : 32 << 20, shares = strcmp(kind, "reuseport") == 0;
    const int is_stream = strcmp(kind, "tcp") == 0, sockets = shares ? SOCKETS : 1;
    struct reader readers[SOCKETS] = { 0 };
    pthread_t threads[SOCKETS];
    struct sigaction action = { .sa_handler = end };
    sigaction(SIGTERM, &action, NULL);
    for (int i = 0; i < sockets; i++) {
        readers[i].fd = open_socket(is_stream ? SOCK_STREAM : SOCK_DGRAM, port, buffer, shares);
        readers[i].slots = strcmp(kind, "recv") == 0 ? 1 : SLOTS;
        readers[i].buffer = malloc((size_t)SLOTS * SLOT);
    }
    fputs("listening\n", stderr);
    if (is_stream) {
        run_stream(&readers[0]);
    } else {
        for (int i = 0; i < sockets; i++) pthread_create(&threads[i], NULL, run_datagrams, &readers[i]);
        for (int i = 0; i < sockets; i++) pthread_join(threads[i], NULL);
    }
    uint64_t messages = 0, octets = 0, dropped = 0;
    for (int i = 0; i < sockets; i++) {
        messages += readers[i].messages;
        octets += readers[i].octets;
        if (!is_stream) dropped += drops(readers[i].fd);
    }
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("{\"messages\": %llu, \"octets\": %llu, \"drops\": %llu, \"cpu\": %.4f}\n", (unsigned long long)messages, (unsigned long long)octets,
        (unsigned long long)dropped, (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
    return 0;
}
