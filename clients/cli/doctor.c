/* beckon doctor: reach the service -> is it well -> who are we -> what it says of itself. What
 * can't be asked is told as a finding; the first that makes the rest senseless ends it. */
#include "clients/cli/doctor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/nouns.h"
#include "clients/cli/pager.h"
#include "clients/cli/table.h"
#include "clients/cli/wrap.h"
#include "clients/message/text.h"

enum { NAME_COLUMNS = 11, INDENT = 19, WIDTH_LEAST = 20, WIDTH_ELSEWHERE = 80,
       TOKEN_DAYS_WARN = 14 };
#define DAY_SECONDS (INT64_C(24) * 60 * 60)

static const char *const LEVEL_NAMES[] = {"OK", "WARN", "FAIL"};
static const char *const LEVEL_WORDS[] = {"ok", "warn", "fail"};

void doctor_find(struct doctor *doctor, enum doctor_level level, const char *name,
                 const char *remedy, const char *format, ...)
{
    if (doctor->count == DOCTOR_FINDINGS_MAX)
        return;
    struct doctor_finding *finding = &doctor->findings[doctor->count++];
    *finding = (struct doctor_finding){.level = level, .name = name, .remedy = remedy};
    va_list arguments;
    va_start(arguments, format);
    g_vsnprintf(finding->told, sizeof finding->told, format, arguments);
    va_end(arguments);
}

static bool ask(struct doctor *doctor, const ProtobufCServiceDescriptor *service,
                const char *name, const ProtobufCMessage *request, ProtobufCMessage **ret_reply,
                struct channel_error *ret_error)
{
    struct channel_method method;
    channel_method_find(service, name, &method);
    return channel_call(doctor->cli->channel, &method, request, ret_reply, ret_error);
}

/* Is there a service, and does it serve? false: nothing more can be asked. */
static bool check_service(struct doctor *doctor)
{
    struct channel_error error;
    bool serving = false;
    gint64 began_us = g_get_monotonic_time();
    if (!channel_health(doctor->cli->channel, "", &serving, &error)) {
        doctor_find(doctor, DOCTOR_FAIL, "service",
                    "Does it run? systemctl status beckond; its log: journalctl -u beckond",
                    "nothing answers at %s: %s", doctor->cli->address, error.en);
        return false;
    }
    double ms = (double)(g_get_monotonic_time() - began_us) / 1000;
    doctor_find(doctor, serving ? DOCTOR_OK : DOCTOR_FAIL, "service",
                serving ? "" : "It starts, stops or can't write: its log says which.",
                serving ? "%s serves, an answer takes %.1f ms"
                        : "%s answers (%.1f ms), but does not serve",
                doctor->cli->address, ms);
    return true;
}

/* Whose token is this? false: an answer to more would be a refusal. */
static bool check_token(struct doctor *doctor, bool *ret_operator)
{
    Beckon__V1__GetSessionRequest request = BECKON__V1__GET_SESSION_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    struct channel_error error;
    if (!doctor->cli->token) {
        doctor_find(doctor, DOCTOR_FAIL, "token",
                    "--token-file FILE, $BECKON_TOKEN_FILE or $BECKON_TOKEN", "none is given");
        return false;
    }
    if (!ask(doctor, &beckon__v1__sign_in_service__descriptor, "GetSession", &request.base, &reply,
             &error)) {
        doctor_find(doctor, DOCTOR_FAIL, "token", "beckon token create makes a new one.", "%s (%s)",
                    error.en, error.reason);
        return false;
    }
    const Beckon__V1__GetSessionResponse *session = (const Beckon__V1__GetSessionResponse *)reply;
    g_autofree char *role = text_of_enum(&beckon__v1__role__descriptor, (int)session->role);
    int64_t left = session->expires_at
                       ? session->expires_at->seconds - g_get_real_time() / G_USEC_PER_SEC
                       : TOKEN_DAYS_WARN * DAY_SECONDS;
    *ret_operator = session->role == BECKON__V1__ROLE__ROLE_OPERATOR;
    if (left < TOKEN_DAYS_WARN * DAY_SECONDS)
        doctor_find(doctor, DOCTOR_WARN, "token", "beckon token create makes a new one.",
                    "good, of role %s; it ends in %" PRId64 " days", role, left / DAY_SECONDS);
    else if (*ret_operator)
        doctor_find(doctor, DOCTOR_OK, "token", "", "good, of role %s", role);
    else
        doctor_find(doctor, DOCTOR_WARN, "token",
                    "--token-file DATA/operator.token shows disk, clock, limits and backups too.",
                    "good, of role %s: only an operator may look at the machine", role);
    protobuf_c_message_free_unpacked(reply, NULL);
    return true;
}

