/* A growing buffer as sink, for the tests of this folder. */
#ifndef BECKON_TESTS_SERVICE_QR_QR_SAMPLE_H
#define BECKON_TESTS_SERVICE_QR_QR_SAMPLE_H

#include <stdlib.h>
#include <string.h>

#include "service/qr/qr.h"

#define QR_LINK "HTTPS://GO.EXAMPLE.COM/R/7K3Q9F2MX"

struct sample {
    char *data; /* terminated */
    size_t size, size_max;
};

static inline bool sample_write(void *context, const void *data, size_t size)
{
    struct sample *sample = context;
    if (size > sample->size_max - sample->size) return false;
    sample->data = realloc(sample->data, sample->size + size + 1);
    if (sample->data == NULL) abort();
    memcpy(sample->data + sample->size, data, size);
    sample->size += size;
    sample->data[sample->size] = '\0';
    return true;
}

/* Draws into a fresh sample; the caller frees ret->data. */
static inline enum qr_result sample_draw(const char *text, struct qr_options options,
                                         size_t size_max, struct sample *ret)
{
    *ret = (struct sample){.size_max = size_max};
    struct qr_sink sink = {sample_write, ret};
    return qr_draw(text, strlen(text), &options, &sink);
}

#endif
