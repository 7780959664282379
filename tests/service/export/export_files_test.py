"""Exports read by other readers (Python's csv, openpyxl): the same cells, the same sums, the same
bytes under any TZ and LANG, and memory that doesn't grow with the rows."""
import csv
import decimal
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import openpyxl

SAMPLE = os.environ['EXPORT_SAMPLE']
GENERIC, CHINA, ERPNEXT = 1, 2, 3
CSV, XLSX = 1, 2
GUIDES, MEMBERS = 1, 2
ROWS = 2000
APOSTROPHE = ('=', '+', '-', '@', '＝')


class ExportFilesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def export(self, profile, form, payees=GUIDES, rows=ROWS, **environment):
        file = self.path / f'{profile}-{payees}.{"csv" if form == CSV else "xlsx"}'
        temporary = self.path / 'temporary'
        temporary.mkdir(exist_ok=True)
        run = subprocess.run([SAMPLE, str(profile), str(form), str(payees), str(rows),
                              str(temporary), str(file)], check=True, capture_output=True,
                             text=True, env={**os.environ, **environment})
        self.assertEqual(list(temporary.iterdir()), [], 'no temporary file is left')
        report = dict(line.split() for line in run.stdout.splitlines())
        content = file.read_bytes()
        self.assertEqual(hashlib.sha256(content).hexdigest(), report['sha256'])
        self.assertEqual(len(content), int(report['bytes']))
        return file, report

    def rows_csv(self, file):
        content = file.read_bytes()
        self.assertTrue(content.startswith(b'\xef\xbb\xbf'))
        self.assertEqual(content.count(b'\n'), content.count(b'\r\n'))
        return list(csv.reader(content.decode('utf-8-sig').splitlines(keepends=True), strict=True))

    def rows_xlsx(self, file):
        book = openpyxl.load_workbook(file, read_only=True)
        return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()], book

    def test_csv_and_xlsx_hold_the_same_cells(self):
        for profile, payees in ((GENERIC, GUIDES), (GENERIC, MEMBERS), (CHINA, GUIDES),
                                (ERPNEXT, GUIDES)):
            file, report = self.export(profile, CSV, payees)
            plain = self.rows_csv(file)
            sheet, _ = self.rows_xlsx(self.export(profile, XLSX, payees)[0])
            self.assertEqual(len(plain), int(report['rows']) + 1)
            self.assertEqual(len(plain), len(sheet))
            for row, cells in zip(plain, sheet):
                cells = cells + [None] * (len(row) - len(cells))
                self.assertEqual(len(row), len(cells))
                for text, cell in zip(row, cells):
                    if isinstance(cell, str):
                        self.assertEqual(text, ("'" if cell.startswith(APOSTROPHE) else '') + cell)
                    elif cell is None:
                        self.assertEqual(text, '')
                    else:
                        self.assertEqual(decimal.Decimal(text), decimal.Decimal(str(cell)))

    def test_the_columns_are_those_of_the_contract(self):
        heading = self.rows_csv(self.export(GENERIC, CSV)[0])[0]
        self.assertEqual(heading, [
            'schema_version', 'run_id', 'draft_no', 'run_type', 'period_start', 'period_end',
            'pay_entity', 'cost_center', 'shop_id', 'employee_no', 'guide_id', 'name',
            'component_code', 'points_converted', 'conversion_rate', 'gross_amount',
            'clawback_amount', 'carry_in', 'carry_out', 'net_amount', 'currency', 'tax_treatment',
            'credit_count', 'reversal_count', 'adjustment_count', 'origin_periods',
            'statement_hash', 'remark'])

    def test_sums_of_every_sheet_are_the_control_totals(self):
        file, report = self.export(GENERIC, XLSX)
        sheet, book = self.rows_xlsx(file)
        net = sheet[0].index('net_amount')
        total = sum(decimal.Decimal(str(row[net])) for row in sheet[1:])
        self.assertEqual(total * 100, int(report['net']))
        summary = [[cell.value for cell in row] for row in book['summary'].iter_rows()]
        self.assertEqual(summary[-1][0], 'total')
        self.assertEqual(decimal.Decimal(str(summary[-1][-1])), total)
        self.assertEqual(sum(decimal.Decimal(str(row[-1])) for row in summary[1:-1]), total)
        self.assertEqual(summary[1:-1], sorted(summary[1:-1], key=lambda row: [
            text.encode() for text in row[:3]]))
        control = {row[0].value: row[1].value for row in book['control'].iter_rows()}
        self.assertEqual(decimal.Decimal(str(control['net_amount'])), total)
        self.assertEqual(control['rows'], len(sheet) - 1)
        self.assertEqual(control['csv_sha256'], self.export(GENERIC, CSV)[1]['sha256'])
        self.assertEqual((control['ledger_entry'], control['run_hash']), (123456, 'ab' * 32))

    def test_profiles_pay_what_the_lines_say(self):
        _, whole = self.export(GENERIC, CSV)
        plain = self.rows_csv(self.export(CHINA, CSV)[0])
        self.assertEqual(plain[0][:5], ['工号', '*姓名', '*证件类型', '*证件号码', '*全年一次性奖金额'])
        amounts = [decimal.Decimal(row[4]) for row in plain[1:]]
        self.assertEqual(sum(amounts) * 100, int(whole['net']))
        self.assertGreater(min(amounts), 0)
        plain = self.rows_csv(self.export(ERPNEXT, CSV)[0])
        amount, kind = plain[0].index('Amount'), plain[0].index('Salary Component Type')
        self.assertGreater(min(decimal.Decimal(row[amount]) for row in plain[1:]), 0)
        self.assertEqual({row[kind] for row in plain[1:]}, {'Earning', 'Deduction'})
        self.assertEqual(100 * sum(decimal.Decimal(row[amount]) * (
            -1 if row[kind] == 'Deduction' else 1) for row in plain[1:]), int(whole['net']))

    def test_members_have_nothing_personal(self):
        plain = self.rows_csv(self.export(GENERIC, CSV, MEMBERS)[0])
        self.assertFalse({'name', 'employee_no', 'shop_id'} & set(plain[0]))
        numbers = [int(row[plain[0].index('member_number')]) for row in plain[1:]]
        self.assertEqual(numbers, sorted(numbers))

    def test_the_same_bytes_under_any_zone_and_language(self):
        for form in (CSV, XLSX):
            hashes = {self.export(GENERIC, form, **environment)[1]['sha256'] for environment in (
                {'TZ': 'UTC', 'LANG': 'C', 'LC_ALL': 'C'},
                {'TZ': 'Asia/Shanghai', 'LANG': 'zh_CN.UTF-8', 'LC_ALL': 'zh_CN.UTF-8'},
                {'TZ': 'America/New_York', 'LANG': 'de_DE.UTF-8', 'LC_ALL': 'de_DE.UTF-8'})}
            self.assertEqual(len(hashes), 1)

    def test_memory_does_not_grow_with_the_rows(self):
        for form in (CSV, XLSX):
            # A sanitizer keeps what was freed, unless it is told not to.
            options = {'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':quarantine_size_mb=0'}
            few = int(self.export(GENERIC, form, rows=100, **options)[1]['memory'])
            many = int(self.export(GENERIC, form, rows=20000, **options)[1]['memory'])
            # The program itself, with a few hundred KiB of play; not 20,000 rows of 400 B and more.
            self.assertLess(many - few, 2048, f'{few} KiB for 100 rows, {many} for 20,000')


if __name__ == '__main__':
    sys.exit(unittest.main())
