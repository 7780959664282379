"""The table of texts: nothing in it that no page shows, and nothing shown past it."""

import json
import pathlib
import re
import unittest

WEB = pathlib.Path(__file__).resolve().parents[4] / "clients/web"
TEMPLATES = {path: path.read_text() for path in WEB.glob("templates/**/*.html")}
SOURCES = "\n".join(path.read_text() for path in WEB.glob("**/*.[ch]"))
# {{word PREFIX path}}: whose values the texts "PREFIX.VALUE" are; None: the pages' own.
WORDS = {
    "entity": None,
    "audit_kind": "AuditObjectKind", "benefit_state": "BenefitState", "channel": "Channel",
    "credit_state": "CreditState",
    "dispute_state": "DisputeState", "entry_kind": "EntryKind", "kpi": "ScoreboardKpi",
    "payment": "SettlementPayment", "role": "Role", "run_format": "ExportFormat",
    "run_kind": "PartyKind", "run_profile": "ExportProfile", "run_remedy": "DisputeRemedy",
    "run_work": "SettlementWork", "settlement_state": "SettlementState",
    "settlement_type": "SettlementType", "span": "ScoreboardSpan", "unit": "Unit",
    "desk_page": None, "desk_what": None, "month": None, "run_file": None, "title": None,
}
# Kinds of texts that code asks for by a part of their key.
TOLD = re.compile(r"\.(title|what)$")


def enums():
    """{name: its values as the pages know them}, of the API."""
    found = {}
    for path in (WEB.parents[1] / "proto/beckon/v1").glob("*.proto"):
        source = re.sub(r"//.*", "", path.read_text())
        for name, body in re.findall(r"enum (\w+) \{(.*?)\}", source, re.S):
            begin = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper() + "_"
            found[name] = [value[len(begin):].lower()
                           for value in re.findall(r"(\w+)\s*=\s*\d+", body)]
    return found


def texts():
    for path in sorted(WEB.glob("texts/*.json")):
        for key, pair in json.loads(path.read_text()).items():
            yield path.name, key, pair


class Texts(unittest.TestCase):
    def test_no_text_is_left_over(self):
        everywhere = "\n".join(TEMPLATES.values()) + "\n".join(
            text for _, _, pair in texts() for text in pair)
        shown = set(re.findall(r"\{\{=([^}]+)\}\}", everywhere))
        words = set(re.findall(r"\{\{word ([a-z_]+) ", everywhere))
        pages = {str(path.relative_to(WEB / "templates"))[:-len(".html")] for path in TEMPLATES}
        for name, key, _ in texts():
            first = key.split(".")[0]
            used = (key in shown or first in words and first != "title"
                    or first == "title" and key[len("title."):] in pages
                    or f'"{key}"' in SOURCES or first == "reason"
                    or TOLD.search(key) and f'"{TOLD.sub("", key)}"' in SOURCES)
            self.assertTrue(used, f"{name}: nothing shows {key}")

    def test_every_text_that_code_asks_for_is_there(self):
        known = {key for _, key, _ in texts()}
        wrong = set(re.findall(
            r'view_wrong\(visit, [^;"]*(?:"[a-z_]*"[^;"]*)?"([a-z_]+\.[a-z_.]+)"', SOURCES))
        told = set(re.findall(r'visit_tell\(visit, [^;{"]*"([a-z_]+)"\)', SOURCES))
        self.assertTrue(wrong and told)
        self.assertEqual((wrong | {key + ".title" for key in told}) - known, set())

    def test_every_value_of_an_enum_has_its_word(self):
        known = {key for _, key, _ in texts()}
        everywhere = "\n".join(TEMPLATES.values()) + "\n".join(
            text for _, _, pair in texts() for text in pair)
        self.assertEqual(set(re.findall(r"\{\{word ([a-z_]+) ", everywhere)) - set(WORDS), set())
        values = enums()
        missing = {f"{prefix}.{value}" for prefix, name in WORDS.items() if name
                   for value in values[name] if value != "unspecified"} - known
        self.assertEqual(missing, set())

    def test_templates_hold_no_words_of_their_own(self):
        for path, source in TEMPLATES.items():
            if path.name == "style.html":
                continue
            holed = re.sub(r"\{\{.*?\}\}", " ", source)  # a hole may stand within a tag
            # a part may be the query of an address, "span= date="
            bare = re.sub(r"<[^>]*>|&[a-z]+;|[a-z]+=", " ", holed, flags=re.S)
            left = [word for word in re.findall(r"[^\W\d_]{2,}", bare)
                    if word not in {"Beckon", "English", "中文"}]
            self.assertEqual(left, [], path.name)

    def test_both_languages_name_the_same_values(self):
        for name, key, (zh, en) in texts():
            self.assertEqual(set(re.findall(r"\{\{[^#^?/}]*?([\w.]+)\}\}", zh)),
                             set(re.findall(r"\{\{[^#^?/}]*?([\w.]+)\}\}", en)), f"{name}: {key}")

    def test_english_is_english_and_chinese_chinese(self):
        chinese = re.compile(r"[一-鿿]")
        for name, key, (zh, en) in texts():
            self.assertFalse(chinese.search(en), f"{name}: {key} in English: {en}")
            bare = re.sub(r"\{\{.*?\}\}", "", zh)
            if re.search(r"[A-Za-z]{4,}", bare) and not chinese.search(zh):
                self.assertIn(bare, {"Beckon"}, f"{name}: {key} in Chinese: {zh}")


if __name__ == "__main__":
    unittest.main()
