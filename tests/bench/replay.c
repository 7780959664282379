/* beckon_replay STORE RECORDING: does with bare LMDB what `beckond --record-commits RECORDING` did,
 * the same write sets with the same boundaries, and prints {"commits":…,"writes":…,"seconds":…}.
 *
 * STORE is a copy of DATA/store made just before the recorded run; it is brought to where that run
 * left the original, so that the next recording can follow it. The environment is opened as
 * kv_lmdb.c opens it, with LMDB's default durability and the same headroom allocated: what differs
 * is what Beckon adds. The recording is read into memory before the clock starts. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <lmdb.h>

#include "store/kv_lmdb.h"
#include "store/kv_record.h"

struct recording {
    const uint8_t *data;
    size_t size, at;
};

struct replay {
    MDB_env *env;
    MDB_dbi table;
    unsigned long long commits, writes;
};

static _Noreturn void stop(const char *what, const char *why)
{
    fprintf(stderr, "beckon_replay: %s: %s\n", what, why);
    exit(1);
}

static void check(int code, const char *what)
{
    if (code != MDB_SUCCESS)
        stop(what, mdb_strerror(code));
}

static struct recording recording_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        stop(path, strerror(errno));
    size_t size = (size_t)status.st_size, got = 0;
    uint8_t *data = malloc(size + 1);
    while (data && got < size) {
        ssize_t part = read(fd, data + got, size - got);
        if (part <= 0)
            stop(path, "it can't be read");
        got += (size_t)part;
    }
    close(fd);
    size_t magic_size = strlen(KV_RECORD_MAGIC);
    if (!data || size < magic_size || memcmp(data, KV_RECORD_MAGIC, magic_size) != 0)
        stop(path, "it is no recording of commits");
    return (struct recording){.data = data, .size = size, .at = magic_size};
}

static const uint8_t *take(struct recording *recording, size_t size)
{
    if (size > recording->size - recording->at)
        stop("recording", "it ends in the middle of a commit");
    const uint8_t *from = recording->data + recording->at;
    recording->at += size;
    return from;
}

static uint32_t take_number(struct recording *recording, size_t byte_count)
{
    const uint8_t *from = take(recording, byte_count);
    uint32_t value = 0;
    for (size_t i = 0; i < byte_count; i++)
        value = value << 8 | from[i];
    return value;
}

static void replay_write(struct replay *replay, MDB_txn *txn, struct recording *recording)
{
    size_t key_size = take_number(recording, 2);
    uint32_t value_size = take_number(recording, 4);
    MDB_val key = {.mv_size = key_size, .mv_data = (void *)(uintptr_t)take(recording, key_size)};
    if (value_size == KV_RECORD_DELETED) {
        int code = mdb_del(txn, replay->table, &key, NULL);
        check(code == MDB_NOTFOUND ? MDB_SUCCESS : code, "mdb_del");
        return;
    }
    MDB_val value = {.mv_size = value_size,
                     .mv_data = (void *)(uintptr_t)take(recording, value_size)};
    check(mdb_put(txn, replay->table, &key, &value, 0), "mdb_put");
}

static void replay_all(struct replay *replay, struct recording *recording)
{
    while (recording->at < recording->size) {
        uint32_t write_count = take_number(recording, 4);
        (void)take_number(recording, 4);
        MDB_txn *txn;
        check(mdb_txn_begin(replay->env, NULL, 0, &txn), "mdb_txn_begin");
        for (uint32_t i = 0; i < write_count; i++)
            replay_write(replay, txn, recording);
        check(mdb_txn_commit(txn), "mdb_txn_commit");
        replay->commits++;
        replay->writes += write_count;
    }
}

static struct replay replay_open(const char *path)
{
    struct replay replay = {0};
    check(mdb_env_create(&replay.env), "mdb_env_create");
    check(mdb_env_set_mapsize(replay.env, KV_LMDB_MAP_BYTES), "mdb_env_set_mapsize");
    check(mdb_env_open(replay.env, path, MDB_NOTLS, 0600), path);
    MDB_txn *txn;
    check(mdb_txn_begin(replay.env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");
    check(mdb_dbi_open(txn, NULL, 0, &replay.table), "mdb_dbi_open");
    mdb_txn_abort(txn);
    MDB_envinfo info;
    MDB_stat stat;
    int fd = -1;
    check(mdb_env_info(replay.env, &info), "mdb_env_info");
    check(mdb_env_stat(replay.env, &stat), "mdb_env_stat");
    check(mdb_env_get_fd(replay.env, &fd), "mdb_env_get_fd");
    uint64_t wanted = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize + KV_LMDB_HEADROOM_BYTES;
    int code = posix_fallocate(fd, 0, (off_t)wanted);
    if (code != 0)
        stop(path, strerror(code));
    return replay;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        stop("usage", "beckon_replay STORE RECORDING");
    struct recording recording = recording_read(argv[2]);
    struct replay replay = replay_open(argv[1]);
    double begun_s = now_s();
    replay_all(&replay, &recording);
    double seconds = now_s() - begun_s;
    mdb_env_close(replay.env);
    free((void *)(uintptr_t)recording.data);
    printf("{\"commits\":%llu,\"writes\":%llu,\"seconds\":%.6f}\n", replay.commits, replay.writes,
           seconds);
    return fflush(stdout) == 0 ? 0 : 1;
}
