#include "clients/cli/explain_show.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "clients/cli/table.h"
#include "clients/message/text.h"

enum { TITLE_COLUMNS = 14 };

const char *explain_text(const struct cli *cli, const Beckon__V1__Sentence *sentence)
{
    if (!sentence)
        return "";
    return cli->chinese ? sentence->zh : sentence->en;
}

void explain_line(struct cli *cli, const char *title_zh, const char *title_en, const char *text)
{
    if (text[0] == '\0')
        return;
    const char *title = cli->chinese ? title_zh : title_en;
    g_autofree char *clean = table_clean(text);
    int gap = TITLE_COLUMNS - (int)table_width(title);
    fprintf(cli->out, "%s%*s %s\n", title, gap > 0 ? gap : 0, "", clean);
}

static void show_award(struct cli *cli, const Beckon__V1__AwardExplained *award)
{
    g_autofree char *kind =
        text_of_enum(&beckon__v1__party_kind__descriptor, (int)award->beneficiary->kind);
    g_autofree char *unit = text_of_enum(&beckon__v1__unit__descriptor, (int)award->unit);
    g_autofree char *clean = table_clean(explain_text(cli, award->calculation));
    fprintf(cli->out, "    %s:%" PRIu32 "  %" PRId64 " %s", kind, award->beneficiary->number,
            award->amount, unit);
    if (award->credit_number != 0)
        fprintf(cli->out, "  (%s %" PRIu64 ")", cli->chinese ? "奖励" : "credit",
                award->credit_number);
    fprintf(cli->out, "\n      %s\n", clean);
    if (award->amount == 0)
        return;
    if (award->expires_on[0] != '\0')
        fprintf(cli->out, cli->chinese ? "      %s 起可用，有效至 %s\n"
                                       : "      available from %s, last day %s\n",
                award->matures_on, award->expires_on);
    else
        fprintf(cli->out, cli->chinese ? "      %s 起可用，永不过期\n"
                                       : "      available from %s, never expires\n",
                award->matures_on);
}

static void show_rule(struct cli *cli, const Beckon__V1__RuleExplained *rule)
{
    bool applied = rule->verdict == BECKON__V1__RULE_VERDICT__RULE_VERDICT_MATCHED;
    const char *title = cli->chinese && rule->title_zh[0] != '\0' ? rule->title_zh : rule->title_en;
    g_autofree char *name = table_clean(title);
    g_autofree char *formula = table_clean(explain_text(cli, rule->formula));
    g_autofree char *why = table_clean(explain_text(cli, rule->why));

    fprintf(cli->out, "\n%s %s%s%s\n", applied ? "+" : "-", rule->rule_id,
            name[0] != '\0' ? "  " : "", name);
    fprintf(cli->out, "    %s\n", formula);
    if (!applied || rule->n_awards == 0)
        fprintf(cli->out, "    %s\n", why);
    for (size_t i = 0; i < rule->n_awards; i++)
        show_award(cli, rule->awards[i]);
}

void explain_show_rules(struct cli *cli, Beckon__V1__RuleExplained *const *rules, size_t count)
{
    for (int applied = 1; applied >= 0; applied--)
        for (size_t i = 0; i < count; i++)
            if ((rules[i]->verdict == BECKON__V1__RULE_VERDICT__RULE_VERDICT_MATCHED) ==
                (applied == 1))
                show_rule(cli, rules[i]);
}
