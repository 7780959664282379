#include "service/command/reply.h"
#include "service/command/scoreboard.h"

enum { PROGRESS_BP_MAX = 1000000 };

Beckon__V1__Target *target_message(struct command_call *call, const struct target *target)
{
    Beckon__V1__Target *message = reply_message(call, &beckon__v1__target__descriptor);

    if (message == NULL) return NULL;
    message->guide_number = target->name.guide;
    message->kpi = (Beckon__V1__ScoreboardKpi)target->name.kpi;
    message->span = (Beckon__V1__ScoreboardSpan)target->name.span;
    message->start_date = reply_date(call, target->name.start);
    message->value = target->value;
    message->set_at = reply_time(call, target->set_at);
    message->set_by_token_number = target->set_by;
    return message->start_date != NULL && message->set_at != NULL ? message : NULL;
}

void target_progress(Beckon__V1__Target *message, int64_t reached)
{
    message->reached = reached;
    if (reached <= 0) return;
    __int128 progress = (__int128)reached * 10000 / message->value;
    message->progress_bp = (int32_t)(progress < PROGRESS_BP_MAX ? progress : PROGRESS_BP_MAX);
}
