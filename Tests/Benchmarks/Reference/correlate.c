// SPDX-License-Identifier: Apache-2.0
//
// What a C program would do to find and update one of a million connections: an index of (tag, place) with linear probing over a slab of
// rows, facts compared by a fingerprint of those that the record knows. It is the measure for Weir's Mediator, which does the same with rows
// of the same size, and prints updates, seconds and a checksum.
//
//   correlate UPDATES 1     one record after the other
//   correlate UPDATES 32    in batches: hash all and prefetch their slots, find all and prefetch their rows, then compare and update all
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONNECTIONS = 1000000, SLOTS = 1 << 21, LONGEST_BATCH = 64, CACHE_LINE = 64, WORDS = 102, FACTS = 16 };
// As FlowRecord: a word a field, a bit that says whether it is known.
struct record { uint64_t words[WORDS], known[2]; };
struct key { uint64_t source[2], destination[2]; uint16_t source_port, destination_port, type; uint8_t protocol; };
struct half { uint64_t totals[4], stored[4]; int64_t start, end; uint8_t here, ended, known; };
struct row { struct key key; int64_t id; struct half halves[2]; int64_t stored_end; uint32_t times[7]; uint32_t facts[21]; uint16_t flags; };
struct slot { uint32_t tag, mark; };
// Where a record has what is read here.
enum { SOURCE = 0, DESTINATION = 2, SERVICE = 4, START = 28, END, REASON, SOURCE_PORT, DESTINATION_PORT, PROTOCOL, TYPE, TOTALS, NAMES = 60 };

static struct slot *slots;
static struct row *rows;
static uint32_t row_count;

static void set(struct record *record, int word, uint64_t value) {
    record->words[word] = value;
    record->known[word / 64] |= 1ULL << (word & 63);
}

