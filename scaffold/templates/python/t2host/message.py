"""Messages: batches in, answers out."""

import ipaddress
import struct
from array import array

VERSION = 2  # of the ABI
_WIDTHS = {"ip": 17, "mac": 6, "": 0}
_NUMBERS = "BHIQiqfd"  # of module struct, and of module array where t2host runs


class Malformed(Exception):
    """A message is not as the ABI has it."""


def _is_number(form):
    return form != "" and form in _NUMBERS


def width(form):
    """Returns the bytes of a value, 0 if it has no fixed width."""
    return _WIDTHS[form] if form in _WIDTHS else struct.calcsize("<" + form)


class Reader:
    """Reads a message. Nothing is read beyond its end."""

    def __init__(self, data, kind):
        self.data, self.at, self.end = memoryview(data), 0, len(data)
        size, version, is_kind = self.unpack("<IHH")
        if size != len(data) or version != VERSION or is_kind != kind:
            raise Malformed("its head is not that of a message of kind %d" % kind)

    def take(self, n):
        if n > self.end - self.at:
            raise Malformed("it ends early")
        self.at += n
        return self.data[self.at - n : self.at]

    def unpack(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def align(self, n):
        self.take(-self.at % n)

    def text(self):
        text = bytes(self.take(self.unpack("<I")[0])).decode("utf-8", "replace")
        self.align(4)
        return text

    def section(self, tag, read):
        """Returns what read returns in the section with a tag, None if that is not next."""
        if self.at == self.end or struct.unpack_from("<H", self.data, self.at)[0] != tag:
            return None
        self.take(4)
        size, whole = self.unpack("<I")[0], self.end
        if size > whole - self.at:
            raise Malformed("section %d ends after it" % tag)
        self.end = self.at + size
        found = read(self)
        if self.at != self.end:
            raise Malformed("section %d goes on after its end" % tag)
        self.end = whole
        self.align(8)
        return found

    def column(self, n, form):
        """Returns n values: an array of numbers, or a list of bytes."""
        self.align(8)
        size = width(form)
        if _is_number(form):
            values = array(form)
            values.frombytes(self.take(n * size))
            return values
        if size:
            data = self.take(n * size)
            return [bytes(data[i : i + size]) for i in range(0, n * size, size)]
        lengths = array("I")
        lengths.frombytes(self.take(4 * n))
        return [bytes(self.take(length)) for length in lengths]


class Rows:
    """Rows of packets, of begins or of ends of flows. rows["window"] has the values of a field, or of another plugin's column, one a row; rows.slot
    tells their flows, one direction each: slots are small, and used again. Begins and ends have before, how many packet rows come before them."""

    def __init__(self):
        self.slot, self.before, self.place, self.columns = [], [], [], {}

    def __len__(self):
        return len(self.slot)

    def __getitem__(self, name):
        if name not in self.columns and len(self) == 0:
            return []
        return self.columns[name]

    @staticmethod
    def read(reader, events, fields):
        rows = Rows()
        n, _ = reader.unpack("<II")
        rows.slot = reader.column(n, "I")
        if events:
            rows.before, rows.place = reader.column(n, "I"), reader.column(n, "I")
        for name, form in fields:
            rows.columns[name] = reader.column(n, form)
        return rows


class Batch:
    """A batch of events: starts, packets and ends are Rows. time is the packet time of its last frame in nanoseconds since 1970 UTC; last tells that it is
    the last of the run, which has run_packets and run_bytes."""


def read_opening(data):
    """Returns the settings of an open message."""
    reader = Reader(data, 3)
    reader.section(1, lambda r: (r.unpack("<q"), r.text(), r.text()))

    def settings(r):
        n, _ = r.unpack("<II")
        return {r.text(): r.text() for _ in range(n)}

    return reader.section(2, settings) or {}


def read_batch(data, manifest):
    """Returns a Batch."""
    reader, b = Reader(data, 1), Batch()
    head = reader.section(1, lambda r: r.unpack("<QQQqIIQQ"))
    if head is None:
        raise Malformed("it has no head")
    b.time, b.last, b.run_packets, b.run_bytes = head[3], bool(head[4] & 1), head[6], head[7]
    b.packets = reader.section(2, lambda r: Rows.read(r, False, manifest.packets)) or Rows()
    b.starts = reader.section(3, lambda r: Rows.read(r, True, manifest.starts)) or Rows()
    b.ends = reader.section(4, lambda r: Rows.read(r, True, [*manifest.ends, *manifest.reads])) or Rows()
    if reader.at != reader.end:
        raise Malformed("it has sections that were not declared")
    return b


class Answer:
    """The answer to a batch. columns[NAME] has a value for each flow end, 0 or b"" at first: set those."""

    def __init__(self, manifest, ends=0):
        self.manifest, self.ends = manifest, ends
        self.columns = {name: [0 if _is_number(form) else bytes(width(form))] * ends for name, form in manifest.own}
        self.frames, self.lines = [], ([], [], [])

    def send(self, outlet, frame):
        """Sends bytes, or a text, to an outlet."""
        self.frames.append((self.manifest.outlets.index(outlet), frame.encode() if isinstance(frame, str) else bytes(frame)))

    def summary(self, line):
        """Adds a line to the report that answers the user's question. Report only in the last batch."""
        self.lines[0].append(line)

    def report(self, line):
        """Adds a line to the long form of the report."""
        self.lines[1].append(line)

    def log(self, line):
        """Shows a line to the user at once."""
        self.lines[2].append(line)

    def encoded(self):
        w = Writer()
        if self.ends and self.manifest.own:
            w.list(1, self.ends, self._columns)
        w.list(3, len(self.frames), lambda w: [w.put(struct.pack("<HHI", o, 0, len(f)), f, 4) for o, f in self.frames])
        for i, lines in enumerate(self.lines):
            w.list(4 + i, len(lines), lambda w, lines=lines: [w.text(line.encode()) for line in lines])
        return w.message()

    def _columns(self, w):
        for name, form in self.manifest.own:
            values = self.columns[name]
            if len(values) != self.ends:
                raise ValueError(f"column {name} has {len(values)} values for {self.ends} flow ends")
            w.pad(8)
            if _is_number(form):
                w.data += struct.pack("<%d%s" % (len(values), form), *values)
                continue
            if not width(form):
                values = [v.encode() if isinstance(v, str) else v for v in values]
                w.data += struct.pack("<%dI" % len(values), *map(len, values))
            w.data += b"".join(values)


def failed(why, refused=False):
    """Returns the answer with an error, which is a refusal if the plugin was to open."""
    w = Writer()
    w.section(7, lambda: w.put(struct.pack("<II", refused, 0), (why or "an error without a text").encode(), 1))
    return w.message()


class Writer:
    def __init__(self):
        self.data = bytearray(struct.pack("<IHH", 0, VERSION, 2))

    def put(self, head, body, padded):
        self.data += head + body
        self.pad(padded)

    def text(self, text):
        self.put(struct.pack("<I", len(text)), text, 4)

    def pad(self, n):
        self.data += bytes(-len(self.data) % n)

    def section(self, tag, write):
        self.data += struct.pack("<HHI", tag, 0, 0)
        body = len(self.data)
        write()
        struct.pack_into("<I", self.data, body - 4, len(self.data) - body)
        self.pad(8)

    def list(self, tag, n, write):
        def things():
            self.data += struct.pack("<II", n, 0)
            write(self)

        if n:
            self.section(tag, things)

    def message(self):
        struct.pack_into("<I", self.data, 0, len(self.data))
        return bytes(self.data)


def count(n):
    """Returns a number as reports show it: "46136 (46.14 K)" from 1024 on."""
    if n < 1024:
        return str(n)
    unit, u = 0, n // 1024
    while u >= 1024:
        unit, u = unit + 1, u // 1024
    return "%d (%.2f %s)" % (n, n / 1000 ** (unit + 1), "KMGTPE"[unit])


def address(ip):
    """Returns an address, a value of 17 bytes, as t2host shows it."""
    if ip[0] == 4:
        return str(ipaddress.IPv4Address(ip[1:5]))
    return str(ipaddress.IPv6Address(ip[1:])) if ip[0] == 6 else "-"
