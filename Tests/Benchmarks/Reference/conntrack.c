// SPDX-License-Identifier: Apache-2.0
//
// What a C program would do to read the kernel's connection table over netlink, and what fills that table for a benchmark.
//
//   conntrack fill COUNT ZONE    makes COUNT entries in the network namespace it runs in
//   conntrack flush              removes all
//   conntrack dump ZONE PASSES   reads those of ZONE, 0 for all; prints entries, seconds and a checksum
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ = 65536, BATCH = 64 };
static uint8_t buffer[READ];

struct tuple { uint64_t source[2], destination[2]; uint16_t source_port, destination_port, zone; uint8_t protocol; };
struct entry {
    struct tuple original, reply;
    uint64_t packets[2], octets[2], start, stop, label[2];
    uint32_t id, mark, status, timeout;
    uint16_t zone;
    uint8_t state;
};

static int open_socket(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof kernel) != 0) { perror("netlink"); exit(1); }
    return fd;
}

static void *put(uint8_t **end, uint16_t type, const void *value, size_t length) {
    struct nlattr *attribute = (struct nlattr *)*end;
    *attribute = (struct nlattr){ .nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = type };
    memcpy(*end + NLA_HDRLEN, value, length);
    memset(*end + NLA_HDRLEN + length, 0, NLA_ALIGN(length) - length);
    *end += NLA_ALIGN(NLA_HDRLEN + length);
    return attribute;
}

static struct nlattr *begin(uint8_t **end, uint16_t type) { return put(end, type | NLA_F_NESTED, "", 0); }
static void finish(uint8_t *end, struct nlattr *nest) { nest->nla_len = (uint16_t)(end - (uint8_t *)nest); }

static void put_tuple(uint8_t **end, uint16_t type, uint32_t source, uint32_t destination, uint16_t source_port, uint16_t destination_port) {
    uint8_t protocol = IPPROTO_TCP;
    struct nlattr *nest = begin(end, type), *inner = begin(end, CTA_TUPLE_IP);
    source = htonl(source), destination = htonl(destination), source_port = htons(source_port), destination_port = htons(destination_port);
    put(end, CTA_IP_V4_SRC, &source, 4);
    put(end, CTA_IP_V4_DST, &destination, 4);
    finish(*end, inner);
    inner = begin(end, CTA_TUPLE_PROTO);
    put(end, CTA_PROTO_NUM, &protocol, 1);
    put(end, CTA_PROTO_SRC_PORT, &source_port, 2);
    put(end, CTA_PROTO_DST_PORT, &destination_port, 2);
    finish(*end, inner);
    finish(*end, nest);
}

static uint8_t *put_header(uint8_t *start, uint16_t type, uint16_t flags, uint8_t family) {
    *(struct nlmsghdr *)start = (struct nlmsghdr){ .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | type, .nlmsg_flags = flags, .nlmsg_seq = 1 };
    *(struct nfgenmsg *)(start + NLMSG_HDRLEN) = (struct nfgenmsg){ .nfgen_family = family };
    return start + NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));
}

static uint8_t *put_entry(uint8_t *start, uint32_t index, uint16_t zone) {
    uint8_t *end = put_header(start, IPCTNL_MSG_CT_NEW, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, AF_INET);
    uint32_t client = 0x0A0A0000 + index / 60000, server = 0x0A0B0000, mark = htonl(0x13), timeout = htonl(3600);
    uint32_t status = htonl(0x0E), label[4] = { 0x65, 0xC9, 0, 0 };
    uint16_t port = (uint16_t)(1024 + index % 60000);
    uint8_t state = 3;
    put_tuple(&end, CTA_TUPLE_ORIG, client, server, port, 80);
    put_tuple(&end, CTA_TUPLE_REPLY, server, client, 80, port);
    put(&end, CTA_STATUS, &status, 4);
    put(&end, CTA_TIMEOUT, &timeout, 4);
    put(&end, CTA_MARK, &mark, 4);
    struct nlattr *protocol = begin(&end, CTA_PROTOINFO), *tcp = begin(&end, CTA_PROTOINFO_TCP);
    put(&end, CTA_PROTOINFO_TCP_STATE, &state, 1);
    finish(end, tcp);
    finish(end, protocol);
    zone = htons(zone);
    put(&end, CTA_ZONE, &zone, 2);
    put(&end, CTA_LABELS, label, sizeof label);
    ((struct nlmsghdr *)start)->nlmsg_len = (uint32_t)(end - start);
    return end;
}

