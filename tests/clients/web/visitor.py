"""A visitor of the pages without a browser: sends what a browser would send, keeps its cookies, reads
forms, links and texts out of the HTML.

    visitor = Visitor(("127.0.0.1", 7780), address="198.51.100.7")
    page = visitor.get("/R/ABC")
    page = visitor.submit(page, phone="13800000001", consent="yes")   # fills in the form and sends it
    page.status, page.text, page.forms[0].fields, page.links, page.headers["content-security-policy"]

`address` is put into X-Forwarded-For with X-Forwarded-Proto: https, as a proxy does; None sends
neither. `tls`: an ssl context, for a proxy; `source`: the loopback address to come from. 303 is followed unless follow=False."""

import functools
import gzip
import html.parser
import http.client
import re
import time
import urllib.parse

TIMEOUT_SECONDS = 30
REDIRECTS_MAX = 5
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNSEEN = {"script", "style", "title", "template"}
BLOCKS = {"p", "h1", "h2", "h3", "li", "dt", "dd", "td", "th", "tr", "div", "section", "label",
          "button", "form", "summary", "header", "footer", "main"}


class Form:
    def __init__(self, method, action, form_id=""):
        self.method = method.upper()
        self.action = action
        self.id = form_id
        self.fields = {}   # name -> value, as a browser would send it untouched
        self.kinds = {}    # name -> "text", "hidden", "checkbox", "select", ...
        self.choices = {}  # of a select or radio: its values
        self.buttons = []  # (name, value) of its submit buttons
        self.text = ""

    @property
    def writable(self):
        """Names of the fields that take text from a person."""
        return [name for name, kind in self.kinds.items()
                if kind not in ("hidden", "checkbox", "radio", "select", "readonly")]

    def __repr__(self):
        return "<form %s %s %s>" % (self.method, self.action, sorted(self.fields))


class _Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms, self.links, self.images, self.scripts, self.ids = [], [], [], [], {}
        self.tags = []       # every start tag: (name, attributes)
        self.pieces = []     # visible text
        self.stack = []
        self.title = ""
        self.select = self.area = None

    @property
    def form(self):
        return next((item[1] for item in reversed(self.stack) if item[0] == "form"), None)

    def handle_starttag(self, tag, attributes):
        given = {name: value if value is not None else "" for name, value in attributes}
        self.tags.append((tag, given))
        form = self.form
        if tag == "form":
            form = Form(given.get("method", "get"), given.get("action", ""), given.get("id", ""))
            self.forms.append(form)
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "img":
            self.images.append(given)
        elif tag == "script":
            self.scripts.append(given)
        elif form is not None and tag == "input":
            self._input(form, given)
        elif form is not None and tag == "textarea":
            self.area = given.get("name")
            form.fields[self.area] = ""
            form.kinds[self.area] = "textarea"
        elif form is not None and tag == "select":
            self.select = given.get("name")
            form.kinds[self.select] = "select"
            form.choices[self.select] = []
        elif form is not None and tag == "option" and self.select:
            value = given.get("value", "")
            form.choices[self.select].append(value)
            if "selected" in given or self.select not in form.fields:
                form.fields[self.select] = value
        elif form is not None and tag == "button" and given.get("type", "submit") == "submit":
            form.buttons.append((given.get("name", ""), given.get("value", "")))
        if "id" in given:
            self.ids[given["id"]] = given
        if tag in BLOCKS:
            self.pieces.append("\n")
        if tag not in VOID:
            self.stack.append((tag, form))

    @staticmethod
    def _input(form, given):
        name, kind = given.get("name"), given.get("type", "text")
        if not name or kind in ("submit", "button", "reset"):
            if kind == "submit":
                form.buttons.append((name or "", given.get("value", "")))
            return
        form.kinds[name] = "readonly" if "readonly" in given else kind
        if kind in ("checkbox", "radio"):
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
        else:
            form.fields[name] = given.get("value", "")

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.pieces.append("\n")
        for i in range(len(self.stack) - 1, -1, -1):
            if self.stack[i][0] == tag:
                del self.stack[i:]
                break
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        inside = [tag for tag, _ in self.stack]
        if "title" in inside:
            self.title += data
        if self.area and self.form is not None:
            self.form.fields[self.area] += data
        elif not UNSEEN & set(inside):
            self.pieces.append(data)
            if self.form is not None:
                self.form.text += data


