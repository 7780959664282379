/* What the operator is told of the process and its machine (GetStoreInfo): started, clock, disk,
 * descriptors, connections, the last rehearsal of a backup, settings worth a warning. */
#ifndef BECKON_SERVICE_MAIN_INFO_H
#define BECKON_SERVICE_MAIN_INFO_H

#include "service/command/process.h"
#include "service/door/door.h"
#include "service/main_due.h"
#include "service/main_options.h"

/* Filled by main before it serves; not changed while it does. */
struct info {
    uint64_t started_at;         /* Unix ms */
    const char *data;            /* the data folder */
    bool sms_file, sms_hook;     /* where messages to phones go */
    const struct due_ticker *due;
    struct door *door;
};

/* A process_look; the context is a struct info. */
process_look info_look;

#endif
