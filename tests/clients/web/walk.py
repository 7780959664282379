"""All there is to visit: the routes as clients/web has them, and the pages that links lead to.

    for route in routes(): route.method, route.path, route.audience
    found = walk(visitor, "/guide")      # {target: Page}, a few of each kind"""

import os
import re
import sys
import urllib.parse
from collections import Counter, namedtuple

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from service import ROOT  # noqa: E402

Route = namedtuple("Route", "method path audience")
ROW = re.compile(r'\{EXCHANGE_(GET|POST),\s*"([^"]+)",\s*AUDIENCE_([A-Z_]+)')
SOURCES = ("customer/routes.c", "guide/routes.c", "desk/routes.c", "site/common.c")
EACH_MAX = 2      # pages of one kind
PAGES_MAX = 400
HOMES = {"member": "/card", "guide": "/guide", "desk": "/desk"}


def routes():
    """The tables of routes, read from their files."""
    found = []
    for source in SOURCES:
        with open(os.path.join(ROOT, "clients/web", source), encoding="utf-8") as file:
            rows = [Route(*row) for row in ROW.findall(file.read())]
        assert rows or source.startswith(("guide", "desk")), source
        found += rows
    assert len(found) > 10 and len(set(found)) == len(found)
    return found


def kind(target):
    """Which kind of page: numbers and long words of the path are one person's, values of the query
    are one choice."""
    parts = urllib.parse.urlsplit(target)
    path = re.sub(r"(?<=/)(?=[^/]*\d)[^/.]+|(?<=/)[A-Za-z0-9_-]{20,}", ":x", parts.path)
    return path, tuple(sorted(name for name, _ in urllib.parse.parse_qsl(
        parts.query, keep_blank_values=True)))


def walk(visitor, start, skip=()):
    """Pages that can be reached from `start` by links, as {target: Page}; redirects are followed,
    files downloaded. `skip`: beginnings of targets that are left alone."""
    found, waiting, seen = {}, [start], Counter()
    while waiting and len(found) < PAGES_MAX:
        target = waiting.pop(0)
        if target in found or seen[kind(target)] >= EACH_MAX or target.startswith(tuple(skip)):
            continue
        seen[kind(target)] += 1
        page = visitor.get(target)
        found[target] = page
        if page.status >= 400:
            continue
        for link in page.links:
            whole = urllib.parse.urljoin(page.url, link)
            if whole.startswith("/") and not whole.startswith("//"):
                waiting.append(whole.split("#")[0])
    return found
