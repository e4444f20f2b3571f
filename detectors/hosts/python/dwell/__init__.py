"""Detectors for Dwell in Python, and its telemetry as NumPy arrays.

    import dwell

    class FirstSeen(dwell.Detector):
        columns = ["access.key", "access.country"]

        def __init__(self, setting):
            super().__init__(setting)
            self.seen = set()
            self.fresh = {}

        def observe(self, batch):
            for key, country in set(zip(batch["key"].tolist(), batch["country"].tolist())):
                if (key, country) not in self.seen:
                    self.seen.add((key, country))
                    self.fresh[key] = self.fresh.get(key, 0) + 1

        def close(self, window):
            scores = [(dwell.KEY, key, count) for key, count in self.fresh.items()]
            self.fresh = {}
            return scores

    ./dwell run coupang-2025 --detector python:first_seen.py:FirstSeen

    for batch in dwell.simulate("coupang-2025", scale="1/1000", seed=3):
        print(batch.window, batch.rows, batch["page"].mean())
"""

from .detector import (ACCOUNT, AGENT, COUNTRY, KEY, NETWORK, PAGE, PLATFORM, SOURCE, Detector, Parameter, Scores,
                       Setting, Window)
from .frames import Batch, read_frames
from .simulation import simulate

__all__ = ["ACCOUNT", "AGENT", "COUNTRY", "KEY", "NETWORK", "PAGE", "PLATFORM", "SOURCE", "Batch", "Detector",
           "Parameter", "Scores", "Setting", "Window", "read_frames", "simulate"]
