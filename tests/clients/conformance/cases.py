"""The one set of cases that every client runs: what is sent, and what must come back.

A case is a dict, the same for all clients (JSON tells it to those who are not Python):
  name        what it shows
  method      "package.Service/Method"; `strange`: of strange.proto instead of the API
  requests    the messages to send, as the JSON of protobuf; one empty message unless said.
              "{client}" in a text becomes the client's name, {"fill": n} a text of n letters
  metadata    [[key, value]]; a value of a -bin key is base64
  token       False: none is sent; a text: that one; by default the admin's
  deadline_ms, cancel_after (messages; 0: at once), gzip (the request is compressed)
  times       so many calls one after the other; parallel: so many at once on one connection
  expect      what must be observed, below
  cannot      {client: why it can't be expressed with it}; every other client must run it

Observed and compared with `expect` (of what is not named there nothing is asked):
  status      the name of the gRPC code, or a list of those that may come
  reason, field, locales, sentence, request_id    of the error's details
  messages    how many came; a list [at least, at most]
  reply       the last message as JSON; a dict is contained in it, [n] is a list of n elements
  initial, trailing     metadata that must be there; None: must not
  seconds     took no longer"""

import copy

CLIENTS = ("python", "node", "buf")
ONE_CALL = "each call is a process and a connection of its own"
V1 = "beckon.v1."
GET, CREATE, LIST = (V1 + "ShopService/" + name for name in ("GetShop", "CreateShop", "ListShops"))
VERIFY = V1 + "StoreService/VerifyStore"
SCORES = V1 + "ScoreboardService/WatchScoreboard"
CHECK, WATCH = "grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"
REFLECTION = "grpc.reflection.%s.ServerReflection/ServerReflectionInfo"
SHOPS = 500   # made before: S000 ..., each with a name of SHOP_NAME
SHOP_NAME = "门店" * 20
BINARY = "AAECAwQFBgcICQoLDA0ODw0KIP/+gH8="   # 0, 1, ..., CR, LF, blank, 255 ...

OK = {"status": "OK"}


def refused(status, reason, **more):
    return dict(status=status, reason=reason, locales=["en", "zh-CN"], **more)


def case(name, method, request=None, expect=None, **more):
    out = {"name": name, "method": method, "expect": expect or OK, "cannot": {}, **more}
    out.setdefault("requests", [request or {}])
    return out


