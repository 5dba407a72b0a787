// SPDX-License-Identifier: Apache-2.0

#include "faulty_disk.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { WRITE, TRUNCATE, SYNC, REMOVE };

struct operation {
    enum kind kind;
    int file;
    long long offset;
    int length;
    unsigned char *octets;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char watched[512];
static char *names[64];
static long long sizes[64];
static int name_count;
static struct operation *operations;
static long long operation_count, operation_capacity;
static long long room = -1;

struct watched_file {
    sqlite3_file base;
    int file; // -1 for one that is not watched
    sqlite3_file *real;
};

static sqlite3_vfs *usual;
static sqlite3_vfs faulty;

static int is_watched(const char *path) {
    size_t length = strlen(path);
    return watched[0] && path && strncmp(path, watched, strlen(watched)) == 0 && !(length > 4 && strcmp(path + length - 4, "-shm") == 0);
}

static int number_of(const char *path) {
    for (int index = 0; index < name_count; index++)
        if (strcmp(names[index], path) == 0) return index;
    if (name_count == 64) return -1;
    names[name_count] = strdup(path);
    sizes[name_count] = 0;
    return name_count++;
}

static void note(enum kind kind, int file, long long offset, int length, const void *octets) {
    if (operation_count == operation_capacity) {
        operation_capacity = operation_capacity ? operation_capacity * 2 : 1024;
        operations = realloc(operations, (size_t)operation_capacity * sizeof *operations);
    }
    struct operation *next = &operations[operation_count++];
    *next = (struct operation){kind, file, offset, length, NULL};
    if (length > 0) {
        next->octets = malloc((size_t)length);
        memcpy(next->octets, octets, (size_t)length);
    }
}

#define REAL(file) (((struct watched_file *)(file))->real)
#define NUMBER(file) (((struct watched_file *)(file))->file)

static int do_close(sqlite3_file *file) { return REAL(file)->pMethods ? REAL(file)->pMethods->xClose(REAL(file)) : SQLITE_OK; }
static int do_read(sqlite3_file *file, void *to, int length, sqlite3_int64 offset) {
    return REAL(file)->pMethods->xRead(REAL(file), to, length, offset);
}

static int do_write(sqlite3_file *file, const void *octets, int length, sqlite3_int64 offset) {
    int number = NUMBER(file);
    if (number >= 0) {
        pthread_mutex_lock(&lock);
        long long growth = offset + length - sizes[number];
        if (room >= 0 && growth > room) {
            pthread_mutex_unlock(&lock);
            return SQLITE_FULL;
        }
        if (growth > 0) {
            if (room >= 0) room -= growth;
            sizes[number] += growth;
        }
        if (watched[0]) note(WRITE, number, offset, length, octets);
        pthread_mutex_unlock(&lock);
    }
    return REAL(file)->pMethods->xWrite(REAL(file), octets, length, offset);
}

static int do_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int number = NUMBER(file);
    if (number >= 0) {
        pthread_mutex_lock(&lock);
        if (room >= 0 && sizes[number] > size) room += sizes[number] - size;
        sizes[number] = size;
        if (watched[0]) note(TRUNCATE, number, size, 0, NULL);
        pthread_mutex_unlock(&lock);
    }
    return REAL(file)->pMethods->xTruncate(REAL(file), size);
}

static int do_sync(sqlite3_file *file, int flags) {
    int result = REAL(file)->pMethods->xSync(REAL(file), flags);
    if (NUMBER(file) >= 0 && watched[0]) {
        pthread_mutex_lock(&lock);
        note(SYNC, NUMBER(file), 0, 0, NULL);
        pthread_mutex_unlock(&lock);
    }
    return result;
}

static int do_file_size(sqlite3_file *file, sqlite3_int64 *size) { return REAL(file)->pMethods->xFileSize(REAL(file), size); }
static int do_lock(sqlite3_file *file, int level) { return REAL(file)->pMethods->xLock(REAL(file), level); }
static int do_unlock(sqlite3_file *file, int level) { return REAL(file)->pMethods->xUnlock(REAL(file), level); }
static int do_check_lock(sqlite3_file *file, int *result) { return REAL(file)->pMethods->xCheckReservedLock(REAL(file), result); }
static int do_control(sqlite3_file *file, int operation, void *argument) {
    return REAL(file)->pMethods->xFileControl(REAL(file), operation, argument);
}
static int do_sector_size(sqlite3_file *file) { return REAL(file)->pMethods->xSectorSize(REAL(file)); }
static int do_characteristics(sqlite3_file *file) { return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file)); }
static int do_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **result) {
    return REAL(file)->pMethods->xShmMap(REAL(file), page, size, extend, result);
}
static int do_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return REAL(file)->pMethods->xShmLock(REAL(file), offset, count, flags);
}
static void do_shm_barrier(sqlite3_file *file) { REAL(file)->pMethods->xShmBarrier(REAL(file)); }
static int do_shm_unmap(sqlite3_file *file, int remove) { return REAL(file)->pMethods->xShmUnmap(REAL(file), remove); }

