"""The pages' figures; tests/bench/run --pages installs, builds and starts it.

Weight, requests, script, shift, first byte and largest paint of each kind of page in Chromium (Slow 4G);
how soon the guide's page shows a purchase; requests a second of the registration page beside a static file
of the same bytes by nginx, in turns; registrations alone and with 1,000 slow connections beside them."""

import argparse
import json
import os
import re
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
WEB = os.path.join(os.path.dirname(HERE), "clients/web")
sys.path[:0] = [HERE, WEB, os.path.dirname(WEB)]
from browser import Browser  # noqa: E402
from measuring import say  # noqa: E402
from nginx import Nginx  # noqa: E402
from pages import Pages  # noqa: E402
from service import free_port  # noqa: E402
from slow import Slow, percentile, register  # noqa: E402
from weight import times, weigh  # noqa: E402

ROUNDS = 5
CLIENTS = 8           # h2load processes, each an address of its own
EACH = 1100           # requests of each: an address may have 1,200 a minute
GOAL_P99_MS = 300


def milliseconds(seconds):
    return round(seconds * 1000, 1)


# ---- in a browser --------------------------------------------------------------------------------

def seen(pages, result):
    pages_of = {"registration": (None, "/R/" + pages.codes["G01"]),
                "card": (pages.member_signed_in("lin"), "/card"),
                "guide": (pages.signed_in(guide="G01"), "/guide"),
                "desk": (pages.signed_in(token="payroll"), "/desk/runs")}
    with Browser(timing=True) as browser:
        for name, (visitor, target) in pages_of.items():
            browser.forget()
            if visitor:
                browser.adopt(visitor, pages.base)
            found = weigh(browser, pages, target)
            taken = [times(browser, pages, target) for _ in range(ROUNDS)]
            first, largest = [sorted(one)[ROUNDS // 2] for one in zip(*taken)]
            result[name] = dict(found, first_byte_ms=first, largest_paint_ms=largest)
            result[name].pop("elsewhere")
            say("%s: %s" % (name, result[name]))
        browser.adopt(pages.signed_in(guide="G01"), pages.base)
        browser.open(pages.base + "/guide")
        browser.wait(lambda: browser.text("#live"), "the live mark")
        delays = []
        for number in range(ROUNDS * 2):
            before = browser.text("#board .all .big")
            pages.buy("lin", 1000 + number)
            began = time.monotonic()
            browser.wait(lambda before=before: browser.text("#board .all .big") != before, "the purchase")
            delays.append(time.monotonic() - began)
        result["guide_page_shows_purchase_ms"] = {
            "p50": milliseconds(percentile(delays, 0.5)), "max": milliseconds(max(delays))}
        say("the guide's page shows a purchase: %s" % result["guide_page_shows_purchase_ms"])


# ---- requests a second ---------------------------------------------------------------------------

def per_second(url, sign):
    """Of CLIENTS processes at once, in HTTP/1.1, gzip as browsers take it."""
    began = time.monotonic()
    running = [subprocess.Popen(
        ["h2load", "--h1", "-n", str(EACH), "-c", "4", "-H", "accept-encoding: gzip", "-H",
         "x-forwarded-proto: https", "-H", "x-forwarded-for: 10.251.%d.%d" % (sign, number), url],
        stdout=subprocess.PIPE, text=True) for number in range(CLIENTS)]
    good = sum(int(re.search(r"(\d+) 2xx", one.communicate()[0]).group(1)) for one in running)
    if good != EACH * CLIENTS:
        raise SystemExit("%d of %d requests of %s were answered" % (good, EACH * CLIENTS, url))
    return good / (time.monotonic() - began)


def throughput(pages, result):
    target = pages.base + "/R/" + pages.codes["G01"]
    request = urllib.request.Request(target, headers={"Accept-Encoding": "gzip", "X-Forwarded-For": "10.251.9.9",
                                                      "X-Forwarded-Proto": "https"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        body = reply.read()
    port = free_port()
    static = "server { listen 127.0.0.1:%d; access_log off; root %s; default_type text/html; " \
        "keepalive_requests 100000; location / { add_header Content-Encoding gzip; } }" % (port, pages.folder)
    with open(os.path.join(pages.folder, "page"), "wb") as file:
        file.write(body)
    os.chmod(pages.folder, 0o755)
    ours, file_s = [], []
    with Nginx(pages.web_port, more=static):
        for turn in range(3):
            ours.append(per_second(target, turn))
            file_s.append(per_second("http://127.0.0.1:%d/page" % port, turn))
    result["registration_page_per_second"] = round(sorted(ours)[1])
    result["static_file_of_nginx_per_second"] = round(sorted(file_s)[1])
    say("registration page %d/s, static file of %d bytes by nginx %d/s" % (
        result["registration_page_per_second"], len(body), result["static_file_of_nginx_per_second"]))


# ---- slow visitors -------------------------------------------------------------------------------

def slowed(pages, result, options):
    alone = register(pages, options.seconds, first=0)
    with Slow(pages.web_port, options.slow) as slow:
        beside = register(pages, options.seconds, first=5000000)
        held, cut = slow.held, slow.cut
    for name, found in (("alone", alone), ("beside_slow", beside)):
        result["registrations_" + name] = {
            "count": len(found), "p50_ms": milliseconds(percentile(found, 0.5)),
            "p99_ms": milliseconds(percentile(found, 0.99)), "max_ms": milliseconds(max(found))}
        say("registrations %s: %s" % (name, result["registrations_" + name]))
    result["slow_connections"] = {"held": held, "cut_off_meanwhile": cut}
    result["goal_p99_ms"] = GOAL_P99_MS
    say("slow connections: %s" % result["slow_connections"])


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run --pages")
    parser.add_argument("--pages", action="store_true")
    parser.add_argument("--slow", type=int, default=1000, help="slow connections, default 1000")
    parser.add_argument("--seconds", type=float, default=15, help="of registrations, default 15")
    parser.add_argument("--json", action="store_true", help="what it prints anyway")
    options = parser.parse_args()
    result = {}
    with Pages() as pages:
        seen(pages, result)
        throughput(pages, result)
    with Pages(sms=False) as pages:   # how fast messages may leave is bounded in total, and not measured
        slowed(pages, result, options)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
