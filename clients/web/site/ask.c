/* Asking the service as the visitor. */
#include <stdlib.h>

#include "clients/message/message.h"
#include "clients/web/site/visit.h"

void *ask(struct visit *visit, const ProtobufCServiceDescriptor *service, const char *method,
          const ProtobufCMessage *request)
{
    struct channel_method found;
    ProtobufCMessage *reply;
    channel_method_find(service, method, &found);
    visit->error = (struct channel_error){0};
    if (!channel_call(visit->channel, &found, request, &reply, &visit->error))
        return NULL;
    g_ptr_array_add(visit->replies, reply);
    return reply;
}

void *ask_into(struct visit *visit, const char *name, const ProtobufCServiceDescriptor *service,
               const char *method, const ProtobufCMessage *request)
{
    void *reply = ask(visit, service, method, request);
    if (reply)
        view_set(visit, name, message_json(reply));
    return reply;
}
