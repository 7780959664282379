"""The cases with python3-grpcio: what each call brings is told as cases.py compares it."""

import base64
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import grpc  # noqa: E402
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory  # noqa: E402

DETAILS = {"google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.LocalizedMessage",
           "google.rpc.RetryInfo", "google.rpc.RequestInfo"}


class Schema:
    """Messages and methods of one descriptor set."""

    def __init__(self, path):
        self.pool = descriptor_pool.DescriptorPool()
        with open(path, "rb") as file:
            for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
                self.pool.Add(proto)
        self.factory = message_factory.MessageFactory(self.pool)

    def message(self, name):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))

    def method(self, name):
        """(class of requests, class of replies, client streams, server streams)"""
        service, method = name.split("/")
        found = self.pool.FindServiceByName(service).methods_by_name[method]
        proto = descriptor_pb2.MethodDescriptorProto()
        found.CopyToProto(proto)
        return (self.factory.GetPrototype(found.input_type),
                self.factory.GetPrototype(found.output_type),
                proto.client_streaming, proto.server_streaming)


def texts(metadata):
    """Metadata as a dict of texts; binary values as base64."""
    return {key: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for key, value in metadata or ()}


def read_details(schema, trailing, seen):
    """What google.rpc says of an error, into `seen`."""
    for key, value in trailing or ():
        if key != "grpc-status-details-bin":
            continue
        status = schema.message("google.rpc.Status").FromString(value)
        seen["locales"] = []
        for any_message in status.details:
            name = any_message.type_url.rsplit("/", 1)[1]
            if name not in DETAILS:
                continue
            detail = schema.message(name).FromString(any_message.value)
            if name == "google.rpc.ErrorInfo":
                seen["reason"] = detail.reason
            elif name == "google.rpc.BadRequest":
                seen["field"] = detail.field_violations[0].field
            elif name == "google.rpc.LocalizedMessage":
                seen["locales"].append(detail.locale)
            elif name == "google.rpc.RequestInfo":
                seen["request_id"] = detail.request_id


class Client:
    name = "python"

    def __init__(self, address, token, api, strange, credentials=None, options=()):
        self.address, self.token = address, token
        self.api, self.strange = Schema(api), Schema(strange)
        self.credentials, self.options = credentials, list(options)

    def channel(self):
        options = [("grpc.use_local_subchannel_pool", 1), *self.options]
        if self.credentials is None:
            return grpc.insecure_channel(self.address, options=options)
        return grpc.secure_channel(self.address, self.credentials, options=options)

    def metadata(self, row):
        token = row.get("token", True)
        out = [] if token is False else [
            ("authorization", "Bearer " + (self.token if token is True else token))]
        return out + [(key, base64.b64decode(value) if key.endswith("-bin") else value)
                      for key, value in row.get("metadata", ())]

    def start(self, channel, row):
        """The call under way, as a stream of messages whatever its kind is."""
        request, reply, _, _ = (self.strange if row.get("strange") else self.api).method(row["method"])
        requests = [json_format.ParseDict(item, request()) for item in row["requests"]]
        # As a stream both ways every kind can be sent: the frames are the same.
        call = channel.stream_stream("/" + row["method"],
                                     request_serializer=request.SerializeToString,
                                     response_deserializer=reply.FromString)
        return call(iter(requests), metadata=self.metadata(row),
                    timeout=None if "deadline_ms" not in row else row["deadline_ms"] / 1000,
                    compression=grpc.Compression.Gzip if row.get("gzip") else None)

    def finish(self, call, row):
        """Reads the call to its end, or to where it is to be cancelled."""
        seen, messages, last = {"locales": []}, 0, None
        began = time.monotonic()
        try:
            if row.get("cancel_after") == 0:
                call.cancel()
            for last in call:
                messages += 1
                if messages == row.get("cancel_after"):
                    call.cancel()
        except grpc.RpcError:
            pass
        seen.update(status=call.code().name, sentence=call.details(), messages=messages,
                    initial=texts(call.initial_metadata()), trailing=texts(call.trailing_metadata()),
                    reply=None if last is None else json_format.MessageToDict(last))
        read_details(self.api, call.trailing_metadata(), seen)
        seen["seconds"] = time.monotonic() - began
        return seen

    def run(self, row):
        """Everything observed: one for each call of the case."""
        channel = self.channel()
        try:
            if "parallel" in row:
                calls = [self.start(channel, row) for _ in range(row["parallel"])]
                return [self.finish(call, row) for call in calls]
            return [self.finish(self.start(channel, row), row) for _ in range(row.get("times", 1))]
        finally:
            channel.close()
