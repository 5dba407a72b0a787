// SPDX-License-Identifier: Apache-2.0
//
// What a C program would do to decode the corpus: a plan compiled from each template, fixed-size records, interned strings. It is the
// measure for Weir's decoder, and prints the same: records, seconds, checksum.
//
//   decode CORPUS PASSES
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ANTREA = 56506, REVERSE = 29305, MAXIMUM_FIELDS = 128, VARIABLE = 65535 };
enum kind { SKIP, UNSIGNED, NAME, ADDRESS };

struct operation { enum kind kind; uint16_t length; };
struct plan { int count; size_t minimum; int octets, pod; struct operation operations[MAXIMUM_FIELDS]; };
// A field has two words whatever it is, and a bit that says whether it is known.
struct record { uint64_t words[MAXIMUM_FIELDS][2]; uint64_t known[MAXIMUM_FIELDS / 64]; };

static struct plan plans[65536];

// The name table: as NameTable.swift, with the same hash.
static uint32_t *slots, *ends, slot_count = 1024, name_count;
static size_t end_capacity = 1024, arena_used, arena_capacity = 1 << 16;
static uint8_t *arena;

static uint64_t fold(uint64_t state, uint64_t pending) {
    __uint128_t product = (__uint128_t)(state ^ pending) * 0xD6E8FEB86659FD93ULL;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

static uint64_t hash(const uint8_t *text, size_t length) {
    uint64_t state = 1 ^ 0x9E3779B97F4A7C15ULL, word;
    size_t at = 0;
    for (; at + 8 <= length; at += 8) {
        memcpy(&word, text + at, 8);
        state = fold(state, __builtin_bswap64(word));
    }
    word = 0;
    for (; at < length; at++) word = word << 8 | text[at];
    return fold(state, word ^ (uint64_t)length << 56);
}

static const uint8_t *text_of(uint32_t id, size_t *length) {
    uint32_t start = id == 1 ? 0 : ends[id - 1];
    *length = ends[id] - start;
    return arena + start;
}

static void grow(void) {
    uint32_t larger_count = slot_count * 2, *larger = calloc(larger_count, sizeof *larger);
    for (uint32_t id = 1; id <= name_count; id++) {
        size_t length;
        const uint8_t *text = text_of(id, &length);
        uint32_t slot = hash(text, length) & (larger_count - 1);
        while (larger[slot]) slot = (slot + 1) & (larger_count - 1);
        larger[slot] = id;
    }
    free(slots);
    slots = larger;
    slot_count = larger_count;
}

static uint32_t intern(const uint8_t *text, size_t length) {
    uint32_t slot = hash(text, length) & (slot_count - 1);
    for (; slots[slot]; slot = (slot + 1) & (slot_count - 1)) {
        size_t own;
        const uint8_t *other = text_of(slots[slot], &own);
        if (own == length && memcmp(other, text, length) == 0) return slots[slot];
    }
    if (arena_used + length > arena_capacity) arena = realloc(arena, arena_capacity = arena_capacity * 2 + length);
    if (name_count + 2 > end_capacity) ends = realloc(ends, (end_capacity *= 2) * sizeof *ends);
    memcpy(arena + arena_used, text, length);
    arena_used += length;
    ends[++name_count] = arena_used;
    slots[slot] = name_count;
    if (name_count * 2 > slot_count) grow();
    return name_count;
}

static uint16_t u16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static uint32_t u32(const uint8_t *at) { return (uint32_t)u16(at) << 16 | u16(at + 2); }

static uint64_t number(const uint8_t *at, size_t length) {
    uint64_t word;
    switch (length) {
    case 1: return *at;
    case 2: return u16(at);
    case 4: return u32(at);
    case 8: memcpy(&word, at, 8); return __builtin_bswap64(word);
    default: word = 0; for (size_t i = 0; i < length; i++) word = word << 8 | at[i]; return word;
    }
}

static enum kind kind_of(uint32_t enterprise, uint16_t element, uint16_t length) {
    if (length == VARIABLE) return NAME;
    if (enterprise == 0 && (element == 8 || element == 12 || element == 27 || element == 28)) return ADDRESS;
    if (enterprise == ANTREA && (element == 106 || element == 107 || (element >= 168 && element <= 171))) return ADDRESS;
    return length <= 8 ? UNSIGNED : SKIP;
}

static void read_templates(const uint8_t *at, const uint8_t *end) {
    while (end - at >= 4) {
        struct plan *plan = &plans[u16(at)];
        int count = u16(at + 2);
        memset(plan, 0, sizeof *plan);
        plan->octets = plan->pod = -1;
        at += 4;
        for (int i = 0; i < count && end - at >= 4; i++) {
            uint16_t element = u16(at), length = u16(at + 2);
            uint32_t enterprise = 0;
            at += 4;
            if (element & 0x8000) { enterprise = u32(at); element &= 0x7FFF; at += 4; }
            if (enterprise == 0 && element == 1) plan->octets = i;
            if (enterprise == ANTREA && element == 101) plan->pod = i;
            plan->operations[plan->count++] = (struct operation){kind_of(enterprise, element, length), length};
            plan->minimum += length == VARIABLE ? 1 : length;
        }
    }
}

static size_t records;
static uint64_t checksum;

static void read_data(const struct plan *plan, const uint8_t *at, const uint8_t *end) {
    while (plan->count && (size_t)(end - at) >= plan->minimum) {
        struct record record;
        memset(&record, 0, sizeof record);
        for (int i = 0; i < plan->count; i++) {
            size_t length = plan->operations[i].length;
            if (length == VARIABLE) {
                if (at >= end) return;
                length = *at++;
                if (length == 255) {
                    if (end - at < 2) return;
                    length = u16(at);
                    at += 2;
                }
            }
            if ((size_t)(end - at) < length) return;
            switch (plan->operations[i].kind) {
            case SKIP: break;
            case UNSIGNED: record.words[i][0] = number(at, length); break;
            case NAME: record.words[i][0] = length ? intern(at, length) : 0; break;
            case ADDRESS:
                if (length == 4) record.words[i][1] = u32(at);
                else { record.words[i][0] = number(at, 8); record.words[i][1] = number(at + 8, 8); }
                break;
            }
            // What is zero is unknown here; the record of Weir tells the same apart field by field.
            if (record.words[i][0] | record.words[i][1]) record.known[i / 64] |= 1ULL << (i & 63);
            at += length;
        }
        records++;
        if (plan->octets >= 0) checksum += record.words[plan->octets][0];
        if (plan->pod >= 0) checksum += record.words[plan->pod][0] * 31;
        __asm__ volatile("" : : "r"(&record) : "memory");
    }
}

static void read_message(const uint8_t *message, size_t length) {
    const uint8_t *at = message + 16, *end = message + length;
    while (end - at >= 4) {
        uint16_t id = u16(at), set = u16(at + 2);
        if (set < 4 || set > end - at) return;
        if (id == 2) read_templates(at + 4, at + set);
        else if (id >= 256) read_data(&plans[id], at + 4, at + set);
        at += set;
    }
}

static void read_all(const uint8_t *octets, size_t count) {
    for (size_t at = 0; count - at >= 16;) {
        size_t length = u16(octets + at + 2);
        if (length < 16 || length > count - at) return;
        read_message(octets + at, length);
        at += length;
    }
}

int main(int argc, char **argv) {
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (!file) { fprintf(stderr, "decode CORPUS PASSES\n"); return 2; }
    fseek(file, 0, SEEK_END);
    size_t count = (size_t)ftell(file);
    rewind(file);
    uint8_t *octets = malloc(count);
    if (fread(octets, 1, count, file) != count) return 2;
    slots = calloc(slot_count, sizeof *slots);
    ends = calloc(end_capacity, sizeof *ends);
    arena = malloc(arena_capacity);
    read_all(octets, count);
    records = 0;
    checksum = 0;
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (int pass = 0; pass < atoi(argv[2]); pass++) read_all(octets, count);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double seconds = (double)(ended.tv_sec - began.tv_sec) + 1e-9 * (double)(ended.tv_nsec - began.tv_nsec);
    printf("%zu %.9f %llu\n", records, seconds, (unsigned long long)checksum);
    return 0;
}
