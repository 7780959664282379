/* getopt_long over a list built from the tables: it knows abbreviations, "--name=value" and
 * order. */
#include "clients/cli/options.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

#include "clients/cli/call.h"
#include "clients/cli/suggest.h"
#include "clients/message/message.h"
#include "clients/message/text.h"

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
            .name = specs->name,
            .has_arg = specs->value_optional ? optional_argument
                       : specs->value        ? required_argument
                                             : no_argument};
    }
}

size_t options_sets(const struct verb *verb,
                    const struct option_spec *ret_sets[CLI_OPTION_SETS_MAX])
{
    size_t count = 0;
    if (verb->options)
        ret_sets[count++] = verb->options;
    if (verb->run == verb_list && verb->columns)
        ret_sets[count++] = EVERY_LIST_OPTIONS;
    if (verb->typed)
        ret_sets[count++] = TYPED_OPTIONS;
    ret_sets[count++] = GLOBAL_OPTIONS;
    return count;
}

char *option_choices(const struct verb *verb, const struct option_spec *option)
{
    if (option->choices)
        return g_strdup(option->choices);
    if (!verb->service || !option->field)
        return NULL;
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(verb->service, verb->method);
    const ProtobufCFieldDescriptor *field = message_field(method->input, option->field);
    if (!field || field->type != PROTOBUF_C_TYPE_ENUM)
        return NULL;
    return text_enum_names(field->descriptor);
}

/* Says what is wrong with an option that getopt does not know: ambiguous, or mistyped. */
static void unknown_tell(const struct list *list, const char *word, GString *error)
{
    const char *name = word + strspn(word, "-");
    g_autofree char *bare = g_strndup(name, strcspn(name, "="));
    struct suggestion suggestion = {.word = bare};
    g_autoptr(GString) several = g_string_new(NULL);
    unsigned count = 0;
    for (int i = 0; i < list->count; i++) {
        suggest_offer(&suggestion, list->specs[i]->name);
        if (bare[0] == '\0' || strncmp(list->specs[i]->name, bare, strlen(bare)) != 0)
            continue;
        g_string_append_printf(several, "%s--%s", count++ > 0 ? ", " : "", list->specs[i]->name);
    }
    if (count == 1) { /* known, and given a value it does not take */
        g_string_append_printf(error, "%s takes no value", several->str);
        return;
    }
    if (count > 1) {
        g_string_append_printf(error, "%s can be any of %s", word, several->str);
        return;
    }
    g_string_append_printf(error, "%s: there is no such option here", word);
    if (suggestion.nearest)
        g_string_append_printf(error, "; did you mean --%s?", suggestion.nearest);
}

/* Is the text one of those that may be said? The API's enums are checked where they are set. */
static bool choice_good(const struct option_spec *option, const char *text, GString *error)
{
    if (!option->choices || (option->value_optional && text[0] == '\0'))
        return true;
    g_auto(GStrv) choices = g_strsplit(option->choices, ", ", -1);
    if (g_strv_contains((const char *const *)choices, text))
        return true;
    g_string_append_printf(error, "%s%s must be one of %s", option->argument ? "" : "--",
                           option->name, option->choices);
    g_autofree char *nearest = suggest_from_list(text, option->choices);
    if (nearest)
        g_string_append_printf(error, "; did you mean %s?", nearest);
    return false;
}

static bool values_add(struct values *values, const struct option_spec *option, const char *text,
                       GString *error)
{
    if (values->count == CLI_GIVEN_MAX) {
        g_string_append_printf(error, "too many options; %d are the most", CLI_GIVEN_MAX);
        return false;
    }
    if (!choice_good(option, text ? text : "", error))
        return false;
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
        g_autofree char *choices = option_choices(verb, spec);
        g_string_append_printf(error, "%s%s is required: %s", spec->argument ? "" : "--",
                               spec->name, choices ? choices : spec->help);
        return false;
    }
    return true;
}

bool options_parse(const struct verb *verb, int argc, char **argv, struct values *ret_values,
                   GString *error)
{
    struct list list = {.count = 0};
    const struct option_spec *sets[CLI_OPTION_SETS_MAX];
    size_t set_count = options_sets(verb, sets);
    for (size_t i = 0; i < set_count; i++)
        list_add(&list, sets[i]);
    struct values values = {.count = 0};
    optind = 0; /* glibc: start anew */
    opterr = 0;
    int index = -1, found;
    while ((found = getopt_long(argc, argv, ":h", list.long_options, &index)) != -1) {
        if (found == ':' || found == '?') {
            const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
            if (found == ':')
                g_string_append_printf(error, "%s needs a value", word);
            else
                unknown_tell(&list, word, error);
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
