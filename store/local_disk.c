#include "store/local_disk.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

/* By statfs's f_type: linux/magic.h, and where that has none, the file system's own source. The
 * cluster file systems at the end lie on shared disks: LMDB's readers on another machine would
 * write into a reader table that this one maps. */
static const struct {
    uint32_t type;
    const char *kind;
} NETWORKS[] = {
    {0x6969, "NFS"},         {0x517b, "SMB"},       {0xff534d42, "CIFS"},  {0xfe534d42, "SMB2"},
    {0x5346414f, "AFS"},     {0x6b414653, "AFS"},   {0x73757245, "Coda"},  {0x564c, "NCP"},
    {0x00c36400, "Ceph"},    {0x01021997, "9P"},    {0x0bd00bd0, "Lustre"},
    {0x20030528, "OrangeFS"}, {0x19830326, "BeeGFS"}, {0xaad7aaea, "PanFS"},
    {0x47504653, "GPFS"},    {0x01161970, "GFS2"},  {0x7461636f, "OCFS2"},
};

/* FUSE is any program behind one number, and virtio-fs has the number too. These are known to keep
 * what they are given on this machine; of all others (sshfs, s3fs, glusterfs, rclone ...) nobody
 * here can tell what their sync is worth. */
static const uint32_t FUSE_TYPE = 0x65735546;
static const char *const LOCAL_FUSE[] = {
    "virtiofs", "fuseblk", "fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs",
    "fuse.bindfs", "fuse.mergerfs", "fuse.lxcfs",
};

static bool is_local_fuse(const char *name)
{
    for (size_t i = 0; i < sizeof LOCAL_FUSE / sizeof LOCAL_FUSE[0]; i++) {
        if (strcmp(name, LOCAL_FUSE[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A line of mountinfo: "36 35 98:0 /from /to options optional... - type source options". */
static bool is_local_line(const char *line, dev_t device)
{
    enum { NAME_BYTES = 64 };
    unsigned major_number, minor_number;
    char name[NAME_BYTES];
    const char *behind = strstr(line, " - ");
    return sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) == 2 &&
           makedev(major_number, minor_number) == device && behind != NULL &&
           sscanf(behind, " - %63s", name) == 1 && is_local_fuse(name);
}

/* statfs says FUSE and no more; the table of mounts has the name. */
static bool fuse_is_local(const char *path)
{
    struct stat found;
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (mounts == NULL) {
        return false;
    }
    bool local = false;
    if (stat(path, &found) == 0) {
        char *line = NULL;
        size_t room = 0;
        while (!local && getline(&line, &room, mounts) > 0) {
            local = is_local_line(line, found.st_dev);
        }
        free(line);
    }
    fclose(mounts);
    return local;
}

bool local_disk_holds(const char *path, const char **ret_kind)
{
    struct statfs found;
    if (statfs(path, &found) != 0) {
        return true;
    }
    uint32_t type = (uint32_t)found.f_type; /* signed and 64 bits wide here, not everywhere */
    if (type == FUSE_TYPE && !fuse_is_local(path)) {
        *ret_kind = "FUSE";
        return false;
    }
    for (size_t i = 0; i < sizeof NETWORKS / sizeof NETWORKS[0]; i++) {
        if (NETWORKS[i].type == type) {
            *ret_kind = NETWORKS[i].kind;
            return false;
        }
    }
    return true;
}
