/* beckond_early: a beckond that answers before it commits. The durability tests must notice. */
#include <stdio.h>

#include "service/executor/executor.h"

struct executor *__real_executor_start(const struct executor_options *options);
struct executor *__wrap_executor_start(const struct executor_options *options);

struct executor *__wrap_executor_start(const struct executor_options *options)
{
    struct executor_options early = *options;
    early.reply_before_commit = true;
    fputs("beckond_early: unsafe, for tests only\n", stderr);
    return __real_executor_start(&early);
}
