/* beckon period: bonuses of guides for a month, quarter or year. */
#include "clients/cli/nouns.h"

#include "beckon/v1/period_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/output.h"

/* Calls until the close is done: a merchant of very many guides takes several. */
static enum cli_exit period_close(struct cli *cli, const struct verb *verb,
                                  const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    bool done = false;

    enum cli_exit end = request_make(cli, verb, values, &request);
    while (end == CLI_OK && !done) {
        end = call_once(cli, verb, request, &reply);
        if (end != CLI_OK)
            break;
        const Beckon__V1__PeriodClose *close =
            ((const Beckon__V1__ClosePeriodResponse *)reply)->period_close;
        done = close == NULL || close->done;
        if (done && close != NULL)
            output_message(cli, &close->base);
        protobuf_c_message_free_unpacked(reply, NULL);
    }
    if (request != NULL)
        protobuf_c_message_free_unpacked(request, NULL);
    return end;
}

static const struct option_spec CLOSE_OPTIONS[] = {
    {.name = "RULE_ID", .argument = true, .required = true, .field = "rule_id",
     .help = "a PERIOD_CLOSE rule"},
    {.name = "PERIOD", .argument = true, .required = true, .field = "period",
     .help = "2026, 2026Q1 or 2026-03, as the rule's period says"},
    {.name = "early", .field = "early",
     .help = "also before the rule's wait is over, once the period is"},
    {.name = NULL},
};
static const char *const CLOSE_EXAMPLES[] = {
    "beckon period close coming-back 2026Q1",
    "beckon period close bonus 2026 --early",
    NULL,
};

static const struct option_spec SHOW_OPTIONS[] = {
    {.name = "RULE_ID", .argument = true, .required = true, .field = "rule_id",
     .help = "a PERIOD_CLOSE rule"},
    {.name = "PERIOD", .argument = true, .required = true, .field = "period",
     .help = "2026, 2026Q1 or 2026-03"},
    {.name = NULL},
};
static const char *const SHOW_EXAMPLES[] = {
    "beckon period show coming-back 2026Q1",
    NULL,
};

static const char *const LIST_EXAMPLES[] = {
    "beckon period list",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "close",
        .help = "Computes a rule's bonuses of a period, once.",
        .details = "The service does so by itself when the rule's wait is over, but for periods "
                   "that ended before the merchant was made. What was computed never changes; the "
                   "same command again shows it.",
        .options = CLOSE_OPTIONS,
        .examples = CLOSE_EXAMPLES,
        .run = period_close,
        .service = &beckon__v1__period_service__descriptor,
        .method = "ClosePeriod",
        .shows = "period_close",
    },
    {
        .name = "show",
        .help = "Lists what came out for each guide, with the numbers behind it.",
        .options = SHOW_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__period_service__descriptor,
        .method = "GetPeriodClose",
        .shows = "results",
        .columns = "guide_number,employee_no,numerator,denominator,value,bracket,full_amount,"
                   "amount,credit_number,reason",
    },
    {
        .name = "list",
        .help = "Lists all closes.",
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__period_service__descriptor,
        .method = "ListPeriodCloses",
        .shows = "period_closes",
        .columns = "rule_id,period,last_date,program_version,done,computed_at,guides,credits,unit,"
                   "amount",
    },
};

const struct noun NOUN_PERIOD = {
    .name = "period",
    .help = "bonuses of guides for a month, quarter or year",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
