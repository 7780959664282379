#include "clients/cli/confirm.h"

#include <string.h>

#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/table.h"

const struct option_spec TYPED_OPTIONS[] = {
    {.name = "yes", .help = "does not ask again; needed where nobody can be asked"},
    {.name = NULL},
};

const char *confirm_text(const struct verb *verb, const struct values *values)
{
    if (!verb->typed || (verb->typed_if && !values_get(values, verb->typed_if)))
        return NULL;
    const char *given = values_get(values, verb->typed);
    return given ? given : verb->typed;
}

static const char *loss(const struct cli *cli, const struct verb *verb)
{
    return cli->chinese && verb->loss_zh ? verb->loss_zh : verb->loss;
}

bool confirm(struct cli *cli, const struct verb *verb, const struct values *values)
{
    const char *wanted = confirm_text(verb, values);
    if (!wanted || values_get(values, "yes"))
        return true;
    if (!cli->in_is_terminal || !cli->err_is_terminal) {
        output_complaint(cli, "%s %s", loss(cli, verb),
                         cli->chinese ? "这里无人可以确认：请加上 --yes"
                                      : "Nobody can be asked here: say --yes.");
        return false;
    }
    g_autofree char *clean = table_clean(wanted);
    fprintf(cli->err, cli->chinese ? "%s\n请再次输入 %s 以确认：" : "%s\nType %s to go on: ",
            loss(cli, verb), clean);
    fflush(cli->err);
    char line[CONFIRM_BYTES_MAX];
    if (!fgets(line, sizeof line, stdin))
        line[0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    if (strcmp(line, wanted) == 0)
        return true;
    output_complaint(cli, cli->chinese ? "输入不一致，未做任何改动"
                                       : "that is something else: nothing was changed");
    return false;
}
