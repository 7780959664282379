"""The repository's own rules, read from its files: who may include whom, sizes, headers that
compile alone, comments in the API, commands and methods one to one, a test for every outcome.

Environment: BECKON_BUILD, the build folder whose generated headers are used."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = os.environ.get('BECKON_BUILD')
FOLDERS = ('service', 'store', 'clients', 'tests')

FILE_LINES_MAX = 500
LINE_COLUMNS_MAX = 100
# Whole tables or the contract in one piece; each with the reason why it isn't split.
LONG_FILES = {
    'service/outcome.c': 'a row for every outcome',
    'tests/store/verify_test.c': 'a row for every kind of damage verify finds',
}


def read(path):
    return path.read_text(encoding='utf-8')


def sources(*suffixes, under=FOLDERS):
    return sorted(path for folder in under for suffix in suffixes
                  for path in (ROOT / folder).rglob('*' + suffix))


def name(path):
    return path.relative_to(ROOT).as_posix()


def includes(path):
    """(line number, what is included) of a C file."""
    return [(number, match.group(1)) for number, line in enumerate(read(path).splitlines(), 1)
            if (match := re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line))]


# ---- who may include whom (the README's table of folders) ---------------------------------------

# An include that begins with KEY stands only in files that begin with one of these.
ONLY_IN = {
    'grpc/': ('service/rpc/', 'clients/channel/', 'tests/'),
    'lmdb.h': ('store/kv_lmdb', 'tests/'),
    'sodium.h': ('store/', 'service/secret.c', 'service/main', 'service/export/', 'clients/web/',
                 'clients/cli/audit_hash.c', 'tests/'),
    'qrencode.h': ('service/qr/', 'tests/'),
    'png.h': ('service/qr/', 'tests/'),
    'xlsxwriter.h': ('service/export/', 'tests/'),
    'openssl/': ('service/door/', 'tests/'),
    'curl/': ('service/ops/', 'tests/'),
    'ini.h': ('service/settings/', 'tests/'),
    'microhttpd.h': ('clients/web/http/', 'service/ops/', 'tests/'),
    'store/kv_lmdb': ('store/', 'tests/'),
}
# Files that begin with KEY include nothing that begins with one of these.
NEVER = {
    'store/': ('service/', 'clients/', 'beckon/v1/', 'google/', 'tests/'),
    'service/': ('clients/', 'tests/'),
    'service/rules/': ('service/command', 'service/executor', 'service/rpc', 'service/ops',
                       'service/postings', 'service/qr', 'beckon/', 'google/', 'protobuf-c'),
    'service/postings/': ('service/command', 'service/executor', 'service/rpc', 'service/ops',
                          'service/qr', 'beckon/', 'google/', 'protobuf-c'),
    'service/qr/': ('service/command', 'service/executor', 'service/rpc', 'service/rules',
                    'service/postings', 'store/', 'beckon/', 'protobuf-c'),
    'service/export/': ('service/command', 'service/executor', 'service/rpc', 'service/ops',
                        'service/postings', 'service/qr', 'beckon/', 'google/', 'protobuf-c'),
    'service/command/': ('service/executor', 'service/rpc', 'service/ops', 'service/settings'),
    'service/settings/': ('service/command', 'service/executor', 'service/rpc', 'service/ops',
                          'service/rules', 'service/postings', 'service/qr', 'service/outcome',
                          'service/limits', 'store/', 'beckon/', 'google/', 'protobuf-c'),
    'service/executor/': ('service/rpc', 'service/ops', 'service/rules', 'service/postings',
                          'service/qr', 'beckon/', 'google/'),
    'service/door/': ('service/command', 'service/executor', 'service/rpc', 'service/ops',
                      'service/rules', 'service/postings', 'service/qr', 'service/export', 'store/',
                      'beckon/', 'google/', 'protobuf-c'),
    'service/rpc/': ('service/door', 'service/ops', 'service/rules', 'service/postings', 'service/qr', 'store/'),
    'service/ops/': ('service/command', 'service/rules', 'service/postings', 'service/qr',
                     'store/'),
    'clients/': ('service/', 'store/', 'tests/'),
}
# The pure middle: plain structs in, plain structs out.
PURE = ('service/rules/', 'service/postings/')
PURE_SYSTEM = {'assert.h', 'inttypes.h', 'limits.h', 'stdbool.h', 'stddef.h', 'stdint.h',
               'string.h'}
PURE_STORE = {'store/bytes.h', 'store/cap.h', 'store/credit.h', 'store/date.h',
              'store/period.h', 'store/program.h', 'store/record.h', 'store/refund.h',
              'store/review.h', 'store/settlement.h'}
# A pointer with a size: what folders hand to each other.
VIEW = 'store/bytes.h'
# beckon-web takes its settings as beckond does: the one thing of the service that a client knows.
SETTINGS = 'service/settings/settings.h'
# The exporter sees plain data, no tables.
EXPORT_STORE = {'store/bytes.h', 'store/date.h', 'store/period.h', 'store/record.h',
                'store/settlement.h'}
# The executor knows the contract of commands, none of the commands.
EXECUTOR_COMMAND = {'service/command/command.h'}


def include_fault(path, included):
    """What is wrong with `path` including `included`, or None."""
    for begin, allowed in ONLY_IN.items():
        if included.startswith(begin) and not path.startswith(allowed):
            return f'only in {", ".join(allowed)}'
    for folder, forbidden in NEVER.items():
        view = included == VIEW and path.startswith('service/')
        settings = included == SETTINGS and path.startswith('clients/web/')
        if path.startswith(folder) and included.startswith(forbidden) \
                and not view and not settings:
            return f'never in {folder}'
    if path.startswith(PURE):
        own = included.startswith(PURE) or included == 'service/outcome.h'
        if not own and included not in PURE_SYSTEM | PURE_STORE:
            return 'not in the pure middle'
    if path.startswith('service/export/') and included.startswith('store/') \
            and included not in EXPORT_STORE:
        return 'the exporter sees plain data only'
    if path.startswith('service/executor/') and included.startswith('service/command/') \
            and included not in EXECUTOR_COMMAND:
        return 'the executor knows no single command'
    return None


class IncludesTest(unittest.TestCase):
    def test_arrows_point_one_way(self):
        faults = [f'{name(path)}:{number}: {included}: {fault}'
                  for path in sources('.c', '.h') for number, included in includes(path)
                  if (fault := include_fault(name(path), included))]
        self.assertEqual(faults, [])

    def test_the_check_itself_sees_what_is_forbidden(self):
        for path, included in (
                ('service/command/x.c', 'grpc/grpc.h'), ('service/command/x.c', 'lmdb.h'),
                ('store/reader.c', 'lmdb.h'), ('store/x.c', 'service/outcome.h'),
                ('service/rules/x.c', 'stdio.h'), ('service/rules/x.c', 'time.h'),
                ('service/rules/x.c', 'stdlib.h'), ('service/postings/x.c', 'store/batch.h'),
                ('service/command/x.c', 'service/executor/executor.h'),
                ('service/rpc/x.c', 'store/reader.h'), ('clients/cli/x.c', 'store/date.h'),
                ('clients/cli/x.c', 'grpc/grpc.h'), ('service/limits.c', 'sodium.h'),
                ('service/executor/x.c', 'service/command/commands.h'),
                ('service/export/x.c', 'store/reader.h'), ('service/command/x.c', 'xlsxwriter.h'),
                ('service/settings/x.c', 'service/limits.h'), ('service/main_options.c', 'ini.h'),
                ('clients/cli/x.c', 'service/settings/settings.h'),
                ('clients/web/x.c', 'service/settings/settings_inner.h')):
            self.assertIsNotNone(include_fault(path, included), f'{path} includes {included}')
        for path, included in (
                ('store/kv_lmdb.c', 'lmdb.h'), ('service/rpc/x.c', 'grpc/grpc.h'),
                ('service/rules/x.c', 'store/record.h'), ('service/secret.c', 'sodium.h'),
                ('clients/web/main.c', 'service/settings/settings.h')):
            self.assertIsNone(include_fault(path, included), f'{path} includes {included}')


# ---- sizes, markers ------------------------------------------------------------------------------

class TextTest(unittest.TestCase):
    def test_no_file_is_too_long_to_read(self):
        long = [f'{name(path)}: {count} lines' for path in sources('.c', '.h', '.py')
                if (count := len(read(path).splitlines())) > FILE_LINES_MAX
                and name(path) not in LONG_FILES]
        self.assertEqual(long, [])
        for path in LONG_FILES:
            self.assertGreater(len(read(ROOT / path).splitlines()), FILE_LINES_MAX,
                               f'{path} may leave the list')

    def test_no_line_is_wider_than_the_page(self):
        wide = [f'{name(path)}:{number}: {len(line)} columns' for path in sources('.c', '.h')
                for number, line in enumerate(read(path).splitlines(), 1)
                if len(line) > LINE_COLUMNS_MAX]
        self.assertEqual(wide, [])

    def test_nothing_is_left_for_later(self):
        words = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK', 'for' + ' now']
        # A merge that was not finished is unfinished work too.
        marker = re.compile('|'.join(rf'\b{word}\b' for word in words) + r'|^[<>]{7} ')
        files = sources('.c', '.h', '.py', '.proto', '.txt', '.cmake', under=FOLDERS + ('proto',))
        files += [ROOT / 'CMakeLists.txt'] + list(ROOT.glob('README.md'))
        found = [f'{name(path)}:{number}: {line.strip()}' for path in files
                 for number, line in enumerate(read(path).splitlines(), 1) if marker.search(line)]
        self.assertEqual(found, [])

    def test_every_header_has_its_own_guard(self):
        for path in sources('.h'):
            guard = 'BECKON_' + re.sub(r'[^A-Za-z0-9]', '_', name(path)).upper()
            self.assertIn(f'#ifndef {guard}\n#define {guard}\n', read(path), name(path))


# ---- headers -------------------------------------------------------------------------------------

@unittest.skipUnless(BUILD, 'BECKON_BUILD names no build folder: generated headers are missing')
class HeadersTest(unittest.TestCase):
    def test_every_header_compiles_alone(self):
        packages = ['grpc', 'libprotobuf-c', 'libsodium', 'lmdb', 'libqrencode', 'libpng',
                    'jansson', 'glib-2.0', 'libutf8proc']
        flags = subprocess.run(['pkg-config', '--cflags'] + packages, check=True,
                               capture_output=True, text=True).stdout.split()
        command = ['gcc', '-std=c17', '-D_GNU_SOURCE', '-fsyntax-only', '-Wall', '-Wextra',
                   '-Wstrict-prototypes', f'-I{ROOT}', f'-I{BUILD}/proto', f'-I{BUILD}/store',
                   f'-I{BUILD}', *flags, '-x', 'c', '-']

        def compile_alone(path):
            run = subprocess.run(command, input=f'#include "{name(path)}"\n', text=True,
                                 capture_output=True)
            return f'{name(path)}: {run.stderr.strip()}' if run.stderr or run.returncode else None

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            faults = [fault for fault in pool.map(compile_alone, sources('.h')) if fault]
        self.assertEqual(faults, [])


# ---- the API -------------------------------------------------------------------------------------

DECLARATION = re.compile(
    r'^\s*(?:(message|enum|service|rpc|oneof)\s+(\w+)'       # a block, or a method
    r'|(?:repeated\s+)?[\w.]+\s+(\w+)\s*=\s*\d+\s*(?:\[.*\])?;'  # a field
    r'|([A-Z][A-Z0-9_]*)\s*=\s*\d+;)')                       # a value of an enum


def uncommented(text):
    """(line number, name) of declarations with a comment neither above nor beside them."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        match = DECLARATION.match(line)
        if not match or match.group(1) == 'oneof':
            continue
        above = lines[number - 2].strip() if number > 1 else ''
        # A field in a oneof of its own (presence) is told by the comment above that.
        if re.match(r'oneof _\w+', above):
            above = lines[number - 3].strip()
        if '//' not in line and not above.startswith('//'):
            yield number, next(group for group in match.groups()[1:] if group)