static uint64_t fold(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

static uint32_t hash(const struct key *key) {
    uint64_t ports = (uint64_t)key->source_port << 48 | (uint64_t)key->destination_port << 32 | (uint64_t)key->type << 16 | key->protocol;
    const uint64_t first = 0xA0761D6478BD642FULL, second = 0xE7037ED1A0B428DBULL;
    uint64_t state = fold(key->source[0] ^ first, key->source[1] ^ second);
    state = fold(state ^ key->destination[0] ^ second, key->destination[1] ^ first);
    state = fold(state ^ ports ^ first, state ^ second);
    return (uint32_t)(state ^ state >> 32);
}

static uint32_t fingerprint(const struct record *record) {
    uint64_t state = 1;
    for (int half = 0; half < 2; half++)
        for (uint64_t rest = record->known[half] & (half ? ~0ULL : 0x30ULL); rest; rest &= rest - 1) {
            int word = 64 * half + __builtin_ctzll(rest);
            __uint128_t product = (__uint128_t)(state ^ record->words[word]) * 0xD6E8FEB86659FD93ULL;
            state = (uint64_t)(product >> 64) ^ (uint64_t)product;
        }
    return (uint32_t)(state ^ state >> 32);
}

static struct row *find(const struct key *key, uint32_t tag) {
    for (uint32_t index = tag & (SLOTS - 1); slots[index].mark; index = (index + 1) & (SLOTS - 1))
        if (slots[index].tag == tag && !memcmp(&rows[slots[index].mark - 1].key, key, sizeof *key)) return &rows[slots[index].mark - 1];
    return NULL;
}

static struct row *insert(const struct key *key, uint32_t tag) {
    uint32_t index = tag & (SLOTS - 1);
    while (slots[index].mark) index = (index + 1) & (SLOTS - 1);
    struct row *row = &rows[row_count++];
    slots[index] = (struct slot){tag, row_count};
    row->key = *key;
    row->id = row_count;
    return row;
}

// What the first pass over a batch finds out of a record.
struct pending { struct key key; uint32_t tag, print; };

static void begin(const struct record *record, struct pending *pending) {
    struct key *key = &pending->key;
    memset(key, 0, sizeof *key);
    memcpy(key->source, record->words + SOURCE, 16);
    memcpy(key->destination, record->words + DESTINATION, 16);
    key->source_port = (uint16_t)record->words[SOURCE_PORT];
    key->destination_port = (uint16_t)record->words[DESTINATION_PORT];
    key->protocol = (uint8_t)record->words[PROTOCOL];
    pending->tag = hash(key);
    pending->print = fingerprint(record);
}

static void prefetch_row(uint32_t tag) {
    for (uint32_t index = tag & (SLOTS - 1); slots[index].mark; index = (index + 1) & (SLOTS - 1))
        if (slots[index].tag == tag) {
            const char *row = (const char *)&rows[slots[index].mark - 1];
            for (size_t offset = 0; offset < sizeof(struct row); offset += CACHE_LINE) __builtin_prefetch(row + offset, 1);
            return;
        }
}

static int merge(const struct record *record, const struct pending *pending) {
    struct row *row = find(&pending->key, pending->tag);
    int is_new = !row;
    if (is_new) row = insert(&pending->key, pending->tag);
    for (int side = 0; side < 2; side++) {
        struct half *half = &row->halves[side];
        int64_t start = (int64_t)record->words[START], end = (int64_t)record->words[END];
        if (half->here && llabs(start - half->start) > 999) continue;
        half->start = half->here && half->start < start ? half->start : start;
        half->end = half->end > end ? half->end : end;
        half->here = 1;
        half->ended |= record->words[REASON] == 3;
        for (int counter = 0; counter < 4; counter++)
            if (half->totals[counter] < record->words[TOTALS + counter]) {
                half->totals[counter] = record->words[TOTALS + counter];
                half->known |= (uint8_t)(1 << counter);
                row->flags |= 8;
            }
    }
    if (row->times[5] != pending->print) {
        row->times[5] = row->times[6] = pending->print;
        for (int fact = 0; fact < FACTS; fact++) row->facts[5 + fact] = (uint32_t)record->words[NAMES + fact];
    }
    row->times[1] = 1800000005;
    return is_new;
}

static int receive(const struct record *records, int count) {
    struct pending pending[LONGEST_BATCH];
    int created = 0;
    for (int index = 0; index < count; index++) {
        begin(&records[index], &pending[index]);
        if (count > 1) __builtin_prefetch(&slots[pending[index].tag & (SLOTS - 1)]);
    }
    if (count > 1)
        for (int index = 0; index < count; index++) prefetch_row(pending[index].tag);
    for (int index = 0; index < count; index++) created += merge(&records[index], &pending[index]);
    return created;
}

static void tell(uint64_t connection, uint64_t step, struct record *record) {
    set(record, SOURCE + 1, 0xFFFF0A000000ULL | connection >> 12);
    set(record, DESTINATION + 1, 0xFFFF0A800000ULL | connection >> 6);
    set(record, SOURCE_PORT, 20000 + (connection & 4095));
    set(record, END, 1800000000000ULL + (step & 0xFFF));
    for (int counter = 0; counter < 4; counter++) set(record, TOTALS + counter, step * 100);
}

static struct record records[LONGEST_BATCH];

int main(int count, char **arguments) {
    long updates = count == 3 ? atol(arguments[1]) : 0;
    int batch = count == 3 ? atoi(arguments[2]) : 0;
    slots = calloc(SLOTS, sizeof *slots);
    rows = calloc(CONNECTIONS, sizeof *rows);
    if (updates <= 0 || batch <= 0 || batch > LONGEST_BATCH || updates % batch || !slots || !rows) return 2;
    for (int index = 0; index < batch; index++) {
        set(&records[index], PROTOCOL, 6);
        set(&records[index], DESTINATION_PORT, 8080);
        set(&records[index], START, 1800000000000ULL);
        set(&records[index], REASON, 2);
        for (int name = 0; name < 20; name++) set(&records[index], NAMES + name, (uint64_t)name + 1);
    }
    uint64_t connections = 0, state = 1;
    for (uint64_t connection = 0; connection < CONNECTIONS; connection++) {
        tell(connection, 1, &records[0]);
        connections += (uint64_t)receive(records, 1);
    }
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (long step = 0; step < updates; step += batch) {
        for (int index = 0; index < batch; index++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            tell((state >> 33) % CONNECTIONS, (uint64_t)(step + index) + 2, &records[index]);
        }
        connections += (uint64_t)receive(records, batch);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    printf("%ld %.6f %llu\n", updates, seconds, (unsigned long long)(connections * 31 + CONNECTIONS + (uint64_t)updates));
    return 0;
}
