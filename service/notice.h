/* A message to a phone, left by a command in its call and handed to the sender once the commit is
 * on disk: never before it, and never by a run of a batch that was dropped.
 *
 * Plain data, small and fixed: it is copied into the sender's queue. A notice to nobody (`to`
 * empty) takes the same way and is forgotten there, so that it takes the same time. */
#ifndef BECKON_SERVICE_NOTICE_H
#define BECKON_SERVICE_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

enum { NOTICE_PHONE_BYTES = 17, NOTICE_CODE_BYTES = 7, NOTICE_NAME_BYTES = 121 };

struct notice {
    bool filled;
    bool english;                     /* else Chinese */
    uint8_t valid_minutes;
    char to[NOTICE_PHONE_BYTES];      /* E.164; empty: nobody */
    char code[NOTICE_CODE_BYTES];     /* six digits */
    char merchant[NOTICE_NAME_BYTES]; /* who sends */
};

#endif
