/* grpc.reflection v1 and v1alpha (the same messages under two names): one answer per request of the
 * stream, from the descriptor set. Each kind of request but extensions, which the API
 * has none of. */
#ifndef BECKON_SERVICE_RPC_REFLECTION_H
#define BECKON_SERVICE_RPC_REFLECTION_H

struct call;

void reflection_arrive(struct call *call);

#endif
