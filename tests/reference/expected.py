"""What must come out, computed from the text file alone: no code of the service, no import file.

Figures of a scenario: {year: (buyer points, referrer cash, guide points, {guide: points})}; lines are
(n, c, date YYYYMMDD, cents)."""

import datetime
from collections import defaultdict

GUIDES = 60


def who(lines):
    """{c: serving guide}, {c: the member who recommended her}."""
    serving, brought = {}, {}
    for c in range(1, max(c for _, c, _, _ in lines) + 1):
        if c % 4 == 0 and c > 4:
            brought[c] = c // 4
            serving[c] = serving[c // 4]
        else:
            serving[c] = (c - 1) % GUIDES + 1
    return serving, brought


class Figures:
    """What was earned less what was taken back, each on its own date."""

    def __init__(self):
        self.buyer, self.cash = defaultdict(int), defaultdict(int)
        self.guides = defaultdict(lambda: defaultdict(int))

    def add(self, date, whom, amount):
        year = date[:4]
        if whom == "buyer":
            self.buyer[year] += amount
        elif whom == "cash":
            self.cash[year] += amount
        else:
            self.guides[year][whom] += amount

    def answer(self):
        return {year: (self.buyer[year], self.cash[year], sum(self.guides[year].values()),
                       {"G%02d" % g: self.guides[year][g] for g in range(1, GUIDES + 1)})
                for year in sorted(self.buyer)}


def credits(lines):
    """(n, whom, amount) of every credit a purchase makes, by the file's order of dates."""
    serving, brought = who(lines)
    days = defaultdict(set)
    for n, c, date, cents in sorted(lines, key=lambda line: (line[2], line[0])):
        days[c].add(date)
        yield n, "buyer", cents // 100
        if c in brought:
            yield n, "cash", cents * 2 // 100
        yield n, serving[c], cents // 1000
        if len(days[c]) >= 2:
            yield n, serving[c], 3


def ten_days_later(date):
    day = datetime.date(int(date[:4]), int(date[4:6]), int(date[6:])) + datetime.timedelta(days=10)
    return day.strftime("%Y%m%d")


def refunds(lines):
    """{n: (date, cents)}: every 50th in full, every one 25 behind by half, those of 0 left out."""
    made = {}
    for n, _, date, cents in lines:
        amount = {0: cents, 25: cents // 2}.get(n % 50, 0)
        if amount > 0:
            made[n] = (ten_days_later(date), amount)
    return made


def earned(lines, taken_back):
    figures = Figures()
    serving, brought = who(lines)
    for c, guide in serving.items():
        if c not in brought:
            figures.add("1997", guide, 5)
    bought = {n: (date, cents) for n, _, date, cents in lines}
    for n, whom, amount in credits(lines):
        date, cents = bought[n]
        figures.add(date, whom, amount)
        if n in taken_back:
            on, back = taken_back[n]
            figures.add(on, whom, -(amount * back // cents))
    return figures


def r1(lines):
    return earned(lines, {}).answer()


def r2(lines):
    return earned(lines, refunds(lines)).answer()


def rates(lines):
    """{year: {guide: (members with two purchase days, with one)}}, of whom he serves, days of the
    calendar year, net of full refunds dated before its end."""
    serving, _ = who(lines)
    taken_back = refunds(lines)
    days = defaultdict(set)
    for n, c, date, cents in lines:
        on, back = taken_back.get(n, ("", 0))
        gone = back == cents and back > 0 and on[:4] == date[:4]
        if not gone:
            days[date[:4], c].add(date)
    answer = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for (year, c), live in days.items():
        answer[year][serving[c]][1] += 1
        answer[year][serving[c]][0] += len(live) >= 2
    return {year: {"G%02d" % g: tuple(two_one) for g, two_one in guides.items()}
            for year, guides in answer.items()}


def r3(lines):
    figures = earned(lines, refunds(lines))
    for year, guides in rates(lines).items():
        for guide, (two, one) in guides.items():
            if one >= 300:
                figures.add(year, int(guide[1:]), two * 10000 // one // 100)
    return figures.answer()
