/* getopt_long over a list built from the tables: it knows abbreviations, "--name=value" and
 * order. */
#include "clients/cli/options.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

struct list {
    struct option long_options[CLI_OPTIONS_MAX + 1];
    const struct option_spec *specs[CLI_OPTIONS_MAX];
    int count;
};

static void list_add(struct list *list, const struct option_spec *specs)
{
    for (; specs && specs->name; specs++) {
        if (specs->argument)
            continue;
        assert(list->count < CLI_OPTIONS_MAX);
        list->specs[list->count] = specs;
        list->long_options[list->count++] = (struct option){
            .name = specs->name, .has_arg = specs->value ? required_argument : no_argument};
    }
}

static bool values_add(struct values *values, const struct option_spec *option, const char *text,
                       GString *error)
{
    if (values->count == CLI_GIVEN_MAX) {
        g_string_append_printf(error, "too many options; %d are the most", CLI_GIVEN_MAX);
        return false;
    }
    values->given[values->count].option = option;
    values->given[values->count++].text = text ? text : "";
    return true;
}

static const struct option_spec *argument_at(const struct verb *verb, size_t index)
{
    for (const struct option_spec *spec = verb->options; spec && spec->name; spec++) {
        if (spec->argument && index-- == 0)
            return spec;
    }
    return NULL;
}

static bool required_given(const struct verb *verb, const struct values *values, GString *error)
{
    for (const struct option_spec *spec = verb->options; spec && spec->name; spec++) {
        if (!spec->required || values_get(values, spec->name))
            continue;
        g_string_append_printf(error, "%s%s is required: %s", spec->argument ? "" : "--",
                               spec->name, spec->help);
        return false;
    }
    return true;
}

bool options_parse(const struct verb *verb, int argc, char **argv, struct values *ret_values,
                   GString *error)
{
    struct list list = {.count = 0};
    list_add(&list, verb->options);
    list_add(&list, GLOBAL_OPTIONS);
    struct values values = {.count = 0};
    optind = 0; /* glibc: start anew */
    opterr = 0;
    int index = -1, found;
    while ((found = getopt_long(argc, argv, ":h", list.long_options, &index)) != -1) {
        if (found == ':' || found == '?') {
            const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
            g_string_append_printf(error, found == ':' ? "%s needs a value"
                                                       : "%s: there is no such option here", word);
            return false;
        }
        if (found == 'h') /* the only short option: --help */
            for (index = 0; strcmp(list.specs[index]->name, "help") != 0; index++)
                ;
        if (!values_add(&values, list.specs[index], optarg, error))
            return false;
        optarg = NULL;
    }
    for (int i = optind; i < argc; i++) {
        const struct option_spec *argument = argument_at(verb, (size_t)(i - optind));
        if (!argument) {
            g_string_append_printf(error, "\"%s\" is one argument too many", argv[i]);
            return false;
        }
        if (!values_add(&values, argument, argv[i], error))
            return false;
    }
    if (!values_get(&values, "help") && !required_given(verb, &values, error))
        return false;
    *ret_values = values;
    return true;
}

const char *values_get(const struct values *values, const char *name)
{
    for (size_t i = values->count; i > 0; i--) {
        if (strcmp(values->given[i - 1].option->name, name) == 0)
            return values->given[i - 1].text;
    }
    return NULL;
}
