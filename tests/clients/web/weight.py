"""What a page costs a browser (started with timing=True): bytes, requests, shift, times.

    weigh(browser, pages, "/card") -> {"bytes": ..., "requests": ..., "script_bytes": ..., "shift": 0, ...}"""

import json
import urllib.parse

from browser import SLOW_4G

SHIFT = """
var done = arguments[arguments.length - 1], sum = 0;
new PerformanceObserver(function (list) {
  list.getEntries().forEach(function (entry) { sum += entry.value; });
}).observe({type: 'layout-shift', buffered: true});
setTimeout(function () { done(sum); }, 150);
"""
LARGEST = """
var done = arguments[arguments.length - 1], largest = 0;
new PerformanceObserver(function (list) {
  list.getEntries().forEach(function (entry) { largest = entry.startTime; });
}).observe({type: 'largest-contentful-paint', buffered: true});
setTimeout(function () { done(largest); }, 150);
"""


def weigh(browser, pages, target):
    """Loads the page anew, with nothing kept."""
    browser.command("Network.clearBrowserCache")
    browser.requests()
    browser.open(pages.base + target)
    shift = browser.driver.execute_async_script(SHIFT)
    requests = browser.requests()
    scripts = browser.script(
        "return Promise.all(Array.from(document.scripts).map(one => one.src ? fetch(one.src).then("
        "reply => reply.text()).then(text => new Blob([text]).size) : one.text.length))")
    return {
        "bytes": sum(size for _, size, _ in requests), "requests": len(requests),
        "script_bytes": sum(scripts), "shift": shift,
        "elsewhere": [url for url, _, _ in requests
                      if urllib.parse.urlsplit(url).netloc != "127.0.0.1:%d" % pages.web_port]}


def first_byte(browser):
    """Seconds from the last page's request to its answer, as the throttled connection delivered it."""
    asked = answered = None
    for entry in browser.driver.get_log("performance"):
        event = json.loads(entry["message"])["message"]
        if event["params"].get("type") == "Document":
            if event["method"] == "Network.requestWillBeSent":
                asked, answered = event["params"]["timestamp"], None
            elif event["method"] == "Network.responseReceived":
                answered = event["params"]["timestamp"]
    return answered - asked


def times(browser, pages, target, conditions=SLOW_4G):
    """(ms to the first byte, ms to the largest paint) on a slow connection, nothing kept."""
    browser.command("Network.clearBrowserCache")
    browser.requests()
    browser.throttle(conditions)
    try:
        browser.open(pages.base + target)
        largest = browser.driver.execute_async_script(LARGEST)
        return round(first_byte(browser) * 1000), round(largest)
    finally:
        browser.throttle(None)
