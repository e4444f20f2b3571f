"""Telemetry of a simulated platform, for exploring."""

import os
import pathlib
import subprocess

from .frames import read_frames


def _command():
    chosen = os.environ.get("DWELL_COMMAND")
    if chosen:
        return chosen
    root = os.environ.get("DWELL_ROOT") or pathlib.Path(__file__).resolve().parents[4]
    return str(pathlib.Path(root) / "dwell")


def simulate(scenario, scale=None, seed=1, days=None, topics=("access",), pages=None, campaign=True):
    """Batches of a scenario, window by window, in order of ingestion: an iterator of `Batch`.

    `scenario` is a name or the path of a JSON file; `days` counts from the first day, warm-up included (default: all);
    `pages` are names of pages of access rows (default: all). Without `campaign` nobody does anything wrong.
    """
    words = [_command(), "export", scenario, "--format", "batches", "--output", "-", "--quiet", "--seed", str(seed),
             "--topics", ",".join([topics] if isinstance(topics, str) else topics)]
    if scale is not None:
        # As a text of Python, a share as small as 1/20000 has an exponent.
        words += ["--scale", f"{scale:.15f}".rstrip("0").rstrip(".") if isinstance(scale, float) else str(scale)]
    if days is not None:
        words += ["--days", str(days)]
    if pages is not None:
        words += ["--pages", ",".join([pages] if isinstance(pages, str) else pages)]
    if not campaign:
        words.append("--clean")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield from read_frames(process.stdout)
            said = process.stderr.read().decode(errors="replace").strip()
            if process.wait() != 0:
                raise RuntimeError(said or f"{words[0]} export ended with code {process.returncode}")
        finally:
            # A reader who has seen enough ends it.
            process.terminate()
