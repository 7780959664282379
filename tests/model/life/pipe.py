"""The driver (../driver.c) as a Python object: requests in batches, answers in order.

Needs $MODEL_DRIVER, the program, and $MODEL_DESCRIPTORS, the API's descriptor set."""

import os
import struct
import subprocess

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

STRANGER, ADMIN, OPERATOR = 0, 1, 2  # callers of a fresh store


class Api:
    """Message classes by name, methods by "Service/Method"."""

    def __init__(self, path):
        with open(path, "rb") as file:
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        for each in files.file:
            self.pool.Add(each)
        self.factory = message_factory.MessageFactory(self.pool)
        self.classes = {}

    def message(self, name):
        if name not in self.classes:
            self.classes[name] = self.factory.GetPrototype(
                self.pool.FindMessageTypeByName("beckon.v1." + name))
        return self.classes[name]


class Pipe:
    def __init__(self, api, program=None, arguments=()):
        self.api = api
        self.process = subprocess.Popen([program or os.environ["MODEL_DRIVER"], *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.methods = {}
        for index, path in enumerate(self.receive().decode().split()):
            self.methods[path.replace("/beckon.v1.", "")] = index
        self.replies = {}
        for name in self.methods:
            service, _, method = name.partition("/")
            if service_of(api, service):
                self.replies[name] = api.message(
                    service_of(api, service).methods_by_name[method].output_type.name)

    def close(self):
        self.process.stdin.close()
        code = self.process.wait(60)
        self.process.stdout.close()
        return code

    def kill(self):
        self.process.kill()
        self.close_quietly()

    def close_quietly(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait(60)
        self.process.stdout.close()

    def send(self, payload):
        self.process.stdin.write(struct.pack("<I", len(payload)))
        self.process.stdin.write(payload)
        self.process.stdin.flush()

    def receive(self):
        head = self.process.stdout.read(4)
        if len(head) < 4:
            raise EOFError("code %r" % self.process.wait(60))
        return self.process.stdout.read(struct.unpack("<I", head)[0])

    def run(self, now_ms, calls):
        """calls: (method, caller, message). Yields (reason or "", field, reply or None) each."""
        parts = [b"R", struct.pack("<QI", now_ms, len(calls))]
        for method, caller, message in calls:
            data = message.SerializeToString()
            parts.append(struct.pack("<HHI", self.methods[method], caller, len(data)))
            parts.append(data)
        self.send(b"".join(parts))
        data = self.receive()
        at, out = 0, []
        for method, _, _ in calls:
            reason, at = text_at(data, at)
            field, at = text_at(data, at)
            size = struct.unpack_from("<I", data, at)[0]
            at += 4
            reply = None
            if reason == "OK":
                reason = ""
                reply = self.replies[method].FromString(data[at:at + size])
            at += size
            out.append((reason, field, reply))
        return out

    def token(self, text):
        self.send(b"T" + text.encode())
        return struct.unpack("<H", self.receive())[0]

    def work_off(self, now_ms):
        """Everything that is due, as the ticker does."""
        self.send(b"D" + struct.pack("<Q", now_ms))
        return struct.unpack("<I", self.receive())[0]

    def settle(self, now_ms, steps=0):
        """Work of settlement runs, as their ticker does it: so many steps, or all."""
        self.send(b"S" + struct.pack("<QI", now_ms, steps))
        return struct.unpack("<I", self.receive())[0]

    def certificate(self, now_ms):
        """What a close wants to see; "" when verify finds something."""
        self.send(b"C" + struct.pack("<Q", now_ms))
        return self.receive().decode()

    def verify(self):
        """(findings, entries, the first finding)."""
        self.send(b"V")
        data = self.receive()
        findings, entries = struct.unpack_from("<QQ", data)
        return findings, entries, data[16:].decode()


def service_of(api, service):
    """None for those that are not the API's own: health, reflection."""
    try:
        return api.pool.FindServiceByName("beckon.v1." + service)
    except KeyError:
        return None


def text_at(data, at):
    size = data[at]
    return data[at + 1:at + 1 + size].decode(), at + 1 + size
