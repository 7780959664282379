#!/usr/bin/python3
"""beckon-web's settings from outside: every source, the sample, wrong lines; and what it refuses
to serve. $BECKON_WEB names the program."""

import os
import subprocess
import sys
import tempfile
import unittest

BECKON_WEB = os.environ["BECKON_WEB"]


def run(*arguments, **environment):
    return subprocess.run([BECKON_WEB, *arguments], capture_output=True, text=True, timeout=30,
                          env=environment)


class Options(unittest.TestCase):
    def test_flags_beat_the_environment_which_beats_the_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("[beckon-web]\nmerchant = 2\nhost = file.example\nbehind-proxy = on\n")
            file.flush()
            told = run("--config", file.name, "--merchant", "4", "--check-config",
                       BECKON_WEB_MERCHANT="3", BECKON_WEB_HOST="environment.example")
            self.assertEqual(told.returncode, 0, told.stderr)
            for line in ("merchant = 4\t(flag)", "host = environment.example\t(environment)",
                         "behind-proxy = on\t(file)", "listen = 127.0.0.1:7780\t(default)"):
                self.assertIn(line + "\n", told.stdout)

    def test_what_is_wrong_is_refused_and_named(self):
        for arguments, environment, sentence in (
                (["--merchant", "0"], {}, "merchant wants a number from 1 to 4294967295"),
                ([], {"BECKON_WEB_MERCHANT": "x"}, "BECKON_WEB_MERCHANT: merchant wants"),
                (["--listn", "x"], {}, 'did you mean "listen"?'),
                (["more"], {}, "--help"),
                (["--listen", "192.0.2.1:80"], {}, "unencrypted"),
                (["--config", "/nowhere"], {}, "/nowhere: can't be read")):
            ended = run(*arguments, **environment)
            self.assertEqual(ended.returncode, 2, arguments)
            self.assertIn(sentence, ended.stderr)

    def test_help_and_sample_come_from_the_table(self):
        self.assertIn("exit codes", run("--help").stdout)
        self.assertEqual(run("--version").stdout.split()[0], "beckon-web")
        self.assertIn(".TH \"beckon-web\" 8", run("--man").stdout)
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(run("--sample-config").stdout)
            file.flush()
            self.assertEqual(run("--config", file.name, "--check-config").returncode, 0)


if __name__ == "__main__":
    sys.exit(unittest.main())
