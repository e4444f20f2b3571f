"""Detectors in Python that do what a detector must not, some windows into a run."""

import os
import sys

import numpy as np

import dwell

FROM = 100


class Fault(dwell.Detector):
    columns = ["access.key"]
    memory_bound_bytes = 32 << 20

    def close(self, window):
        return self.fault(window) if window.index >= FROM else None

    def fault(self, window):
        return None


class Raises(Fault):
    def fault(self, window):
        return 1 / 0


class Loops(Fault):
    def fault(self, window):
        while True:
            pass


class Leaves(Fault):
    def fault(self, window):
        os._exit(0)


class Exits(Fault):
    def fault(self, window):
        sys.exit("enough")


class NotANumber(Fault):
    def fault(self, window):
        return [(dwell.KEY, 5, float("nan"))]


class UnknownKind(Fault):
    def fault(self, window):
        return [(99, 5, 1.0)]


class NoPage(Fault):
    def fault(self, window):
        return [(dwell.PAGE, 77, 1.0)]


class Negative(Fault):
    def fault(self, window):
        return dwell.Scores(dwell.KEY, [-1], [1.0])


class Halves(Fault):
    def fault(self, window):
        return dwell.Scores(dwell.KEY, [1.5], [1.0])


class Pairs(Fault):
    def fault(self, window):
        return [("key", 1)]


class Asks(Fault):
    """Of the user, who is not there."""

    def fault(self, window):
        return input()


class Forks(Fault):
    """No fault when all is well: a child must neither hold the wire nor be able to leave the group."""

    def fault(self, window):
        child = os.fork()
        if child == 0:
            held = left = 0
            try:
                os.fstat(3)
                held = 1
            except OSError:
                pass
            try:
                os.setsid()
                left = 2
            except PermissionError:
                pass
            os._exit(held + left)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code == 0, code


class NoParameter(Fault):
    parameters = {"weight": 3}


class TooMany(Fault):
    def fault(self, window):
        return dwell.Scores(dwell.KEY, np.arange(70000), np.ones(70000))


class Nonsense(Fault):
    def fault(self, window):
        return 42


class Leaks(Fault):
    kept = []

    def fault(self, window):
        self.kept.append(np.ones(1 << 20))


class Writes(Fault):
    """Tries to change the rows."""

    def observe(self, batch):
        if batch.window >= FROM:
            batch["key"][0] = 1


class CannotSave(Fault):
    def __init__(self, setting):
        super().__init__(setting)
        self.lock = lambda: None  # cannot be pickled


class Prints(Fault):
    """No fault at all: what it prints must not reach the wire."""

    def fault(self, window):
        print('{"type": "score", "count": 12}', flush=True)
        os.write(1, b"\x00binary\xff\n")
        return [(dwell.KEY, 1, 1.0)] if window.index % 50 == 0 else None


class NoDetector:
    pass
