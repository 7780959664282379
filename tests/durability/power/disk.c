/* Takes the log: descriptors, names, changes, and which of them a sync has put on the disk. */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tests/durability/power/disk_inner.h"

struct power_fd {
    struct power_fd *next;
    int32_t process, fd;
    struct power_node *node;
};
/* A sync, or a write through an O_DSYNC descriptor, that has not returned. */
struct power_pending {
    struct power_pending *next;
    int32_t process, thread;
    struct power_node *node;
    uint64_t number; /* a sync: covers changes below it; a write: its own */
    size_t size;     /* a write's */
};

static void *grown(void *list, size_t count, size_t *room, size_t each)
{
    if (count < *room) return list;
    *room = *room > 0 ? 2 * *room : 8;
    list = realloc(list, *room * each);
    if (list == NULL) abort();
    return list;
}

/* ---- names ----------------------------------------------------------------------------------- */

static struct power_name *name_find(const struct power_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i].name, name) == 0) return &names->list[i];
    return NULL;
}

void power_names_do(struct power_names *names, const struct power_change *change)
{
    struct power_name *gone = change->gone[0] != '\0' ? name_find(names, change->gone) : NULL;
    if (gone != NULL) *gone = names->list[--names->count];
    if (change->name[0] == '\0') return;
    struct power_name *found = name_find(names, change->name);
    if (found == NULL) {
        names->list = grown(names->list, names->count, &names->room, sizeof *names->list);
        found = &names->list[names->count++];
        memcpy(found->name, change->name, sizeof found->name);
    }
    found->node = change->node;
}

void power_names_copy(struct power_names *to, const struct power_names *from)
{
    *to = (struct power_names){.count = from->count, .room = from->count};
    if (from->count == 0) return;
    to->list = malloc(from->count * sizeof *to->list);
    if (to->list == NULL) abort();
    memcpy(to->list, from->list, from->count * sizeof *to->list);
}

static struct power_node *node_new(struct power_disk *disk, bool folder)
{
    struct power_node *node = calloc(1, sizeof *node);
    if (node == NULL) abort();
    node->folder = folder;
    node->next = disk->nodes;
    disk->nodes = node;
    return node;
}

/* Finds the folder that holds the last part of a path, and that part; false: there is none. */
static bool resolve(const struct power_disk *disk, const char *path, size_t size,
                    struct power_node **ret_folder, char ret_name[POWER_NAME_BYTES])
{
    size_t at = strlen(disk->root_path);
    struct power_node *folder = disk->root;
    if (size < at || memcmp(path, disk->root_path, at) != 0) return false;
    ret_name[0] = '\0';
    while (at < size) {
        if (path[at] == '/') {
            at++;
            continue;
        }
        size_t end = at;
        while (end < size && path[end] != '/') end++;
        if (ret_name[0] != '\0') {
            struct power_name *found = name_find(&folder->now, ret_name);
            if (found == NULL || !found->node->folder) return false;
            folder = found->node;
        }
        if (end - at >= POWER_NAME_BYTES) return false;
        memcpy(ret_name, path + at, end - at);
        ret_name[end - at] = '\0';
        at = end;
    }
    *ret_folder = folder;
    return true;
}

static struct power_node *lookup(const struct power_disk *disk, const char *path, size_t size)
{
    struct power_node *folder;
    char name[POWER_NAME_BYTES];
    if (!resolve(disk, path, size, &folder, name)) return NULL;
    if (name[0] == '\0') return disk->root;
    struct power_name *found = name_find(&folder->now, name);
    return found != NULL ? found->node : NULL;
}

/* ---- changes --------------------------------------------------------------------------------- */

static struct power_change *change_add(struct power_disk *disk, struct power_node *node,
                                       enum power_change_kind kind)
{
    node->changes = grown(node->changes, node->change_count, &node->change_room,
                          sizeof *node->changes);
    struct power_change *change = &node->changes[node->change_count++];
    memset(change, 0, sizeof *change);
    change->number = disk->entry;
    change->kind = kind;
    return change;
}

static struct power_change *names_change(struct power_disk *disk, struct power_node *folder,
                                         const char *gone, const char *name,
                                         struct power_node *node)
{
    struct power_change *change = change_add(disk, folder, CHANGE_NAMES);
    if (gone != NULL) memcpy(change->gone, gone, sizeof change->gone);
    if (name != NULL) memcpy(change->name, name, sizeof change->name);
    change->node = node;
    power_names_do(&folder->now, change);
    return change;
}

static void bytes_reserve(struct power_node *node, size_t size)
{
    if (size <= node->bytes_size) return;
    if (size > node->bytes_room) {
        node->bytes_room = 2 * size;
        node->bytes = realloc(node->bytes, node->bytes_room);
        if (node->bytes == NULL) abort();
    }
    memset(node->bytes + node->bytes_size, 0, size - node->bytes_size);
    node->bytes_size = size;
}

