/* Copies the live store into a new folder on this machine. */
#include <string.h>

#include "beckon/v1/store_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/limits.h"

static enum outcome check_path(struct command_call *call)
{
    const Beckon__V1__BackupStoreRequest *request =
        (const Beckon__V1__BackupStoreRequest *)call->request;

    if (request->path[0] != '/' || strlen(request->path) > LIMIT_PATH_BYTES ||
        strstr(request->path, "/../") != NULL)
        return form_refuse(call, OUTCOME_PATH_INVALID, "path", "/...");
    return OUTCOME_OK;
}

/* That it was begun: a copy of everything may be there, whatever comes of it. */
static enum outcome backup_store_note(struct command_call *call)
{
    audit_object(call, AUDIT_OF_INSTANCE, 0);
    return check_path(call);
}

static enum outcome backup_store_stream(struct store *store, struct command_call *call,
                                        command_emit *emit, void *emit_context)
{
    const Beckon__V1__BackupStoreRequest *request =
        (const Beckon__V1__BackupStoreRequest *)call->request;
    Beckon__V1__BackupStoreResponse message = BECKON__V1__BACKUP_STORE_RESPONSE__INIT;
    char sentence[STORE_MESSAGE_BYTES];
    uint64_t bytes;

    enum outcome outcome = check_path(call);
    if (outcome != OUTCOME_OK) return outcome;
    if (!emit(emit_context, &message.base)) return OUTCOME_OK;
    enum store_result result = store_backup(store, request->path, &bytes, sentence);
    if (result == STORE_CONFLICT) return OUTCOME_BUSY;
    if (result != STORE_OK)
        return form_refuse(call, OUTCOME_BACKUP_FAILED, "path", reply_text(call, sentence));
    message.done = 1;
    message.bytes = bytes;
    emit(emit_context, &message.base);
    return OUTCOME_OK;
}

const struct command backup_store = {
    .request = &beckon__v1__backup_store_request__descriptor,
    .reply = &beckon__v1__backup_store_response__descriptor,
    .stream = backup_store_stream,
    .audited = AUDIT_BACKUP_STORE,
    .note = backup_store_note,
};
