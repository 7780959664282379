/* kv_record: an engine that wraps another and appends each commit's write set to a file, so that a
 * benchmark can replay the same writes with the same boundaries by other means.
 *
 * The file, integers big-endian:
 *   "BKNREC01"
 *   per commit that succeeded: write count u32, bytes of its writes u32, then per write
 *     key size u16, value size u32 (0xffffffff: a deletion, no value follows), key, value
 * Values are raw, with the checksum kv.h adds: just what the engine below was given. The fences
 * are among the writes. The file is not synced; it is made anew at each opening. */
#ifndef BECKON_STORE_KV_RECORD_H
#define BECKON_STORE_KV_RECORD_H

#include "store/kv.h"

#define KV_RECORD_MAGIC "BKNREC01"
#define KV_RECORD_DELETED UINT32_MAX

/* Wraps *kv in place. STORE_OK, or STORE_FAULT (errno) and *kv is as it was. A commit whose record
 * can't be written answers STORE_FAULT: it is durable, but the recording is worth nothing. */
enum store_result kv_record_wrap(const char *path, struct kv **kv) STORE_CHECKED;

#endif
