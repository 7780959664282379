"""What the settlements must pay, computed from the text file alone: no code of the service, no import
file.

A period is named "1997" or "1997Q1". A line is what one payee has in one period: gross, clawback,
carry_in, carry_out, net, all in cents; clawback is what refunds of earlier periods' purchases take."""

from collections import defaultdict

import expected

RATE_CENTS = 10  # a guide's point
COLUMNS = "gross", "clawback", "carry_in", "carry_out", "net"


def periods(by):
    """[(name, first date, exclusive end)], as YYYYMMDD."""
    if by == "year":
        return [(str(y), "%d0101" % y, "%d0101" % (y + 1)) for y in (1997, 1998)]
    quarters = [(y, q) for y in (1997, 1998) for q in (1, 2, 3, 4)][:7]
    return [("%dQ%d" % (y, q), "%d%02d01" % (y, 3 * q - 2),
             "%d%02d01" % (y + (q == 4), 1 if q == 4 else 3 * q + 1)) for y, q in quarters]


def period_of(date, by):
    return next(name for name, start, end in periods(by) if start <= date < end)


def payee_name(whom):
    kind, number = whom
    return "G%02d" % number if kind == "guide" else "M%07d" % number


def earnings(lines):
    """(date, n or 0, payee, cents) of all that is ever settled: a guide's points in cents, a
    referrer's cash."""
    serving, brought = expected.who(lines)
    bought = {n: (c, date, cents) for n, c, date, cents in lines}
    for c, guide in serving.items():
        if c not in brought:
            yield "19970101", 0, ("guide", guide), 5, RATE_CENTS
    for n, whom, amount in expected.credits(lines):
        c, date, _ = bought[n]
        if whom == "cash":
            yield date, n, ("member", brought[c]), amount, 1
        elif whom != "buyer":
            yield date, n, ("guide", whom), amount, RATE_CENTS


def settlements(lines, scenario, by):
    """{period: {payee's name: {column: cents}}}, every payee who has anything in any column."""
    taken_back = expected.refunds(lines) if scenario == "R2" else {}
    cents_of = {n: cents for n, _, _, cents in lines}
    gross, clawback = defaultdict(int), defaultdict(int)
    for date, n, payee, amount, worth in earnings(lines):
        period = period_of(date, by)
        gross[period, payee] += amount * worth
        if n not in taken_back:
            continue
        on, back = taken_back[n]
        of = period_of(on, by)
        own = of == period  # the run has not paid it yet: it was never earned
        (gross if own else clawback)[of, payee] += \
            (-1 if own else 1) * (amount * back // cents_of[n]) * worth
    answer, carry = {}, defaultdict(int)
    payees = {payee for _, payee in set(gross) | set(clawback)}
    for period, _, _ in periods(by):
        answer[period] = {}
        for payee in payees:
            line = {"gross": gross[period, payee], "clawback": clawback[period, payee],
                    "carry_in": carry[payee]}
            rest = line["gross"] - line["clawback"] + line["carry_in"]
            line["carry_out"], line["net"] = min(rest, 0), max(rest, 0)
            carry[payee] = line["carry_out"]
            if any(line.values()):
                answer[period][payee_name(payee)] = line
    return answer


def sums(settlement):
    return tuple(sum(line[column] for line in settlement.values()) for column in COLUMNS)
