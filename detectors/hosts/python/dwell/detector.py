"""What a detector in Python is."""

import dataclasses
import pickle

import numpy as np

# What a score points at. Ids are those of the columns: key, source, network, country, page, member, agent.
PLATFORM, KEY, SOURCE, NETWORK, COUNTRY, PAGE, ACCOUNT, AGENT = range(8)


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A number that may be set on the command line: `python:FILE.py:Class:name=value`."""

    value: float
    least: float
    most: float
    meaning: str


@dataclasses.dataclass(frozen=True)
class Setting:
    """What every detector is told before the run."""

    seed: int
    """of its own coins: randomness is a function of (seed, entity, window)"""
    shards: int
    windows_per_day: int
    members_expected: int
    """order of magnitude of the member ids in use"""
    events_per_day_expected: int
    parameters: dict


@dataclasses.dataclass(frozen=True)
class Window:
    """A minute; times are shifted by a whole number of weeks, like those in the rows."""

    index: int
    begin_us: int
    end_us: int
    floor: float
    """scores at or below it can never matter"""


class Scores:
    """Scores of many entities as arrays: `Scores(dwell.SOURCE, ids, values)`; `kind` is one number or an array."""

    def __init__(self, kind, ids, values):
        ids = np.asarray(ids)
        if ids.size > 0 and ids.dtype.kind not in "iub":
            raise TypeError(f"ids of type {ids.dtype}; accepted: whole numbers")
        # A negative one becomes larger than any that there is.
        self.ids = ids.astype("<u8").ravel()
        self.kinds = np.broadcast_to(np.asarray(kind, dtype="<u4"), self.ids.shape)
        self.values = np.asarray(values, dtype="<f8").ravel()
        if self.values.shape != self.ids.shape:
            raise ValueError(f"{len(self.values)} values for {len(self.ids)} ids")

    @classmethod
    def of(cls, given):
        """What `close` may return, as arrays."""
        if isinstance(given, cls):
            return given
        try:
            triples = list(given or ())
        except TypeError:
            raise cls.refusal(given) from None
        for triple in triples:
            if not cls.is_triple(triple):
                raise cls.refusal(triple)
        return cls([kind for kind, _, _ in triples], [entity for _, entity, _ in triples],
                   [value for _, _, value in triples])

    @staticmethod
    def is_triple(given):
        if not isinstance(given, (tuple, list)) or len(given) != 3:
            return False
        kind, entity, value = given
        return (isinstance(kind, (int, np.integer)) and isinstance(entity, (int, np.integer)) and kind >= 0
                and entity >= 0 and isinstance(value, (int, float, np.integer, np.floating)))

    @staticmethod
    def refusal(given):
        return TypeError(f"close gave {given!r:.80}; accepted: Scores, or triples of kind, id and score such as "
                         "(dwell.KEY, 7, 2.5)")


class Detector:
    """Extend it, and give `observe` and `close`. Score before you learn; larger is more suspicious.

    The same seed must give the same scores, and the size of the batches that a window comes in may not matter.
    """

    summary = "a detector in Python"
    paper = "own"
    tier = 0
    """logs it needs: 0 gateway, 1 + tokens and logins, 2 + keys and staff, 3 + honey accounts"""
    topics = ("access",)
    """of access, auth, keys, workforce, audit, complaints, deception; `dwell schema telemetry` lists their columns"""
    pages = "member-data"
    """of access rows: "member-data", "all", or names such as ("address", "profile")"""
    columns = "all"
    """such as ["access.key", "access.member"]; what is not asked for is not sent"""
    parameters = {}
    """name: Parameter"""
    memory_bound_bytes = 1 << 30
    time_bound_ns = 10_000

    def __init__(self, setting):
        self.setting = setting

    def observe(self, batch):
        """Rows of one topic: `batch["key"]` is a read-only NumPy array, `batch.topic` the topic, `len(batch)` the
        columns, `batch.rows` the rows. Called any number of times a window."""

    def close(self, window):
        """The window's scores: triples (kind, id, score), a Scores, or None."""

    def save(self):
        """All state, as bytes. A detector is scored in several views of a run, which are copies made this way."""
        return pickle.dumps({name: value for name, value in vars(self).items() if name != "setting"}, protocol=5)

    def restore(self, state):
        """Takes back what `save` gave, in a new instance of the same setting."""
        vars(self).update(pickle.loads(state))
