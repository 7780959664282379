/* What the driver tells faults.c. */
#ifndef BECKON_TESTS_MODEL_DRIVER_H
#define BECKON_TESTS_MODEL_DRIVER_H

/* Which fault to make; NULL: none. The driver's first argument. */
extern const char *driver_fault;

#endif
