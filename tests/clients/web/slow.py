"""Many slow visitors, and registrations meanwhile.

    with Slow(port, 1000) as slow:
        times = register(pages, seconds=10)      # of each POST, in seconds
    slow.held                                    # how many connections were open at the end"""

import asyncio
import socket
import threading
import time

KINDS = ("headers", "body", "reader")
BEGIN = {
    "headers": b"GET /policy HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "body": b"POST /R HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 10.252.0.1\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\na=",
    "reader": b"GET /policy HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 10.252.%d.%d\r\n\r\n",
}
RECEIVE_BYTES = 2048  # a slow reader's window
EVERY_SECONDS = 1
READY_SECONDS = 30


class Slow:
    """`count` connections that dribble headers, dribble a body, or read as good as nothing. Who is cut
    off comes back."""

    def __init__(self, port, count):
        self.port, self.count = port, count
        self.held = self.cut = 0
        self.stopping = threading.Event()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(READY_SECONDS), "%d of %d slow connections" % (self.held, self.count)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    async def _one(self, number):
        kind = KINDS[number % len(KINDS)]
        loop = asyncio.get_running_loop()
        begin = BEGIN[kind] % (number >> 8, number & 255) if kind == "reader" else BEGIN[kind]
        while not self.stopping.is_set():
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            one.setblocking(False)
            try:
                await loop.sock_connect(one, ("127.0.0.1", self.port))
                await loop.sock_sendall(one, begin)
                self.held += 1
                try:
                    while not self.stopping.is_set():
                        if kind == "reader":
                            if not await loop.sock_recv(one, 16):
                                break
                        else:
                            await loop.sock_sendall(one, b"x")
                        await asyncio.sleep(EVERY_SECONDS)
                finally:
                    self.held -= 1
            except OSError:
                pass
            finally:
                one.close()
            self.cut += 1
            await asyncio.sleep(0.2)

    async def _all(self):
        tasks = []
        for number in range(self.count):
            tasks.append(asyncio.create_task(self._one(number)))
            if number % 50 == 0:
                await asyncio.sleep(0.01)
        while not self.stopping.is_set():
            if self.held >= self.count * 0.9:
                self.ready.set()
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def register(pages, seconds, visitors=4, first=0, count=None):
    """New members through the page, each from an address of her own: the seconds each POST took."""
    until, times, faults, lock = time.monotonic() + seconds, [], [], threading.Lock()
    code = pages.codes["S01"]

    def visit(number):
        done = 0
        while time.monotonic() < until and (count is None or done < count):
            visitor = pages.visitor()
            page = visitor.get("/R/" + code)
            fields = dict(page.form("/R/").fields, consent="yes",
                          phone="15%01d%08d" % (number % 10, first + done))
            answer = visitor.post(page.path, fields, follow=False)
            with lock:
                times.append(answer.seconds)
                if answer.status != 303:
                    faults.append("%d: %s" % (answer.status, answer.text[:300]))
            done += 1

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, (len(faults), faults[0])
    return times


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
