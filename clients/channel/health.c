/* grpc.health.v1, here because its generated header lives under grpc/. */
#include "clients/channel/channel.h"

#include "grpc/health/v1/health.pb-c.h"

bool channel_health(struct channel *channel, const char *service, bool *ret_serving,
                    struct channel_error *ret_error)
{
    struct channel_method check;
    channel_method_find(&grpc__health__v1__health__descriptor, "Check", &check);
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    request.service = (char *)service;
    ProtobufCMessage *reply = NULL;
    if (!channel_call(channel, &check, &request.base, &reply, ret_error))
        return false;
    Grpc__Health__V1__HealthCheckResponse *answer = (Grpc__Health__V1__HealthCheckResponse *)reply;
    *ret_serving = answer->status ==
                   GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
    protobuf_c_message_free_unpacked(reply, NULL);
    return true;
}
