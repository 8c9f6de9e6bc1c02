"""The wire between the grader and the sandbox: one frame at a time, in both directions.

A frame is two lengths, a JSON list ``[operation, fields]``, and the bytes of its arrays one
after the other (see `values`). Both sides use these two files, so they import nothing else
of the classroom.
"""

import itertools
import json
import struct
import time

try:
    from .values import BODY_BYTES, Decoder, Encoder, WireError
except ImportError:  # in the sandbox, where these files stand alone
    from values import BODY_BYTES, Decoder, Encoder, WireError

LENGTHS = struct.Struct(">II")
HEADER_BYTES = 8 << 20


class RemoteError(Exception):
    """What the other side raised instead of giving a result: its type's name and message."""


class Peer:
    """One end of the wire: asks, and while it waits answers what it is asked.

    Parameters
    ----------
    sock : a connected stream socket
    remote : called with (peer, number, name) for each function of the other side
    opaque : called with the type's name of a value that cannot be carried
    operations : dict of functions; each takes the fields and the decoder of a frame
    """

    def __init__(self, sock, remote, opaque, operations):
        self.sock, self.remote, self.opaque, self.operations = sock, remote, opaque, operations
        self.given, self.numbers, self.deadline, self.depth = {}, itertools.count(1), None, 0

    def give(self, function):
        """The handle of a function of this side."""
        number = next(self.numbers)
        self.given[number] = function
        return number

    def send(self, operation, fields):
        """Send one frame; its arrays, with the bytes sent, are returned."""
        encoder = Encoder(self)
        content = {str(name): encoder.field(value) for name, value in fields.items()}
        header = json.dumps([operation, content]).encode()
        if len(header) > HEADER_BYTES:
            return self.send(operation, {name: Ellipsis for name in list(fields)[:1000]})
        body = b"".join(raw for _, raw in encoder.arrays)
        self.sock.settimeout(self.left())
        self.sock.sendall(LENGTHS.pack(len(header), len(body)) + header + body)
        return encoder.arrays

    def left(self):
        """Seconds until the deadline, or None if there is none."""
        if self.deadline is None:
            return None
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def read(self, count):
        data = bytearray()
        while len(data) < count:
            self.sock.settimeout(self.left())
            piece = self.sock.recv(min(count - len(data), 1 << 20))
            if not piece:
                raise WireError("the end of the wire")
            data += piece
        return bytes(data)

    def receive(self):
        """The next frame: operation, fields, and the decoder with its arrays."""
        header, body = LENGTHS.unpack(self.read(LENGTHS.size))
        if header > HEADER_BYTES or body > BODY_BYTES:
            raise WireError("a frame that is too large")
        text, decoder = self.read(header), Decoder(self, self.read(body))
        try:
            operation, content = json.loads(text)
            fields = {name: decoder.value(value) for name, value in content.items()}
        except (ValueError, TypeError, AttributeError, RecursionError, MemoryError) as error:
            raise WireError("a frame that cannot be read") from error
        return operation, fields, decoder

    def request(self, operation, **fields):
        """Ask, answer what comes in between, and give the fields of the result."""
        sent = self.send(operation, fields)
        while True:
            operation, fields, decoder = self.receive()
            if operation == "result":
                return fields, sent
            if operation == "error":
                raise RemoteError(str(fields.get("type"))[:80], str(fields.get("message"))[:2000])
            self.answer(operation, fields, decoder)

    def answer(self, operation, fields, decoder):
        """Do one of the operations of this side and send what came of it."""
        if type(operation) is not str or operation not in self.operations or self.depth > 20:
            raise WireError("an operation that is not offered")
        self.depth += 1
        try:
            kind, fields = self.operations[operation](fields, decoder)
        finally:
            self.depth -= 1
        self.send(kind, fields)
