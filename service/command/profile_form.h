/* The form of what is personal in a request. */
#ifndef BECKON_SERVICE_COMMAND_PROFILE_FORM_H
#define BECKON_SERVICE_COMMAND_PROFILE_FORM_H

#include "beckon/v1/member_service.pb-c.h"
#include "service/command/command.h"
#include "store/profiles.h"

enum outcome profile_form_name(struct command_call *call, const char *text,
                               struct profile *profile) OUTCOME_CHECKED;
/* "YYYY-MM-DD", "--MM-DD" or empty. */
enum outcome profile_form_birthday(struct command_call *call, const char *text,
                                   struct profile *profile) OUTCOME_CHECKED;
enum outcome profile_form_gender(struct command_call *call, const char *text,
                                 struct profile *profile) OUTCOME_CHECKED;
/* At most ATTRIBUTES_MAX, names distinct. */
enum outcome profile_form_attributes(struct command_call *call,
                                     Beckon__V1__Attribute *const *attributes, size_t count,
                                     struct profile *profile) OUTCOME_CHECKED;

#endif
