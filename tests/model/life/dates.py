"""Business dates as days since 1970-01-01, and the calendar of rules."""

import datetime
import zoneinfo

NEVER = 2 ** 31 - 1
EPOCH = datetime.date(1970, 1, 1)
UTC = datetime.timezone.utc
HALF_HOUR_MS = 1800 * 1000
DAY_MS = 86400 * 1000


def text(day):
    return (EPOCH + datetime.timedelta(days=day)).isoformat()


def day_of(date):
    return (date - EPOCH).days


def date_of(day):
    return EPOCH + datetime.timedelta(days=day)


class Zone:
    """Which business date a moment lies in. Offsets and cut-offs are whole half hours."""

    def __init__(self, name, cutoff_minutes):
        self.name, self.cutoff_minutes = name, cutoff_minutes
        self.zone = zoneinfo.ZoneInfo(name)
        self.known = {}

    def local(self, ms):
        moment = datetime.datetime.fromtimestamp(ms // 1000, UTC)
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def day(self, ms):
        bucket = ms // HALF_HOUR_MS
        if bucket not in self.known:
            local = self.local(bucket * HALF_HOUR_MS)
            self.known[bucket] = day_of(
                (local - datetime.timedelta(minutes=self.cutoff_minutes)).date())
        return self.known[bucket]


def add_months(day, months):
    """The same day of a later month, or that month's last."""
    date = date_of(day)
    month = date.month - 1 + months
    year, month = date.year + month // 12, month % 12 + 1
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    last = (following - datetime.timedelta(days=1)).day
    return day_of(datetime.date(year, month, min(date.day, last)))


def period_start(period, day):
    date = date_of(day)
    if period == "DAY":
        return day
    if period == "MONTH":
        return day_of(date.replace(day=1))
    return day_of(date.replace(month=1, day=1))


def expiry(rule, matures):
    """The last day of a credit of this rule."""
    kind, count = rule.get("expiry", "NEVER"), rule.get("expiry_count", 0)
    if kind == "NEVER":
        return NEVER
    if kind == "DAYS":
        return matures + count
    if kind == "MONTHS":
        return add_months(matures, count)
    year = date_of(matures).year + (1 if kind == "END_OF_NEXT_YEAR" else 0)
    return day_of(datetime.date(year, 12, 31))


def birthday_in(birthday, year):
    """Feb 29 is kept on Feb 28 where there is none."""
    try:
        return birthday.replace(year=year)
    except ValueError:
        return datetime.date(year, 2, 28)


def birthday_holds(condition, birthday, day):
    if condition == "ANY":
        return True
    if birthday is None:
        return False
    date = date_of(day)
    if condition == "DAY":
        return birthday_in(birthday, date.year) == date
    if condition == "MONTH":
        return birthday.month == date.month
    monday = date - datetime.timedelta(days=date.weekday())
    week = [monday + datetime.timedelta(days=i) for i in range(7)]
    return any(birthday_in(birthday, d.year) == d for d in week)


def age(birthday, day):
    """Full years."""
    date = date_of(day)
    return date.year - birthday.year - (date < birthday_in(birthday, date.year))
