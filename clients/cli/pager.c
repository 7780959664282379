/* The pager is a shell command, as $PAGER is everywhere: `sh -c` with a pipe for its standard
 * input. posix_spawn: gRPC's threads may run already, and nothing of theirs may be forked. */
#include "clients/cli/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

enum { WIDTH_LEAST = 20, WIDTH_MOST = 10000 };

struct pager {
    FILE *screen; /* cli->out as it was */
    pid_t process;
};

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] != '\0' ? value : NULL;
}

static unsigned width_look(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_LEAST)
        return size.ws_col;
    guint64 columns = 0;
    const char *text = variable("COLUMNS");
    if (text && g_ascii_string_to_unsigned(text, 10, WIDTH_LEAST, WIDTH_MOST, &columns, NULL))
        return (unsigned)columns;
    return 0;
}

static bool colour_wanted(void)
{
    const char *terminal = variable("TERM");
    return !variable("NO_COLOR") && terminal && strcmp(terminal, "dumb") != 0;
}

void terminal_look(struct cli *cli)
{
    cli->in_is_terminal = isatty(STDIN_FILENO) == 1;
    cli->out_is_terminal = isatty(STDOUT_FILENO) == 1;
    cli->err_is_terminal = isatty(STDERR_FILENO) == 1;
    cli->width = cli->out_is_terminal ? width_look() : 0;
    cli->colour = cli->out_is_terminal && colour_wanted();
}

/* NULL: none is wanted, or there is none. The caller frees. */
static char *pager_command(void)
{
    const char *asked = getenv("PAGER");
    if (asked)
        return asked[0] != '\0' && strcmp(asked, "cat") != 0 ? g_strdup(asked) : NULL;
    return g_find_program_in_path("less");
}

/* What `less` needs to show Chinese and colours, unless the user has said otherwise. */
static char **pager_environment(void)
{
    char **environment = g_get_environ();
    environment = g_environ_setenv(environment, "LESS", "FRX", FALSE);
    return g_environ_setenv(environment, "LESSCHARSET", "utf-8", FALSE);
}

static bool pager_spawn(const char *command, int input, int unused, pid_t *ret_process)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addclose(&actions, input);
    posix_spawn_file_actions_addclose(&actions, unused);
    g_autofree char *copy = g_strdup(command);
    char *argv[] = {(char *)"sh", (char *)"-c", copy, NULL};
    g_auto(GStrv) environment = pager_environment();
    int failed = posix_spawn(ret_process, "/bin/sh", &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0;
}

void pager_open(struct cli *cli)
{
    g_autofree char *command = pager_command();
    if (command)
        pager_open_with(cli, command);
}

void pager_open_with(struct cli *cli, const char *command)
{
    int ends[2];
    if (cli->pager || !cli->out_is_terminal || pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid_t process = 0;
    FILE *out = fdopen(ends[1], "w");
    fflush(cli->out);
    if (!out || !pager_spawn(command, ends[0], ends[1], &process)) {
        close(ends[0]);
        if (out)
            fclose(out);
        else
            close(ends[1]);
        return;
    }
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN); /* a reader who has seen enough is no fault */
    cli->pager = g_new0(struct pager, 1);
    *cli->pager = (struct pager){.screen = cli->out, .process = process};
    cli->out = out;
}

void pager_close(struct cli *cli)
{
    if (!cli->pager)
        return;
    fclose(cli->out);
    /* Ctrl-C in the pager is the pager's: it searches, it does not end. */
    signal(SIGINT, SIG_IGN);
    while (waitpid(cli->pager->process, NULL, 0) < 0 && errno == EINTR)
        ;
    signal(SIGINT, SIG_DFL);
    cli->out = cli->pager->screen;
    g_free(cli->pager);
    cli->pager = NULL;
}

bool pager_left(const struct cli *cli)
{
    return cli->pager && (fflush(cli->out) != 0 || ferror(cli->out));
}

const char *colour_begin(bool coloured, enum colour colour)
{
    static const char *const BEGIN[] = {
        [COLOUR_NONE] = "",           [COLOUR_TITLE] = "\033[1m", [COLOUR_GOOD] = "\033[32m",
        [COLOUR_WARN] = "\033[33m",   [COLOUR_BAD] = "\033[31m",  [COLOUR_FAINT] = "\033[2m"};
    return coloured ? BEGIN[colour] : "";
}

const char *colour_end(bool coloured, enum colour colour)
{
    return coloured && colour != COLOUR_NONE ? "\033[0m" : "";
}
