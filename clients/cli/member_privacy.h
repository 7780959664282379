/* Verbs of `beckon member` and `beckon guide` about personal data: consent, all that is kept,
 * erasure. */
#ifndef BECKON_CLIENTS_CLI_MEMBER_PRIVACY_H
#define BECKON_CLIENTS_CLI_MEMBER_PRIVACY_H

#include "clients/cli/cli.h"

extern const struct option_spec MEMBER_CONSENT_OPTIONS[], MEMBER_DATA_OPTIONS[],
    MEMBER_ERASE_OPTIONS[], GUIDE_ERASE_OPTIONS[], ERASURES_OPTIONS[];
extern const char *const MEMBER_CONSENT_EXAMPLES[], *const MEMBER_DATA_EXAMPLES[],
    *const MEMBER_ERASE_EXAMPLES[], *const MEMBER_ERASURES_EXAMPLES[],
    *const GUIDE_ERASE_EXAMPLES[];
/* Every page of GetMemberData, a message each. */
enum cli_exit member_data(struct cli *cli, const struct verb *verb, const struct values *values);

#endif
