/* beckond_held: a beckond one of whose threads stops inside a read, its snapshot open, when the
 * file that $BECKON_HOLD names is there, and goes on when the file is gone. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "store/reader.h"

void __real_reader_close(struct reader *reader);
void __wrap_reader_close(struct reader *reader);

void __wrap_reader_close(struct reader *reader)
{
    static atomic_bool held;
    const char *path = getenv("BECKON_HOLD");
    bool first = path != NULL && access(path, F_OK) == 0 && !atomic_exchange(&held, true);
    if (first) {
        const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
        fputs("beckond_held: a read stops here\n", stderr);
        while (access(path, F_OK) == 0) {
            nanosleep(&pause, NULL);
        }
        atomic_store(&held, false);
    }
    __real_reader_close(reader);
}
