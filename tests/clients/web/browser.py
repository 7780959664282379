"""Headless Chromium as a visitor's phone.

    with Browser(language="zh", dark=True) as browser:
        browser.open(pages.base + "/R/" + code)
        browser.type("#phone", "13800000001"); browser.tick("#consent"); browser.press("form button")
        browser.text("h1"); browser.shot("registered")

Phone size 390 x 844 unless `size` says otherwise (DESK: 1280 x 900). `address` is what a proxy would
put into X-Forwarded-For, with X-Forwarded-Proto: https: beckon-web run --behind-proxy, as Pages does,
takes the visitor for one over TLS. Screenshots go into $BECKON_SHOTS, when it is set."""

import base64
import json
import os
import shutil
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By

PHONE, DESK = (390, 844), (1280, 900)
ACCEPT = {"zh": "zh-CN,zh", "en": "en-GB,en"}
WAIT_SECONDS = 10
# Chromium's own "Slow 4G": latency in ms, bytes a second down and up.
SLOW_4G = {"latency": 562.5, "downloadThroughput": 180000, "uploadThroughput": 84375}


class Browser:
    def __init__(self, language="zh", dark=False, scripts=True, size=PHONE, address="10.255.0.1",
                 arguments=(), timing=False):
        self.folder = tempfile.mkdtemp(prefix="beckon-browser-")
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                         "--disable-gpu", "--disable-extensions", "--disable-component-update",
                         "--disable-background-networking", "--no-first-run",
                         "--disable-features=OptimizationHints,MediaRouter,Translate",
                         "--hide-scrollbars", "--window-size=%d,%d" % size,
                         "--user-data-dir=" + os.path.join(self.folder, "profile"), *arguments):
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"intl.accept_languages": ACCEPT[language],
                                                  "download.default_directory": self.folder})
        options.set_capability("goog:loggingPrefs",
                               {"browser": "ALL", **({"performance": "ALL"} if timing else {})})
        options.set_capability("unhandledPromptBehavior", "ignore")
        self.driver = webdriver.Chrome(service=Driver("/usr/bin/chromedriver",
                                                      log_path=os.devnull), options=options)
        self.driver.set_page_load_timeout(30)
        self.command("Network.enable")
        self.command("Page.setDownloadBehavior", behavior="allow", downloadPath=self.folder)
        self.language = language
        self.dress(size, dark, scripts)
        self.as_visitor(address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, name, /, **parameters):
        """A command of Chromium's DevTools."""
        return self.driver.execute_cdp_cmd(name, parameters)

    # ---- what kind of phone ----------------------------------------------------------------------

    def dress(self, size=PHONE, dark=False, scripts=True, printing=False):
        """Changes the window, the colours, whether pages may run scripts, screen or paper."""
        self.size = size
        self.command("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1],
                     deviceScaleFactor=1, mobile=size[0] < 600)
        self.command("Emulation.setEmulatedMedia", media="print" if printing else "screen",
                     features=[{"name": "prefers-color-scheme",
                                "value": "dark" if dark else "light"}])
        self.command("Emulation.setScriptExecutionDisabled", value=not scripts)

    def as_visitor(self, address):
        """From this address, over TLS, as a proxy in front says; None: nobody says anything."""
        headers = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"} if address else {}
        self.command("Network.setExtraHTTPHeaders", headers=headers)

    def cookies(self):
        """What the browser keeps for this page, for give_back()."""
        return self.command("Network.getCookies")["cookies"]

    def give_back(self, cookies):
        for one in cookies:
            self.command("Network.setCookie", **{key: one[key] for key in (
                "name", "value", "domain", "path", "secure", "httpOnly", "sameSite", "expires")
                if key in one and not (key == "domain" and one["name"].startswith("__Host-"))},
                url=self.url)

    def adopt(self, visitor, base):
        """Goes on as a Visitor of pages at `base`: takes over her cookies, and no others."""
        self.command("Network.clearBrowserCookies")
        for name, value in visitor.cookies.items():
            done = self.command("Network.setCookie", name=name, value=value, url=base, path="/",
                                secure=True, httpOnly=True, sameSite="Lax")
            assert done["success"], name

    def throttle(self, conditions=SLOW_4G):
        """A slow connection; None: as fast as it goes."""
        given = conditions or {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.command("Network.emulateNetworkConditions", offline=False, **given)

    def forget(self):
        """No cookies, nothing kept."""
        self.command("Network.clearBrowserCookies")
        self.command("Network.clearBrowserCache")

    # ---- pages -----------------------------------------------------------------------------------

    def open(self, url):
        self.driver.get(url)

    def back(self):
        self.driver.back()

    def reload(self):
        self.driver.refresh()

    @property
    def url(self):
        return self.driver.current_url

    @property
    def path(self):
        return "/" + self.url.split("://", 1)[1].split("/", 1)[1].split("?")[0].split("#")[0]

    @property
    def html(self):
        return self.driver.page_source

    def script(self, source, *arguments):
        return self.driver.execute_script(source, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def has(self, selector):
        return bool(self.find_all(selector))

    def text(self, selector="main"):
        return self.find(selector).text

    def type(self, selector, text):
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def tick(self, selector):
        box = self.find(selector)
        if not box.is_selected():
            box.click()

    def press(self, selector):
        """Clicks; what a click on a link or button opens is waited for."""
        element = self.find(selector)
        self.script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def wait(self, condition, what="it", seconds=WAIT_SECONDS):
        """Until condition() is true; its value."""
        until = time.monotonic() + seconds
        while True:
            try:
                found = condition()
                if found:
                    return found
            except (NoSuchElementException, StaleElementReferenceException):
                pass
            if time.monotonic() > until:
                raise AssertionError("%s did not come to pass on %s:\n%s" % (
                    what, self.url, self.text("body")[:2000]))
            time.sleep(0.02)

    def wait_path(self, path, seconds=WAIT_SECONDS):
        self.wait(lambda: self.path == path, "the address " + path, seconds)

    # ---- what happened ---------------------------------------------------------------------------

    def messages(self):
        """What the console said since the last call: broken rules of the security policy, errors of
        scripts, files that didn't come. The status of the page itself is no message of it."""
        return [entry for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")
                and "favicon" not in entry["message"]
                and not (entry["source"] == "network"
                         and entry["message"].startswith(self.url.split("#")[0]))]

    def requests(self):
        """(url, bytes on the wire, type) of everything fetched since the last call (timing=True)."""
        urls, out = {}, []
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            given = event["params"]
            if event["method"] == "Network.requestWillBeSent" \
                    and given["request"]["url"].startswith("http"):
                urls[given["requestId"]] = (given["request"]["url"], given.get("type", ""))
            elif event["method"] == "Network.loadingFinished" and given["requestId"] in urls:
                url, kind = urls[given["requestId"]]
                out.append((url, int(given["encodedDataLength"]), kind))
        return out

    def shot(self, name, whole=True):
        """A PNG of the page (all of it, or what the screen shows) in $BECKON_SHOTS."""
        folder = os.environ.get("BECKON_SHOTS")
        if folder:
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, name + ".png"), "wb") as file:
                file.write(self.picture(whole))

    def picture(self, whole=True):
        data = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=whole,
                            **({"clip": self._whole()} if whole else {}))
        return base64.b64decode(data["data"])

    def picture_of(self, selector):
        """A PNG of one element, as it stands on the page."""
        x, y, width, height = self.script(
            "var at = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [at.x + scrollX, at.y + scrollY, at.width, at.height]", selector)
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": 1}
        return base64.b64decode(self.command("Page.captureScreenshot", format="png", clip=clip,
                                             captureBeyondViewport=True)["data"])

    def _whole(self):
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": max(size["width"], self.size[0]),
                "height": max(size["height"], self.size[1]), "scale": 1}

    def files(self, seconds=WAIT_SECONDS, count=1):
        """Paths of the downloads, once `count` of them are complete."""
        def complete():
            names = [name for name in os.listdir(self.folder) if name != "profile"]
            ready = [name for name in names if not name.endswith(".crdownload")]
            return len(ready) >= count and len(ready) == len(names) and sorted(ready)
        return [os.path.join(self.folder, name)
                for name in self.wait(complete, "%d downloads" % count, seconds)]
