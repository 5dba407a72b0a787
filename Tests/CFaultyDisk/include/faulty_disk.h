// SPDX-License-Identifier: Apache-2.0
//
// A disk that loses power or is full: an SQLite VFS around the usual one, for tests.
//
// Files below one folder are watched: what is written to them is noted, in order, with what was made durable when. From the notes come the
// files as a power cut after any of the operations could have left them. All other files are as they always are.

#ifndef FAULTY_DISK_H
#define FAULTY_DISK_H

// Becomes the VFS that connections use from now on. 0, or SQLite's error.
int faulty_disk_install(void);

// Watches files whose path begins so, from now on and from empty notes.
void faulty_disk_watch(const char *prefix);

// Watches nothing more, and forgets the notes.
void faulty_disk_stop(void);

// How many octets watched files may still grow by, all together, until the disk is full; negative for any number.
void faulty_disk_set_room(long long octets);

// Operations noted so far.
long long faulty_disk_operations(void);

// Writes the watched files to a folder as they could be after a power cut when so many operations were done: all that was synced, and of the
// rest each write whole, in part, or not at all, as the seed decides. 0, or -1 if a file could not be written.
int faulty_disk_cut_power(long long operations, unsigned long long seed, const char *folder);

#endif
