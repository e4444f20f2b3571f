"""Telemetry as arrays: reads of member data an hour, and by how many keys. Run by `./dwell python explore.py`."""

import numpy as np

import dwell

hours = {}
for batch in dwell.simulate("tiny", seed=3, days=1):
    reads = batch["page"] >= 6  # my page and what lies behind it
    hours.setdefault(batch.window // 60, []).append(batch["key"][reads])
for hour, parts in sorted(hours.items()):
    keys = np.concatenate(parts)
    print(f"hour {hour:2}: {len(keys):6} reads, {len(np.unique(keys))} keys")
