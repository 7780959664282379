#include "service/main_private.h"

#include <sys/prctl.h>
#include <sys/resource.h>

/* The limit alone would not keep a core from a handler that the kernel pipes it to. */
void keep_memory_private(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}
