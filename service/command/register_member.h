/* Registering one member: what RegisterMember does, and each row of RegisterMembers. */
#ifndef BECKON_SERVICE_COMMAND_REGISTER_MEMBER_H
#define BECKON_SERVICE_COMMAND_REGISTER_MEMBER_H

#include "beckon/v1/member_service.pb-c.h"
#include "service/command/command.h"

/* Refusals, in order: TIME_INVALID, TIME_IN_FUTURE, CONSENT_MISSING, the profile's form,
 * PHONE_INVALID, CODE_MISTYPED, SHOP_UNKNOWN or NOT_YOURS, (phone known: EXISTING_MEMBER, changes
 * nothing), CODE_UNKNOWN (staff only; to strangers an unknown code is an expired one). */
enum outcome member_register(struct batch *batch, struct command_call *call,
                             const Beckon__V1__RegisterMemberRequest *request,
                             Beckon__V1__RegisterMemberResponse **ret_reply) OUTCOME_CHECKED;

#endif