// Version 2: shared memory, but no memory-mapped reads.
static const sqlite3_io_methods methods = {
    2, do_close, do_read, do_write, do_truncate, do_sync, do_file_size, do_lock, do_unlock, do_check_lock, do_control, do_sector_size,
    do_characteristics, do_shm_map, do_shm_lock, do_shm_barrier, do_shm_unmap, NULL, NULL,
};

static int do_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    struct watched_file *mine = (struct watched_file *)file;
    mine->base.pMethods = NULL;
    mine->real = (sqlite3_file *)(mine + 1);
    mine->file = -1;
    int result = usual->xOpen(usual, path, mine->real, flags, out);
    if (result != SQLITE_OK) return result;
    pthread_mutex_lock(&lock);
    if (path && is_watched(path)) {
        mine->file = number_of(path);
        sqlite3_int64 size = 0;
        if (mine->file >= 0 && mine->real->pMethods->xFileSize(mine->real, &size) == SQLITE_OK) sizes[mine->file] = size;
    }
    pthread_mutex_unlock(&lock);
    mine->base.pMethods = &methods;
    return result;
}

static int do_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    (void)vfs;
    pthread_mutex_lock(&lock);
    if (is_watched(path)) {
        int number = number_of(path);
        if (number >= 0) {
            if (room >= 0) room += sizes[number];
            sizes[number] = 0;
            note(REMOVE, number, 0, 0, NULL);
        }
    }
    pthread_mutex_unlock(&lock);
    return usual->xDelete(usual, path, sync);
}

int faulty_disk_install(void) {
    static int is_installed;
    pthread_mutex_lock(&lock);
    int result = SQLITE_OK;
    if (!is_installed) {
        usual = sqlite3_vfs_find(NULL);
        faulty = *usual;
        faulty.zName = "faulty-disk";
        faulty.szOsFile = (int)sizeof(struct watched_file) + usual->szOsFile;
        faulty.xOpen = do_open;
        faulty.xDelete = do_delete;
        result = sqlite3_vfs_register(&faulty, 1);
        is_installed = result == SQLITE_OK;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static void forget(void) {
    for (long long index = 0; index < operation_count; index++) free(operations[index].octets);
    operation_count = 0;
    for (int index = 0; index < name_count; index++) free(names[index]);
    name_count = 0;
    room = -1;
}

void faulty_disk_watch(const char *prefix) {
    pthread_mutex_lock(&lock);
    forget();
    strncpy(watched, prefix, sizeof watched - 1);
    pthread_mutex_unlock(&lock);
}

void faulty_disk_stop(void) {
    pthread_mutex_lock(&lock);
    watched[0] = 0;
    forget();
    pthread_mutex_unlock(&lock);
}

void faulty_disk_set_room(long long octets) {
    pthread_mutex_lock(&lock);
    room = octets;
    pthread_mutex_unlock(&lock);
}

long long faulty_disk_operations(void) {
    pthread_mutex_lock(&lock);
    long long count = operation_count;
    pthread_mutex_unlock(&lock);
    return count;
}

// SplitMix64.
static unsigned long long next_random(unsigned long long *state) {
    unsigned long long z = (*state += 0x9E3779B97F4A7C15ull);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

static int apply(const struct operation *operation, int target, int is_durable, unsigned long long *random) {
    unsigned long long fate = is_durable ? 0 : next_random(random) % 3;
    if (fate == 2) return 0;
    if (operation->kind == TRUNCATE) return ftruncate(target, operation->offset);
    if (operation->kind == REMOVE) return ftruncate(target, 0);
    if (operation->kind != WRITE) return 0;
    // A write in part: whole sectors of its beginning.
    size_t length = (size_t)operation->length;
    if (fate == 1 && length > 512) length = (size_t)(next_random(random) % (length / 512)) * 512;
    return pwrite(target, operation->octets, length, operation->offset) == (ssize_t)length ? 0 : -1;
}

int faulty_disk_cut_power(long long count, unsigned long long seed, const char *folder) {
    pthread_mutex_lock(&lock);
    int result = 0;
    for (int file = 0; file < name_count && result == 0; file++) {
        char path[1024] = "";
        strncat(path, folder, 512);
        strncat(path, strrchr(names[file], '/'), 256);
        int target = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
        if (target < 0) {
            result = -1;
            break;
        }
        long long synced = -1;
        for (long long index = 0; index < count && index < operation_count; index++)
            if (operations[index].file == file && (operations[index].kind == SYNC || operations[index].kind == REMOVE)) synced = index;
        unsigned long long random = seed + (unsigned long long)file;
        for (long long index = 0; index < count && index < operation_count && result == 0; index++)
            if (operations[index].file == file) result = apply(&operations[index], target, index <= synced, &random);
        close(target);
    }
    pthread_mutex_unlock(&lock);
    return result;
}
