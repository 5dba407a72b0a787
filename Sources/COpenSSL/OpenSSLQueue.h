/* SPDX-License-Identifier: Apache-2.0
 *
 * The two ends of a session's wire: what came and what is to be sent, as a BIO that never blocks.
 */
#ifndef OPENSSL_QUEUE_H
#define OPENSSL_QUEUE_H

#include <openssl/bio.h>
#include <stdint.h>

struct octet_queue {
    uint8_t *octets;
    size_t first, end, capacity;
};

struct openssl_wire {
    struct octet_queue in, out;
    int is_datagram; /* then each datagram of `out` has its length before it, as size_t */
};

/* A BIO over the wire, which must outlive it; NULL without memory. */
BIO *openssl_wire_bio(struct openssl_wire *wire);
int queue_append(struct octet_queue *queue, const uint8_t *octets, size_t count);
size_t queue_take(struct octet_queue *queue, uint8_t *octets, size_t capacity);
void queue_clear(struct octet_queue *queue);
void queue_free(struct octet_queue *queue);

static inline size_t queue_count(const struct octet_queue *queue) { return queue->end - queue->first; }

#endif
