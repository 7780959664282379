/* Scoreboards: a guide's figures over a span, exact as of the snapshot they are read from.
 *
 * The path of the files: scoreboard_form.c (whose, which span), scoreboard.c (the message),
 * scoreboard_holdings.c, scoreboard_estimate.c, target_message.c. Reads only, on the caller's
 * thread; messages live in the call's arena. */
#ifndef BECKON_SERVICE_COMMAND_SCOREBOARD_H
#define BECKON_SERVICE_COMMAND_SCOREBOARD_H

#include "beckon/v1/scoreboard_service.pb-c.h"
#include "service/command/command.h"
#include "store/record.h"
#include "store/score.h"
#include "store/targets.h"

/* ---- requests -------------------------------------------------------------------------------- */

/* What every request of the service is about. */
struct scoring {
    struct merchant merchant;
    business_date today;
    struct score_window window;
};

/* The guide a request names, 0: the caller, who must be one. A guide is seen by himself, by the
 * manager of his shop and by staff above shops. GUIDE_UNKNOWN, NOT_YOURS, FIELD_REQUIRED. */
enum outcome scoreboard_guide(struct reader *reader, struct command_call *call, uint32_t named,
                              uint32_t *ret_guide, struct account *ret_account) OUTCOME_CHECKED;
/* A request's span (0: MONTH). VALUE_INVALID. */
enum outcome scoreboard_span(struct command_call *call, Beckon__V1__ScoreboardSpan span,
                             enum score_span *ret) OUTCOME_CHECKED;
/* The span's window that contains `date` (empty: today). DATE_INVALID, SCOREBOARD_NOT_KEPT,
 * VALUE_INVALID when it begins after today, unless `ahead`. */
enum outcome scoreboard_window(struct reader *reader, struct command_call *call,
                               Beckon__V1__ScoreboardSpan span, const char *date, bool ahead,
                               struct scoring *ret) OUTCOME_CHECKED;
/* One of the figures; of DAY and WEEK there is no repurchase rate. VALUE_INVALID. */
enum outcome scoreboard_kpi(struct command_call *call, Beckon__V1__ScoreboardKpi kpi,
                            enum score_span span, enum score_kpi *ret) OUTCOME_CHECKED;
/* For pages: tells one window, guide and figure from another. */
uint64_t scoreboard_filter(const struct score_window *window, uint32_t guide, enum score_kpi kpi);

/* ---- parts of the message -------------------------------------------------------------------- */

/* The whole scoreboard of a guide in a window that is checked; who may see it is the caller's to
 * decide. GUIDE_UNKNOWN. */
enum outcome scoreboard_message(struct reader *reader, struct command_call *call,
                                const struct scoring *scoring, uint32_t guide,
                                Beckon__V1__Scoreboard **ret) OUTCOME_CHECKED;

/* A guide's names and where he is employed on a date (shop 0: nowhere). */
struct scoreboard_person {
    char *employee_no, *name, *shop_id;
};
enum outcome scoreboard_person(struct reader *reader, struct command_call *call, uint32_t guide,
                               uint32_t shop, uint32_t pay_entity,
                               struct scoreboard_person *ret) OUTCOME_CHECKED;

/* What he has, as of today: due work counted in. */
struct holding {
    int64_t pending, available, held, in_settlement, settled, debt;
};
struct holdings {
    struct holding of[UNIT_COUNT];
    int64_t carry_minor;
};
enum outcome scoreboard_holdings(struct reader *reader, uint32_t guide,
                                 const struct account *account, business_date today,
                                 struct holdings *ret) OUTCOME_CHECKED;

enum outcome scoreboard_estimate(struct reader *reader, struct command_call *call,
                                 const struct scoring *scoring, uint32_t guide, bool employed,
                                 const struct holdings *holdings,
                                 Beckon__V1__ScoreboardEstimate **ret) OUTCOME_CHECKED;

/* Without what is reached. NULL when the arena is empty. */
Beckon__V1__Target *target_message(struct command_call *call, const struct target *target);
/* Fills in what is reached. */
void target_progress(Beckon__V1__Target *message, int64_t reached);
enum { TARGET_MESSAGE_BYTES = 512 };

#endif
