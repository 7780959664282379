"""Rows of access_test.py: hooks. Nobody has any, and none is made."""

from access_row import Row
from world import ADMIN, not_found

HOOK = "WebhookService/"


def row(**request):
    return Row((ADMIN,), lambda w: dict({"webhook_number": 9}, **request),
               foreign=not_found("WEBHOOK_UNKNOWN"))


TABLE = {
    HOOK + "CreateWebhook": Row((ADMIN,), lambda w: {"request_id": "hook"}),
    HOOK + "GetWebhook": row(),
    HOOK + "ListWebhooks": Row((ADMIN,), lambda w: {}),
    HOOK + "UpdateWebhook": Row(
        (ADMIN,), lambda w: {"webhook": {"webhook_number": 9}, "update_fields": ["enabled"]},
        foreign=not_found("WEBHOOK_UNKNOWN")),
    HOOK + "DeleteWebhook": row(),
    HOOK + "RotateWebhookSecret": row(request_id="secret"),
    HOOK + "TestWebhook": row(),
}
