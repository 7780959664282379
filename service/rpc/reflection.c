#include "service/rpc/reflection.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <grpc/reflection/v1/reflection.pb-c.h>

#include "service/limits.h"
#include "service/rpc/call.h"
#include "service/rpc/descriptors.h"

typedef Grpc__Reflection__V1__ServerReflectionRequest request_message;
typedef Grpc__Reflection__V1__ServerReflectionResponse response_message;

enum { SERVICES_MAX = 32 };

/* What an answer is built of; lives until it is packed. */
struct answer {
    response_message response;
    Grpc__Reflection__V1__FileDescriptorResponse files;
    Grpc__Reflection__V1__ListServiceResponse list;
    Grpc__Reflection__V1__ErrorResponse error;
    ProtobufCBinaryData file_data[DESCRIPTORS_FILES_MAX];
    Grpc__Reflection__V1__ServiceResponse services[SERVICES_MAX];
    Grpc__Reflection__V1__ServiceResponse *service_list[SERVICES_MAX];
    char names[SERVICES_MAX][96];
};

static void answer_error(struct answer *answer, int code, char *message)
{
    grpc__reflection__v1__error_response__init(&answer->error);
    answer->error.error_code = code;
    answer->error.error_message = message;
    answer->response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE;
    answer->response.error_response = &answer->error;
}

static void answer_files(struct answer *answer, const struct bytes *files, size_t count)
{
    if (count == 0) {
        answer_error(answer, GRPC_STATUS_NOT_FOUND, "Nothing of that name is described here.");
        return;
    }
    grpc__reflection__v1__file_descriptor_response__init(&answer->files);
    for (size_t i = 0; i < count; i++)
        answer->file_data[i] = (ProtobufCBinaryData){files[i].size, (uint8_t *)files[i].data};
    answer->files.n_file_descriptor_proto = count;
    answer->files.file_descriptor_proto = answer->file_data;
    answer->response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE;
    answer->response.file_descriptor_response = &answer->files;
}

/* Rows of one service stand together in the table. */
static void answer_services(struct answer *answer, const struct rpc *rpc)
{
    grpc__reflection__v1__list_service_response__init(&answer->list);
    size_t count = 0;
    for (size_t i = 0; i < rpc->options.method_count; i++) {
        struct bytes service = method_service(&rpc->options.methods[i]);
        assert(service.size < sizeof answer->names[0] && count < SERVICES_MAX);
        if (count > 0 && strlen(answer->names[count - 1]) == service.size
            && memcmp(answer->names[count - 1], service.data, service.size) == 0)
            continue;
        memcpy(answer->names[count], service.data, service.size);
        answer->names[count][service.size] = '\0';
        grpc__reflection__v1__service_response__init(&answer->services[count]);
        answer->services[count].name = answer->names[count];
        answer->service_list[count] = &answer->services[count];
        count++;
    }
    answer->list.n_service = count;
    answer->list.service = answer->service_list;
    answer->response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE;
    answer->response.list_services_response = &answer->list;
}

static void answer_write(struct answer *answer, const struct rpc *rpc, request_message *request)
{
    struct bytes files[DESCRIPTORS_FILES_MAX];
    grpc__reflection__v1__server_reflection_response__init(&answer->response);
    answer->response.valid_host = request->host;
    answer->response.original_request = request;
    switch (request->message_request_case) {
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME:
        answer_files(answer, files, descriptors_file(request->file_by_filename, files));
        break;
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL:
        answer_files(answer, files, descriptors_symbol(request->file_containing_symbol, files));
        break;
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES:
        answer_services(answer, rpc);
        break;
    default:
        answer_error(answer, GRPC_STATUS_UNIMPLEMENTED,
                     "Ask by file name, symbol, or for the list of services.");
        break;
    }
}

static void reflection_receive(struct call *call);

static void reflection_end(struct call *call, enum outcome outcome)
{
    stream_leave(call->rpc);
    call_finish(call, outcome, NULL);
}

static void reflection_sent(struct tag *tag, bool ok)
{
    struct call *call = CONTAINER(tag, struct call, sent);
    arena_reset(&call->arena);
    if (ok)
        reflection_receive(call);
    else
        reflection_end(call, OUTCOME_SHUTTING_DOWN); /* the client has gone: nobody reads it */
    call_batch_ended(call);
}

/* Answers one request of the stream. */
static enum outcome reflection_answer(struct call *call)
{
    const ProtobufCMessageDescriptor *descriptor =
        &grpc__reflection__v1__server_reflection_request__descriptor;
    struct request_bytes request;
    if (grpc_byte_buffer_length(call->payload) > LIMIT_TEXT_BYTES)
        return OUTCOME_MESSAGE_INVALID;
    enum outcome outcome = request_open(call->payload, &request);
    if (outcome != OUTCOME_OK)
        return outcome;
    const char *allowed = NULL;
    outcome = wire_check(descriptor, request.bytes, call->field, &allowed);
    struct answer *answer = arena_alloc(&call->arena, sizeof *answer);
    request_message *message = NULL;
    if (outcome == OUTCOME_OK)
        message = (request_message *)protobuf_c_message_unpack(
            descriptor, &call->arena.allocator, request.bytes.size, request.bytes.data);
    request_close(&request);
    if (outcome != OUTCOME_OK)
        return OUTCOME_MESSAGE_INVALID;
    if (message == NULL || answer == NULL)
        return OUTCOME_BUSY;
    answer_write(answer, call->rpc, message);
    call->sent.run = reflection_sent;
    return stream_send(call, &answer->response.base) ? OUTCOME_OK : OUTCOME_SHUTTING_DOWN;
}

static void reflection_received(struct tag *tag, bool ok)
{
    struct call *call = CONTAINER(tag, struct call, received);
    if (!ok || call->payload == NULL) { /* the client has said all it had to say */
        reflection_end(call, OUTCOME_OK);
    } else {
        enum outcome outcome = reflection_answer(call);
        if (outcome != OUTCOME_OK)
            reflection_end(call, outcome);
    }
    call_batch_ended(call);
}

static void reflection_receive(struct call *call)
{
    grpc_byte_buffer_destroy(call->payload);
    call->payload = NULL;
    call->received.run = reflection_received;
    grpc_op op = {.op = GRPC_OP_RECV_MESSAGE};
    op.data.recv_message.recv_message = &call->payload;
    if (!call_start(call, &op, 1, &call->received))
        reflection_end(call, OUTCOME_SHUTTING_DOWN);
}

void reflection_arrive(struct call *call)
{
    stream_open(call);
    if (!stream_enter(call->rpc)) {
        call_finish(call, OUTCOME_BUSY, NULL);
        return;
    }
    reflection_receive(call);
}
