#include "service/main_reload.h"

#include "service/ops/log.h"

/* Texts of the reading before may still stand in rows that stayed the same: all rows that may
 * change are copied, so that the former texts can go. */
static void take_over(struct options *options, const struct options *fresh)
{
    const struct settings_program *program = options_program();
    for (size_t i = 0; i < program->row_count; i++) {
        const struct settings_row *row = &program->rows[i];
        if (row->flag_only)
            continue;
        bool same = settings_equal(row, options, fresh);
        if (row->reload) {
            settings_copy(row, fresh, options);
            options->origins.source[i] = fresh->origins.source[i];
        }
        if (!same && row->reload)
            log_event("info", "setting changed", "name=%s", row->name);
        else if (!same)
            log_event("warn", "setting changes with a restart", "name=%s", row->name);
    }
}

bool reload_read(struct reload *reload)
{
    struct options fresh;
    struct settings_error error;
    char quoted[LOG_VALUE_BYTES];
    if (!options_read(reload->argc, reload->argv, reload->environment, &fresh, &error)) {
        log_event("error", "settings not reloaded", "cause=%s", log_quote(error.text, quoted));
        return false;
    }
    take_over(reload->options, &fresh);
    settings_free(&reload->texts);
    reload->texts = fresh.texts;
    const char *config = reload->options->config;
    log_event("info", "settings reloaded", "config=%s",
              log_quote(config != NULL ? config : "none", quoted));
    return true;
}

void reload_free(struct reload *reload)
{
    settings_free(&reload->texts);
}
