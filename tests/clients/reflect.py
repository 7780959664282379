"""Calls a gRPC service that is known by nothing but its reflection.

    from reflect import Beckon, Refused
    beckon = Beckon("127.0.0.1:7717", token="beckon_1_...")
    reply = beckon.call("beckon.v1.PurchaseService/RecordPurchase", {"shop_id": "S1", ...})
    for message in beckon.call("beckon.v1.StoreService/VerifyStore", {}): ...

Requests and replies are dicts with the field names of the .proto files: int64 as int, bytes as bytes,
enums as their names, Timestamp as "2024-05-01T08:00:00Z" or None. A reply holds every field, also
those at their default; absent messages are None. A refusal is raised as Refused.
Needs Debian's python3-grpcio and python3-protobuf (/usr/bin/python3)."""

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.timestamp_pb2 import Timestamp  # noqa: F401  (its JSON form)

REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
# Streams that follow something: they end when the client does.
ENDLESS = {"beckon.v1.ScoreboardService/WatchScoreboard", "beckon.v1.EventService/WatchEvents"}


class Refused(Exception):
    """A call that did not succeed: code (grpc.StatusCode), reason ("RECEIPT_REUSED" or "" when not
    of Beckon), field, retry_ms (None: no RetryInfo), message (English), message_zh."""

    def __init__(self, error, details):
        self.code = error.code()
        self.reason = details.get("reason", "")
        self.domain = details.get("domain", "")
        self.field = details.get("field", "")
        self.retry_ms = details.get("retry_ms")
        self.message = details.get("en", error.details() or "")
        self.message_zh = details.get("zh-CN", "")
        self.status_message = error.details() or ""
        self.status = details.get("status")
        super().__init__("%s %s: %s" % (self.code.name, self.reason, self.status_message))


def _varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _fields(data):
    """(number, bytes) of a message that holds nothing but length-delimited fields and varints."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = varint()
        value = varint()
        if tag & 7 == 2:
            yield tag >> 3, data[at:at + value]
            at += value
        else:
            yield tag >> 3, value


class Beckon:
    def __init__(self, address, token=None, path=REFLECTION, options=(), credentials=None):
        # A connection of its own: by default Python's channels to one address share theirs.
        options = [("grpc.use_local_subchannel_pool", 1), *options]
        self.channel = grpc.secure_channel(address, credentials, options=options) if credentials \
            else grpc.insecure_channel(address, options=options)
        self.token = token
        self.path = path
        self.pool = descriptor_pool.DescriptorPool()
        self.factory = message_factory.MessageFactory(self.pool)
        self.files = set()
        self._methods = {}

    def close(self):
        self.channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def with_token(self, token):
        """The same connection and descriptors, another caller."""
        other = object.__new__(Beckon)
        other.__dict__.update(self.__dict__)
        other.token = token
        return other

    # ---- reflection -----------------------------------------------------------------------------

    def reflect(self, field, text):
        """One request of ServerReflectionInfo (3 file name, 4 symbol, 7 list); its answer's
        (field number, bytes)."""
        request = _varint(field << 3 | 2) + _varint(len(text.encode())) + text.encode()
        stream = self.channel.stream_stream(self.path, request_serializer=lambda b: b,
                                            response_deserializer=lambda b: b)
        answer = next(stream(iter([request])))
        for number, value in _fields(answer):
            if number in (4, 5, 6, 7):
                return number, value
        raise RuntimeError("reflection answered nothing")

    def services(self):
        number, value = self.reflect(7, "*")
        assert number == 6, number
        return [dict(_fields(service))[1].decode() for _, service in _fields(value)]

    def _learn(self, field, text):
        number, value = self.reflect(field, text)
        if number != 4:
            raise KeyError(text)
        found = {}
        for _, data in _fields(value):
            proto = descriptor_pb2.FileDescriptorProto.FromString(data)
            found[proto.name] = proto

        def add(name):
            if name in self.files:
                return
            proto = found[name]
            for dependency in proto.dependency:
                add(dependency)
            self.pool.Add(proto)
            self.files.add(name)

        for name in found:
            add(name)

    def service(self, name):
        """The service's descriptor."""
        try:
            return self.pool.FindServiceByName(name)
        except KeyError:
            self._learn(4, name)
            return self.pool.FindServiceByName(name)

    def message(self, name):
        """The class of a message, by full name."""
        try:
            descriptor = self.pool.FindMessageTypeByName(name)
        except KeyError:
            self._learn(4, name)
            descriptor = self.pool.FindMessageTypeByName(name)
        return self.factory.GetPrototype(descriptor)

    def methods(self):
        """Every method as "SERVICE/METHOD": (client streams, server streams)."""
        out = {}
        for name in self.services():
            self.service(name)
            proto = descriptor_pb2.ServiceDescriptorProto()
            self.service(name).CopyToProto(proto)
            for method in proto.method:
                out[name + "/" + method.name] = (method.client_streaming, method.server_streaming)
        return out

    # ---- calls ----------------------------------------------------------------------------------

    def _learn_details(self):
        """The messages of error details, while the service still answers."""
        self.message("google.rpc.Status")
        self.message("google.rpc.ErrorInfo")

    def _method(self, name):
        if name not in self._methods:
            self._learn_details()
            service, method = name.split("/")
            descriptor = self.service(service).methods_by_name[method]
            proto = descriptor_pb2.MethodDescriptorProto()
            descriptor.CopyToProto(proto)
            self._methods[name] = (self.factory.GetPrototype(descriptor.input_type),
                                   self.factory.GetPrototype(descriptor.output_type),
                                   proto.server_streaming)
        return self._methods[name]

    def metadata(self):
        return [("authorization", "Bearer " + self.token)] if self.token is not None else []

    def call(self, name, request=None, timeout=30):
        """The reply as a dict, or an iterator of dicts for a stream; of an endless one its first."""
        request_class, reply_class, streams = self._method(name)
        data = fill(request_class(), request or {}).SerializeToString(deterministic=True)
        if streams:
            return self._stream(name, data, reply_class, timeout)
        return to_dict(reply_class.FromString(self.call_bytes(name, data, timeout)))

    def call_bytes(self, name, data, timeout=30, metadata=None):
        """A unary call of raw bytes; the reply's raw bytes."""
        self._learn_details()
        call = self.channel.unary_unary("/" + name, request_serializer=lambda b: b,
                                        response_deserializer=lambda b: b)
        try:
            return call(data, timeout=timeout,
                        metadata=self.metadata() if metadata is None else metadata)
        except grpc.RpcError as error:
            raise self.refused(error) from None

    def future(self, name, request=None, timeout=30):
        """A unary call under way: .result() is the reply's bytes or raises grpc.RpcError."""
        request_class, _, _ = self._method(name)
        data = fill(request_class(), request or {}).SerializeToString(deterministic=True)
        call = self.channel.unary_unary("/" + name, request_serializer=lambda b: b,
                                        response_deserializer=lambda b: b)
        return call.future(data, timeout=timeout, metadata=self.metadata())

    def _stream(self, name, data, reply_class, timeout):
        call = self.channel.unary_stream("/" + name, request_serializer=lambda b: b,
                                         response_deserializer=reply_class.FromString)
        replies = call(data, timeout=timeout, metadata=self.metadata())
        try:
            for reply in replies:
                yield to_dict(reply)
                if name in ENDLESS:
                    replies.cancel()
                    return
        except grpc.RpcError as error:
            raise self.refused(error) from None

    def refused(self, error):
        """A grpc.RpcError as Refused, with its details read."""
        details = {}
        trailers = dict(error.trailing_metadata() or ())
        if "grpc-status-details-bin" in trailers:
            status = self.message("google.rpc.Status").FromString(
                trailers["grpc-status-details-bin"])
            details["status"] = status
            for any_message in status.details:
                name = any_message.type_url.rsplit("/", 1)[1]
                detail = self.message(name).FromString(any_message.value)
                if name == "google.rpc.ErrorInfo":
                    details.update(reason=detail.reason, domain=detail.domain)
                elif name == "google.rpc.BadRequest":
                    details["field"] = detail.field_violations[0].field
                elif name == "google.rpc.RetryInfo":
                    delay = detail.retry_delay
                    details["retry_ms"] = delay.seconds * 1000 + delay.nanos // 1000000
                elif name == "google.rpc.LocalizedMessage":
                    details[detail.locale] = detail.message
        return Refused(error, details)


