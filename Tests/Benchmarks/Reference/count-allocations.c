// SPDX-License-Identifier: Apache-2.0
//
// Counts the allocations of a program that it is preloaded into, and tells their number on standard error when the program ends.
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static unsigned long count;

void *malloc(size_t size) { __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED); return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED); return __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) { __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED); return __libc_memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) { *out = aligned_alloc(alignment, size); return *out ? 0 : 12; }

__attribute__((destructor)) static void tell(void) { fprintf(stderr, "allocations %lu\n", count); }
