"""The cases with `buf curl`: a process a call, which learns the API by reflection. What it says of
headers and errors is read from what it prints."""

import base64
import json
import re
import signal
import subprocess
import time

from python_client import Schema, read_details

CODES = {0: "OK", 1: "CANCELLED", 2: "UNKNOWN", 3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED",
         5: "NOT_FOUND", 6: "ALREADY_EXISTS", 7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED",
         9: "FAILED_PRECONDITION", 10: "ABORTED", 11: "OUT_OF_RANGE", 12: "UNIMPLEMENTED",
         13: "INTERNAL", 14: "UNAVAILABLE", 15: "DATA_LOSS", 16: "UNAUTHENTICATED"}
SECONDS = 30


def json_values(text):
    """The JSON documents of a text, one behind the other."""
    decoder, at, out = json.JSONDecoder(), 0, []
    while text[at:].strip():
        value, end = decoder.raw_decode(text[at:].lstrip())
        at += len(text[at:]) - len(text[at:].lstrip()) + end
        out.append(value)
    return out


def header_blocks(said):
    """Initial and trailing metadata of the last call buf tells of with --verbose."""
    calls = {}
    for number, line in re.findall(r"^buf: < \(#(\d+)\) ?(.*)$", said, re.M):
        calls.setdefault(int(number), []).append(line)
    lines = calls[max(calls)] if calls else []
    blocks = [{}, {}]
    at = 0
    for line in lines:
        if line == "":
            at = 1
        elif ": " in line:
            name, value = line.split(": ", 1)
            blocks[at][name.lower()] = value
    if "grpc-status" in blocks[0]:   # trailers only
        blocks.reverse()
    return blocks


def raw_bytes(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))


class Client:
    name = "buf"

    def __init__(self, program, address, token, api, strange, certificate=None):
        self.program, self.address, self.token = program, address, token
        self.schema, self.strange, self.api = api, strange, Schema(api)
        self.certificate = certificate

    def command(self, row):
        out = [self.program, "curl", "--protocol", "grpc", "--verbose", "--data", "@-"]
        if self.certificate is None:
            out.append("--http2-prior-knowledge")
        else:
            out += ["--cacert", self.certificate]
        if row.get("strange"):
            out += ["--schema", self.strange]
        elif row["method"].startswith("grpc.reflection.") or self.certificate is not None:
            # nginx passes no reflection on
            out += ["--schema", self.schema]
        token = row.get("token", True)
        headers = list(row.get("metadata", ()))
        if token is not False:
            headers.insert(0, ["authorization", "Bearer " + (self.token if token is True else token)])
        for key, value in headers:
            out += ["--header", "%s: %s" % (key, value)]
        scheme = "http" if self.certificate is None else "https"
        return [*out, "%s://%s/%s" % (scheme, self.address, row["method"])]

    def run_once(self, row):
        began = time.monotonic()
        process = subprocess.Popen(self.command(row), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        data = "\n".join(json.dumps(item) for item in row["requests"])
        shown = ""
        if "cancel_after" in row:
            process.stdin.write(data)
            process.stdin.close()
            process.stdin = None
            while len(shown) == 0 or not shown.rstrip().endswith("\n}"):
                line = process.stdout.readline()
                if line == "":
                    break
                shown += line
            process.send_signal(signal.SIGINT)
            data = None
        try:
            rest, said = process.communicate(data, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            rest, said = process.communicate()
            said += "\n{\"code\": \"no answer within %d s\"}" % SECONDS
        return self.observed(process.returncode, shown + rest, said, time.monotonic() - began)

    def observed(self, code, shown, said, seconds):
        messages = json_values(shown)
        own = "\n".join(line for line in said.splitlines() if not line.startswith("buf: "))
        error = json.loads(own) if own.lstrip().startswith("{") else {"message": own}
        initial, trailing = header_blocks(said)
        seen = {"locales": [], "messages": len(messages), "seconds": seconds, "initial": initial,
                "trailing": trailing, "reply": messages[-1] if messages else None,
                "status": CODES.get(code // 8, str(code)) if code % 8 == 0
                else "buf itself ended with %d: %.300s" % (code, own),
                "sentence": error.get("message", "")}
        details = trailing.get("grpc-status-details-bin")
        if details is not None:
            read_details(self.api, [("grpc-status-details-bin", raw_bytes(details))], seen)
            expected = ("field" in seen) + ("request_id" in seen) + len(seen["locales"]) + 1
            if len(error.get("details", ())) != expected:
                seen["status"] += ", of which buf reads %r" % error
        return seen

    def run(self, row):
        return [self.run_once(row) for _ in range(row.get("times", 1))]