static void check_store(struct doctor *doctor)
{
    Beckon__V1__GetStoreInfoRequest request = BECKON__V1__GET_STORE_INFO_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    struct channel_error error;
    if (ask(doctor, &beckon__v1__store_service__descriptor, "GetStoreInfo", &request.base, &reply,
            &error))
        doctor_judge(doctor, (const Beckon__V1__GetStoreInfoResponse *)reply,
                     g_get_real_time() / 1000);
    else
        doctor_find(doctor, DOCTOR_FAIL, "version",
                    "A service older than this beckon can't tell: install the same version.",
                    "it does not say how it is: %s", error.en);
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
}

static void check_keys(struct doctor *doctor)
{
    Beckon__V1__GetKeyStatusRequest request = BECKON__V1__GET_KEY_STATUS_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    struct channel_error error;
    if (!ask(doctor, &beckon__v1__store_service__descriptor, "GetKeyStatus", &request.base, &reply,
             &error)) {
        doctor_find(doctor, DOCTOR_FAIL, "keys", "Its log says more: journalctl -u beckond",
                    "they can't be asked for: %s", error.en);
        return;
    }
    const Beckon__V1__GetKeyStatusResponse *status =
        (const Beckon__V1__GetKeyStatusResponse *)reply;
    if (status->running)
        doctor_find(doctor, DOCTOR_OK, "keys", "",
                    "a rotation runs: %" PRIu64 " of %" PRIu64 " are under wrapping key %u",
                    status->rewrapped_count, status->slot_count, status->generation);
    else
        doctor_find(doctor, DOCTOR_OK, "keys", "", "wrapping key %u, no rotation runs",
                    status->generation);
    protobuf_c_message_free_unpacked(reply, NULL);
}

/* ---- telling --------------------------------------------------------------------------------- */

static void check_machine(struct doctor *doctor)
{
    check_keys(doctor);
    check_store(doctor);
}

static enum doctor_level worst(const struct doctor *doctor)
{
    enum doctor_level level = DOCTOR_OK;
    for (size_t i = 0; i < doctor->count; i++)
        level = doctor->findings[i].level > level ? doctor->findings[i].level : level;
    return level;
}

static void tell_json(const struct doctor *doctor)
{
    json_t *findings = json_array();
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_finding *finding = &doctor->findings[i];
        json_array_append_new(findings, json_pack("{s:s,s:s,s:s,s:s}", "name", finding->name,
                                                  "result", LEVEL_WORDS[finding->level], "told",
                                                  finding->told, "remedy", finding->remedy));
    }
    json_t *json = json_pack("{s:s,s:o}", "result", LEVEL_WORDS[worst(doctor)], "findings",
                             findings);
    json_dumpf(json, doctor->cli->out, JSON_COMPACT);
    fputc('\n', doctor->cli->out);
    json_decref(json);
}

static void tell_lines(const struct doctor *doctor)
{
    static const enum colour COLOURS[] = {COLOUR_GOOD, COLOUR_WARN, COLOUR_BAD};
    FILE *out = doctor->cli->out;
    bool coloured = doctor->cli->colour;
    size_t width = doctor->cli->width > INDENT + WIDTH_LEAST ? doctor->cli->width : WIDTH_ELSEWHERE;
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_finding *finding = &doctor->findings[i];
        g_autofree char *told = table_clean(finding->told);
        fprintf(out, "%s%-4s%s  %-*s  ", colour_begin(coloured, COLOURS[finding->level]),
                LEVEL_NAMES[finding->level], colour_end(coloured, COLOURS[finding->level]),
                NAME_COLUMNS, finding->name);
        wrap_write(out, told, INDENT, INDENT, width);
        wrap_write(out, finding->remedy, 0, INDENT, width);
    }
}

static enum cli_exit doctor_run(struct cli *cli, const struct verb *verb,
                                const struct values *values)
{
    (void)verb;
    (void)values;
    struct doctor doctor = {.cli = cli};
    bool operator = false;
    if (!cli_channel(cli, CALL_RETRY_MS))
        return CLI_USAGE;
    if (check_service(&doctor) && check_token(&doctor, &operator) && operator)
        check_machine(&doctor);
    if (cli->json)
        tell_json(&doctor);
    else
        tell_lines(&doctor);
    return worst(&doctor) == DOCTOR_FAIL ? CLI_DIFFERENCES : CLI_OK;
}

static const char *const DOCTOR_EXAMPLES[] = {
    "beckon doctor",
    "beckon doctor --token-file /var/lib/beckon/operator.token",
    "beckon doctor --json",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Looks at the service and its machine, and says what to do.",
        .details = "Reach, health, token, version, clocks, disk, store, descriptors, certificate, "
                   "backups, settings. OK, WARN (soon, or not as it should be) and FAIL; exit code "
                   "4 when something fails. Best with an operator's token.",
        .examples = DOCTOR_EXAMPLES,
        .run = doctor_run,
        .service = &beckon__v1__store_service__descriptor,
        .method = "GetStoreInfo",
    },
};

const struct noun NOUN_DOCTOR = {
    .name = "doctor",
    .help = "is everything well, and if not, what to do",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
