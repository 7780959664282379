#include "service/door/inherit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST = 3, COUNT_MAX = 64 };

static unsigned long number(const char *name)
{
    const char *text = getenv(name);
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    return errno != 0 || *end != '\0' ? 0 : value;
}

unsigned inherit_count(int *ret_first)
{
    unsigned long count = number("LISTEN_FDS");
    if (number("LISTEN_PID") != (unsigned long)getpid() || count > COUNT_MAX)
        return 0;
    *ret_first = FIRST;
    return (unsigned)count;
}
