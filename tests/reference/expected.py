"""What must come out, computed from the text file alone: no code of the service, no import file."""

from collections import defaultdict


def r1(lines):
    """{year: (buyer points, referrer cash, guide points, {guide: points})}; lines are (n, c, date, cents)."""
    buyer, cash, guides = defaultdict(int), defaultdict(int), defaultdict(lambda: defaultdict(int))

    serving, brought = {}, {}
    for c in range(1, max(c for _, c, _, _ in lines) + 1):
        if c % 4 == 0 and c > 4:
            brought[c] = c // 4
            serving[c] = serving[c // 4]
        else:
            serving[c] = (c - 1) % 60 + 1
            guides["1997"][serving[c]] += 5

    days = defaultdict(set)
    for n, c, date, cents in sorted(lines, key=lambda line: (line[2], line[0])):
        year = date[:4]
        days[c].add(date)
        buyer[year] += cents // 100
        if c in brought:
            cash[year] += cents * 2 // 100
        guides[year][serving[c]] += cents // 1000
        if len(days[c]) >= 2:
            guides[year][serving[c]] += 3

    return {year: (buyer[year], cash[year], sum(guides[year].values()),
                   {"G%02d" % g: guides[year][g] for g in range(1, 61)}) for year in sorted(buyer)}
