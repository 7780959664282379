/* An executor without a store: one thread for writes, one for streams, tokens that are role names
 * ("admin"). Tests of the runtime link it in place of the real one. */
#ifndef BECKON_TESTS_SERVICE_RPC_FAKE_EXECUTOR_H
#define BECKON_TESTS_SERVICE_RPC_FAKE_EXECUTOR_H

#include "service/executor/executor.h"

extern const struct executor_clock FAKE_CLOCK; /* the system's */

#endif
