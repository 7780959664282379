#include "clients/cli/help.h"

#include <string.h>

#include <glib.h>

#include "clients/message/message.h"
#include "clients/message/text.h"

void help_synopsis(FILE *out, const struct noun *noun, const struct verb *verb)
{
    fprintf(out, "beckon %s%s%s", noun->name, verb->name ? " " : "", verb->name ? verb->name : "");
    for (const struct option_spec *spec = verb->options; spec && spec->name; spec++) {
        if (spec->argument)
            fprintf(out, spec->required ? " %s" : " [%s]", spec->name);
        else if (spec->required)
            fprintf(out, " --%s %s", spec->name, spec->value);
    }
    fputs(" [OPTION]...\n", out);
}

/* " (one of: badge, shelf)" where the option fills an enum. */
static char *allowed_values(const struct verb *verb, const struct option_spec *spec)
{
    if (!verb || !verb->service || !spec->field)
        return g_strdup("");
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(verb->service, verb->method);
    const ProtobufCFieldDescriptor *field = message_field(method->input, spec->field);
    if (!field || field->type != PROTOBUF_C_TYPE_ENUM)
        return g_strdup("");
    g_autofree char *names = text_enum_names(field->descriptor);
    return g_strdup_printf(" (one of: %s)", names);
}

static void help_options(FILE *out, const struct verb *verb, const struct option_spec *specs)
{
    for (; specs && specs->name; specs++) {
        g_autofree char *left =
            g_strdup_printf("%s%s%s%s", specs->argument ? "" : "--", specs->name,
                            specs->value ? " " : "", specs->value ? specs->value : "");
        g_autofree char *allowed = allowed_values(verb, specs);
        fprintf(out, "  %-28s %s%s%s\n", left, specs->help, allowed,
                specs->required ? "; required" : "");
    }
}

void help_verb(FILE *out, const struct noun *noun, const struct verb *verb)
{
    fputs("Usage: ", out);
    help_synopsis(out, noun, verb);
    fprintf(out, "\n%s\n", verb->help);
    if (verb->details)
        fprintf(out, "%s\n", verb->details);
    if (verb->options && verb->options->name) {
        fputs("\nOptions:\n", out);
        help_options(out, verb, verb->options);
    }
    fputs("\nFor every command:\n", out);
    help_options(out, NULL, GLOBAL_OPTIONS);
    fputs("\nExamples:\n", out);
    for (const char *const *example = verb->examples; *example; example++)
        fprintf(out, "  %s\n", *example);
}

void help_noun(FILE *out, const struct noun *noun)
{
    fprintf(out, "beckon %s: %s\n\n", noun->name, noun->help);
    for (size_t i = 0; i < noun->verb_count; i++)
        fprintf(out, "  %-10s %s\n", noun->verbs[i].name, noun->verbs[i].help);
    fprintf(out, "\nbeckon %s VERB --help tells its options and shows examples.\n", noun->name);
    if (noun->more) {
        fputc('\n', out);
        noun->more(out);
    }
}

void help_program(FILE *out)
{
    fputs("Usage: beckon NOUN VERB [ARGUMENT]... [OPTION]...\n\n"
          "Beckon's command line: codes, members, purchases and what they earn.\n\n", out);
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        fprintf(out, "  %-10s %s", NOUNS[i]->name, NOUNS[i]->help);
        for (size_t k = 0; k < NOUNS[i]->verb_count; k++) {
            if (NOUNS[i]->verbs[k].name)
                fprintf(out, "%s%s", k == 0 ? ": " : ", ", NOUNS[i]->verbs[k].name);
        }
        fputc('\n', out);
    }
    fputs("\nFor every command:\n", out);
    help_options(out, NULL, GLOBAL_OPTIONS);
    fputs("\nLists and objects are tables on a terminal and JSON elsewhere: one object per line.\n"
          "\nExit codes:\n"
          "  0  done\n"
          "  1  the service refused; the sentence says why (import: rows were rejected)\n"
          "  2  the command line is wrong\n"
          "  3  the service can't be reached, or did not answer in time\n"
          "  4  verify found differences\n"
          "  5  a file on this machine can't be read or written\n"
          "\nExamples:\n"
          "  beckon health\n"
          "  beckon guide list\n"
          "  beckon code create guide:G01 --channel badge\n"
          "  beckon purchase record --help\n", out);
}
