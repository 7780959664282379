/* Rules are named by their titles; entries and statements know only id and version. */
#include <string.h>

#include "beckon/v1/program_service.pb-c.h"
#include "clients/web/guide/guide.h"

enum { VERSIONS_MAX = 8 }; /* of one page; beyond, rules keep their ids */

static const Beckon__V1__Program *load(struct visit *visit, uint32_t version)
{
    Beckon__V1__GetProgramRequest request = BECKON__V1__GET_PROGRAM_REQUEST__INIT;
    request.version = version;
    const Beckon__V1__GetProgramResponse *reply =
        ask(visit, &beckon__v1__program_service__descriptor, "GetProgram", &request.base);
    return reply ? reply->program : NULL;
}

static void add_title(json_t *row, const Beckon__V1__Program *program)
{
    const char *id = json_string_value(json_object_get(row, "rule_id"));
    for (size_t i = 0; id && i < program->n_rules; i++) {
        const Beckon__V1__Rule *rule = program->rules[i];
        if (strcmp(rule->rule_id, id) == 0 && rule->title_zh[0] != '\0') {
            json_object_set_new(row, "title_zh", json_string(rule->title_zh));
            json_object_set_new(row, "title_en", json_string(rule->title_en));
        }
    }
}

void guide_titles(struct visit *visit, json_t *rows)
{
    struct { uint32_t version; const Beckon__V1__Program *program; } known[VERSIONS_MAX];
    size_t known_count = 0, index;
    json_t *row;
    json_array_foreach(rows, index, row) {
        uint32_t version = (uint32_t)json_integer_value(json_object_get(row, "program_version"));
        size_t at = 0;
        while (at < known_count && known[at].version != version)
            at++;
        if (version == 0 || at == VERSIONS_MAX)
            continue;
        if (at == known_count) {
            known[at].version = version;
            known[at].program = load(visit, version);
            known_count++;
        }
        if (known[at].program)
            add_title(row, known[at].program);
    }
}