def _timestamp(value):
    message = Timestamp()
    message.FromJsonString(value)
    return message.seconds, message.nanos


def _value(field, value):
    """One value for a scalar or enum field."""
    if field.enum_type is not None and isinstance(value, str):
        return field.enum_type.values_by_name[value].number
    return value


def fill(message, values):
    """Sets the fields of a message from a dict; unknown names raise."""
    for name, value in values.items():
        field = message.DESCRIPTOR.fields_by_name[name]
        if value is None:
            continue
        if field.label == field.LABEL_REPEATED:
            for item in value:
                if field.message_type is not None:
                    fill(getattr(message, name).add(), item)
                else:
                    getattr(message, name).append(_value(field, item))
        elif field.message_type is None:
            setattr(message, name, _value(field, value))
        else:
            inner = getattr(message, name)
            inner.SetInParent()
            if field.message_type.full_name == "google.protobuf.Timestamp" \
                    and isinstance(value, str):
                inner.seconds, inner.nanos = _timestamp(value)
            else:
                fill(inner, value)
    return message


def to_dict(message):
    """Every field of a message, by name."""
    if message.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
        return Timestamp(seconds=message.seconds, nanos=message.nanos).ToJsonString()
    out = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)

        def plain(item, field=field):
            if field.message_type is not None:
                return to_dict(item)
            if field.enum_type is not None:
                known = field.enum_type.values_by_number.get(item)
                return known.name if known is not None else item
            return item

        if field.label == field.LABEL_REPEATED:
            out[field.name] = [plain(item) for item in value]
        elif field.message_type is not None:
            out[field.name] = plain(value) if message.HasField(field.name) else None
        elif field.containing_oneof is not None:
            out[field.name] = plain(value) if message.HasField(field.name) else None
        else:
            out[field.name] = plain(value)
    return out
