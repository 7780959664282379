/* The event stream behind the scoreboard's page: says when something has changed, and the page
 * fetches itself anew.
 *
 *     id: RESUME                    names what the visitor has; comes back when he reconnects
 *     event: changed                data: the store's version
 *     event: beat                   nothing new, but alive: at least every 10 seconds
 *     event: ended                  the session is over: sign in again
 *     event: full                   he follows from too many places: the page asks by itself
 *
 * The thread follows the service's WatchScoreboard as him, on a connection of its own. */
#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "clients/web/guide/guide.h"

enum { BEAT_MS = 10 * 1000, RESUME_BYTES_MAX = 64, ID_BYTES = 96, VERSION_BYTES = 24,
       CALL_DEADLINE_MS = 4000 };
static_assert(ID_BYTES >= sodium_base64_ENCODED_LEN(RESUME_BYTES_MAX,
                                                    sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              "a resume token has room");

/* What the thread needs; the visit is over by then. */
struct following {
    struct channel *channel;  /* speaks as him */
    Beckon__V1__ScoreboardSpan span;
    char *date;
    uint8_t resume[RESUME_BYTES_MAX];
    size_t resume_size;
    struct live *live;
    int64_t told_us;          /* when something was last sent, monotonic */
};

static bool tell(struct following *following, const char *id, const char *event, const char *data)
{
    following->told_us = g_get_monotonic_time();
    return live_send(following->live, id, event, data);
}

static bool receive(void *context, const ProtobufCMessage *message)
{
    struct following *following = context;
    const Beckon__V1__WatchScoreboardResponse *news =
        (const Beckon__V1__WatchScoreboardResponse *)message;
    char id[ID_BYTES] = "", version[VERSION_BYTES];
    if (!news->scoreboard)
        return tell(following, NULL, "beat", "");
    if (news->resume_token.len <= RESUME_BYTES_MAX)
        sodium_bin2base64(id, sizeof id, news->resume_token.data, news->resume_token.len,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    g_snprintf(version, sizeof version, "%" G_GUINT64_FORMAT, news->version);
    return tell(following, id, "changed", version);
}

static bool go_on(void *context)
{
    struct following *following = context;
    if (live_over(following->live))
        return false;
    if (g_get_monotonic_time() - following->told_us < (int64_t)BEAT_MS * 1000)
        return true;
    return tell(following, NULL, "beat", "");
}

static void follow(struct live *live, void *context)
{
    struct following *following = context;
    Beckon__V1__WatchScoreboardRequest request = BECKON__V1__WATCH_SCOREBOARD_REQUEST__INIT;
    struct channel_method method;
    struct channel_error error = {0};
    following->live = live;
    request.span = following->span;
    request.date = following->date;
    request.resume_token.data = following->resume;
    request.resume_token.len = following->resume_size;
    channel_method_find(&beckon__v1__scoreboard_service__descriptor, "WatchScoreboard", &method);
    /* The headers reach the visitor with the first event: he knows at once that he is connected. */
    if (!tell(following, NULL, "beat", "") ||
        channel_follow(following->channel, &method, &request.base, receive, go_on, following,
                       &error))
        return;
    if (error.code == CHANNEL_UNAUTHENTICATED)
        tell(following, NULL, "ended", "");
    else if (error.code == CHANNEL_RESOURCE_EXHAUSTED)
        tell(following, NULL, "full", "");
    /* Anything else, such as a service that restarts: the visitor reconnects by himself. */
}

static void following_free(void *context)
{
    struct following *following = context;
    channel_close(following->channel);
    g_free(following->date);
    g_free(following);
}

/* Where he was when the stream broke; one that can't be read counts as none. */
static void read_resume(const char *id, struct following *following)
{
    size_t size;
    const char *end;
    if (sodium_base642bin(following->resume, sizeof following->resume, id, strlen(id), NULL, &size,
                          &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 && *end == '\0')
        following->resume_size = size;
}

void live_get(struct visit *visit)
{
    struct guide_span asked;
    struct channel_options options = {.address = visit->site->address, .tls = visit->site->tls,
                                      .deadline_ms = CALL_DEADLINE_MS, .own_connection = true};
    if (!guide_span_asked(visit, &asked))
        return;
    struct following *following = g_new0(struct following, 1);
    following->channel = channel_open(&options, &visit->error);
    if (!following->channel ||
        !channel_serve(following->channel, visit->cookie + 2, visit->exchange->address)) {
        following_free(following);
        visit_tell(visit, 503, "busy");
        return;
    }
    following->span = asked.span;
    following->date = g_strdup(asked.date);
    read_resume(visit->exchange->last_event_id, following);
    if (!exchange_send_live(visit->exchange, follow, following, following_free)) {
        following_free(following);
        visit_tell(visit, 503, "busy");
    }
}