class ApiTest(unittest.TestCase):
    PROTOS = sorted((ROOT / 'proto/beckon/v1').glob('*.proto'))

    def test_everything_in_the_api_is_commented(self):
        bare = [f'{name(path)}:{number}: {what}' for path in self.PROTOS
                for number, what in uncommented(read(path))]
        self.assertEqual(bare, [])

    def test_the_check_itself_sees_what_is_bare(self):
        text = '// A.\nmessage A {\n  string told = 1; // b\n\n  Party bare = 2;\n}\nenum B {\n' \
               '  C = 0;\n}\n'
        self.assertEqual([what for _, what in uncommented(text)], ['bare', 'B', 'C'])

    # What the tickers ask: no RPCs.
    INTERNAL = {'tick_due', 'tick_periods', 'tick_refunds', 'tick_settlements', 'tick_handovers',
                'tick_referees', 'tick_sign_in', 'tick_erasures', 'tick_keys', 'tick_events',
                'tick_birthdays', 'tick_webhooks'}

    def test_each_method_is_one_command_and_each_command_a_method(self):
        methods = {re.sub(r'(?<!^)(?=[A-Z])', '_', rpc).lower() for path in self.PROTOS
                   for rpc in re.findall(r'^\s*rpc (\w+)\(', read(path), re.M)}
        methods |= self.INTERNAL
        commands = {}
        for path in sorted((ROOT / 'service/command').glob('*.c')):
            for command in re.findall(r'^const struct command (\w+) = \{', read(path), re.M):
                self.assertEqual(path.stem, command, 'one file per method, named as it is')
                commands[command] = path
        self.assertEqual(set(commands), methods)
        declared = read(ROOT / 'service/command/commands.h')
        for command in commands:
            self.assertRegex(declared, rf'\b{command}\b')


