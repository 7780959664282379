/* Happy path of a step: request -> call -> wait for the service's work -> show the run. */
#include "clients/cli/settlement_run.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <glib.h>

#include "beckon/v1/store_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/message/message.h"
#include "clients/cli/output.h"

enum { WAIT_MS = 100 };

typedef Beckon__V1__GetSettlementRunResponse run_response;

enum cli_exit settlement_get(struct cli *cli, uint32_t run, run_response **ret_reply)
{
    static const struct verb get = {
        .service = &beckon__v1__settlement_service__descriptor, .method = "GetSettlementRun"};
    Beckon__V1__GetSettlementRunRequest request =
        BECKON__V1__GET_SETTLEMENT_RUN_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;

    request.run_number = run;
    enum cli_exit end = call_once(cli, &get, &request.base, &reply);
    if (end == CLI_OK)
        *ret_reply = (run_response *)reply;
    return end;
}

static void tell_progress(struct cli *cli, const run_response *reply)
{
    const Beckon__V1__Party *payee = reply->run->work_payee;
    if (!cli->err_is_terminal || !payee)
        return;
    bool guide = payee->kind == BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE;
    const char *kind = guide ? (cli->chinese ? "导购" : "guides") : (cli->chinese ? "会员" : "members");
    fprintf(cli->err, "\r%s %" PRIu32 " / %" PRIu32 "   ", kind, payee->number,
            guide ? reply->guides : reply->members);
}

/* The sweep behind a close keeps nobody waiting. */
static bool at_work(const Beckon__V1__SettlementRun *run)
{
    return run->work != BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_NONE &&
           run->work != BECKON__V1__SETTLEMENT_WORK__SETTLEMENT_WORK_SWEEP;
}

enum cli_exit settlement_wait(struct cli *cli, uint32_t run, run_response **ret_reply)
{
    static const struct timespec pause = {.tv_nsec = WAIT_MS * 1000 * 1000};
    run_response *reply = NULL;
    bool told = false;

    for (;;) {
        enum cli_exit end = settlement_get(cli, run, &reply);
        if (end != CLI_OK)
            return end;
        if (!at_work(reply->run))
            break;
        tell_progress(cli, reply);
        told = true;
        protobuf_c_message_free_unpacked(&reply->base, NULL);
        nanosleep(&pause, NULL);
    }
    if (told && cli->err_is_terminal)
        fputs("\r\033[K", cli->err);
    *ret_reply = reply;
    return CLI_OK;
}

/* The number in a request or reply. */
static uint32_t run_number_of(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field = message_field(message->descriptor, "run_number");
    uint32_t number;
    memcpy(&number, (const char *)message + field->offset, sizeof number);
    return number;
}

/* Which draft it is about, where that was left out: the present one. */
static enum cli_exit fill_draft(struct cli *cli, ProtobufCMessage *request)
{
    const ProtobufCFieldDescriptor *field = message_field(request->descriptor, "draft_no");
    run_response *reply = NULL;
    uint32_t draft;

    if (!field)
        return CLI_OK;
    memcpy(&draft, (char *)request + field->offset, sizeof draft);
    if (draft != 0)
        return CLI_OK;
    enum cli_exit end = settlement_get(cli, run_number_of(request), &reply);
    if (end != CLI_OK)
        return end;
    memcpy((char *)request + field->offset, &reply->run->draft_no, sizeof draft);
    protobuf_c_message_free_unpacked(&reply->base, NULL);
    return CLI_OK;
}

static enum cli_exit step(struct cli *cli, const struct verb *verb, ProtobufCMessage *request)
{
    ProtobufCMessage *reply = NULL;
    run_response *shown = NULL;

    enum cli_exit end = call_once(cli, verb, request, &reply);
    if (end != CLI_OK)
        return end;
    end = settlement_wait(cli, run_number_of(reply), &shown);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (end != CLI_OK)
        return end;
    settlement_tell(cli, shown);
    protobuf_c_message_free_unpacked(&shown->base, NULL);
    return CLI_OK;
}

