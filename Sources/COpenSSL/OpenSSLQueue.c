/* SPDX-License-Identifier: Apache-2.0 */
#include "OpenSSLQueue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* More is never kept: a peer's octets are read as they come, and ours are sent before more is written. */
static const size_t LARGEST = 16 << 20;

static int make_room(struct octet_queue *queue, size_t count)
{
    size_t kept = queue_count(queue);
    if (count > LARGEST - kept) return 0;
    if (queue->first > 0) {
        memmove(queue->octets, queue->octets + queue->first, kept);
        queue->first = 0;
        queue->end = kept;
    }
    size_t needed = kept + count;
    if (needed <= queue->capacity) return 1;
    size_t capacity = queue->capacity == 0 ? 4096 : queue->capacity;
    while (capacity < needed) capacity *= 2;
    uint8_t *octets = realloc(queue->octets, capacity);
    if (octets == NULL) return 0;
    queue->octets = octets;
    queue->capacity = capacity;
    return 1;
}

int queue_append(struct octet_queue *queue, const uint8_t *octets, size_t count)
{
    if (count == 0) return 1;
    if (queue->capacity - queue->end < count && !make_room(queue, count)) return 0;
    memcpy(queue->octets + queue->end, octets, count);
    queue->end += count;
    return 1;
}

size_t queue_take(struct octet_queue *queue, uint8_t *octets, size_t capacity)
{
    size_t count = queue_count(queue) < capacity ? queue_count(queue) : capacity;
    if (count > 0) memcpy(octets, queue->octets + queue->first, count);
    queue->first += count;
    if (queue->first == queue->end) queue_clear(queue);
    return count;
}

void queue_clear(struct octet_queue *queue) { queue->first = queue->end = 0; }

void queue_free(struct octet_queue *queue)
{
    free(queue->octets);
    *queue = (struct octet_queue){ 0 };
}

static int wire_read(BIO *bio, char *octets, int capacity)
{
    struct openssl_wire *wire = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (octets == NULL || capacity <= 0) return 0;
    size_t count = queue_take(&wire->in, (uint8_t *)octets, (size_t)capacity);
    /* What does not fit of a datagram is gone, as with recv(2). */
    if (wire->is_datagram) queue_clear(&wire->in);
    if (count > 0) return (int)count;
    BIO_set_retry_read(bio);
    return -1;
}

static int wire_write(BIO *bio, const char *octets, int count)
{
    struct openssl_wire *wire = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (octets == NULL || count <= 0) return 0;
    size_t length = (size_t)count, before = queue_count(&wire->out);
    if (wire->is_datagram && !queue_append(&wire->out, (const uint8_t *)&length, sizeof length)) return -1;
    if (queue_append(&wire->out, (const uint8_t *)octets, length)) return count;
    wire->out.end = wire->out.first + before;
    return -1;
}

static long wire_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number, (void)pointer;
    const struct openssl_wire *wire = BIO_get_data(bio);
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_PENDING: return (long)queue_count(&wire->in);
    /* Timers are the owner's: no reading waits. */
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT: return 1;
    default: return 0;
    }
}

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    if (method == NULL) return;
    BIO_meth_set_read(method, wire_read);
    BIO_meth_set_write(method, wire_write);
    BIO_meth_set_ctrl(method, wire_control);
}

BIO *openssl_wire_bio(struct openssl_wire *wire)
{
    pthread_once(&method_once, make_method);
    BIO *bio = method == NULL ? NULL : BIO_new(method);
    if (bio == NULL) return NULL;
    BIO_set_data(bio, wire);
    BIO_set_init(bio, 1);
    return bio;
}