# ---- a test for every outcome --------------------------------------------------------------------

# Outcomes commands can answer that no row of a play brings about.
OUTCOMES_ELSEWHERE = {
    'OK': 'every ANSWERS row',
    'AGAIN': 'every row on kv_needy; play.c',
    'BUSY': 'every ANSWERS row, in an arena that ends early; play.c',
    'STORE_FAULT': 'an engine that fails: tests/service/executor',
    'STORE_FULL': 'an engine that is full: tests/service/executor',
    'INTERNAL': 'a mistake of ours; nothing known brings it about',
}


def outcomes():
    body = re.search(r'enum outcome \{(.*?)\n\};', read(ROOT / 'service/outcome.h'), re.S)
    names = re.findall(r'\bOUTCOME_(\w+)\b', re.sub(r'/\*.*?\*/', '', body.group(1)))
    return [outcome for outcome in names if outcome != 'COUNT']


def named(paths, pattern=r'\bOUTCOME_(\w+)'):
    return set(re.findall(pattern, '\n'.join(read(path) for path in paths)))


class OutcomesTest(unittest.TestCase):
    def test_every_outcome_a_command_answers_is_in_a_play(self):
        commands = named((ROOT / 'service/command').glob('*.c')) & set(outcomes())
        plays = named((ROOT / 'tests/service/command').glob('*_test.c'))
        self.assertGreater(len(commands), 40)
        self.assertEqual(sorted(commands - plays - set(OUTCOMES_ELSEWHERE)), [])

    def test_every_outcome_has_a_test(self):
        here = pathlib.Path(__file__).resolve()
        tests = [path for path in sources('.c', '.py', under=('tests',)) if path != here]
        # By its C name, or by its reason where the service is called from Python.
        used = named(tests) | named(tests, r'[\'"]([A-Z][A-Z_]+)[\'"]')
        self.assertEqual([outcome for outcome in outcomes() if outcome not in used], [])


if __name__ == '__main__':
    sys.exit(unittest.main())
