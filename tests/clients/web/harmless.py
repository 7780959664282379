"""Is a page harmless: does it hold only what its templates hold, whatever was typed by whom?

    faults = Harmless().faults(page)      # [] or sentences

Every element and attribute of an answer must stand in a template (or in what the service draws: an SVG),
every address must be our own, and what a page has once it has once."""

import collections
import html
import html.parser
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from service import ROOT  # noqa: E402

TEMPLATES = os.path.join(ROOT, "clients/web/templates")
ONCE = ("html", "head", "body", "main", "title", "style", "header", "footer")
ADDRESSES = {"href", "src", "action", "formaction", "data", "srcset", "poster", "content", "data-stream"}
TAG = re.compile(r"<[^>]*>")
OWN = re.compile(r"(/(?![/\\])|\?|#)[^\x00-\x20\\]*|data:image/(svg\+xml|png);base64,[A-Za-z0-9+/=]*")


class _Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, {name: value or "" for name, value in attributes}))


def tags_of(text):
    reader = _Tags()
    reader.feed(text)
    reader.close()
    return reader.found


class Harmless:
    def __init__(self):
        self.known = set()
        for folder, _, names in os.walk(TEMPLATES):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    # Sections stand between attributes: they become blanks, values become "x".
                    text = re.sub(r"\{\{[#^/][^}]*\}\}", " ", file.read())
                    text = re.sub(r"\{\{[^}]*\}\}", "x", text)
                for tag, given in tags_of(text):
                    self.known.update([(tag, "")] + [(tag, name) for name in given])
        assert ("script", "src") in self.known and ("script", "onload") not in self.known

        self.judged = {}

    def judge(self, text):
        """What is wrong with one tag, as it was sent: "<a href=...>"."""
        found = tags_of(text)
        if text.startswith(("</", "<!doctype html>")) and not found:
            return [] if re.fullmatch(r"</[a-z0-9]+>|<!doctype html>", text) else ["ends oddly: " + text]
        if len(found) != 1 or text.count('"') % 2:
            return ["is no whole tag: " + text]
        out = []
        (tag, given), = found
        for name in ["", *given]:
            if (tag, name) not in self.known:
                out.append("stands in no template: %s in %s" % (name, text))
        for name, value in given.items():
            address = name in ADDRESSES and not (tag == "meta" and "url" not in value.lower())
            if tag == "meta":   # a page that looks again at an address of ours
                value = re.sub(r"^\d+;url=", "", value)
            if address and value and not OWN.fullmatch(html.unescape(value)):
                out.append("leads elsewhere: " + text)
        return out

    def faults(self, page):
        if page.media_type != "text/html":
            return []
        before, _, after = page.html.partition("<style>:root")
        body = before + "<style>" + after[after.find("</style>"):] if after else before
        tags = TAG.findall(body)
        out = [] if len(tags) == body.count("<") else ["a bare < stands in the text"]
        for text in set(tags):
            if text not in self.judged:
                self.judged[text] = self.judge(text)
            out += self.judged[text]
        counts = collections.Counter(text[1:-1].split(" ")[0] for text in tags)
        out += ["%d times <%s>" % (counts[tag], tag) for tag in ONCE if counts[tag] != 1]
        if not body.rstrip().endswith("</html>"):
            out.append("ends with %r" % body[-40:])
        return out
