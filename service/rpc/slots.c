/* Slots: armed requests. arrived -> call object or refusal -> armed again. At shutdown every armed
 * tag comes back with ok = false and no call. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "service/limits.h"
#include "service/rpc/call.h"

static void slot_arrived(struct tag *tag, bool ok);
static void slot_refused(struct tag *tag, bool ok);

static void slot_arm(struct slot *slot)
{
    struct rpc *rpc = slot->rpc;
    if (atomic_load(&rpc->stopping))
        return;
    slot->grpc = NULL;
    slot->payload = NULL;
    pool_expect(rpc);
    grpc_completion_queue *cq = slot->queue->cq;
    grpc_call_error error =
        slot->method != NULL
            ? grpc_server_request_registered_call(
                  rpc->server, slot->registered, &slot->grpc, &slot->deadline, &slot->metadata,
                  slot->method->kind == METHOD_BIDI ? NULL : &slot->payload, cq, cq, &slot->arrived)
            : grpc_server_request_call(rpc->server, &slot->grpc, &slot->details, &slot->metadata,
                                       cq, cq, &slot->arrived);
    /* The queues outlive every armed slot (rpc_close), so nothing is left that could be refused. */
    assert(error == GRPC_CALL_OK);
    (void)error;
}

/* Answers from the slot's own memory; armed again when the answer has left. */
static void slot_refuse(struct slot *slot, enum outcome outcome)
{
    struct rpc *rpc = slot->rpc;
    struct request_id request_id;
    request_id_take(&rpc->request_ids, request_header(&slot->metadata, "x-request-id"),
                    &request_id);
    report_refused(rpc, slot->method, outcome);
    refusal_write(&slot->refusal, outcome, NULL, &request_id);
    grpc_op ops[3] = {{0}};
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[1] = refusal_op(&slot->refusal, outcome);
    ops[2].op = GRPC_OP_RECV_CLOSE_ON_SERVER;
    ops[2].data.recv_close_on_server.cancelled = &slot->cancelled;
    pool_expect(rpc);
    grpc_call_error error = grpc_call_start_batch(slot->grpc, ops, 3, &slot->refused, NULL);
    if (error != GRPC_CALL_OK) {
        grpc_call_cancel(slot->grpc, NULL);
        error = grpc_call_start_batch(slot->grpc, &ops[2], 1, &slot->refused, NULL);
        assert(error == GRPC_CALL_OK);
    }
}

static void slot_refused(struct tag *tag, bool ok)
{
    (void)ok;
    struct slot *slot = CONTAINER(tag, struct slot, refused);
    struct rpc *rpc = slot->rpc;
    refusal_free(&slot->refusal);
    grpc_byte_buffer_destroy(slot->payload);
    grpc_metadata_array_destroy(&slot->metadata);
    grpc_metadata_array_init(&slot->metadata);
    if (slot->method == NULL) {
        grpc_call_details_destroy(&slot->details);
        grpc_call_details_init(&slot->details);
    }
    grpc_call_unref(slot->grpc);
    slot_arm(slot);
    pool_expect_less(rpc);
}

static void slot_arrived(struct tag *tag, bool ok)
{
    struct slot *slot = CONTAINER(tag, struct slot, arrived);
    struct rpc *rpc = slot->rpc;
    if (!ok || slot->grpc == NULL) { /* shutting down */
        pool_expect_less(rpc);
        return;
    }
    struct call *call = slot->method != NULL ? pool_take(rpc) : NULL;
    if (call == NULL) {
        slot_refuse(slot, slot->method != NULL ? OUTCOME_BUSY : OUTCOME_METHOD_UNKNOWN);
        pool_expect_less(rpc);
        return;
    }
    call->queue = slot->queue;
    call->method = slot->method;
    call->grpc = slot->grpc;
    call->deadline = slot->deadline;
    call->payload = slot->payload;
    call->metadata = slot->metadata;
    call->began_us = executor_clock_us(&rpc->options.clock);
    request_id_take(&rpc->request_ids, request_header(&call->metadata, "x-request-id"),
                    &call->request_id);
    grpc_metadata_array_init(&slot->metadata);
    slot_arm(slot);
    pool_expect_less(rpc);
    call_arrive(call);
}

static struct slot *slot_init(struct rpc *rpc, struct slot *slot, struct queue *queue,
                              const struct method *method, void *registered)
{
    *slot = (struct slot){
        .arrived = {slot_arrived}, .refused = {slot_refused}, .rpc = rpc, .queue = queue,
        .method = method, .registered = registered,
    };
    grpc_metadata_array_init(&slot->metadata);
    grpc_call_details_init(&slot->details);
    return slot + 1;
}

/* Registers every method and makes its slots; one spare per queue for methods without a row. */
void slots_init(struct rpc *rpc)
{
    size_t method_count = rpc->options.method_count;
    rpc->slot_count = (method_count * LIMIT_CALLS_ARMED + LIMIT_CALLS_ARMED) * rpc->queue_count;
    rpc->slots = calloc(rpc->slot_count, sizeof *rpc->slots);
    if (rpc->slots == NULL)
        abort(); /* start-up: nothing runs yet */
    struct slot *next = rpc->slots;
    for (size_t m = 0; m < method_count; m++) {
        const struct method *method = &rpc->options.methods[m];
        void *registered = grpc_server_register_method(
            rpc->server, method->path, NULL,
            method->kind == METHOD_BIDI ? GRPC_SRM_PAYLOAD_NONE
                                        : GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
        assert(registered != NULL); /* method_table_check: no path stands twice */
        for (unsigned q = 0; q < rpc->queue_count; q++)
            for (unsigned i = 0; i < LIMIT_CALLS_ARMED; i++)
                next = slot_init(rpc, next, &rpc->queues[q], method, registered);
    }
    for (unsigned q = 0; q < rpc->queue_count; q++)
        for (unsigned i = 0; i < LIMIT_CALLS_ARMED; i++)
            next = slot_init(rpc, next, &rpc->queues[q], NULL, NULL);
    assert(next == rpc->slots + rpc->slot_count);
}

void slots_arm(struct rpc *rpc)
{
    for (size_t i = 0; i < rpc->slot_count; i++)
        slot_arm(&rpc->slots[i]);
}

void slots_free(struct rpc *rpc)
{
    for (size_t i = 0; i < rpc->slot_count; i++) {
        grpc_metadata_array_destroy(&rpc->slots[i].metadata);
        grpc_call_details_destroy(&rpc->slots[i].details);
    }
    free(rpc->slots);
}