enum cli_exit settlement_step(struct cli *cli, const struct verb *verb,
                              const struct values *values)
{
    ProtobufCMessage *request = NULL;

    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = fill_draft(cli, request);
    if (end == CLI_OK)
        end = step(cli, verb, request);
    protobuf_c_message_free_unpacked(request, NULL);
    return end;
}

/* ---- close ----------------------------------------------------------------------------------- */

struct proof {
    struct cli *cli;
    bool done;
    uint64_t finding_count;
    char *certificate;
};

static bool proof_receive(void *context, const ProtobufCMessage *message)
{
    struct proof *proof = context;
    const Beckon__V1__VerifyStoreResponse *report =
        (const Beckon__V1__VerifyStoreResponse *)message;

    if (proof->cli->err_is_terminal)
        fprintf(proof->cli->err, "\r%s %" PRIu64,
                proof->cli->chinese ? "已核对分录" : "verified entries", report->entries);
    if (!report->done)
        return true;
    if (proof->cli->err_is_terminal)
        fputs("\r\033[K", proof->cli->err);
    proof->done = true;
    proof->finding_count = report->finding_count;
    proof->certificate = g_strdup(report->certificate);
    if (report->finding_count > 0)
        output_message(proof->cli, message);
    return true;
}

/* Proves the ledger; the certificate is the caller's to g_free. */
static enum cli_exit prove(struct cli *cli, char **ret_certificate)
{
    static const struct verb verify = {
        .service = &beckon__v1__store_service__descriptor, .method = "VerifyStore"};
    Beckon__V1__VerifyStoreRequest request = BECKON__V1__VERIFY_STORE_REQUEST__INIT;
    struct proof proof = {.cli = cli};

    enum cli_exit end = stream_once(cli, &verify, &request.base, proof_receive, &proof);
    if (end == CLI_OK && !proof.done) {
        struct channel_error error;
        channel_error_set(&error, CHANNEL_INTERNAL, "The service ended without a result.",
                          "服务未给出结果即结束。");
        end = output_error(cli, &error);
    }
    if (end == CLI_OK && proof.finding_count > 0) {
        output_complaint(cli, "%s", cli->chinese ? "账目核对发现差异，未关账。"
                                                 : "the ledger differs; nothing was closed.");
        end = CLI_DIFFERENCES;
    }
    if (end == CLI_OK)
        *ret_certificate = proof.certificate;
    else
        g_free(proof.certificate);
    return end;
}

/* The hash that stands, where none was given. */
static enum cli_exit fill_hash(struct cli *cli, ProtobufCMessage *request)
{
    run_response *reply = NULL;

    if (message_string(request, "hash")[0] != '\0')
        return CLI_OK;
    enum cli_exit end = settlement_get(cli, run_number_of(request), &reply);
    if (end != CLI_OK)
        return end;
    g_autoptr(GString) error = g_string_new(NULL);
    message_set(request, "hash", reply->run->hash, error);
    protobuf_c_message_free_unpacked(&reply->base, NULL);
    return CLI_OK;
}

enum cli_exit settlement_close(struct cli *cli, const struct verb *verb,
                               const struct values *values)
{
    ProtobufCMessage *request = NULL;
    g_autofree char *certificate = NULL;

    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = fill_hash(cli, request);
    if (end == CLI_OK)
        end = prove(cli, &certificate);
    if (end == CLI_OK) {
        g_autoptr(GString) error = g_string_new(NULL);
        message_set(request, "verify_certificate", certificate, error);
        end = step(cli, verb, request);
    }
    protobuf_c_message_free_unpacked(request, NULL);
    return end;
}

enum cli_exit settlement_show(struct cli *cli, const struct verb *verb,
                              const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;

    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    settlement_tell(cli, (run_response *)reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}
