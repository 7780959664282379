/* The settings of a program: binding, redemption, adjustments, fraud, settlement. */
#include "service/command/program_form.h"
#include "service/limits.h"

enum { MINUTES_OF_A_DAY = 1440, GRACE_DAYS_DEFAULT = 30 };

static void form_redemption(struct program_form *form, const Beckon__V1__RedemptionRate *message)
{
    form->program->redeem_points = (uint32_t)program_number(
        form, "redemption.points", message->points, 1, LIMIT_FIXED_AMOUNT);
    form->program->redeem_minor = (uint32_t)program_number(form, "redemption.minor",
                                                           message->minor, 1, LIMIT_FIXED_AMOUNT);
}

static void form_fraud(struct program_form *form, const Beckon__V1__FraudSettings *message)
{
    struct fraud_settings *fraud = &form->program->fraud;
    bool cycles = message->refund_cycles != 0, spike = message->spike_days != 0;

    fraud->registrations_per_ten_minutes =
        (uint16_t)program_number(form, "fraud.registrations_per_ten_minutes",
                                 message->registrations_per_ten_minutes, 0, 10000);
    fraud->open_from_minutes = (uint16_t)program_number(
        form, "fraud.open_from_minutes", message->open_from_minutes, 0, MINUTES_OF_A_DAY - 1);
    fraud->open_to_minutes = (uint16_t)program_number(
        form, "fraud.open_until_minutes", message->open_until_minutes, 0, MINUTES_OF_A_DAY);
    fraud->refund_cycles = (uint16_t)program_number(form, "fraud.refund_cycles",
                                                    message->refund_cycles, 0, 1000);
    fraud->refund_cycle_days = (uint16_t)program_number(
        form, "fraud.refund_cycle_days", message->refund_cycle_days, cycles ? 1 : 0,
        cycles ? REFUND_CYCLE_DAYS_MAX : 0);
    fraud->spike_days =
        (uint16_t)program_number(form, "fraud.spike_days", message->spike_days, 0, 31);
    fraud->spike_factor = (uint16_t)program_number(
        form, "fraud.spike_factor", message->spike_factor, spike ? 2 : 0, spike ? 1000 : 0);
    fraud->spike_minimum = (uint16_t)program_number(
        form, "fraud.spike_minimum", message->spike_minimum, spike ? 1 : 0, spike ? 10000 : 0);
}

static void form_settlement(struct program_form *form,
                            const Beckon__V1__SettlementSettings *message)
{
    struct settlement_settings *settlement = &form->program->settlement;
    bool rated = message->rate_points != 0 || message->rate_minor != 0;
    int64_t least = rated ? 1 : 0, most = rated ? LIMIT_FIXED_AMOUNT : 0;

    settlement->rate_points = (uint32_t)program_number(form, "settlement.rate_points",
                                                       message->rate_points, least, most);
    settlement->rate_minor =
        program_number(form, "settlement.rate_minor", message->rate_minor, least, most);
    settlement->minimum_payout_minor =
        program_number(form, "settlement.minimum_payout_minor", message->minimum_payout_minor, 0,
                       LIMIT_FIXED_AMOUNT);
    program_text(form, "settlement.tax_treatment", message->tax_treatment, 0,
                 TAX_TREATMENT_BYTES_MAX, settlement->tax_treatment);
}

void program_form_settings(struct program_form *form, const Beckon__V1__Program *message)
{
    struct program *program = form->program;

    program->inherit_serving_guide = message->inherit_serving_guide;
    program->binding_validity_days = (uint16_t)program_number(
        form, "binding_validity_days", message->binding_validity_days, 0, HOLD_DAYS_MAX);
    /* A binding that has ended protects nobody. */
    int64_t protection_max =
        program->binding_validity_days != 0 ? program->binding_validity_days : HOLD_DAYS_MAX;
    program->binding_protection_days = (uint16_t)program_number(
        form, "binding_protection_days", message->binding_protection_days, 0, protection_max);
    if (message->redemption != NULL) form_redemption(form, message->redemption);
    program->redeem_cash = message->redeem_cash;
    program->restore_grace_days = (uint16_t)program_number(
        form, "restore_grace_days", message->restore_grace_days, 0, HOLD_DAYS_MAX);
    if (program->restore_grace_days == 0) program->restore_grace_days = GRACE_DAYS_DEFAULT;
    program->adjust_limit[UNIT_POINTS] = program_number(
        form, "adjust_limit_points", message->adjust_limit_points, 0, LIMIT_FIXED_AMOUNT);
    program->adjust_limit[UNIT_CASH] = program_number(
        form, "adjust_limit_minor", message->adjust_limit_minor, 0, LIMIT_FIXED_AMOUNT);
    if (message->fraud != NULL) form_fraud(form, message->fraud);
    if (message->settlement != NULL) form_settlement(form, message->settlement);
}
