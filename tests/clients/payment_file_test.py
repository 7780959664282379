"""A file of payment results: nothing is written unless the whole of it is good, faults are named by
line, and the same file again changes nothing."""

import csv
import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "bench"))
import payroll  # noqa: E402
from service import BECKON, Service  # noqa: E402
from settling import Office  # noqa: E402

GUIDES = 220  # more than one call takes
REFUSED = 1


class PaymentFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.service.start()
        payroll.fill(cls.service, cls.service.folder, GUIDES)
        cls.office = office = Office(cls.service)
        cls.run_number = run = office.create(
            "paid", type="SETTLEMENT_TYPE_YEAR_END", rate_points=10, rate_minor=7,
            period_start="%d-01-01" % payroll.YEAR, period_end="%d-01-01" % (payroll.YEAR + 1))
        office.wait(run)
        office.submit(run)
        office.approve(run)
        office.close(run)
        assert office.wait_swept(run)["state"] == "SETTLEMENT_STATE_CLOSED"

    @classmethod
    def tearDownClass(cls):
        code = cls.service.stop()
        cls.service.__exit__()
        assert code == 0, "beckond ended with %s" % code

    def rows(self):
        rows = []
        for line in self.office.lines(self.run_number):
            if line["net_minor"] == 0:
                continue
            guide = line["payee"]["kind"] == "PARTY_KIND_GUIDE"
            rows.append([line["pay_entity"], line["employee_no"] if guide else "",
                         "" if guide else str(line["payee"]["number"]), str(line["net_minor"]),
                         "paid", "B%d" % len(rows)])
        return rows

    def pay(self, rows, *options,
            header=("pay_entity", "employee_no", "member_number", "amount_minor", "result",
                    "reference")):
        path = os.path.join(self.service.folder, "paid.csv")
        with open(path, "w", newline="", encoding="utf-8-sig") as file:
            csv.writer(file).writerows([header] * bool(header) + rows)
        return subprocess.run(
            [BECKON, "settlement", "pay", str(self.run_number), path, *options], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, BECKON_ADDRESS=self.service.address, LC_ALL="C", LANG="C",
                     BECKON_TOKEN_FILE=os.path.join(self.service.data, "admin.token")))

    def refused(self, done, *told):
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        for text in told:
            self.assertIn(text, done.stderr)
        run = self.office.get(self.run_number)
        self.assertEqual((run["lines_paid"], run["state"]), (0, "SETTLEMENT_STATE_CLOSED"))

    def test_faults_are_named_by_line_and_a_good_file_is_taken_down_once(self):
        rows = self.rows()
        self.assertGreater(len(rows), 200)
        self.refused(self.pay([], header=None), "header")
        self.refused(self.pay(rows, header=("a", "b", "c", "d", "e", "f")), "paid.csv:1")
        other = [list(row) for row in rows]
        other[3][3] = "1"
        other[210][1] = "nobody"
        self.refused(self.pay(other), "paid.csv:5", "paid.csv:212", "amount_minor", "employee_no")
        self.refused(self.pay(rows + [rows[0]]), "paid.csv:%d" % (len(rows) + 2))
        bad = [list(row) for row in rows]
        bad[1][3] = "12.50"
        self.refused(self.pay(bad), "paid.csv:3", "amount_minor")

        first = self.pay(rows)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(json.loads(first.stdout)["already_recorded"], 0)
        run = self.office.get(self.run_number)
        self.assertEqual(run["state"], "SETTLEMENT_STATE_PAID")
        again = self.pay(rows)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(json.loads(again.stdout)["already_recorded"], len(rows))
        self.assertEqual(self.office.get(self.run_number), run)
        self.office.certificate()


if __name__ == "__main__":
    unittest.main()