CASES = [
    # ---- every kind of call ------------------------------------------------------------------
    case("unary read, text beyond ASCII", GET, {"shopId": "S007"},
         {"status": "OK", "messages": 1,
          "reply": {"shop": {"shopId": "S007", "name": SHOP_NAME}}}),
    case("unary write", CREATE, {"shop": {"shopId": "by-{client}", "name": "店"}},
         {"status": "OK", "reply": {"shop": {"shopId": "by-{client}", "name": "店"}}}),
    case("server stream to its end", VERIFY, {},
         {"status": "OK", "messages": [1, 1000], "reply": {"done": True}}),
    case("server stream that follows, left after one message", SCORES, {"guideNumber": 1},
         {"status": "CANCELLED", "messages": 1, "reply": {"scoreboard": {"guideNumber": 1}}},
         cancel_after=1),
    case("bidi stream: reflection v1, two questions", REFLECTION % "v1", None,
         {"status": "OK", "messages": 2,
          "reply": {"fileDescriptorResponse": {"fileDescriptorProto": [2]}}},
         requests=[{"listServices": "*"}, {"fileContainingSymbol": "beckon.v1.ShopService"}]),
    case("bidi stream: reflection v1alpha, a name nobody has", REFLECTION % "v1alpha", None,
         {"status": "OK", "messages": 2, "reply": {"errorResponse": {"errorCode": 5}}},
         requests=[{"listServices": "*"}, {"fileContainingSymbol": "beckon.v1.Nothing"}]),
    case("health of the whole", CHECK, {}, {"status": "OK", "reply": {"status": "SERVING"}},
         token=False),
    case("health of one service", CHECK, {"service": "beckon.v1.ShopService"},
         {"status": "OK", "reply": {"status": "SERVING"}}, token=False),
    case("health of a service nobody has", CHECK, {"service": "beckon.v1.Nothing"},
         {"status": "NOT_FOUND"}, token=False),
    case("health watched, left after one message", WATCH, {},
         {"status": "CANCELLED", "messages": 1, "reply": {"status": "SERVING"}},
         token=False, cancel_after=1),
    case("health watched of a service nobody has", WATCH, {"service": "x"},
         {"status": "CANCELLED", "messages": 1, "reply": {"status": "SERVICE_UNKNOWN"}},
         token=False, cancel_after=1),

    # ---- messages ----------------------------------------------------------------------------
    case("an empty message both ways", V1 + "GuideService/ListGuides", {"shopId": "S001"},
         {"status": "OK", "messages": 1, "reply": {"guides": [0]}}),
    case("a page of 500 rows", LIST, {"pageSize": 500},
         {"status": "OK", "reply": {"shops": [500]}}),
    case("a request of 500 rows, each with its answer", V1 + "PurchaseService/RecordPurchases",
         {"purchases": [{"shopId": "S001", "receiptNumber": "{client}-%03d-" % i + "x" * 30,
                         "memberNumber": 999999, "amountMinor": "900000000001",
                         "occurredAt": "2024-05-01T08:00:00Z", "lines": [], "currency": "CNY"}
                        for i in range(500)]},
         {"status": "OK", "reply": {"results": [500]}}),
    case("a request above the limit is told so", CREATE,
         {"shop": {"shopId": "big", "name": {"fill": 140000}}},
         refused("RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE")),
    case("a request far above the limit", CREATE,
         {"shop": {"shopId": "big", "name": {"fill": 3000000}}}, {"status": "RESOURCE_EXHAUSTED"}),

    # ---- metadata ----------------------------------------------------------------------------
    case("metadata of the caller's own, text and binary", GET, {"shopId": "S001"}, OK,
         metadata=[["x-caller", "till 7; floor 2"], ["x-caller", "again"], ["x-trace-bin", BINARY]]),
    case("binary metadata that is empty", GET, {"shopId": "S001"}, OK,
         metadata=[["x-trace-bin", ""]]),
    case("too much metadata", GET, {"shopId": "S001"}, {"status": "RESOURCE_EXHAUSTED"},
         metadata=[["x-filler", "y" * 20000]],
         cannot={"buf": "sends nothing that the service's SETTINGS forbid, and says UNAVAILABLE"}),
    case("a refusal and its details", GET, {"shopId": "nobodys"},
         refused("NOT_FOUND", "SHOP_UNKNOWN", field="shop_id")),
    case("a refusal of a server stream and its details", SCORES, {"guideNumber": 999},
         refused("NOT_FOUND", "GUIDE_UNKNOWN", messages=0)),
    case("no token", GET, {"shopId": "S001"}, refused("UNAUTHENTICATED", "TOKEN_MISSING"),
         token=False),
    case("a token nobody bears", GET, {"shopId": "S001"},
         refused("UNAUTHENTICATED", "TOKEN_INVALID"), token="beckon_1_" + "A" * 43),

    case("a call's own name comes back", GET, {"shopId": "S001"},
         {"status": "OK", "trailing": {"x-request-id": "{client}.till-7_1"}},
         metadata=[["x-request-id", "{client}.till-7_1"]]),
    case("a call's own name comes back with its refusal", GET, {"shopId": "nobodys"},
         refused("NOT_FOUND", "SHOP_UNKNOWN", request_id="{client}.till-7_2",
                 trailing={"x-request-id": "{client}.till-7_2"}),
         metadata=[["x-request-id", "{client}.till-7_2"]]),

    # ---- cancelling and deadlines -------------------------------------------------------------
    case("cancelled before anything came", VERIFY, {}, {"status": "CANCELLED", "messages": 0},
         cancel_after=0,
         cannot={"buf": "can be interrupted only by a signal, and nothing tells when it has sent"}),
    case("cancelled again and again: the service forgets who has gone", WATCH, {},
         {"status": "CANCELLED", "messages": 1}, token=False, cancel_after=1, times=200,
         cannot={"buf": ONE_CALL}),
    case("a deadline that has passed", GET, {"shopId": "S001"},
         {"status": "DEADLINE_EXCEEDED", "seconds": 5}, deadline_ms=0,
         cannot={"buf": "knows no deadline of a call, and grpc-timeout is not its user's to set"}),
    case("a deadline of a millisecond", GET, {"shopId": "S001"},
         {"status": ["DEADLINE_EXCEEDED", "OK"], "seconds": 5}, deadline_ms=1, times=50,
         cannot={"buf": "knows no deadline of a call, and grpc-timeout is not its user's to set"}),
    case("a deadline ends a stream that follows", SCORES, {"guideNumber": 1},
         {"status": "DEADLINE_EXCEEDED", "messages": 1, "seconds": 5}, deadline_ms=1000,
         cannot={"buf": "knows no deadline of a call, and grpc-timeout is not its user's to set"}),

    # ---- what is not there, and other shapes ---------------------------------------------------
    case("a method nobody has", V1 + "ShopService/Nothing", {},
         refused("UNIMPLEMENTED", "METHOD_UNKNOWN", seconds=5), strange=True),
    case("a service nobody has", V1 + "NowhereService/Nothing", {},
         refused("UNIMPLEMENTED", "METHOD_UNKNOWN", seconds=5), strange=True),
    case("half-closed without a message", GET, None,
         refused("INVALID_ARGUMENT", "MESSAGE_MISSING"), strange=True, requests=[]),
    case("two messages where one is asked for: the first counts", GET, None,
         {"status": "OK", "messages": 1}, strange=True,
         requests=[{"shopId": "S001"}, {"shopId": "nobodys"}],
         cannot={"buf": "is answered before its second message, and takes that for a fault"}),

    # ---- compression ---------------------------------------------------------------------------
    case("compression offered: the reply is as it is", LIST, {"pageSize": 100},
         {"status": "OK", "reply": {"shops": [100]}, "initial": {"grpc-encoding": None}},
         metadata=[]),
    case("a compressed request", CREATE, {"shop": {"shopId": "packed", "name": {"fill": 100}}},
         refused("UNIMPLEMENTED", "MESSAGE_COMPRESSED"), gzip=True,
         cannot={"buf": "compresses no request"}),

    # ---- many at once --------------------------------------------------------------------------
    case("a thousand calls at once on one connection", GET, {"shopId": "S123"},
         {"status": "OK", "messages": 1}, parallel=1000, cannot={"buf": ONE_CALL}),
    case("eight streams at once on one connection", SCORES, {"guideNumber": 1},
         {"status": "CANCELLED", "messages": 1}, cancel_after=1, parallel=8,
         cannot={"buf": ONE_CALL}),
]

