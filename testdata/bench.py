"""The kernel's figures beside ipykernel's, measured by turns in one run."""

import json
import os
import socket
import statistics
import subprocess
import tempfile
import time
import uuid

import nbformat
import processes
import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

KERNELS = ("heddle", "python3")
STARTS, CELLS, FLOODS, LESSON_STARTS = 25, 500, 7, 9

ASSIGN = {"heddle": "x := 1", "python3": "x=1"}
PRINT = {
    "heddle": "for i := 0; i < 20000; i++ {\n\tfmt.Println(i)\n}",
    "python3": "for i in range(20000):\n    print(i)",
}
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
SPECS = KernelSpecManager()
# Small cells as somebody writes them, all different.
SESSION = {
    "heddle": ["a{n} := {n}", "a{p} + {n}", 'fmt.Println("cell", a{q})', "func f{n}(x int) int {{\n\treturn x + {n}\n}}", "f{p}(a{m})"],
    "python3": ["a{n} = {n}", "a{p} + {n}", 'print("cell", a{q})', "def f{n}(x):\n    return x + {n}", "f{p}(a{m})"],
}


class Started:
    """A kernel process of our own, with a client that listens before it does."""

    context = zmq.Context()

    def __init__(self, name):
        self.folder = tempfile.TemporaryDirectory()
        ports = [socket.socket() for _ in range(5)]
        for s in ports:
            s.bind(("127.0.0.1", 0))
        info = dict(zip(("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"), (s.getsockname()[1] for s in ports)))
        info |= {"ip": "127.0.0.1", "transport": "tcp", "key": uuid.uuid4().hex, "signature_scheme": "hmac-sha256"}
        for s in ports:
            s.close()
        file = os.path.join(self.folder.name, "connection.json")
        with open(file, "w") as f:
            json.dump(info, f)
        self.session = Session(key=info["key"].encode())
        self.shell, self.iopub, self.control = self.context.socket(zmq.DEALER), self.context.socket(zmq.SUB), self.context.socket(zmq.DEALER)
        self.iopub.subscribe(b"")
        for s, port in ((self.shell, "shell_port"), (self.iopub, "iopub_port"), (self.control, "control_port")):
            s.linger = 0
            s.reconnect_ivl = 1  # ms; else the client's next try is what one measures
            s.connect(f"tcp://127.0.0.1:{info[port]}")
        argv = [file if a == "{connection_file}" else a for a in SPECS.get_kernel_spec(name).argv]
        asked = self.session.send(self.shell, "kernel_info_request")
        self.begin = time.perf_counter()
        self.process = subprocess.Popen(argv, start_new_session=True, **SILENT)
        self.reply(asked)
        self.ready = time.perf_counter() - self.begin

    def reply(self, asked, socket=None):
        while True:
            _, reply = self.session.recv(socket or self.shell, mode=0)
            if reply["parent_header"]["msg_id"] == asked["header"]["msg_id"]:
                return reply["content"]

    def run(self, code):
        """The seconds from the process's start to the cell's idle."""
        asked = self.session.send(self.shell, "execute_request", {"code": code, "silent": False, "store_history": True, "allow_stdin": False})
        while True:
            _, m = self.session.recv(self.iopub, mode=0)
            if m["parent_header"].get("msg_id") == asked["header"]["msg_id"] and m["content"].get("execution_state") == "idle":
                break
        took = time.perf_counter() - self.begin
        status = self.reply(asked)["status"]
        if status != "ok":
            raise AssertionError(f"{status} of {code}")
        return took

    def end(self):
        self.session.send(self.control, "shutdown_request", {"restart": False})
        self.process.wait(30)
        for s in (self.shell, self.iopub, self.control):
            s.close()
        self.folder.cleanup()