static void fill(uint32_t count, uint16_t zone) {
    int fd = open_socket();
    for (uint32_t index = 0; index < count; index += BATCH) {
        uint8_t *end = buffer;
        for (uint32_t each = index; each < index + BATCH && each < count; each++) end = put_entry(end, each, zone);
        if (send(fd, buffer, (size_t)(end - buffer), 0) < 0) { perror("insert"); exit(1); }
        ssize_t length = recv(fd, buffer, READ, MSG_DONTWAIT);
        if (length < (ssize_t)sizeof(struct nlmsghdr)) continue;
        struct nlmsghdr *answer = (struct nlmsghdr *)buffer;
        int code = answer->nlmsg_type == NLMSG_ERROR ? ((struct nlmsgerr *)NLMSG_DATA(answer))->error : 0;
        if (code) { fprintf(stderr, "insert: %s\n", strerror(-code)); exit(1); }
    }
    close(fd);
}

static void flush(void) {
    int fd = open_socket();
    uint8_t *end = put_header(buffer, IPCTNL_MSG_CT_DELETE, NLM_F_REQUEST | NLM_F_ACK, AF_UNSPEC);
    ((struct nlmsghdr *)buffer)->nlmsg_len = (uint32_t)(end - buffer);
    if (send(fd, buffer, (size_t)(end - buffer), 0) < 0 || recv(fd, buffer, READ, 0) < 0) { perror("flush"); exit(1); }
    close(fd);
}

// Every attribute begins with a checked length, as it would from an untrusted source.
#define EACH(attribute, start, length) \
    for (const struct nlattr *attribute = (const void *)(start); \
         (const uint8_t *)attribute + NLA_HDRLEN <= (start) + (length) && attribute->nla_len >= NLA_HDRLEN \
         && (const uint8_t *)attribute + attribute->nla_len <= (start) + (length); \
         attribute = (const void *)((const uint8_t *)attribute + NLA_ALIGN(attribute->nla_len)))
#define TYPE(attribute) ((attribute)->nla_type & NLA_TYPE_MASK)
#define VALUE(attribute) ((const uint8_t *)(attribute) + NLA_HDRLEN)
#define LENGTH(attribute) ((size_t)(attribute)->nla_len - NLA_HDRLEN)

static uint64_t number(const struct nlattr *attribute) {
    uint64_t value = 0;
    for (size_t at = 0; at < LENGTH(attribute) && at < 8; at++) value = value << 8 | VALUE(attribute)[at];
    return value;
}

static void read_tuple(const struct nlattr *nest, struct tuple *tuple) {
    EACH(outer, VALUE(nest), LENGTH(nest)) {
        if (TYPE(outer) == CTA_TUPLE_IP) {
            EACH(each, VALUE(outer), LENGTH(outer)) {
                uint64_t *address = TYPE(each) == CTA_IP_V4_SRC || TYPE(each) == CTA_IP_V6_SRC ? tuple->source : tuple->destination;
                if (LENGTH(each) == 4) address[1] = number(each);
                else if (LENGTH(each) == 16) memcpy(address, VALUE(each), 16);
            }
        } else if (TYPE(outer) == CTA_TUPLE_PROTO) {
            EACH(each, VALUE(outer), LENGTH(outer)) switch (TYPE(each)) {
                case CTA_PROTO_NUM: tuple->protocol = (uint8_t)number(each); break;
                case CTA_PROTO_SRC_PORT: tuple->source_port = (uint16_t)number(each); break;
                case CTA_PROTO_DST_PORT: tuple->destination_port = (uint16_t)number(each); break;
            }
        } else if (TYPE(outer) == CTA_TUPLE_ZONE) tuple->zone = (uint16_t)number(outer);
    }
}

static void read_counters(const struct nlattr *nest, struct entry *entry, int direction) {
    EACH(each, VALUE(nest), LENGTH(nest)) {
        if (TYPE(each) == CTA_COUNTERS_PACKETS) entry->packets[direction] = number(each);
        if (TYPE(each) == CTA_COUNTERS_BYTES) entry->octets[direction] = number(each);
    }
}

