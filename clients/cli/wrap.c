#include "clients/cli/wrap.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/table.h"

struct wrap {
    FILE *out;
    size_t at;     /* columns of this line that are written */
    size_t indent, width;
    bool begun;    /* a word stands on this line */
};

static void line_end(struct wrap *wrap)
{
    fputc('\n', wrap->out);
    wrap->at = 0;
    wrap->begun = false;
}

static void word_put(struct wrap *wrap, const char *word)
{
    size_t size = table_width(word);
    if (wrap->begun && wrap->at + 1 + size > wrap->width)
        line_end(wrap);
    if (wrap->begun) {
        fputc(' ', wrap->out);
        wrap->at++;
    } else if (wrap->at < wrap->indent) {
        fprintf(wrap->out, "%*s", (int)(wrap->indent - wrap->at), "");
        wrap->at = wrap->indent;
    }
    fputs(word, wrap->out);
    wrap->at += size;
    wrap->begun = true;
}

void wrap_write(FILE *out, const char *text, size_t used, size_t indent, size_t width)
{
    struct wrap wrap = {.out = out, .at = used, .indent = indent, .width = width};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        bool layout = lines[i][0] == ' ';
        if (layout && wrap.begun)
            line_end(&wrap);
        if (layout) {
            bool blank = lines[i][strspn(lines[i], " ")] == '\0';
            fprintf(out, "%*s%s\n", blank ? 0 : (int)indent, "", blank ? "" : lines[i]);
            wrap.at = 0;
            continue;
        }
        g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
        for (size_t k = 0; words[k]; k++) {
            if (words[k][0] != '\0')
                word_put(&wrap, words[k]);
        }
    }
    if (wrap.begun || wrap.at > 0)
        line_end(&wrap);
}