class Client:
    """A kernel and jupyter_client's blocking client."""

    def __init__(self, name):
        self.name, self.manager = name, KernelManager(kernel_name=name)
        self.manager.start_kernel(**SILENT)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code):
        """The seconds from the request to idle."""
        begin = time.perf_counter()
        msg_id = self.client.execute(code)
        while True:
            m = self.client.get_iopub_msg(timeout=60)
            if m["parent_header"].get("msg_id") == msg_id and m["content"].get("execution_state") == "idle":
                break
        took = time.perf_counter() - begin
        reply = self.client.get_shell_msg(timeout=60)["content"]
        if reply["status"] != "ok":
            raise AssertionError(f"{self.name}: {code}: {reply}")
        return took

    def pss(self):
        """The memory of the kernel's processes in MB: Linux's proportional set
        size, in which a page that two share counts half for each."""
        total = 0
        for process in processes.descendants(self.manager.provisioner.pid):
            with open(f"/proc/{process.pid}/smaps_rollup") as f:
                total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        return total * 1024 / 1e6

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def start():
    took = {k: [] for k in KERNELS}
    for _ in range(STARTS):
        for name in KERNELS:
            kernel = Started(name)
            took[name].append(kernel.ready * 1000)
            kernel.end()
    return median(took)


def first_cell(code):
    took = {k: [] for k in KERNELS}
    for _ in range(LESSON_STARTS):
        for name in KERNELS:
            kernel = Started(name)
            took[name].append(kernel.run(code[name]) * 1000)
            kernel.end()
    return median(took)


TURN = 25


def by_turns(code, times):
    kernels = [Client(name) for name in KERNELS]
    took = {k: [] for k in KERNELS}
    for kernel in kernels:
        kernel.run(code[kernel.name])  # what is done only once
    # In turns of some, so that neither pays for the other's caches each time
    # and a slow moment of the machine meets both.
    turn = min(times, TURN)
    for _ in range(times // turn):
        for kernel in kernels:
            took[kernel.name] += [kernel.run(code[kernel.name]) * 1000 for _ in range(turn)]
    for kernel in kernels:
        kernel.end()
    return median(took)


def memory():
    """Idle, and its growth from the 100th to the 1,100th cell of a session."""
    idle, growth = {}, {}
    for name in KERNELS:  # one at a time: two would share pages
        kernel = Client(name)
        kernel.run(ASSIGN[name])  # so that all is started
        idle[name] = kernel.pss()
        for n in range(1, 1101):
            part = SESSION[name][(n - 1) % 5]
            first = n - (n - 1) % 5  # the number of the round's first cell
            kernel.run(part.format(n=n, p=first if (n - 1) % 5 < 3 else first + 3, q=first, m=first))
            if n == 100:
                before = kernel.pss()
        growth[name] = kernel.pss() - before
        kernel.end()
    return idle, growth


def median(took):
    return {name: statistics.median(values) for name, values in took.items()}


def lesson_cell():
    lessons = os.environ["HEDDLE_LESSONS"]
    notebook = nbformat.read(os.path.join(lessons, sorted(f for f in os.listdir(lessons) if f.startswith("01"))[0]), 4)
    return next(c.source for c in notebook.cells if c.cell_type == "code")


def row(figure, values, unit, reach, limit=None, relative=True):
    ours, theirs = values["heddle"], values["python3"]
    met = "" if limit is None else "yes" if (ours / theirs if relative else ours) <= limit else "NO"
    print(f"{figure:46} {ours:9.2f} {theirs:9.2f} {unit:3} {ours / theirs:6.2f}  {reach:9} {met}", flush=True)


def main():
    print(f"{'figure':46} {'heddle':>9} {'ipykernel':>9} {'':3} {'ratio':>6}  {'reach':9} met")
    row(f"start to kernel_info_reply, median of {STARTS}", start(), "ms", "0.15 x", 0.15)
    row(f"x := 1, request to idle, median of {CELLS}", by_turns(ASSIGN, CELLS), "ms", "0.2 x", 0.2)
    row(f"20,000 lines, printed singly, median of {FLOODS}", by_turns(PRINT, FLOODS), "ms", "0.7 x", 0.7)
    idle, growth = memory()
    row("idle kernel, all processes, PSS", idle, "MB", "45 MB", 45, relative=False)
    lesson = {"heddle": lesson_cell(), "python3": ASSIGN["python3"]}
    row(f"start to first lesson cell (x=1), median of {LESSON_STARTS}", first_cell(lesson), "ms", "1000 ms", 1000, relative=False)
    row("growth of PSS over 1,000 cells", growth, "MB", "40 MB", 40, relative=False)


if __name__ == "__main__":
    main()
