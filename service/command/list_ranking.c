/* Lists guides by one figure: a page from the top, and one guide's place among all. Guides get the
 * top and themselves with their neighbours, never the whole tail. */
#include <assert.h>
#include <string.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/page.h"
#include "service/command/ranking.h"
#include "service/command/reply.h"

enum { TOP_FOR_GUIDES = 10, NEIGHBOURS = 2 };

struct asking {
    struct scoring scoring;
    enum score_kpi kpi;
    uint32_t shop, guide; /* 0: all, nobody */
    uint64_t filter;
    struct page page;
};

/* ---- rows ------------------------------------------------------------------------------------ */

static enum outcome row_message(struct reader *reader, struct command_call *call,
                                const struct asking *asking, const struct ranking *ranking,
                                size_t index, Beckon__V1__RankingRow **ret)
{
    const struct place *place = &ranking->places[index];
    bool colleague = call->principal.role == ROLE_GUIDE &&
                     call->principal.party.number != place->guide;
    struct scoreboard_person person;
    struct account account;

    enum outcome outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_GUIDE, place->guide}, &account),
        OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_person(reader, call, place->guide, place->shop, account.pay_entity,
                                    &person);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__RankingRow *row = reply_message(call, &beckon__v1__ranking_row__descriptor);
    if (row == NULL) return OUTCOME_BUSY;
    row->rank = ranking_rank(ranking, index);
    row->guide_number = place->guide;
    if (!colleague) row->employee_no = person.employee_no;
    row->name = person.name;
    row->shop_id = person.shop_id;
    row->value = place->value;
    *ret = row;
    if (asking->kpi != SCORE_REPURCHASE_RATE) return OUTCOME_OK;
    struct score score;
    outcome = command_outcome(score_get(reader, place->guide, &asking->scoring.window, &score),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    row->numerator = (uint32_t)score.twice;
    row->denominator = (uint32_t)score.once;
    return OUTCOME_OK;
}

static enum outcome rows_message(struct reader *reader, struct command_call *call,
                                 const struct asking *asking, const struct ranking *ranking,
                                 size_t from, size_t to, Beckon__V1__RankingRow ***ret_rows,
                                 size_t *ret_count)
{
    assert(from <= to && to <= ranking->count);
    *ret_rows = reply_alloc(call, (to - from + 1) * sizeof **ret_rows);
    if (*ret_rows == NULL) return OUTCOME_BUSY;
    for (size_t i = from; i < to; i++) {
        enum outcome outcome =
            row_message(reader, call, asking, ranking, i, &(*ret_rows)[i - from]);
        if (outcome != OUTCOME_OK) return outcome;
    }
    *ret_count = to - from;
    return OUTCOME_OK;
}

/* ---- parts of the answer --------------------------------------------------------------------- */

static enum outcome tell_page(struct reader *reader, struct command_call *call,
                              const struct asking *asking, const struct ranking *ranking,
                              Beckon__V1__ListRankingResponse *reply)
{
    bool is_guide = call->principal.role == ROLE_GUIDE;
    size_t size = asking->page.size, from = 0;
    struct place after;

    if (is_guide && size > TOP_FOR_GUIDES) size = TOP_FOR_GUIDES;
    if (!is_guide && asking->page.cursor_size == sizeof after) {
        memcpy(&after, asking->page.cursor, sizeof after);
        from = ranking_after(ranking, &after);
    }
    size_t to = ranking->count - from > size ? from + size : ranking->count;
    enum outcome outcome = rows_message(reader, call, asking, ranking, from, to, &reply->rows,
                                        &reply->n_rows);
    if (outcome != OUTCOME_OK || is_guide || to == ranking->count) return outcome;
    reply->next_page_token = page_next(call, reader->store, "ranking", asking->filter,
                                       &ranking->places[to - 1], sizeof after);
    return reply->next_page_token != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome tell_own(struct reader *reader, struct command_call *call,
                             const struct asking *asking, const struct ranking *ranking,
                             Beckon__V1__ListRankingResponse *reply)
{
    size_t own = asking->guide != 0 ? ranking_find(ranking, asking->guide) : SIZE_MAX;

    if (own == SIZE_MAX) return OUTCOME_OK;
    size_t above = own < NEIGHBOURS ? 0 : own - NEIGHBOURS;
    size_t below = ranking->count - own - 1 < NEIGHBOURS ? ranking->count : own + NEIGHBOURS + 1;
    reply->gap = ranking_gap(ranking, own);
    enum outcome outcome = row_message(reader, call, asking, ranking, own, &reply->own);
    if (outcome == OUTCOME_OK)
        outcome = rows_message(reader, call, asking, ranking, above, own, &reply->above,
                               &reply->n_above);
    if (outcome == OUTCOME_OK)
        outcome = rows_message(reader, call, asking, ranking, own + 1, below, &reply->below,
                               &reply->n_below);
    return outcome;
}

/* ---- the request ----------------------------------------------------------------------------- */

static enum outcome read_request(struct reader *reader, struct command_call *call,
                                 const Beckon__V1__ListRankingRequest *request,
                                 struct asking *ret)
{
    bool is_guide = call->principal.role == ROLE_GUIDE;
    struct account account;

    enum outcome outcome =
        scoreboard_window(reader, call, request->span, request->date, false, &ret->scoring);
    if (outcome == OUTCOME_OK)
        outcome = scoreboard_kpi(call, request->kpi, ret->scoring.window.span, &ret->kpi);
    ret->shop = ret->guide = 0;
    if (outcome == OUTCOME_OK &&
        (request->shop_id[0] != '\0' || call->principal.role == ROLE_SHOP_MANAGER))
        outcome = object_shop(reader, call, request->shop_id, "shop_id", &ret->shop);
    if (outcome == OUTCOME_OK && (request->guide_number != 0 || is_guide))
        outcome =
            scoreboard_guide(reader, call, request->guide_number, &ret->guide, &account);
    if (outcome != OUTCOME_OK) return outcome;
    ret->filter = scoreboard_filter(&ret->scoring.window, ret->shop, ret->kpi);
    return page_read(call, reader->store, is_guide ? "guide's ranking" : "ranking", ret->filter,
                     request->page_size, request->page_token, &ret->page);
}

static enum outcome list_ranking_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    struct asking asking;
    struct ranking ranking;

    enum outcome outcome = read_request(
        reader, call, (const Beckon__V1__ListRankingRequest *)call->request, &asking);
    if (outcome == OUTCOME_OK)
        outcome = ranking_make(reader, call, &asking.scoring, asking.kpi, asking.shop, &ranking);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListRankingResponse *reply =
        reply_message(call, &beckon__v1__list_ranking_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->guide_count = (uint32_t)ranking.count;
    reply->start_date = reply_date(call, asking.scoring.window.start);
    reply->end_date = reply_date(call, asking.scoring.window.end);
    reply->as_of = reply_time(call, call->now_ms);
    reply->currency = reply_text(call, asking.scoring.merchant.currency);
    if (reply->start_date == NULL || reply->end_date == NULL || reply->as_of == NULL ||
        reply->currency == NULL)
        return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    outcome = tell_page(reader, call, &asking, &ranking, reply);
    return outcome == OUTCOME_OK ? tell_own(reader, call, &asking, &ranking, reply) : outcome;
}

const struct command list_ranking = {
    .request = &beckon__v1__list_ranking_request__descriptor,
    .reply = &beckon__v1__list_ranking_response__descriptor,
    .read = list_ranking_read,
};
