"""A payroll of the size the issue asks for: 100,000 guides of three employers with 50 credits each.

Everything goes in over the wire. A purchase names four guides who sold it and the program pays each
by eleven rules, so that 125,000 purchases make 5,500,000 credits: 45 of points and 5 of cash for
every guide, the eleventh rule a referrer's cash."""

import os
import random
import sys
from collections import deque

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import market  # noqa: E402

SHOPS, MEMBERS, SELLERS, ROUNDS, RULES_OF_POINTS = 90, 1000, 4, 5, 9
CREDITS_A_GUIDE = ROUNDS * (RULES_OF_POINTS + 1)
EMPLOYERS = ("Nord", "Süd", "West")
YEAR, BATCH, IN_FLIGHT = 2024, 250, 4
API = "beckon.v1."


def program():
    sold = {"trigger": "TRIGGER_PURCHASE", "beneficiary": "BENEFICIARY_SELLING_GUIDE",
            "rounding": "ROUNDING_FLOOR"}
    rules = [dict(sold, rule_id="points-%d" % i, unit="UNIT_POINTS", rate_bp=100 + 10 * i)
             for i in range(RULES_OF_POINTS)]
    rules.append(dict(sold, rule_id="cash", unit="UNIT_CASH", rate_bp=50))
    rules.append({"rule_id": "referrer", "trigger": "TRIGGER_PURCHASE", "unit": "UNIT_CASH",
                  "beneficiary": "BENEFICIARY_REFERRER", "rate_bp": 200,
                  "referrer": "REFERRER_CONDITION_MEMBER", "rounding": "ROUNDING_FLOOR"})
    return {"from_date": "%d-01-01" % YEAR, "title": "payroll", "rules": rules}


def shop_id(s):
    return "S%03d" % s


def people(service, folder, guides):
    client = service.client("admin")
    client.call(API + "ProgramService/PublishProgram",
                {"program": program(), "request_id": "payroll"})
    for s in range(1, SHOPS + 1):
        client.call(API + "ShopService/CreateShop", {"shop": {
            "shop_id": shop_id(s), "name": "Shop %d" % s, "pay_entity": EMPLOYERS[s % 3],
            "cost_center": "C%02d" % (s % 7)}})
    market.import_rows(service, folder, "guides", ["employee_no", "name", "shop_id", "from_date"],
                       [["%06d" % g, "王丽 %d" % g, shop_id((g - 1) % SHOPS + 1),
                         "%d-01-01" % YEAR] for g in range(1, guides + 1)])
    for first in range(1, MEMBERS + 1, BATCH):
        reply = client.call(API + "MemberService/RegisterMembers", {"registrations": [
            {"phone": "+86139%08d" % c, "consent_policy_version": "1",
             "occurred_at": "%d-01-01T02:00:00Z" % YEAR,
             "recommender": "+86139%08d" % (c // 2) if c > 1 else ""}
            for c in range(first, first + BATCH)]}, timeout=120)
        assert all(row["status_code"] == 0 for row in reply["results"]), reply["results"][:2]


def purchases(guides):
    """Each guide sells ROUNDS times, with three others who change."""
    draw = random.Random(1)
    order, n = list(range(1, guides + 1)), 0
    for _ in range(ROUNDS):
        draw.shuffle(order)
        for at in range(0, guides - guides % SELLERS, SELLERS):
            n += 1
            yield {"shop_id": shop_id(draw.randrange(SHOPS) + 1), "receipt_number": "L%07d" % n,
                   "member_number": draw.randrange(MEMBERS) + 1,
                   "amount_minor": draw.randrange(20000, 200000),
                   "occurred_at": "%d-%02d-%02dT04:00:00Z"
                   % (YEAR, 1 + draw.randrange(12), 1 + draw.randrange(28)),
                   "sellers": [{"guide_number": g, "share_bp": 10000 // SELLERS}
                               for g in order[at:at + SELLERS]]}


def fill(service, folder, guides):
    """Makes the merchant in an empty store; how many purchases it has. The program is that of a
    store with no other settings: business days of UTC."""
    people(service, folder, guides)
    client, waiting, count, batch = service.client("admin"), deque(), 0, []

    def land():
        reply = client.message(API + "RecordPurchasesResponse").FromString(
            waiting.popleft().result())
        assert all(row.status_code == 0 for row in reply.results), reply.results[0]

    def send():
        waiting.append(client.future(API + "PurchaseService/RecordPurchases",
                                     {"purchases": batch}, timeout=600))
    for purchase in purchases(guides):
        batch.append(purchase)
        count += 1
        if len(batch) == BATCH:
            send()
            batch = []
        if len(waiting) == IN_FLIGHT:
            land()
    if batch:
        send()
    while waiting:
        land()
    return count
