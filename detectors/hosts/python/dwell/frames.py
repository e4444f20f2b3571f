"""Batches of columns as bytes: the frames of PROTOCOL.md."""

import collections.abc
import struct
import sys
import zlib

import numpy as np

ALIGNMENT = 64
MAGIC = b"DWELLCB1"
MOST_BYTES = 1 << 32
HEADER = struct.Struct("<8sQQII24sq")
ENTRY = np.dtype([("name", "S40"), ("type", "S8"), ("offset", "<u8"), ("bytes", "<u8")])


class FrameError(ValueError):
    """Bytes that are no frame."""


class Batch(collections.abc.Mapping):
    """Columns of one topic in one window: name to read-only array."""

    __slots__ = ("topic", "window", "rows", "_columns")

    def __init__(self, topic, window, rows, columns):
        self.topic = topic
        self.window = window
        self.rows = rows
        self._columns = columns

    def __getitem__(self, name):
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"{name}: batches of {self.topic} have {', '.join(self._columns)}") from None

    def __iter__(self):
        return iter(self._columns)

    def __len__(self):
        return len(self._columns)

    def __repr__(self):
        return f"<Batch {self.topic}, window {self.window}, {self.rows} rows: {', '.join(self._columns)}>"


def aligned(size):
    """Writable bytes at a multiple of 64."""
    room = np.empty(size + ALIGNMENT, np.uint8)
    begin = -room.ctypes.data % ALIGNMENT
    return room[begin:begin + size]


def frame_bytes(header):
    magic, size = HEADER.unpack_from(header)[:2]
    if magic != MAGIC or size < HEADER.size or size % ALIGNMENT != 0 or size > MOST_BYTES:
        raise FrameError("no header of a frame")
    return size


def crc_of(header, body):
    """With zeros where the header holds it."""
    return zlib.crc32(body, zlib.crc32(bytes(header[32:]), zlib.crc32(bytes(header[:28]) + bytes(4))))


def parse(frame):
    """The batch of a whole frame, a writable array of bytes that is then as the columns see it: nothing is copied."""
    _, size, rows, count, crc, topic, window = HEADER.unpack_from(frame)
    view = memoryview(frame).toreadonly()
    if size != len(view) or count > (size - HEADER.size) // ENTRY.itemsize:
        raise FrameError("a frame cut short")
    if crc_of(view[:HEADER.size], view[HEADER.size:]) != crc:
        raise FrameError("a frame with another CRC")
    columns = {}
    for name, kind, offset, length in np.frombuffer(view, ENTRY, count, HEADER.size).tolist():
        dtype = np.dtype(kind.decode())
        if length != rows * dtype.itemsize or offset + length > size:
            raise FrameError("a column that does not lie in its frame")
        columns[name.decode()] = np.frombuffer(view, dtype, rows, offset)
    return Batch(topic.rstrip(b"\0").decode(), window, rows, columns)


class Receiver:
    """Reads frames by `fill(view)`, into memory that is used again when nobody holds an array in it."""

    def __init__(self, fill):
        self._fill = fill
        self._header = bytearray(HEADER.size)
        self._room = aligned(1 << 16)
        self._last = None

    def frame(self):
        self._fill(memoryview(self._header))
        size = frame_bytes(self._header)
        if size > len(self._room) or self._held():
            self._room = aligned(max(size, len(self._room)))
        frame = self._room[:size]
        frame[:HEADER.size] = np.frombuffer(self._header, np.uint8)
        self._fill(memoryview(frame)[HEADER.size:])
        batch = parse(frame)
        self._last = batch._columns
        return batch

    def _held(self):
        if self._last is None:
            return False
        columns, self._last = self._last, None
        # Held here by `columns` and by the call alone; by the dictionary and its arrays alone.
        if sys.getrefcount(columns) > 2:
            return True
        return any(sys.getrefcount(columns[name]) > 2 for name in columns)


def encode(topic, window, columns):
    """A frame of these columns, as bytes."""
    table = HEADER.size + ENTRY.itemsize * len(columns)
    entries = np.zeros(len(columns), ENTRY)
    parts = []
    offset = table
    rows = 0
    for k, (name, values) in enumerate(columns.items()):
        data = values.tobytes()
        rows = len(values)
        entries[k] = (name.encode(), values.dtype.str.encode(), offset, len(data))
        padding = -len(data) % ALIGNMENT
        parts += (data, bytes(padding))
        offset += len(data) + padding
    body = entries.tobytes() + b"".join(parts)
    fields = [MAGIC, offset, rows, len(columns), 0, topic.encode(), window]
    fields[4] = crc_of(HEADER.pack(*fields), body)
    return HEADER.pack(*fields) + body


def read_frames(stream):
    """The batches of a binary file or pipe. Each has memory of its own and may be kept."""

    def fill(view):
        while view:
            received = stream.readinto(view)
            if not received:
                raise FrameError("the stream ends within a frame")
            view = view[received:]

    header = bytearray(HEADER.size)
    while True:
        begin = stream.readinto(header)
        if not begin:
            return
        fill(memoryview(header)[begin:])
        size = frame_bytes(header)
        frame = aligned(size)
        frame[:HEADER.size] = np.frombuffer(header, np.uint8)
        fill(memoryview(frame)[HEADER.size:])
        yield parse(frame)
