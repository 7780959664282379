/* The manifest of a closed run: its figures, and every file that can be exported of it with rows,
 * sums and SHA-256, as JSON. Pure: the same run gives the same bytes. */
#ifndef BECKON_SERVICE_EXPORT_EXPORT_MANIFEST_H
#define BECKON_SERVICE_EXPORT_EXPORT_MANIFEST_H

#include "service/export/export.h"

/* One file, as export_end reported it. */
struct export_file {
    enum export_profile profile;
    enum export_format format;
    enum export_payees payees;
    struct export_report report;
};

struct export_manifest {
    const struct export_job *job;  /* run, currency, tax treatment, pay entity; no more of it */
    uint32_t merchant;
    business_date retained_until;  /* names are kept until then */
    const struct export_file *files;
    size_t file_count;
};

/* The text, to be freed with free(); NULL: no memory. */
char *export_manifest_make(const struct export_manifest *manifest);

#endif
