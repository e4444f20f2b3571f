"""Runs a detector of a Python file for Dwell: `python3 -m dwell.host`, control on descriptor 3, frames on 4."""

import importlib.util
import json
import os
import pathlib
import select
import socket
import sys
import threading
import traceback

CONTROL, DATA = 3, 4
PROTOCOL = 1


class Gone(Exception):
    """Dwell closed the wire. No exception of the user's code is taken for it."""


class Refusal(Exception):
    """What is wrong with the user's file, before it runs."""

    def __init__(self, place, found, accepted=""):
        super().__init__(found)
        self.place, self.found, self.accepted = place, found, accepted


def leave_with_dwell():
    """Ends this program when Dwell is gone, whatever the detector is doing."""

    def wait():
        gone = select.poll()
        gone.register(CONTROL, select.POLLRDHUP)
        gone.poll()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def load(file, name):
    """The class of a file that a detector is made of."""
    from .detector import Detector

    path = pathlib.Path(file)
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    classes = [word for word, value in vars(module).items()
               if isinstance(value, type) and issubclass(value, Detector) and value is not Detector]
    found = getattr(module, name, None)
    if found is None:
        raise Refusal("", f'has no class "{name}"', ", ".join(classes) or "a class that extends dwell.Detector")
    if name not in classes:
        raise Refusal(name, "is no class that extends dwell.Detector", ", ".join(classes))
    return found


def listed(value):
    return value if isinstance(value, str) else ",".join(value)


def check_parameters(cls):
    from .detector import Parameter

    for name, parameter in cls.parameters.items():
        if not isinstance(parameter, Parameter):
            raise Refusal(f"{cls.__name__}.parameters", f"{name} is {parameter!r}",
                          "dwell.Parameter(value, least, most, meaning)")


def hello_of(cls):
    parameters = [{"name": name, "value": p.value, "least": p.least, "most": p.most, "meaning": p.meaning}
                  for name, p in cls.parameters.items()]
    return {"type": "hello", "name": cls.__name__, "summary": cls.summary, "paper": cls.paper, "tier": cls.tier,
            "topics": listed(cls.topics), "pages": listed(cls.pages), "columns": listed(cls.columns),
            "memory_bound_bytes": cls.memory_bound_bytes, "time_bound_ns": cls.time_bound_ns,
            "parameters": parameters, "saves": cls.save is not None and cls.restore is not None}


def place_in(file, problem):
    """The line of the user's file that an exception came from."""
    name = pathlib.Path(file).name
    if isinstance(problem, SyntaxError) and problem.lineno is not None:
        return f"{pathlib.Path(problem.filename or file).name}:{problem.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == file]
    return f"{name}:{lines[-1]}" if lines else ""


def print_from(file, problem):
    """A traceback that begins in the user's file: what called it there is Dwell's and explains nothing."""
    frames = problem.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != file:
        frames = frames.tb_next
    traceback.print_exception(type(problem), problem, frames)


class Host:
    def __init__(self):
        from .frames import Receiver

        control = socket.socket(fileno=CONTROL)
        self.control = control
        self.lines = control.makefile("rb")
        self.data = socket.socket(fileno=DATA)
        self.receiver = Receiver(self.fill)
        self.file = ""
        self.cls = None
        self.detector = None
        self.capacity = 0

    def fill(self, view):
        while view:
            try:
                received = self.data.recv_into(view)
            except OSError:
                received = 0
            if received == 0:
                raise Gone
            view = view[received:]

    def say(self, message, frame=None):
        try:
            self.control.sendall(json.dumps(message).encode() + b"\n")
            if frame is not None:
                self.data.sendall(frame)
        except OSError:
            raise Gone from None

    def complain(self, problem):
        """The last answer: what ended the detector, and where."""
        if isinstance(problem, Gone):
            return
        error = {"type": "error"}
        if isinstance(problem, Refusal):
            error |= {"place": problem.place, "found": problem.found, "accepted": problem.accepted}
        else:
            if self.detector is not None:
                print_from(self.file, problem)
            words = problem.msg if isinstance(problem, SyntaxError) else str(problem)
            error |= {"place": place_in(self.file, problem), "found": f"{type(problem).__name__}: {words}".rstrip(": ")}
        try:
            self.say(error)
        except Gone:
            pass

    def run(self):
        while True:
            try:
                line = self.lines.readline()
            except OSError:
                raise Gone from None
            if not line:
                return
            message = json.loads(line)
            if message["type"] == "bye":
                return
            getattr(self, "on_" + message["type"])(message)

    def on_hello(self, message):
        if message["protocol"] != PROTOCOL:
            raise Refusal("protocol", f"found {message['protocol']}", str(PROTOCOL))
        self.file = message["file"]
        self.cls = load(self.file, message["name"])
        check_parameters(self.cls)
        self.say(hello_of(self.cls))

    def on_config(self, message):
        from .detector import Setting

        parameters = {p["name"]: p["value"] for p in message["parameters"]}
        self.capacity = message["capacity"]
        self.detector = self.cls(Setting(message["seed"], message["shards"], message["windows_per_day"],
                                         message["members_expected"], message["events_per_day_expected"],
                                         parameters))
        self.say({"type": "ready"})

    def on_batch(self, message):
        self.detector.observe(self.receiver.frame())
        if message["ack"]:
            self.say({"type": "ok"})

    def on_close(self, message):
        from .detector import Scores, Window
        from .frames import encode

        given = self.detector.close(Window(message["window"], message["begin_us"], message["end_us"],
                                           message["floor"]))
        if given is None:
            self.say({"type": "score", "count": 0})
            return
        scores = Scores.of(given)
        count = len(scores.ids)
        if count > self.capacity:
            raise ValueError(f"close gave {count} scores where there is room for {self.capacity}")
        frame = None
        if count > 0:
            frame = encode("scores", message["window"],
                           {"kind": scores.kinds, "id": scores.ids, "score": scores.values})
        self.say({"type": "score", "count": count}, frame)

    def on_save(self, _):
        import numpy as np

        from .frames import encode

        state = np.frombuffer(self.detector.save(), np.uint8)
        self.say({"type": "saved"}, encode("state", 0, {"bytes": state}))

    def on_restore(self, _):
        self.detector.restore(self.receiver.frame()["bytes"].tobytes())
        self.say({"type": "ready"})


def keep_wire_from_forks():
    """A forked child of this process holds no end of the wire: it cannot answer in its parent's place."""
    for wire in (CONTROL, DATA):
        os.set_inheritable(wire, False)
    os.register_at_fork(after_in_child=lambda: (os.close(CONTROL), os.close(DATA)))


def main():
    leave_with_dwell()
    keep_wire_from_forks()
    try:
        host = Host()
    except ImportError as problem:
        error = {"type": "error", "place": sys.executable, "found": str(problem),
                 "accepted": "Python 3.11 with NumPy (Debian: python3-numpy)"}
        socket.socket(fileno=CONTROL).sendall(json.dumps(error).encode() + b"\n")
        return 1
    try:
        host.run()
        return 0
    except BaseException as problem:  # whatever the user's code does, SystemExit included
        host.complain(problem)
    return 1


if __name__ == "__main__":
    sys.exit(main())