PLACEHOLDERS = {"requests", "expect", "metadata"}


def filled(value, client):
    """A case's messages with their placeholders replaced."""
    if isinstance(value, dict) and set(value) == {"fill"}:
        return "x" * value["fill"]
    if isinstance(value, dict):
        return {key: filled(item, client) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, client) for item in value]
    return value.replace("{client}", client) if isinstance(value, str) else value


def cases_of(client):
    """The cases this client can run, ready to be sent."""
    out = []
    for row in CASES:
        if client not in row["cannot"]:
            row = copy.deepcopy(row)
            row.update(filled({key: row[key] for key in row.keys() & PLACEHOLDERS}, client))
            out.append(row)
    return out


def missing(expected, found):
    """What of `expected` is not in `found`; None when all is there."""
    if isinstance(expected, list) and len(expected) == 1 and isinstance(expected[0], int):
        count = len(found or [])
        return None if count == expected[0] else "%d elements, not %d" % (count, expected[0])
    if isinstance(expected, dict):
        for key, value in expected.items():
            inside = missing(value, (found or {}).get(key))
            if inside is not None:
                return "%s: %s" % (key, inside)
        return None
    return None if expected == found else "%.200r, not %r" % (found, expected)


def fault(row, seen):
    """What is wrong with what a client observed, or None."""
    expect = row["expect"]
    for key, value in expect.items():
        found = seen.get(key)
        if key == "status" and isinstance(value, list):
            wrong = None if found in value else "%r, none of %r" % (found, value)
        elif key == "messages" and isinstance(value, list):
            wrong = None if value[0] <= found <= value[1] else "%r, not %r" % (found, value)
        elif key == "seconds":
            wrong = None if found <= value else "%.1f s" % found
        elif key in ("initial", "trailing"):
            wrong = missing({name: text for name, text in value.items() if text is not None}, found)
            wrong = wrong or next((name + " is there" for name, text in value.items()
                                   if text is None and name in found), None)
        else:
            wrong = missing(value, found)
        if wrong is not None:
            return "%s: %s" % (key, wrong)
    return None