static void fold(struct power_node *node, const struct power_change *change)
{
    switch (change->kind) {
    case CHANGE_WRITE:
        bytes_reserve(node, change->at + change->size);
        memcpy(node->bytes + change->at, change->data, change->size);
        if (change->at + change->size > node->size) node->size = change->at + change->size;
        break;
    case CHANGE_CUT:
        if (change->at < node->bytes_size) node->bytes_size = change->at;
        node->size = change->at;
        break;
    case CHANGE_EXTEND:
        if (change->at > node->size) node->size = change->at;
        break;
    case CHANGE_NAMES:
        power_names_do(&node->names, change);
        break;
    }
}

/* Folds what is synced and has nothing unsynced before it. */
static void settle(struct power_node *node)
{
    size_t done = 0;
    while (done < node->change_count && node->changes[done].synced)
        fold(node, &node->changes[done++]);
    node->change_count -= done;
    if (done > 0 && node->change_count > 0)
        memmove(node->changes, node->changes + done, node->change_count * sizeof *node->changes);
}

/* ---- descriptors and calls under way --------------------------------------------------------- */

static struct power_fd **fd_find(struct power_disk *disk, const struct power_entry *entry, int fd)
{
    struct power_fd **at = &disk->fds;
    while (*at != NULL && ((*at)->process != entry->process || (*at)->fd != fd)) at = &(*at)->next;
    return at;
}

static void fd_drop(struct power_fd **at)
{
    struct power_fd *dropped = *at;
    if (dropped == NULL) return;
    *at = dropped->next;
    free(dropped);
}

static void fd_add(struct power_disk *disk, const struct power_entry *entry, int fd,
                   struct power_node *node)
{
    fd_drop(fd_find(disk, entry, fd));
    struct power_fd *added = calloc(1, sizeof *added);
    if (added == NULL) abort();
    *added = (struct power_fd){disk->fds, entry->process, fd, node};
    disk->fds = added;
}

static void pending_add(struct power_disk *disk, const struct power_entry *entry,
                        struct power_node *node)
{
    struct power_pending *added = calloc(1, sizeof *added);
    if (added == NULL) abort();
    *added = (struct power_pending){disk->pending, entry->process, entry->thread, node,
                                    disk->entry, entry->size};
    disk->pending = added;
}

/* Takes it out; false: the thread has none. */
static bool pending_take(struct power_disk *disk, const struct power_entry *entry,
                         struct power_pending *ret)
{
    for (struct power_pending **at = &disk->pending; *at != NULL; at = &(*at)->next) {
        struct power_pending *found = *at;
        if (found->process != entry->process || found->thread != entry->thread) continue;
        *ret = *found;
        *at = found->next;
        free(found);
        return true;
    }
    return false;
}

/* ---- entries --------------------------------------------------------------------------------- */

static const char *take_open(struct power_disk *disk, const struct power_entry *entry,
                             const char *path)
{
    int64_t flags = entry->value;
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        fd_add(disk, entry, entry->fd, node_new(disk, false));
        return NULL;
    }
    struct power_node *node = lookup(disk, path, entry->size), *folder;
    if (node == NULL && (flags & O_CREAT) != 0) {
        char name[POWER_NAME_BYTES];
        if (!resolve(disk, path, entry->size, &folder, name)) return "a file in no folder";
        node = node_new(disk, false);
        names_change(disk, folder, NULL, name, node);
    }
    if (node == NULL) return "a file that isn't there is opened";
    if ((flags & O_TRUNC) != 0) change_add(disk, node, CHANGE_CUT);
    fd_add(disk, entry, entry->fd, node);
    return NULL;
}

static const char *take_names(struct power_disk *disk, const struct power_entry *entry,
                              const char *from)
{
    struct power_node *folder, *to_folder, *node;
    char name[POWER_NAME_BYTES], to_name[POWER_NAME_BYTES];
    bool two = entry->kind == POWER_RENAME || entry->kind == POWER_LINK;
    size_t size = two ? strnlen(from, entry->size) : entry->size;
    if (!resolve(disk, from, size, &folder, name)) return "a name in no folder";
    node = lookup(disk, from, size);
    if (entry->kind == POWER_MAKE_FOLDER) {
        names_change(disk, folder, NULL, name, node_new(disk, true));
        return NULL;
    }
    if (node == NULL) return "a name that isn't there";
    if (entry->kind == POWER_REMOVE) {
        names_change(disk, folder, name, NULL, NULL);
        return NULL;
    }
    if (size >= entry->size) return "one name instead of two";
    if (!resolve(disk, from + size + 1, entry->size - size - 1, &to_folder, to_name))
        return "a new name in no folder";
    if (entry->kind == POWER_LINK) {
        names_change(disk, to_folder, NULL, to_name, node);
        return NULL;
    }
    if (to_folder == folder) {
        names_change(disk, folder, name, to_name, node);
        return NULL;
    }
    /* Two changes of one number: images have both or none. */
    names_change(disk, folder, name, NULL, NULL)->twin = to_folder;
    names_change(disk, to_folder, NULL, to_name, node)->twin = folder;
    return NULL;
}

