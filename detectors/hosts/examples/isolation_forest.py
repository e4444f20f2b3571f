"""An isolation forest (Liu, Ting, Zhou 2008) of scikit-learn on features of keys, hour by hour.

Features of a key in an hour, over its reads of member data: reads, distinct members, distinct sources, distinct countries, and
the share of answers without records; as logarithms of one plus the count. Each hour is judged by the forest of the days
before, and only then learnt. The forest is grown anew once a day on the last `days` days.
"""

import numpy as np

import dwell

try:
    from sklearn.ensemble import IsolationForest
except ImportError:
    raise ImportError("scikit-learn is not installed (Debian: python3-sklearn)") from None

HOUR = 60


class Forest(dwell.Detector):
    summary = "isolation forest on hourly features of keys"
    paper = "Liu, Ting, Zhou 2008"
    columns = ["access.key", "access.member", "access.source", "access.country", "access.records"]
    parameters = {
        "trees": dwell.Parameter(50, 1, 1000, "trees of the forest"),
        "days": dwell.Parameter(14, 1, 60, "days that it is grown from"),
    }
    memory_bound_bytes = 512 << 20
    time_bound_ns = 20_000

    def __init__(self, setting):
        super().__init__(setting)
        self.rows = []
        self.past = []
        self.forest = None

    def observe(self, batch):
        # Copies: what is kept beyond the call should not hold the whole batch.
        self.rows.append(np.stack([batch[name].astype(np.int64) for name in
                                   ("key", "member", "source", "country", "records")]))

    def close(self, window):
        if (window.index + 1) % HOUR != 0 or not self.rows:
            return None
        keys, features = self.features(np.concatenate(self.rows, axis=1))
        self.rows = []
        scores = None
        if self.forest is not None:
            # score_samples is larger for ordinary points.
            scores = dwell.Scores(dwell.KEY, keys, -self.forest.score_samples(features))
        self.past.append(features)
        if (window.index + 1) % self.setting.windows_per_day == 0:
            self.grow(window.index)
        return scores

    def grow(self, window):
        self.past = self.past[-int(self.setting.parameters["days"]) * 24:]
        coins = (self.setting.seed + window) % 2**32
        self.forest = IsolationForest(n_estimators=int(self.setting.parameters["trees"]), random_state=coins, n_jobs=1)
        self.forest.fit(np.concatenate(self.past))

    @staticmethod
    def features(rows):
        keys, place = np.unique(rows[0], return_inverse=True)

        def distinct(column):
            pairs = np.unique(np.stack([place, column]), axis=1)
            return np.bincount(pairs[0], minlength=len(keys))

        reads = np.bincount(place, minlength=len(keys))
        missed = np.bincount(place, weights=rows[4] == 0, minlength=len(keys))
        counts = np.stack([reads, distinct(rows[1]), distinct(rows[2]), distinct(rows[3])], axis=1)
        return keys, np.column_stack([np.log1p(counts), missed / reads])
