"""What the tests share: a kernel with a client, and a report that Go reads."""

import faulthandler
import fnmatch
import json
import os
import queue
import sys
import tempfile
import time
import traceback
import unittest
import uuid

import zmq
from jupyter_client.manager import KernelManager
from jupyter_kernel_test.msgspec_v5 import schema_fragments, validate_message
from processes import PATIENCE, children, descendants

SCRIPT = 150  # seconds until a script that hangs says where


class Cell:
    """What was published for one request, and its reply."""

    def __init__(self, kernel, msg_id):
        self.kernel, self.msg_id = kernel, msg_id

    @property
    def messages(self):
        return [m for m in self.kernel.published if m["parent_header"].get("msg_id") == self.msg_id]

    @property
    def kinds(self):
        """The types of the messages but status and execute_input."""
        return [m["msg_type"] for m in self.messages if m["msg_type"] not in ("status", "execute_input")]

    def contents(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    def text(self, name="stdout"):
        return "".join(c["text"] for c in self.contents("stream") if c["name"] == name)

    @property
    def result(self):
        """The text of the execute_result, None if there is none."""
        data = [c["data"] for c in self.contents("execute_result")]
        return data[0]["text/plain"] if data else None

    @property
    def idle(self):
        return any(c["execution_state"] == "idle" for c in self.contents("status"))

    @property
    def reply(self):
        return self.kernel.shell_reply(self.msg_id)


class Kernel:
    """A running heddle and one client of it.

    Every message is validated; what the kernel process itself prints is kept,
    and close fails if there is any, or if a process is left.
    """

    def __init__(self, **env):
        self.published, self.replies = [], {}
        while not self.start({**os.environ, **env}):
            pass

    def start(self, env):
        """Jupyter chooses ports that are free and leaves them free until the
        kernel has them: if another test was quicker, the answer is False."""
        self.log = tempfile.TemporaryFile()
        self.manager = KernelManager(kernel_name="heddle")
        self.manager.start_kernel(stdout=self.log, stderr=self.log, env=env)
        try:
            self.client = self.connect()
        except RuntimeError as e:
            if "address already in use" in self.printed():
                return False
            raise AssertionError(f"{e}; it printed:\n{self.printed()}") from e
        return True

    def connect(self):
        client = self.manager.client()
        client.session.session = uuid.uuid4().hex  # else all clients number alike
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
        return client

    @property
    def pid(self):
        return self.manager.provisioner.pid

    @property
    def worker(self):
        """The process id of the worker."""
        (pid,) = children(self.pid)
        return pid

    def send(self, code, **options):
        return Cell(self, self.client.execute(code, **options))

    def run(self, code, **options):
        cell = self.send(code, **options)
        self.wait(cell)
        states = [c["execution_state"] for c in cell.contents("status")]
        if states != ["busy", "idle"] or cell.messages[0]["msg_type"] != "status":
            raise AssertionError(f"not from busy to idle: {[m['msg_type'] for m in cell.messages]} {states}")
        return cell

    def ask(self, kind, content, control=False):
        """Send a request; the Cell has its reply if it came by shell."""
        message = self.client.session.msg(kind, content)
        (self.client.control_channel if control else self.client.shell_channel).send(message)
        return Cell(self, message["header"]["msg_id"])

    def taken(self):
        """Return when the kernel has all that was sent by shell."""
        _ = self.ask("kernel_info_request", {}).reply

    def wait(self, cell):
        """Wait for the cell's reply and its idle."""
        _ = cell.reply
        self.until(lambda: cell.idle)
        return cell

    def until(self, condition):
        """Read what is published until condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.read(deadline - time.monotonic())

    def read(self, seconds):
        message = self.client.get_iopub_msg(timeout=max(0, seconds))
        validate(message)
        self.published.append(message)

    def printing(self, code, **options):
        """Send a cell, and return it when it has printed something."""
        cell = self.send(code, **options)
        self.until(lambda: cell.text() or cell.idle)
        if cell.idle:
            raise AssertionError(f"the cell has ended: {cell.reply}")
        return cell

    def prompted(self, cell):
        """The next input_request, which must come before the cell's end."""
        poller = zmq.Poller()
        for channel in (self.client.stdin_channel, self.client.iopub_channel):
            poller.register(channel.socket, zmq.POLLIN)
        while not cell.idle:
            ready = dict(poller.poll(PATIENCE * 1000))
            if self.client.stdin_channel.socket in ready:
                return self.client.get_stdin_msg()
            if not ready:
                raise queue.Empty
            self.read(PATIENCE)
        raise AssertionError(f"the cell has ended: {cell.reply}")

    def shell_reply(self, msg_id, channel="shell"):
        """The content of the reply to a request."""
        get = self.client.get_shell_msg if channel == "shell" else self.client.get_control_msg
        deadline = time.monotonic() + PATIENCE
        while msg_id not in self.replies:
            message = get(timeout=max(0, deadline - time.monotonic()))
            validate(message)
            self.replies[message["parent_header"].get("msg_id")] = message["content"]
        return self.replies[msg_id]

    def control_reply(self, msg_id):
        return self.shell_reply(msg_id, "control")

    def interrupt(self, cell):
        """Interrupt a running cell; return the seconds until its idle."""
        begin = time.monotonic()
        self.manager.interrupt_kernel()
        self.until(lambda: cell.idle)
        return time.monotonic() - begin

    def printed(self):
        self.log.seek(0)
        return self.log.read().decode()

    def close(self):
        """Shut down, and check that nothing is left."""
        processes = descendants(self.pid)
        self.manager.shutdown_kernel()
        self.client.stop_channels()
        left = [p for p in processes if p.alive()]
        if left:
            raise AssertionError(f"left after the shutdown: {left}")
        if self.printed():
            raise AssertionError(f"the kernel process printed:\n{self.printed()}")


def validate(message):
    if message["msg_type"] in schema_fragments:
        validate_message(message)


class Case(unittest.TestCase):
    """A test with a fresh kernel."""

    env = {}

    def setUp(self):
        self.kernel = Kernel(**self.env)
        self.addCleanup(self.kernel.close)

    def pipe(self):
        """A named pipe: a cell that reads it waits until release."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "go-on")
        os.mkfifo(path)
        return path

    def release(self, path):
        with open(path, "w") as pipe:
            pipe.write("on\n")

    def ok(self, code, **options):
        """Run a cell that must not fail."""
        cell = self.kernel.run(code, **options)
        self.assertEqual(cell.reply["status"], "ok", cell.reply)
        return cell

    def fails(self, cell, ename=None):
        """Check that the cell failed as the protocol wants it: one error on
        iopub, the same in the reply, with a one-line evalue and a traceback."""
        errors = cell.contents("error")
        self.assertEqual(cell.reply["status"], "error")
        self.assertEqual(len(errors), 1, errors)
        for field in ("ename", "evalue", "traceback"):
            self.assertEqual(errors[0][field], cell.reply[field])
            self.assertTrue(errors[0][field], field)
        self.assertNotIn("\n", errors[0]["evalue"])
        self.assertIsNone(cell.result)
        self.assertEqual(cell.text("stderr"), "")
        if ename:
            self.assertEqual(errors[0]["ename"], ename, errors[0]["evalue"])
        return errors[0]


notes = []


def note(text):
    """Have the test's log show a figure."""
    notes.append(text)


class Report(unittest.TestResult):
    """Writes one line of JSON for each test and subtest."""

    def emit(self, test, fault="", part=""):
        name = test.id().split(".")[-1].removeprefix("test_")
        line = {"test": f"{name}/{part}" if part else name, "fault": fault, "notes": notes[:]}
        notes.clear()
        print(json.dumps(line), flush=True)

    def addSuccess(self, test):
        self.emit(test)

    def addFailure(self, test, err):
        self.emit(test, "".join(traceback.format_exception(*err)))

    addError = addFailure

    def addSkip(self, test, reason):
        self.emit(getattr(test, "test_case", test), f"skipped: {reason}")

    def addSubTest(self, test, subtest, err):
        part = ", ".join(str(v) for v in subtest.params.values())
        self.emit(test, "".join(traceback.format_exception(*err)) if err else "", part)


def main():
    """Run the tests of the script; arguments are patterns of their names."""
    faulthandler.dump_traceback_later(SCRIPT, exit=True)
    wanted = sys.argv[1:] or ["*"]
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    tests = [t for group in suite for t in group]
    chosen = unittest.TestSuite(t for t in tests if any(fnmatch.fnmatch(t.id(), f"*{w}*") for w in wanted))
    chosen.run(Report())
