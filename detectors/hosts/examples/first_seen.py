"""Keys used from countries where they were not used before. Scores the number of such reads in a window, then learns."""

import dwell


class FirstSeen(dwell.Detector):
    summary = "reads with a key from a country where it was not used before"
    paper = "an example"
    columns = ["access.key", "access.country"]
    parameters = {"least": dwell.Parameter(1, 0, 1e9, "reads from such a country before they count")}
    memory_bound_bytes = 64 << 20
    time_bound_ns = 2000

    def __init__(self, setting):
        super().__init__(setting)
        self.reads = {}
        self.fresh = {}

    def observe(self, batch):
        for pair in zip(batch["key"].tolist(), batch["country"].tolist()):
            self.fresh[pair] = self.fresh.get(pair, 0) + 1

    def close(self, window):
        scores = {}
        for (key, country), count in self.fresh.items():
            if self.reads.get((key, country), 0) < self.setting.parameters["least"]:
                scores[key] = scores.get(key, 0) + count
        for pair, count in self.fresh.items():
            self.reads[pair] = self.reads.get(pair, 0) + count
        self.fresh = {}
        return [(dwell.KEY, key, count) for key, count in scores.items()]
