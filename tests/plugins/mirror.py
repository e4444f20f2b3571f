"""What `examples/key_burst.c` computes, in Python: the two must score alike, bit for bit."""

import dwell


class KeyBurst(dwell.Detector):
    columns = ["access.key"]
    parameters = {"weight": dwell.Parameter(0.02, 0.0001, 1, "share of a new window in the mean")}
    memory_bound_bytes = 64 << 20

    def __init__(self, setting):
        super().__init__(setting)
        self.mean = {}
        self.count = {}

    def observe(self, batch):
        assert not batch["key"].flags.writeable and batch["key"].ctypes.data % 64 == 0
        for key in batch["key"].tolist():
            self.count[key] = self.count.get(key, 0) + 1

    def close(self, window):
        scores = []
        weight = self.setting.parameters["weight"]
        for key in self.mean.keys() | self.count.keys():
            mean = self.mean.get(key, 0.0)
            excess = self.count.get(key, 0) - mean
            score = excess * excess / (mean + 1) if excess > 0 else 0.0
            if score > window.floor:
                scores.append((dwell.KEY, key, score))
            self.mean[key] = mean + weight * excess
        self.count = {}
        return scores
