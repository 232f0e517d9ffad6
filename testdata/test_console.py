"""jupyter console in a terminal."""

import os
import pty
import re
import select
import subprocess
import time

import heddletest

ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[()][AB0])")


class Console(heddletest.Case):
    def setUp(self):
        super().setUp()
        self.terminal, side = pty.openpty()
        env = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        # A console that starts its kernel itself does not wait until it hears
        # it: what is typed at once may be answered to nobody.
        command = ["jupyter-console", "--existing", self.kernel.manager.connection_file]
        self.console = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=env, start_new_session=True)
        os.close(side)
        self.seen, self.start = "", 0
        self.addCleanup(self.end)

    def end(self):
        self.console.kill()
        self.console.wait()
        os.close(self.terminal)

    def until(self, pattern):
        """Read what the terminal shows until pattern comes, and look behind
        it the next time."""
        deadline = time.monotonic() + heddletest.PATIENCE
        while not (found := re.compile(pattern).search(ESCAPES.sub("", self.seen), self.start)):
            if not select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                self.fail(f"no {pattern} in {ESCAPES.sub('', self.seen)!r}")
            self.seen += os.read(self.terminal, 65536).decode(errors="replace")
        self.start = found.end()

    def type(self, line):
        os.write(self.terminal, line.encode() + b"\r")

    def test_a_session(self):
        self.until(r"heddle[\s\S]*In \[1\]: ")
        self.type("x := 41")
        self.until(r"In \[2\]: ")
        self.type("x + 1")
        self.until(r"Out\[2\]: *\S*42")
        self.until(r"In \[3\]: ")
        self.type("nowhere")
        self.until("undefined: nowhere")
        self.until(r"In \[4\]: ")
        os.write(self.terminal, b"\x04")  # ctrl-D
        self.until("Do you really want to exit")
        self.type("y")
        self.assertEqual(self.console.wait(heddletest.PATIENCE), 0)
        self.assertEqual(self.ok("x").result, "41")


if __name__ == "__main__":
    heddletest.main()
