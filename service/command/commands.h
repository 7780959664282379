/* Every command of the API, by RPC name: what service/rpc's method table refers to. Each is defined
 * at the end of its file in this folder. */
#ifndef BECKON_SERVICE_COMMAND_COMMANDS_H
#define BECKON_SERVICE_COMMAND_COMMANDS_H

#include "service/command/command.h"

extern const struct command create_merchant, get_merchant, list_merchants, update_merchant;
extern const struct command create_shop, get_shop, list_shops;
extern const struct command create_guide, get_guide, list_guides, update_guide, transfer_guide,
    end_employment;
extern const struct command hand_over_members, get_handover, list_handovers, list_handover_rows;
extern const struct command create_code, get_code, list_codes, render_code, reassign_code,
    revoke_code, resolve_code;
extern const struct command register_member, register_members, get_member, list_members,
    update_member, list_referees;
extern const struct command set_consent, get_member_data, erase_member, erase_guide,
    list_erasures;
extern const struct command list_benefits, hand_out_benefit;
extern const struct command record_purchase, record_purchases, get_purchase, list_purchases;
extern const struct command record_refund, record_refunds, get_refund, list_refunds, list_debts,
    write_off_debt;
extern const struct command publish_program, get_program, list_programs;
extern const struct command get_balance, list_balances, get_entry, list_entries;
extern const struct command quote, explain_purchase, explain_credit, explain_attribution,
    back_test_program;
extern const struct command redeem, cancel_redemption, get_redemption, list_redemptions;
extern const struct command list_credits, get_credit, adjust_balance, decide_adjustment,
    list_adjustments, hold_credit, release_credit;
extern const struct command list_reviews, get_review, decide_review;
extern const struct command create_token, list_tokens, revoke_token;
extern const struct command send_phone_code, prove_phone, create_sign_in_link, get_sign_in_link,
    redeem_sign_in_link, get_session, end_session, revoke_sessions;
extern const struct command close_period, get_period_close, list_period_closes;
extern const struct command create_settlement_export, export_settlement, list_settlement_exports,
    get_settlement_manifest, print_statement;
extern const struct command create_settlement_run, get_settlement_run, list_settlement_runs,
    list_settlement_lines, submit_settlement_run, approve_settlement_run, reject_settlement_run,
    cancel_settlement_run, close_settlement_run;
extern const struct command watch_scoreboard;
extern const struct command get_scoreboard, list_ranking, list_scoreboard_members;
extern const struct command list_scoreboard_entries, set_target, list_targets;
extern const struct command list_statements, get_statement, open_dispute, withdraw_dispute,
    decide_dispute, list_disputes, carry_held_credit, list_settlement_warnings;
extern const struct command record_payment_results, list_payments, resolve_payee;
extern const struct command list_audit_entries, export_audit;
extern const struct command create_webhook, get_webhook, list_webhooks, update_webhook,
    delete_webhook, rotate_webhook_secret, test_webhook;
extern const struct command list_events, watch_events;
extern const struct command verify_store, backup_store, accept_clock, get_store_info, rotate_keys,
    get_key_status;

/* No RPCs: what the service's ticker asks, with messages of beckon.internal. */
extern const struct command tick_due, tick_periods, tick_refunds, tick_settlements,
    tick_handovers, tick_referees, tick_sign_in, tick_erasures, tick_keys,
    tick_events, tick_birthdays, tick_webhooks;

#endif
