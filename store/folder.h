/* Small words for files and folders: paths, syncing, whole files. No state, any thread.
 *
 * Those that answer bool leave the reason in errno. */
#ifndef BECKON_STORE_FOLDER_H
#define BECKON_STORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/result.h"

enum { FOLDER_PATH_BYTES = 4096 };

/* Joins folder and name; false (ENAMETOOLONG) when it doesn't fit. */
bool folder_path(char ret_path[FOLDER_PATH_BYTES], const char *folder,
                 const char *name) STORE_CHECKED;
/* Makes a folder of mode 0700 unless it is there, and syncs the one it stands in. */
bool folder_make(const char *path) STORE_CHECKED;
/* Makes new, renamed and deleted names in the folder durable. */
bool folder_sync(const char *path) STORE_CHECKED;
/* The same for the folder `path` stands in. */
bool folder_sync_parent(const char *path) STORE_CHECKED;
/* Is there anything of that name? */
bool folder_has(const char *path) STORE_CHECKED;
/* Deletes a folder that Beckon made itself, with all that is in it; absent is fine. */
bool folder_remove(const char *path) STORE_CHECKED;

/* Writes all bytes at the file's offset, however many calls it takes. */
bool file_write_all(int fd, const void *data, size_t size) STORE_CHECKED;
/* Reads a whole file of at most `room` bytes. Larger: EFBIG. */
bool file_read(const char *path, void *ret_data, size_t room, size_t *ret_size) STORE_CHECKED;
/* Makes the file `path` (mode 0600) with these bytes, durable and whole or not at all; EEXIST when
 * it is there. Written beside it as `path`.new first: one maker at a time. */
bool file_make(const char *path, const void *data, size_t size) STORE_CHECKED;
/* Copies a file into the new file `to` (mode 0600), synced; to NULL only reads. On the way: its
 * size and its BLAKE2b-256 (32 bytes). */
bool file_copy(const char *from, const char *to, uint64_t *ret_size,
               uint8_t *ret_hash) STORE_CHECKED;

#endif
