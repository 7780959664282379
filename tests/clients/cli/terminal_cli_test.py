#!/usr/bin/python3
"""beckon in the hands of a person: on a terminal, in a shell, as a file for a spreadsheet.

Programs come from $BECKOND and $BECKON, as in tests/clients/service.py."""
import csv
import fcntl
import io
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
import unicodedata
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from service import BECKON, Service  # noqa: E402

SECONDS = 20
HOSTILE = '=HYPERLINK("http://x","y")'


def width(text):
    """What a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, argv, environment, columns=80):
        self.process, self.end = pty.fork()
        if self.process == 0:
            os.execve(shutil.which(argv[0], path=environment["PATH"]), argv, environment)
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.told = ""

    def read(self):
        """More of what it says; False: it has ended."""
        if not select.select([self.end], [], [], SECONDS)[0]:
            raise AssertionError("it says nothing more: %r" % self.told)
        try:
            part = os.read(self.end, 65536)
        except OSError:  # the other end is closed
            return False
        self.told += part.decode(errors="replace").replace("\r\n", "\n")
        return bool(part)

    def until(self, pattern, begin=0):
        while not re.search(pattern, self.told[begin:]):
            if not self.read():
                raise AssertionError("%r was not said: %r" % (pattern, self.told))

    def type(self, text, pattern):
        """Types, and waits for an answer."""
        begin = len(self.told)
        os.write(self.end, text.encode())
        self.until(pattern, begin)

    def finish(self):
        """Until it ends; its exit code."""
        while self.read():
            pass
        return self.close()

    def close(self):
        os.close(self.end)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()
        self = cls()
        self.piped("shop", "create", "S01", "--name", "西湖边上的一家旗舰店，很长的名字")
        self.piped("shop", "create", "S02", "--name", HOSTILE)
        self.piped("guide", "create", "G01", "--name", "王丽", "--shop", "S01", "--from",
                   "2020-01-01", "--phone", "13800138001")

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()

    def environment(self, **more):
        return dict({"PATH": os.path.dirname(BECKON) + ":" + os.environ["PATH"],
                     "LANG": "C.UTF-8", "TERM": "xterm", "PAGER": "", "HOME": self.service.folder,
                     "BECKON_ADDRESS": self.service.address,
                     "BECKON_TOKEN_FILE": os.path.join(self.service.data, "admin.token"),
                     "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}, **more)

    def piped(self, *words, exit=0):
        done = subprocess.run([BECKON, *words], capture_output=True, env=self.environment(),
                              stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual(done.returncode, exit, (words, done.stderr))
        return done.stdout

    def terminal(self, *words, columns=80, **more):
        return Terminal(["beckon", *words], self.environment(**more), columns)

    def shown(self, *words, exit=0, columns=80, **more):
        terminal = self.terminal(*words, columns=columns, **more)
        self.assertEqual(terminal.finish(), exit, terminal.told)
        return terminal.told


class Csv(Case):
    def test_a_list_is_csv_that_reads_back(self):
        text = self.piped("shop", "list", "--csv").decode()
        self.assertTrue(text.endswith("\r\n"))
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual([row["shop_id"] for row in rows], ["S01", "S02"])
        self.assertEqual(rows[0]["name"], "西湖边上的一家旗舰店，很长的名字")

    def test_no_text_is_a_formula_and_every_number_stays_as_it_is(self):
        names = [line for line in csv.reader(io.StringIO(
            self.piped("shop", "list", "--csv", "--columns", "name").decode(), newline=""))]
        self.assertEqual(names[2], ["'" + HOSTILE])
        guides = self.piped("guide", "list", "--csv", "--columns", "phone").decode()
        self.assertEqual(guides, "phone\r\n+8613800138001\r\n")

    def test_for_excel_it_begins_with_a_byte_order_mark(self):
        self.assertTrue(self.piped("shop", "list", "--csv=excel").startswith(b"\xef\xbb\xbfshop_id"))
        self.assertTrue(self.piped("shop", "list", "--csv").startswith(b"shop_id"))

    def test_columns_are_chosen_everywhere(self):
        self.assertEqual(self.piped("shop", "list", "--csv", "--columns", "shop_number,shop_id"),
                         b"shop_number,shop_id\r\n1,S01\r\n2,S02\r\n")
        line = json.loads(self.piped("shop", "list", "--limit", "1", "--columns", "shop_id"))
        self.assertEqual(line, {"shop_id": "S01"})
        self.assertIn("created_at", self.piped("shop", "list", "--csv", "--columns", "all").decode())
        self.assertEqual(self.shown("shop", "list", "--columns", "shop_id", NO_COLOR="1"),
                         "shop_id\nS01\nS02\n")


    def test_a_column_may_lie_within_an_object(self):
        self.assertEqual(self.piped("audit", "list", "--csv", "--columns",
                                    "recorded_at.seconds,action", exit=0).decode()
                         .splitlines()[0], "recorded_at.seconds,action")
        self.piped("guide", "list", "--columns", "employments.shop_id", exit=2)


class People(Case):
    def test_people_are_named_as_people_name_them(self):
        member = json.loads(self.piped("member", "register", "13712345678", "--consent", "v1"))
        number = member["member_number"]
        for name in (str(number), "13712345678", "phone:+8613712345678", "member:%d" % number):
            got = json.loads(self.piped("member", "get", name))
            self.assertEqual(got["member_number"], number)
        for name in ("1", "G01", "guide:G01", "employee:G01"):
            self.assertEqual(json.loads(self.piped("guide", "scoreboard", name))["guide_number"], 1)
        self.piped("member", "get", "guide:G01", exit=2)
        self.piped("guide", "scoreboard", "G99", exit=1)

    def test_a_refused_field_is_told_by_the_option_that_fills_it(self):
        told = self.shown("purchase", "list", exit=1, NO_COLOR="1")
        self.assertIn("say: MEMBER", told)


class OnATerminal(Case):
    def test_an_empty_list_says_so(self):
        self.assertIn("(none)", self.shown("handover", "list"))
        self.assertEqual(self.piped("handover", "list"), b"")

    def test_a_table_fits_and_elsewhere_nothing_is_cut(self):
        told = self.shown("shop", "list", columns=60, NO_COLOR="1")
        self.assertIn("…", told)
        for line in told.splitlines():
            self.assertLessEqual(width(line), 60, told)
        self.assertNotIn("…", self.shown("shop", "list", columns=200))
        self.assertNotIn("…", self.piped("shop", "list", "--csv").decode())

    def test_colours_are_for_terminals_that_want_them(self):
        self.assertIn("\033[1m", self.shown("shop", "list"))
        self.assertNotIn("\033", self.shown("shop", "list", NO_COLOR="1"))
        self.assertNotIn("\033", self.shown("shop", "list", TERM="dumb"))
        self.assertNotIn(b"\033", self.piped("shop", "list"))

    def test_long_output_goes_through_the_pager(self):
        told = self.shown("shop", "list", PAGER="sed 's/^/paged: /'", NO_COLOR="1")
        self.assertTrue(all(line.startswith("paged: ") for line in told.splitlines()), told)
        told = self.shown("shop", "--help", PAGER="sed 's/^/paged: /'")
        self.assertIn("paged: beckon shop", told)
        # Who has seen enough ends it, and that is no fault.
        self.shown("guide", "list", PAGER="true")
        # A refusal is no page.
        self.assertNotIn("paged", self.shown("purchase", "list", exit=1, PAGER="sed s/^/paged:/"))

    def test_without_pager_less_is_taken_and_ends_by_itself(self):
        environment = self.environment(NO_COLOR="1")
        del environment["PAGER"]
        terminal = Terminal(["beckon", "shop", "list"], environment)
        self.assertEqual(terminal.finish(), 0)
        self.assertIn("S02", terminal.told)

    def test_help_keeps_to_the_width(self):
        for columns in (60, 90):
            for line in self.shown("shop", "create", "--help", columns=columns,
                                   NO_COLOR="1").split("Examples")[0].splitlines():
                self.assertLessEqual(width(line), columns)


class TypedAgain(Case):
    def token(self):
        return str(json.loads(self.piped("token", "create", "auditor"))["token"]["token_number"])

    def is_revoked(self, number):
        tokens = [json.loads(line) for line in self.piped("token", "list").splitlines()]
        return any(str(t["token_number"]) == number and "revoked_at" in t for t in tokens)

    def test_what_is_typed_again_is_done(self):
        number = self.token()
        terminal = self.terminal("token", "revoke", number)
        terminal.type("", "Type %s to go on: " % number)
        self.assertFalse(self.is_revoked(number))
        terminal.type(number + "\n", "revoked_at")
        self.assertEqual(terminal.finish(), 0)
        self.assertTrue(self.is_revoked(number))

    def test_anything_else_changes_nothing(self):
        number = self.token()
        for text in ("y\n", "\n", "\x04"):
            terminal = self.terminal("token", "revoke", number)
            terminal.type("", "to go on: ")
            terminal.type(text, "nothing was changed")
            self.assertEqual(terminal.finish(), 2)
        terminal = self.terminal("token", "revoke", number, LANG="zh_CN.UTF-8")
        terminal.type("", "以确认：")
        terminal.type("n\n", "未做任何改动")
        self.assertEqual(terminal.finish(), 2)
        self.piped("token", "revoke", number, exit=2)
        self.assertFalse(self.is_revoked(number))

    def test_yes_answers_beforehand(self):
        number = self.token()
        self.piped("token", "revoke", number, "--yes")
        self.assertTrue(self.is_revoked(number))


class Doctor(Case):
    def doctor(self, *words, exit=0, role="operator"):
        token = os.path.join(self.service.data, role + ".token")
        found = json.loads(self.piped("doctor", "--token-file", token, *words, exit=exit))
        return found["result"], {f["name"]: f["result"] for f in found["findings"]}

    def state(self, **more):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with open(os.path.join(self.service.data, "backup.state"), "w", encoding="utf-8") as file:
            json.dump(dict({"rehearsed_at": now, "made_at": now, "backup": "/b/1", "ok": True,
                            "cause": ""}, **more), file)

    def test_an_operator_sees_the_machine_and_the_last_rehearsal(self):
        for rehearsed, wanted, exit in (({}, "ok", 0), ({"ok": False, "cause": "cut"}, "fail", 4),
                                        ({"made_at": "2020-01-01T00:00:00Z"}, "fail", 4)):
            self.state(**rehearsed)
            result, found = self.doctor(exit=exit)
            self.assertEqual(found["backup"], wanted)
            for name in ("service", "token", "version", "clock", "store", "keys", "descriptors"):
                self.assertEqual(found[name], "ok", name)
            self.assertEqual(result, "fail" if exit else "warn")  # no messages can be sent
        os.unlink(os.path.join(self.service.data, "backup.state"))
        self.assertEqual(self.doctor()[1]["backup"], "warn")

    def test_others_see_what_is_theirs(self):
        result, found = self.doctor(role="admin")
        self.assertEqual((result, found), ("warn", {"service": "ok", "token": "warn"}))

    def test_what_is_wrong_is_said_with_what_to_do(self):
        result, found = self.doctor("--address", "unix:/nonexistent/socket", exit=4)
        self.assertEqual((result, found), ("fail", {"service": "fail"}))
        bad = os.path.join(self.service.folder, "bad.token")
        with open(bad, "w", encoding="utf-8") as file:
            file.write("beckon_1_" + "A" * 43)
        told = self.shown("doctor", "--token-file", bad, exit=4, NO_COLOR="1")
        self.assertRegex(told, r"FAIL  token +\S(?s:.*) beckon token create")


class InShells(Case):
    # What is typed, tabs and all, and what the shell then runs.
    LINES = (("import mem\t", "import members"),
             ("shop li\t--col\t", "shop list --columns"),
             ("member list --csv=\t", "member list --csv=excel"),
             ("balance get guide:G01 --js\t", "balance get guide:G01 --json"),
             ("code create guide:G01 --channel ba\t", "code create guide:G01 --channel badge"))
    # Asked for completions it is beckon; else it says what was run.
    SAY = 'beckon() { if [ "$1" = __complete ]; then command beckon "$@"; else echo "ran: $*"; fi; }'

    def installed(self, shell):
        if not shutil.which(shell):
            self.skipTest("%s is not installed; tests/run --long installs it" % shell)

    def complete(self, argv, load, lines):
        self.installed(argv[0])
        shell = Terminal(argv, self.environment(PS1="ready> "), columns=200)
        shell.type("%s; %s; echo lo''aded\r" % (load, self.SAY), r"[\r\n]loaded")
        for typed, wanted in lines:
            os.write(shell.end, ("beckon " + typed).encode())
            shell.type("\r", "ran: %s *[\r\n]" % re.escape(wanted))
        os.write(shell.end, b"exit\r")
        shell.finish()

    def test_bash_completes(self):
        self.complete(["bash", "--norc", "--noprofile"], "source <(beckon completion bash)",
                      self.LINES)

    def test_bash_completes_files_where_a_file_is_wanted(self):
        path = os.path.join(self.service.folder, "members-of-march.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("phone\n")
        self.complete(["bash", "--norc", "--noprofile"], "source <(beckon completion bash)",
                      (("import members %s/members-of\t" % self.service.folder,
                        "import members " + path),))

    def test_zsh_completes(self):
        self.complete(["zsh", "-f"], "autoload -Uz compinit && compinit -u -D; "
                      "source <(beckon completion zsh)", self.LINES)

    def test_fish_completes(self):
        self.installed("fish")
        for typed, wanted in self.LINES:
            typed = typed.rstrip("\t").replace("\t", "st ")
            script = "beckon completion fish | source; complete -C 'beckon %s'" % typed
            done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True,
                                  env=self.environment(), timeout=60, text=True)
            self.assertEqual(done.stdout.split("\t")[0], wanted.split()[-1], done.stderr)

    def test_each_shell_takes_its_script(self):
        for shell, check in (("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")):
            if shutil.which(shell):
                script = self.piped("completion", shell)
                done = subprocess.run([shell, check, "/dev/stdin"], input=script, timeout=60,
                                      capture_output=True)
                self.assertEqual((done.returncode, done.stderr), (0, b""), shell)


class Manual(Case):
    def test_every_page_is_good_roff(self):
        folder = os.path.join(self.service.folder, "man1")
        os.mkdir(folder)
        self.piped("man", "--output", folder)
        pages = sorted(os.listdir(folder))
        nouns = self.piped("__complete", "").decode().splitlines()
        wanted = {"beckon-%s.1" % noun.split("\t")[0] for noun in nouns if noun[0] != "-"}
        self.assertEqual(set(pages), wanted | {"beckon.1"})
        done = subprocess.run(["groff", "-ww", "-Kutf8", "-Tutf8", "-man", *pages], cwd=folder,
                              capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_man_shows_them(self):
        done = subprocess.run(["man", "--warnings", "-l", "-"], input=self.piped("man", "shop"),
                              capture_output=True, timeout=60, env=self.environment(MANWIDTH="80"))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for part in (b"BECKON-SHOP(1)", b"--cost-center TEXT", b"beckon shop list"):
            self.assertIn(part, done.stdout)
        told = self.shown("man", "shop", MANPAGER="cat", PAGER="cat")
        self.assertIn("BECKON-SHOP(1)", told)


if __name__ == "__main__":
    unittest.main()
