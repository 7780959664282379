"""The date that the service has now, for merchants with the default zone and cut-off."""

import datetime

ZONE = datetime.timezone(datetime.timedelta(hours=8))
CUTOFF = datetime.timedelta(hours=4)  # the business day begins so long after midnight


def business_date():
    return (datetime.datetime.now(ZONE) - CUTOFF).date()
