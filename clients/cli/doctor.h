/* beckon doctor: what it found, one finding a line. */
#ifndef BECKON_CLIENTS_CLI_DOCTOR_H
#define BECKON_CLIENTS_CLI_DOCTOR_H

#include "beckon/v1/store_service.pb-c.h"
#include "clients/cli/cli.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

enum { DOCTOR_FINDINGS_MAX = 32, DOCTOR_TEXT_BYTES = 400 };

struct doctor_finding {
    enum doctor_level level;
    const char *name;               /* of what was looked at, one word */
    char told[DOCTOR_TEXT_BYTES];   /* what is so */
    const char *remedy;             /* what to do; "" where nothing is */
};

struct doctor {
    struct cli *cli;
    struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
    size_t count;
};

/* Adds a finding; more than DOCTOR_FINDINGS_MAX are left out. */
void doctor_find(struct doctor *doctor, enum doctor_level level, const char *name,
                 const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Judges what the service says of itself and its machine, at this machine's time (Unix ms). Pure
 * but for the findings it adds. */
void doctor_judge(struct doctor *doctor, const Beckon__V1__GetStoreInfoResponse *info,
                  int64_t now_ms);

#endif