static void read_entry(const uint8_t *start, size_t length, struct entry *entry) {
    memset(entry, 0, sizeof *entry);
    EACH(each, start, length) switch (TYPE(each)) {
        case CTA_TUPLE_ORIG: read_tuple(each, &entry->original); break;
        case CTA_TUPLE_REPLY: read_tuple(each, &entry->reply); break;
        case CTA_STATUS: entry->status = (uint32_t)number(each); break;
        case CTA_TIMEOUT: entry->timeout = (uint32_t)number(each); break;
        case CTA_MARK: entry->mark = (uint32_t)number(each); break;
        case CTA_ID: entry->id = (uint32_t)number(each); break;
        case CTA_ZONE: entry->zone = (uint16_t)number(each); break;
        case CTA_COUNTERS_ORIG: read_counters(each, entry, 0); break;
        case CTA_COUNTERS_REPLY: read_counters(each, entry, 1); break;
        case CTA_LABELS: memcpy(entry->label, VALUE(each), LENGTH(each) < 16 ? LENGTH(each) : 16); break;
        case CTA_TIMESTAMP:
            EACH(time, VALUE(each), LENGTH(each)) {
                if (TYPE(time) == CTA_TIMESTAMP_START) entry->start = number(time);
                if (TYPE(time) == CTA_TIMESTAMP_STOP) entry->stop = number(time);
            }
            break;
        case CTA_PROTOINFO:
            EACH(tcp, VALUE(each), LENGTH(each)) if (TYPE(tcp) == CTA_PROTOINFO_TCP)
                EACH(field, VALUE(tcp), LENGTH(tcp)) if (TYPE(field) == CTA_PROTOINFO_TCP_STATE) entry->state = (uint8_t)number(field);
            break;
    }
}

static uint64_t dump(int fd, uint16_t zone, uint64_t *checksum) {
    uint8_t *end = put_header(buffer, IPCTNL_MSG_CT_GET, NLM_F_REQUEST | NLM_F_DUMP, AF_UNSPEC);
    uint16_t wanted = htons(zone);
    if (zone) put(&end, CTA_ZONE, &wanted, 2);
    ((struct nlmsghdr *)buffer)->nlmsg_len = (uint32_t)(end - buffer);
    if (send(fd, buffer, (size_t)(end - buffer), 0) < 0) { perror("dump"); exit(1); }
    uint64_t entries = 0;
    for (;;) {
        ssize_t left = recv(fd, buffer, READ, 0);
        if (left <= 0) { perror("dump"); exit(1); }
        for (struct nlmsghdr *each = (struct nlmsghdr *)buffer; NLMSG_OK(each, left); each = NLMSG_NEXT(each, left)) {
            if (each->nlmsg_type == NLMSG_DONE) return entries;
            if (each->nlmsg_type == NLMSG_ERROR) { fprintf(stderr, "dump: refused\n"); exit(1); }
            struct entry entry;
            size_t header = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));
            read_entry((uint8_t *)each + header, each->nlmsg_len - header, &entry);
            if (zone && entry.zone != zone) continue;
            entries += 1;
            *checksum += entry.id ^ entry.original.source_port ^ entry.mark ^ entry.start / 1000000;
        }
    }
}

int main(int count, char **words) {
    if (count == 4 && !strcmp(words[1], "fill")) fill((uint32_t)atoi(words[2]), (uint16_t)atoi(words[3]));
    else if (count == 2 && !strcmp(words[1], "flush")) flush();
    else if (count == 4 && !strcmp(words[1], "dump")) {
        struct timespec from, to;
        uint64_t entries = 0, checksum = 0;
        int fd = open_socket();
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int pass = 0; pass < atoi(words[3]); pass++) entries += dump(fd, (uint16_t)atoi(words[2]), &checksum);
        clock_gettime(CLOCK_MONOTONIC, &to);
        double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
        printf("%llu %.6f %llu\n", (unsigned long long)entries, seconds, (unsigned long long)checksum);
    } else { fprintf(stderr, "conntrack fill COUNT ZONE, conntrack flush, or conntrack dump ZONE PASSES\n"); return 2; }
    return 0;
}