class Page:
    """One response, read."""

    def __init__(self, url, status, headers, body, wire_bytes, seconds):
        self.url, self.status, self.headers, self.body = url, status, headers, body
        self.wire_bytes, self.seconds = wire_bytes, seconds
        self.html = body.decode("utf-8", "replace") if "text/" in self.media_type else ""

    @functools.cached_property
    def _read(self):
        """What the HTML holds; read when somebody asks for it."""
        reader = _Reader()
        if self.media_type == "text/html":
            # The sheet is most of a small page; a second one would still be seen.
            before, sheet, after = self.html.partition("<style>:root")
            reader.feed(before + "<style>" + after[after.find("</style>"):] if sheet else before)
            reader.close()
        return reader

    forms = property(lambda self: self._read.forms)
    links = property(lambda self: self._read.links)
    images = property(lambda self: self._read.images)
    scripts = property(lambda self: self._read.scripts)
    tags = property(lambda self: self._read.tags)
    ids = property(lambda self: self._read.ids)
    title = property(lambda self: self._read.title.strip())

    @functools.cached_property
    def text(self):
        """What a person reads."""
        return re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]+", " ", "".join(self._read.pieces))).strip()

    @property
    def media_type(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    @property
    def path(self):
        return urllib.parse.urlsplit(self.url).path

    def form(self, action=None):
        """The only form with this action (its path's beginning), or the page's first POST form."""
        found = [form for form in self.forms
                 if (form.method == "POST" if action is None else form.action.startswith(action))]
        assert found, "no form %s on %s (%d): %s" % (action, self.url, self.status, self.text[:400])
        return found[0]

    def __repr__(self):
        return "<%d %s %r>" % (self.status, self.url, self.text[:300])


class Visitor:
    def __init__(self, where, address=None, language="zh", host=None, tls=None, source=None):
        self.where = where
        self.address = address
        self.move = None  # a function: the next request comes from the address it gives
        self.language = language
        self.tls = tls
        self.source = (source, 0) if source else None
        self.host = host or "%s:%d" % tuple(where)
        self.cookies = {}
        self.requests = 0

    # ---- one request -----------------------------------------------------------------------------

    def headers(self):
        out = {"Host": self.host, "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip",
               "Accept-Language": {"zh": "zh-CN,zh;q=0.9,en;q=0.5", "en": "en-GB,en;q=0.9"}[
                   self.language]}
        if self.address:
            out["X-Forwarded-For"] = self.address
            out["X-Forwarded-Proto"] = "https"
        if self.cookies:
            out["Cookie"] = "; ".join("%s=%s" % pair for pair in self.cookies.items())
        return out

    def send(self, method, target, body=None, headers=()):
        """One request as it is: the Page, redirects not followed, cookies kept."""
        self.address = self.move() if self.move else self.address
        given = {"timeout": TIMEOUT_SECONDS, "source_address": self.source}
        connection = (http.client.HTTPSConnection(*self.where, context=self.tls, **given)
                      if self.tls else http.client.HTTPConnection(*self.where, **given))
        sent = dict(self.headers(), **dict(headers))
        if body is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.monotonic()
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            try:
                if body is not None:
                    connection.send(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent: the answer is there to be read
            response = connection.getresponse()
            endless = "event-stream" in (response.getheader("Content-Type") or "")
            raw = b"" if endless else response.read()
        finally:
            connection.close()
        self.requests += 1
        found = {}
        for name, value in response.getheaders():
            found[name.lower()] = value if name.lower() not in found else (
                found[name.lower()] + "\n" + value)
        plain = gzip.decompress(raw) if found.get("content-encoding") == "gzip" else raw
        self._keep(response)
        return Page(target, response.status, found, plain, len(raw), time.monotonic() - began)

    def _keep(self, response):
        for line in response.headers.get_all("Set-Cookie") or []:
            pair, *attributes = [part.strip() for part in line.split(";")]
            name, value = pair.split("=", 1)
            if any(part.lower() == "max-age=0" for part in attributes):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    # ---- as a browser does -----------------------------------------------------------------------

    def _follow(self, page, follow):
        for _ in range(REDIRECTS_MAX):
            if not follow or page.status not in (302, 303):
                return page
            page = self.send("GET", page.headers["location"])
        raise AssertionError("redirected without end: %s" % page)

    def get(self, target, follow=True, headers=()):
        return self._follow(self.send("GET", target, headers=headers), follow)

    def post(self, target, fields, follow=True, headers=()):
        """`fields`: a dict, a list of pairs, or bytes as they go out."""
        body = fields if isinstance(fields, bytes) else urllib.parse.urlencode(fields).encode()
        return self._follow(self.send("POST", target, body, headers), follow)

    def submit(self, page, action=None, form=None, follow=True, **fields):
        """Fills in a form of the page (page.form(action), or the one given) and sends it."""
        form = form or page.form(action)
        unknown = set(fields) - set(form.kinds) - {name for name, _ in form.buttons}
        assert not unknown, "%s has no %s" % (form, unknown)
        sent = dict(form.fields, **fields)
        target = urllib.parse.urljoin(page.url, form.action or page.url)
        if form.method == "GET":
            return self.get(target.split("?")[0] + "?" + urllib.parse.urlencode(sent), follow)
        return self.post(target, sent, follow)
