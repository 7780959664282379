/* beckon: looks at its surroundings, hands over to cli_main. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/pager.h"

static bool locale_is_chinese(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value && value[0] != '\0')
            return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct cli cli = {
        .out = stdout,
        .err = stderr,
        .chinese = locale_is_chinese(),
    };
    terminal_look(&cli);
    enum cli_exit end = cli_main(&cli, argc, argv);
    /* A full disk behind ">" must not look like success. */
    if (fflush(stdout) != 0 && end == CLI_OK) {
        perror("beckon: standard output");
        end = CLI_LOCAL;
    }
    return (int)end;
}
