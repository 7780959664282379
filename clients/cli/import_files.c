/* The files of an import: the source, FILE.rejects.csv and FILE.progress. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <jansson.h>

#include "clients/cli/import.h"
#include "clients/cli/output.h"

enum { SAVE_EVERY_US = 1000000 };

static bool local_stop(struct import *import, const char *path, const char *what)
{
    output_complaint(import->cli, "%s: %s: %s", path, what, strerror(errno));
    import->stopped = true;
    import->end = CLI_LOCAL;
    return false;
}

bool import_open(struct import *import)
{
    bool standard = strcmp(import->path, "-") == 0;
    import->in = standard ? stdin : fopen(import->path, "rb");
    if (!import->in)
        return local_stop(import, import->path, "can't be read");
    struct stat status;
    if (fstat(fileno(import->in), &status) == 0 && S_ISREG(status.st_mode) && !standard) {
        import->source_bytes = (uint64_t)status.st_size;
        import->source_mtime = status.st_mtim.tv_sec;
        import->progress_path = g_strconcat(import->path, ".progress", NULL);
    }
    if (!import->rejects_path)
        import->rejects_path =
            g_strconcat(standard ? "stdin" : import->path, ".rejects.csv", NULL);
    import->csv = csv_new(import->in);
    return true;
}

static bool state_load(const struct import *import, const json_t *json,
                       struct import_state *ret_state)
{
    const char *kind = NULL;
    json_int_t size, mtime, line, offset, rows, recorded, known, rejected, bytes;
    if (json_unpack((json_t *)json, "{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "kind", &kind,
                    "source_bytes", &size, "source_mtime", &mtime, "line", &line, "offset",
                    &offset, "rows", &rows, "recorded", &recorded, "known", &known, "rejected",
                    &rejected, "rejects_bytes", &bytes) != 0)
        return false;
    if (strcmp(kind, import->kind->name) != 0 || (uint64_t)size != import->source_bytes ||
        mtime != import->source_mtime || offset < 0 || offset > size || line < 1)
        return false;
    *ret_state = (struct import_state){
        .line = (uint64_t)line, .offset = (uint64_t)offset, .rows = (uint64_t)rows,
        .recorded = (uint64_t)recorded, .known = (uint64_t)known,
        .rejected = (uint64_t)rejected, .rejects_bytes = (uint64_t)bytes};
    return true;
}

bool import_resume(struct import *import, bool restart)
{
    if (!import->progress_path || restart ||
        !g_file_test(import->progress_path, G_FILE_TEST_EXISTS))
        return true;
    json_error_t error;
    json_t *json = json_load_file(import->progress_path, 0, &error);
    struct import_state state;
    bool good = json && state_load(import, json, &state);
    json_decref(json);
    if (!good) {
        output_complaint(import->cli,
                         "%s is of another file, or %s has changed since: --restart begins anew "
                         "(what was recorded is recognised)", import->progress_path, import->path);
        import->stopped = true;
        import->end = CLI_LOCAL;
        return false;
    }
    if (!csv_seek(import->csv, state.line, state.offset))
        return local_stop(import, import->path, "can't go on where it stopped");
    /* Rejects written after the last save come again. */
    if (g_file_test(import->rejects_path, G_FILE_TEST_EXISTS) &&
        truncate(import->rejects_path, (off_t)state.rejects_bytes) != 0)
        return local_stop(import, import->rejects_path, "can't be cut");
    import->state = state;
    import->rows_before = state.rows;
    import->resumed_line = state.line;
    return true;
}

static bool rejects_open(struct import *import)
{
    if (import->rejects)
        return true;
    import->rejects = fopen(import->rejects_path, import->state.rejects_bytes > 0 ? "ab" : "wb");
    if (!import->rejects)
        return local_stop(import, import->rejects_path, "can't be written");
    if (import->state.rejects_bytes == 0)
        fprintf(import->rejects, "line,reason,sentence,%s\r\n", import->header);
    return true;
}

void import_reject(struct import *import, uint64_t line, const char *reason, const char *sentence,
                   const char *raw, bool raw_is_row)
{
    import->state.rejected++;
    if (!rejects_open(import))
        return;
    fprintf(import->rejects, "%llu,", (unsigned long long)line);
    csv_write_field(import->rejects, reason);
    fputc(',', import->rejects);
    csv_write_field(import->rejects, sentence);
    fputc(',', import->rejects);
    if (raw_is_row)
        fputs(raw, import->rejects);
    else
        csv_write_field(import->rejects, raw);
    fputs("\r\n", import->rejects);
    import->state.rejects_bytes = (uint64_t)ftello(import->rejects);
}

void import_save(struct import *import, bool now)
{
    gint64 time_us = g_get_monotonic_time();
    if (!import->progress_path || (!now && time_us - import->saved_us < SAVE_EVERY_US))
        return;
    import->saved_us = time_us;
    if (import->rejects && fflush(import->rejects) != 0) {
        local_stop(import, import->rejects_path, "can't be written");
        return;
    }
    const struct import_state *state = &import->state;
    json_t *json = json_pack(
        "{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "kind", import->kind->name, "source_bytes",
        (json_int_t)import->source_bytes, "source_mtime", (json_int_t)import->source_mtime, "line",
        (json_int_t)state->line, "offset", (json_int_t)state->offset, "rows",
        (json_int_t)state->rows, "recorded", (json_int_t)state->recorded, "known",
        (json_int_t)state->known, "rejected", (json_int_t)state->rejected, "rejects_bytes",
        (json_int_t)state->rejects_bytes);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    g_autoptr(GError) error = NULL;
    /* Writes a file beside it and renames. */
    if (!text || !g_file_set_contents(import->progress_path, text, -1, &error)) {
        output_complaint(import->cli, "%s", error ? error->message : "out of memory");
        import->stopped = true;
        import->end = CLI_LOCAL;
    }
    free(text);
}

void import_close(struct import *import, bool finished)
{
    if (import->rejects && fclose(import->rejects) != 0)
        local_stop(import, import->rejects_path, "can't be written");
    if (import->csv)
        csv_destroy(import->csv);
    if (import->in && import->in != stdin)
        fclose(import->in);
    if (finished && !import->stopped && import->progress_path)
        g_unlink(import->progress_path);
    g_free(import->rejects_path);
    g_free(import->progress_path);
    g_free(import->header);
}
