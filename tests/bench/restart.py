"""How long it takes until a purchase succeeds again after kill -9, with as much in the journal as there
ever is.

The live part of the journal grows until a drain ends and then falls by a generation. So: purchases at
64 in flight until it has fallen twice (first by what a start had left in it), and on until it is nearly
as long as it was the second time; kill; start.
An engine without a journal is killed after a measurement's time: the same run gives its plain start."""

import statistics
import subprocess
import time

from measuring import MIB, say

IN_FLIGHT, KILLS, LOOK_SECONDS, SHOP = 64, 3, 0.01, "S001"
FELL, NEAR, FALLS = 0.8, 0.95, 2   # shares of the longest seen since it fell
LONGEST_SECONDS = 90


def wait_until_full(bench, service, longest_seconds):
    """Returns the bytes in the journal, None without one."""
    client = service.client("operator")
    peaks, most, ends = [], 0, time.monotonic() + longest_seconds
    while True:
        now = client.call("beckon.v1.StoreService/GetStoreInfo", {}).get("journal_bytes")
        if now is None:
            time.sleep(bench.options.seconds)
            return None
        if now < most * FELL:
            peaks.append(most)
            most = 0
        most = max(most, now)
        if len(peaks) >= FALLS and now >= peaks[-1] * NEAR:
            return now
        if time.monotonic() > ends:
            say("the journal did not fall within %g s" % longest_seconds)
            return now
        time.sleep(LOOK_SECONDS)


def killed_full(bench, longest_seconds):
    """One beckond killed under load; what its journal held."""
    with bench.service() as service:
        load = subprocess.Popen(bench.command(service, "purchase", IN_FLIGHT, longest_seconds + 60),
                                stdout=subprocess.DEVNULL)
        try:
            held = wait_until_full(bench, service, longest_seconds)
        finally:
            service.kill()
            load.wait()
        return held


def measure(bench):
    """Median milliseconds from the start of the program to the first purchase answered OK."""
    longest_seconds = 1 if bench.options.quick else LONGEST_SECONDS
    times = []
    for kill in range(1 if bench.options.quick else KILLS):
        held = killed_full(bench, longest_seconds)
        service = bench.service()
        began = time.monotonic()
        try:
            service.start()
            serving = time.monotonic()
            service.client("admin").call("beckon.v1.PurchaseService/RecordPurchase", {
                "shop_id": SHOP, "receipt_number": "restart-%d" % kill, "member_number": 1,
                "amount_minor": 100})
            times.append(1000 * (time.monotonic() - began))
            say("killed with %s in the journal: serves after %.0f ms, a purchase after %.0f ms"
                % ("%.1f MiB" % (held / MIB) if held is not None else "nothing (there is none)",
                   1000 * (serving - began), times[-1]))
        finally:
            service.stop()
    return round(statistics.median(times), 1)
