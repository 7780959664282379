/* Members as the API's messages, masked for those who may not see all. */
#ifndef BECKON_SERVICE_COMMAND_MEMBER_MESSAGE_H
#define BECKON_SERVICE_COMMAND_MEMBER_MESSAGE_H

#include "beckon/v1/member_service.pb-c.h"
#include "service/command/command.h"
#include "store/profiles.h"

/* May the caller be shown name, phone and birthday at all? While her consent is taken back only she
 * herself and admins, no other system; the auditor never. Whoever shows a member's profile asks
 * this. */
bool member_profile_shown(const struct command_call *call, uint32_t member,
                          const struct profile *profile);

/* Admin and she herself see all; her guide, tills and managers the name and a masked phone, while
 * her consent holds; the auditor nothing personal. */
enum outcome member_message(struct reader *reader, struct command_call *call, uint32_t member,
                            const struct account *account, const struct profile *profile,
                            Beckon__V1__Member **ret) OUTCOME_CHECKED;
/* The same, reading the profile; an erased member has none. */
enum outcome member_load_message(struct reader *reader, struct command_call *call,
                                 uint32_t member, const struct account *account,
                                 Beckon__V1__Member **ret) OUTCOME_CHECKED;

#endif
