"""The oracle's words as the API's messages."""

import dates

RULE_ENUMS = {
    "trigger": "TRIGGER_", "beneficiary": "BENEFICIARY_", "rounding": "ROUNDING_",
    "referrer": "REFERRER_CONDITION_", "code": "CODE_CONDITION_", "birthday": "BIRTHDAY_CONDITION_",
    "bracket_mode": "BRACKET_MODE_", "cap_period": "PERIOD_", "expiry": "EXPIRY_",
    "return_policy": "RETURN_POLICY_", "reward": "REWARD_",
}


def enum(message, field, value):
    """Sets an enum's field by its value's name."""
    kind = message.DESCRIPTOR.fields_by_name[field].enum_type
    setattr(message, field, kind.values_by_name[value].number)


def moment(message, ms):
    message.seconds, message.nanos = ms // 1000, ms % 1000 * 1000000


def fill_rule(message, rule):
    for name, value in rule.items():
        if name in RULE_ENUMS:
            enum(message, name, RULE_ENUMS[name] + value)
        elif name == "brackets":
            for bracket in value:
                row = message.brackets.add()
                for key, number in bracket.items():
                    setattr(row, key, number)
        elif name in ("window_from", "window_until"):
            setattr(message, name + "_date", dates.text(value))
        elif isinstance(value, list):
            getattr(message, name).extend(value)
        else:
            setattr(message, name, value)


def fill_program(message, program):
    message.from_date = dates.text(program["from"])
    message.inherit_serving_guide = program["inherit"]
    message.binding_validity_days = program["validity_days"]
    message.redeem_cash = program["redeem_cash"]
    message.restore_grace_days = program["grace"]
    message.adjust_limit_points, message.adjust_limit_minor = program["limits"]
    if program["redeem"]:
        message.redemption.points, message.redemption.minor = program["redeem"]
    for name, value in program["fraud"].items():
        setattr(message.fraud, name, value)
    for rule in program["rules"]:
        fill_rule(message.rules.add(), rule)
    if program["tiers"]:
        tiers = program["tiers"]
        for name in ("basis", "review", "fall"):
            if name in tiers:
                enum(message.tiers, name, "TIER_%s_%s" % (name.upper(), tiers[name]))
        for name in ("window_months", "review_month", "review_day"):
            setattr(message.tiers, name, tiers.get(name, 0))
        for level in tiers["levels"]:
            message.tiers.levels.add(**level)


def fill_purchase(message, shop, receipt, member, at, parts, lines, sellers):
    message.shop_id, message.receipt_number, message.member_number = shop, receipt, member
    moment(message.occurred_at, at)
    message.amount_minor, message.tax_minor = parts["amount"], parts["tax"]
    message.freight_minor, message.gift_card_minor = parts["freight"], parts["gift"]
    message.points_minor = parts["points"]
    for line in lines:
        message.lines.add(amount_minor=line["amount"], tax_minor=line["tax"], article="a",
                          category=line["category"])
    for guide, share in sellers:
        message.sellers.add(guide_number=guide, share_bp=share)


def awards_differ(awards, replied):
    """What an event's awards are, against the credits of its reply; learns their numbers."""
    if len(awards) != len(replied):
        return "%d credits instead of %d: %s instead of %s" % (
            len(replied), len(awards), [c.rule_id for c in replied],
            [a[0]["rule_id"] for a in awards])
    for (rule, party, amount, reason, base, credit), got in zip(awards, replied):
        said = (got.rule_id, (got.beneficiary.kind, got.beneficiary.number), got.unit, got.amount,
                got.base_minor, got.reason, got.credit_number != 0)
        meant = (rule["rule_id"], party, rule["unit"], amount, base, reason, amount != 0)
        if said != meant:
            return "a credit of %r instead of %r by %r" % (said, meant, rule)
        if credit is not None:
            credit.number = got.credit_number
    return ""
