"""What a plugin of t2host in Python needs: a manifest, the batches that come in, the answers that go out, and a server that t2host starts. The bytes
are described in t2host's ABI (sdk/wire/ABI.md in its repository); tables, rows of outlets and columns of packets are not in here.

A plugin is a class with a manifest, and is served by serve(CLASS)."""

import json

from . import fields
from .message import Answer, Batch, Malformed, Rows, count, read_batch, read_opening
from .serve import serve

__all__ = ["Answer", "Batch", "Malformed", "Manifest", "Plugin", "Rows", "count", "serve"]

ABI = 2


class Manifest:
    """What a plugin declares. Of sinks the number is 900 or more."""

    def __init__(self, name, number, version, doc):
        # Every Python reads its library, which is outside of what a plugin's process may read.
        self.json = {"name": name, "number": number, "version": version, "doc": doc, "needs": ["read:/usr"]}
        self.packets = self.starts = self.ends = ()
        self.reads, self.own, self.outlets = [], [], []

    def text(self, name, default, doc):
        """Adds a setting that is a text."""
        return self._add("settings", name=name, kind="text", default=default, doc=doc)

    def number(self, name, default, least, most, unit, doc):
        """Adds a setting that is a number from least to most."""
        return self._add("settings", name=name, kind="number", default=str(default), min=least, max=most, unit=unit, doc=doc)

    def requires(self, name, versions):
        """Requires another plugin, in versions such as "^1"."""
        return self._add("requires", name=name, versions=versions)

    def tcp(self, *names, payload=0):
        """Reads fields of TCP packets that have a flow; of field payload so many bytes."""
        return self._packets("tcp", names, payload)

    def all(self, *names, payload=0):
        """Reads fields of all packets that have a flow; of field payload so many bytes."""
        return self._packets("all", names, payload)

    def begins(self, *names):
        """Reads fields of flows that begin."""
        self.starts = _sorted(fields.STARTS, names)
        self.json["starts"] = {"fields": [f for f, _ in self.starts]}
        return self

    def ending(self, *names):
        """Reads fields of flow ends."""
        self.ends = _sorted(fields.ENDS, names)
        self.json["ends"] = {"fields": [f for f, _ in self.ends], "columns": []}
        return self

    def read_column(self, name, type):
        """Reads a column of another plugin, PLUGIN.COLUMN, at flow ends."""
        self.reads.append((name, _form(type)))
        self.json["ends"]["columns"].append({"name": name, "type": type})
        return self

    def column(self, name, type, doc):
        """Adds a column to flow records. It requires flow ends."""
        self.own.append((name, _form(type)))
        return self._add("columns", name=name, type=type, doc=doc)

    def file(self, outlet, setting):
        """Adds a file: the run's prefix and what the setting says."""
        self.outlets.append(outlet)
        return self._add("outlets", name=outlet, kind="file", setting=setting)

    def state(self, size):
        """Tells how many bytes the plugin keeps of each live flow."""
        self.json["state"] = size
        return self

    def encoded(self):
        return json.dumps({"abi": ABI, "plugins": [self.json]}).encode()

    def _add(self, to, **member):
        self.json.setdefault(to, []).append(member)
        return self

    def _packets(self, rows, names, payload):
        self.packets = _sorted(fields.PACKETS, names)
        self.json["packets"] = {"rows": rows, "fields": [f for f, _ in self.packets]}
        if payload:
            self.json["packets"]["payload"] = payload
        return self


def _sorted(known, names):
    """Returns the fields of these names with their forms, in their order in messages."""
    for name in names:
        if name not in known:
            raise ValueError(f"no field {name}: there are {', '.join(known)}")
    return [(f, form) for f, form in known.items() if f in names]


_FORMS = {
    "u8": "B", "u16": "H", "u32": "I", "u64": "Q", "h8": "B", "h16": "H", "h32": "I", "h64": "Q",
    "i64": "q", "f32": "f", "f64": "d", "time": "q", "duration": "q", "ip": "ip", "mac": "mac",
}


def _form(type):
    return _FORMS.get(type, "")


class Plugin:
    """What a plugin does. manifest is a Manifest."""

    manifest = None

    def open(self, settings):
        """Opens the plugin with the values of its settings, texts by name. An exception refuses the run."""

    def batch(self, batch, answer):
        """Works on a Batch, and puts what it makes of it into the Answer. An exception ends the run."""
