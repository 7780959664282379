"""Reads a trace of beckond: was each commit on disk before its first reply was sent?

The trace is strace's (see STRACE): every open, write, sync and send of all threads, with their
contents, the start and the end of each call in the order in which they were let happen. What must
hold, with LMDB 0.9.24:

  key slots   pwrite64 to DATA/keys/*, then fdatasync of it, returned 0 before the commit's meta
              page is begun
  data pages  pwrite64 or pwritev to data.mdb, all returned; then fdatasync begun and returned 0
  meta page   pwrite64 to page 0 or 1 through a descriptor opened with O_DSYNC, begun after that
              sync returned: its return is the commit
  reply       sendmsg whose bytes hold a receipt number: begun after the return of the commit whose
              data pages hold that receipt number first"""

import re

STRACE = ["strace", "-f", "-y", "-s", "70000", "-e", "signal=none", "-e",
          "trace=openat,pwrite64,pwritev,pwritev2,write,writev,fdatasync,fsync,msync,"
          "sync_file_range,sendmsg,sendto", "-o"]
PAGE_BYTES = 4096
LINE = re.compile(r"(\d+) +(.*)", re.S)
RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)", re.S)
UNFINISHED = " <unfinished ...>"


class Call:
    """One system call: `begun` and `ended` (None: it never returned) are places in the trace."""

    def __init__(self, text, begun):
        self.name, _, rest = text.partition("(")
        self.text = rest
        self.begun, self.ended, self.result = begun, None, None
        found = re.match(r"(\d+)<([^>]*)>", rest)
        self.fd, self.path = (int(found[1]), found[2]) if found else (None, "")

    def end(self, tail, place):
        found = re.search(r"\) += (-?\d+)(?:<([^>]*)>)?[^)]*$", tail)
        self.ended = place
        self.result = int(found[1]) if found else None
        self.result_path = found[2] if found else None
        return self


def read_calls(lines):
    """The calls in the order in which they began."""
    calls, open_calls = [], {}
    for place, line in enumerate(lines):
        found = LINE.match(line.rstrip("\n"))
        if not found:
            continue
        thread, text = found[1], found[2]
        resumed = RESUMED.match(text)
        if resumed:
            if thread in open_calls:
                open_calls.pop(thread).end(resumed[2], place)
        elif text.endswith(UNFINISHED):
            calls.append(Call(text[:-len(UNFINISHED)], place))
            open_calls[thread] = calls[-1]
        elif "(" in text:
            calls.append(Call(text, place).end(text, place))
    return calls


class Commit:
    def __init__(self):
        self.writes, self.syncs, self.key_writes, self.key_syncs = [], [], [], []
        self.meta = None
        self.durable = None  # place at which it was on disk; None: never shown to be


def is_synced(writes, syncs, before):
    """Did every write return, then a sync of its file begin and return 0, before that place?"""
    return all(write.ended is not None and any(
        sync.path == write.path and sync.begun > write.ended and sync.result == 0 and
        sync.ended is not None and sync.ended < before for sync in syncs) for write in writes)


def offset_of(call):
    found = re.search(r", (\d+)(?:\) += .*)?$", call.text)
    return int(found[1]) if found else None


def is_new_environment(call):
    """Both meta pages at once: LMDB makes an empty environment, no commit yet."""
    return call.name == "pwrite64" and call.result == 2 * PAGE_BYTES and offset_of(call) == 0


class Trace:
    """violations: (kind, sentence); kinds: "pages", "keys", "meta", "reply"."""

    def __init__(self, lines, receipt):
        self.receipt = re.compile(receipt)
        self.violations, self.commits, self.replied = [], [], set()
        self.holder = {}  # receipt -> the commit whose pages hold it first
        self.replies = []
        self.read(read_calls(lines))
        for call, receipts in self.replies:
            self.check_reply(call, receipts)

    def violate(self, kind, sentence):
        self.violations.append((kind, sentence))

    def read(self, calls):
        synchronous, commit = set(), Commit()
        for call in calls:
            if call.name == "openat" and call.result is not None and call.result >= 0:
                synchronous.discard(call.result)
                if "O_DSYNC" in call.text or "O_SYNC" in call.text:
                    synchronous.add(call.result)
            elif call.name in ("sendmsg", "sendto", "write", "writev") and "socket:" in call.path:
                receipts = set(self.receipt.findall(call.text))
                if receipts:
                    self.replies.append((call, receipts))
            elif "/keys/" in call.path:
                (commit.key_syncs if "sync" in call.name else commit.key_writes).append(call)
            elif call.path.endswith("/data.mdb"):
                if "sync" in call.name:
                    commit.syncs.append(call)
                elif is_new_environment(call):
                    continue
                elif call.name == "pwrite64" and (offset_of(call) or 0) < 2 * PAGE_BYTES:
                    commit = self.end_commit(commit, call, call.fd in synchronous)
                else:
                    commit.writes.append(call)
                    for receipt in self.receipt.findall(call.text):
                        self.holder.setdefault(receipt, commit)

    def end_commit(self, commit, meta, synchronous):
        number = len(self.commits)
        commit.meta = meta
        self.commits.append(commit)
        if commit.writes and not is_synced(commit.writes, commit.syncs, meta.begun):
            self.violate("pages", "commit %d: meta page before its pages are synced" % number)
        elif not is_synced(commit.key_writes, commit.key_syncs, meta.begun):
            self.violate("keys", "commit %d: meta page before its key slots are synced" % number)
        elif not synchronous:
            self.violate("meta", "commit %d: meta page not synced" % number)
        elif meta.ended is not None and (meta.result or 0) > 0:
            commit.durable = meta.ended
        return Commit()

    def check_reply(self, call, receipts):
        for receipt in sorted(receipts):
            commit = self.holder.get(receipt)
            self.replied.add(receipt)
            if commit is None:
                self.violate("reply", "%s is answered and was never written" % receipt)
            elif commit.durable is None or commit.durable >= call.begun:
                self.violate("reply", "%s is answered before its commit is on disk" % receipt)
