"""What a page costs: the registration page with all it needs is at most 14 KB on the wire and 3 KB of
script; nothing comes from elsewhere; nothing moves while pages load."""

import os
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser  # noqa: E402
from pages import Pages  # noqa: E402
from walk import kind, walk  # noqa: E402
from weight import SHIFT, weigh  # noqa: E402

PAGE_BYTES, SCRIPT_BYTES = 14 * 1024, 3 * 1024


class Weight(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = Pages()
        cls.pages.start()
        cls.browser = Browser(timing=True)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.pages.stop()

    def test_registration_is_light(self):
        for owner in ("G01", "S01", "lin"):
            found = weigh(self.browser, self.pages, "/R/" + self.pages.codes[owner])
            print("registration by %s's code: %s" % (owner, found))
            self.assertLessEqual(found["bytes"], PAGE_BYTES)
            self.assertLessEqual(found["script_bytes"], SCRIPT_BYTES)
            self.assertEqual(found["elsewhere"], [])
            self.assertEqual(found["shift"], 0)

    def test_nothing_moves_and_nothing_comes_from_elsewhere(self):
        people = (("/card", self.pages.member_signed_in("lin", moving=True)),
                  ("/guide", self.pages.signed_in(guide="G01", moving=True)),
                  ("/desk", self.pages.signed_in(token="payroll", moving=True)))
        for start, visitor in people:
            self.browser.adopt(visitor, self.pages.base)
            targets = {}
            for target, page in walk(visitor, start, skip=("/guide/live",)).items():
                if page.media_type == "text/html" and "lang=" not in target:
                    targets.setdefault(kind(target)[0], target)
            for target in targets.values():
                self.browser.open(self.pages.base + target)
                self.assertEqual(self.browser.driver.execute_async_script(SHIFT), 0, target)
            for url, _, _ in self.browser.requests():
                self.assertEqual(urllib.parse.urlsplit(url).netloc, "127.0.0.1:%d" % self.pages.web_port)


if __name__ == "__main__":
    unittest.main()
