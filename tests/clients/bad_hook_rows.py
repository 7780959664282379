"""Rows of bad_input_rows.py: hooks, as an admin registers them."""

INVALID, UNKNOWN = "INVALID_ARGUMENT", "NOT_FOUND"
HOOK = "WebhookService/"
CREATE, UPDATE = HOOK + "CreateWebhook", HOOK + "UpdateWebhook"
LISTS = [(HOOK + "ListWebhooks", {})]


def rows(world):
    good = {"url": "https://a.example/"}
    return [
        (CREATE, {"webhook": good}, INVALID, "FIELD_REQUIRED", "request_id"),
        (CREATE, {"request_id": "x"}, INVALID, "FIELD_REQUIRED", "webhook"),
        (CREATE, {"request_id": "x", "webhook": {}}, INVALID, "FIELD_REQUIRED", "webhook.url"),
        (CREATE, {"request_id": "x" * 65, "webhook": good}, INVALID, None, "request_id"),
        *[(CREATE, {"request_id": "x", "webhook": {"url": url}}, INVALID, "VALUE_INVALID",
           "webhook.url")
          for url in ("http://a.example/", "ftp://a.example", "https://", "https://u:p@a.example/",
                      "https://a.example/#b", "https://a.example/ b", "https://[::1]/",
                      "https://a.example\\@b.example/", "file:///etc/passwd",
                      "https://a.example/" + "x" * 500)],
        (CREATE, {"request_id": "x", "webhook": dict(good, kinds=[62])}, INVALID, "VALUE_INVALID",
         "webhook.kinds[0]"),
        (CREATE, {"request_id": "x", "webhook": dict(good, description=" a")}, INVALID,
         "TEXT_INVALID", "webhook.description"),
        (CREATE, {"request_id": "x", "webhook": dict(good, description="a" * 121)}, INVALID,
         "TEXT_INVALID", "webhook.description"),
        *[(HOOK + method, {"webhook_number": number}, UNKNOWN, "WEBHOOK_UNKNOWN", "webhook_number")
          for method in ("GetWebhook", "DeleteWebhook", "TestWebhook")
          for number in (0, 9, 2**32 - 1)],
        (HOOK + "RotateWebhookSecret", {"webhook_number": 9}, INVALID, "FIELD_REQUIRED",
         "request_id"),
        (HOOK + "RotateWebhookSecret", {"webhook_number": 9, "request_id": "x"}, UNKNOWN,
         "WEBHOOK_UNKNOWN", "webhook_number"),
        (UPDATE, {}, INVALID, "FIELD_REQUIRED", "webhook"),
        (UPDATE, {"webhook": {"webhook_number": 9}}, INVALID, "FIELD_REQUIRED", "update_fields"),
        (UPDATE, {"webhook": {"webhook_number": 9}, "update_fields": ["url"]}, UNKNOWN,
         "WEBHOOK_UNKNOWN", "webhook.webhook_number"),
    ]
