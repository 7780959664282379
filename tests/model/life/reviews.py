"""What looks like fraud: what others earn by it is held until a person decides; domain.md 10."""

RATE_MINUTES = 10
SLOTS = 31  # minutes behind the newest that registrations are still counted in


class Review:
    def __init__(self, number, credits):
        self.number, self.credits = number, credits
        self.state = "OPEN"


class Reviews:
    """Mixed into the oracle."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.reviews = []
        self.minutes = {}          # guide -> minutes of registrations, as they were recorded

    def suspicious(self, event):
        fraud = (event.program or {}).get("fraud") or {}
        if event.kind == "PURCHASE":
            return self.own_purchase(event) or self.refund_cycle(fraud, event)
        found = self.too_many(fraud, event)
        return self.shop_closed(fraud, event) or found

    def own_purchase(self, event):
        """A guide buys, and would earn by it."""
        guides = [g for g, _ in event.sellers] + [event.serving]
        if event.buyer.referrer and event.buyer.referrer[0] == 2:
            guides.append(event.buyer.referrer[1])
        return any(self.guides[g].phone and self.guides[g].phone == event.buyer.phone
                   for g in guides if g)

    @staticmethod
    def refund_cycle(fraud, event):
        days = fraud.get("refund_cycle_days", 0)
        return bool(fraud.get("refund_cycles")) and fraud["refund_cycles"] <= sum(
            1 for d in event.buyer.full_refunds if event.day - days < d <= event.day)

    def shop_closed(self, fraud, event):
        begin, end = fraud.get("open_from_minutes", 0), fraud.get("open_until_minutes", 0)
        by_own_code = event.serving_at_all and not event.inherited
        if begin == end or not (event.shop or by_own_code):
            return False
        local = self.zone.local(event.at)
        minute = local.hour * 60 + local.minute
        if begin < end:
            return not begin <= minute < end
        return end <= minute < begin

    def too_many(self, fraud, event):
        """Of her guide's registrations; one that comes long after newer ones is not counted."""
        limit = fraud.get("registrations_per_ten_minutes", 0)
        if not limit or not event.serving_at_all:
            return False
        minute = event.at // 60000
        known = self.minutes.setdefault(event.serving_at_all, [])
        if known and minute <= max(known) - SLOTS:
            return False
        known.append(minute)
        return limit < sum(1 for m in known if minute - RATE_MINUTES < m <= minute)

    def give(self, event):
        """Held ones pay no debts: they are held before they could."""
        self.holding = self.suspicious(event)
        awards = super().give(event)
        others = [credit for _, party, *_, credit in awards
                  if credit and party != (1, event.buyer.number)]
        if self.holding and others:
            review = Review(len(self.reviews) + 1, others)
            self.reviews.append(review)
            for credit in others:
                credit.review = review.number
        self.holding = False
        return awards

    def decide_review(self, review, release):
        review.state = "RELEASED" if release else "VOIDED"
        for credit in review.credits:
            self.up_to(credit.account, self.today)
            if credit.held and credit.remaining:
                (self.release if release else self.void)(credit)