/* The other half of a rename that is synced. */
static void twin_sync(const struct power_change *change)
{
    for (size_t i = 0; change->twin != NULL && i < change->twin->change_count; i++)
        if (change->twin->changes[i].number == change->number)
            change->twin->changes[i].synced = true;
}

static const char *take_end(struct power_disk *disk, const struct power_entry *entry)
{
    struct power_pending call;
    if (!pending_take(disk, entry, &call)) return "the end of a call that never began";
    bool sync = entry->kind == POWER_SYNC_END;
    if (sync ? entry->value != 0 : entry->value != (int64_t)call.size) return NULL; /* it failed */
    for (size_t i = 0; i < call.node->change_count; i++) {
        struct power_change *change = &call.node->changes[i];
        bool covered = sync ? change->number < call.number : change->number == call.number;
        if (!covered) continue;
        change->synced = true;
        twin_sync(change);
    }
    settle(call.node);
    return NULL;
}

static const char *take_file(struct power_disk *disk, const struct power_entry *entry,
                             const uint8_t *data)
{
    struct power_fd *fd = *fd_find(disk, entry, entry->fd);
    struct power_change *change;
    if (fd == NULL) return "a descriptor that isn't open";
    switch ((enum power_kind)entry->kind) {
    case POWER_CLOSE:
        fd_drop(fd_find(disk, entry, entry->fd));
        return NULL;
    case POWER_DUPLICATE:
        fd_add(disk, entry, (int)entry->value, fd->node);
        return NULL;
    case POWER_SYNC:
        pending_add(disk, entry, fd->node);
        return NULL;
    case POWER_DSYNC:
        pending_add(disk, entry, fd->node);
        break;
    case POWER_CUT:
        change_add(disk, fd->node, CHANGE_CUT)->at = (uint64_t)entry->value;
        return NULL;
    case POWER_EXTEND:
        change_add(disk, fd->node, CHANGE_EXTEND)->at = (uint64_t)entry->value;
        return NULL;
    default:
        break;
    }
    if (entry->value < 0) return "a write before the beginning";
    change = change_add(disk, fd->node, CHANGE_WRITE);
    change->at = (uint64_t)entry->value;
    change->data = data;
    change->size = entry->size;
    return NULL;
}

bool power_disk_take(struct power_disk *disk, const struct power_entry *entry, const uint8_t *data,
                     const char **ret_why)
{
    const char *why = NULL, *text = (const char *)data;
    disk->entry++;
    switch ((enum power_kind)entry->kind) {
    case POWER_START:
    case POWER_REPLY:
    case POWER_MARK:
        break;
    case POWER_OPEN:
        why = take_open(disk, entry, text);
        break;
    case POWER_MAKE_FOLDER:
    case POWER_REMOVE:
    case POWER_RENAME:
    case POWER_LINK:
        why = take_names(disk, entry, text);
        break;
    case POWER_SYNC_END:
    case POWER_DSYNC_END:
        why = take_end(disk, entry);
        break;
    case POWER_CLOSE:
    case POWER_DUPLICATE:
    case POWER_WRITE:
    case POWER_DSYNC:
    case POWER_SYNC:
    case POWER_CUT:
    case POWER_EXTEND:
        why = take_file(disk, entry, data);
        break;
    case POWER_UNKNOWN:
        why = "a call the recorder can't follow";
        break;
    default:
        why = "an entry of no kind";
        break;
    }
    if (why != NULL) *ret_why = why;
    return why == NULL;
}

/* ---- the whole ------------------------------------------------------------------------------- */

struct power_disk *power_disk_new(const char *root)
{
    struct power_disk *disk = calloc(1, sizeof *disk);
    if (disk == NULL) abort();
    assert(strlen(root) < sizeof disk->root_path);
    memcpy(disk->root_path, root, strlen(root));
    disk->root = node_new(disk, true);
    return disk;
}

void power_disk_free(struct power_disk *disk)
{
    while (disk->nodes != NULL) {
        struct power_node *node = disk->nodes;
        disk->nodes = node->next;
        free(node->names.list);
        free(node->now.list);
        free(node->bytes);
        free(node->changes);
        free(node);
    }
    while (disk->fds != NULL) fd_drop(&disk->fds);
    while (disk->pending != NULL) {
        struct power_pending *pending = disk->pending;
        disk->pending = pending->next;
        free(pending);
    }
    free(disk);
}

void power_disk_visit(const struct power_disk *disk, power_visit *visit, void *context)
{
    for (const struct power_node *node = disk->nodes; node != NULL; node = node->next)
        for (size_t i = 0; i < node->change_count; i++)
            if (!node->changes[i].synced) visit(context, &node->changes[i]);
}

static void count_one(void *context, const struct power_change *change)
{
    (void)change;
    ++*(size_t *)context;
}

size_t power_disk_unsynced(const struct power_disk *disk)
{
    size_t count = 0;
    power_disk_visit(disk, count_one, &count);
    return count;
}
