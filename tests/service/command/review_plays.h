/* What the plays of screening and of deciding share. */
#ifndef BECKON_TESTS_SERVICE_COMMAND_REVIEW_PLAYS_H
#define BECKON_TESTS_SERVICE_COMMAND_REVIEW_PLAYS_H

#include "tests/service/command/stages.h"

#define REGISTER(number, rest) "phone=1370000" number " consent_policy_version=v1 " rest
#define CASH_OF(account, told) ANSWERS("admin", get_balance, "account=" account, told)
#define AVAILABLE "account_balances.balances[1].available="
#define HELD "account_balances.balances[1].held="
#define NONE_HELD "!account_balances.balances[1].held"

/* Guides get 3.00 a head and 0.5 % of what is bought, the referrer 2 %, the buyer points. */
#define PROGRAM(id, from, settings)                                                              \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=" id " program.from_date=" from " program.inherit_serving_guide=true "   \
            settings                                                                             \
            " program.rules[0].rule_id=head program.rules[0].trigger=REGISTRATION "              \
            "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=CASH "             \
            "program.rules[0].fixed_amount=300 "                                                 \
            "program.rules[1].rule_id=buyer program.rules[1].trigger=PURCHASE "                  \
            "program.rules[1].beneficiary=BUYER program.rules[1].unit=POINTS "                   \
            "program.rules[1].rate_bp=100 "                                                      \
            "program.rules[2].rule_id=friend program.rules[2].trigger=PURCHASE "                 \
            "program.rules[2].beneficiary=REFERRER program.rules[2].unit=CASH "                  \
            "program.rules[2].rate_bp=200 "                                                      \
            "program.rules[3].rule_id=serving program.rules[3].trigger=PURCHASE "                \
            "program.rules[3].beneficiary=SERVING_GUIDE program.rules[3].unit=CASH "             \
            "program.rules[3].rate_bp=50", "program.version=2")

#define RATE_OF_TWO "program.fraud.registrations_per_ten_minutes=2"

#define RATE_OF_ONE "program.fraud.registrations_per_ten_minutes=1"
#define PENDING "account_balances.balances[1].pending="
#define NOTHING_AVAILABLE "!account_balances.balances[1].available "
#define RELEASES(number)                                                                         \
    ANSWERS_AGAIN("token:$admin", decide_review,                                                 \
                  "review_number=" number " decision=RELEASE reason='looked into'",              \
                  "review.state=RELEASED")
#define VOIDS(number)                                                                            \
    ANSWERS_AGAIN("token:$admin", decide_review,                                                 \
                  "review_number=" number " decision=VOID reason='looked into'",                 \
                  "review.state=VOIDED")

#define BUYS(receipt)                                                                            \
    ANSWERS("pos:1", record_purchase,                                                            \
            "receipt_number=" receipt " member_number=2 amount_minor=10000",                     \
            "purchase.credits[0].amount=100")
#define GIVES_BACK(receipt, amount)                                                              \
    ANSWERS("pos:1", record_refund,                                                              \
            "refund_number=F" receipt " receipt_number=" receipt " amount_minor=" amount, NULL)

#endif
