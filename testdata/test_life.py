"""Start, restart, shutdown, and what is left of a kernel."""

import os
import signal
import subprocess
import sys
import unittest

import heddletest
import processes

LOOP = 'fmt.Println("runs")\nfor {\n}'


class Life(unittest.TestCase):
    def kernel(self):
        kernel = heddletest.Kernel()
        self.addCleanup(lambda: kernel.manager.is_alive() and kernel.close())
        return kernel

    def test_shutdown(self):
        self.kernel().close()

    def test_shutdown_while_a_cell_runs(self):
        for name, code in {
            "loop": LOOP,
            "blocked": 'fmt.Println("runs")\nselect {}',
            "shell": "!echo runs; sleep 1000",
            "process": 'fmt.Println("runs")\nexec.Command("sleep", "1000").Run()',
        }.items():
            with self.subTest(cell=name):
                kernel = self.kernel()
                kernel.printing(code)
                kernel.close()

    def test_shutdown_ends_what_cells_have_started(self):
        kernel = self.kernel()
        kernel.run('c := exec.Command("sleep", "1000")\nc.Start()')
        self.assertEqual(len(processes.children(kernel.worker)), 1)
        kernel.close()

    def test_all_output_comes_before_the_end(self):
        kernel = self.kernel()
        cell = kernel.send("for i := 0; i < 20000; i++ {\n\tfmt.Println(i)\n}")
        last = kernel.wait(kernel.send("1"))
        asked = kernel.ask("shutdown_request", {"restart": False}, control=True)
        self.assertEqual(kernel.control_reply(asked.msg_id), {"status": "ok", "restart": False})
        kernel.until(lambda: asked.idle)
        self.assertEqual(cell.text(), "".join(f"{i}\n" for i in range(20000)))
        self.assertEqual(last.result, "1")
        processes.Process(kernel.pid).wait()

    def test_restart(self):
        kernel = self.kernel()
        kernel.run("x := 1")
        old = processes.descendants(kernel.pid)
        kernel.manager.restart_kernel()
        self.assertEqual([p for p in old if p.alive()], [])
        kernel.client.wait_for_ready(timeout=heddletest.PATIENCE)
        cell = kernel.run("x")
        self.assertEqual(cell.reply["ename"], "CompileError")
        self.assertEqual(cell.reply["execution_count"], 1)
        self.assertEqual(kernel.run("1 + 1").result, "2")
        kernel.close()

    def test_restart_while_a_cell_runs(self):
        kernel = self.kernel()
        kernel.printing(LOOP)
        old = processes.descendants(kernel.pid)
        kernel.manager.restart_kernel()
        self.assertEqual([p for p in old if p.alive()], [])
        kernel.client.wait_for_ready(timeout=heddletest.PATIENCE)
        self.assertEqual(kernel.run("1 + 1").result, "2")
        kernel.close()

    def test_shutdown_reply_says_restart(self):
        kernel = self.kernel()
        all_of_it = processes.descendants(kernel.pid)
        asked = kernel.ask("shutdown_request", {"restart": True}, control=True)
        self.assertEqual(kernel.control_reply(asked.msg_id), {"status": "ok", "restart": True})
        for process in all_of_it:
            process.wait()

    def test_a_killed_kernel_leaves_no_worker(self):
        for name, code in {"idle": "", "loop": LOOP, "blocked": 'fmt.Println("runs")\nselect {}', "shell": "!echo runs; sleep 1000"}.items():
            with self.subTest(cell=name):
                kernel = self.kernel()
                kernel.printing(code) if code else None
                all_of_it = processes.descendants(kernel.pid)
                os.kill(kernel.pid, signal.SIGKILL)
                for process in all_of_it:
                    process.wait()

    def test_a_kernel_ends_with_what_started_it(self):
        code = (
            "import os, subprocess, sys\nfrom jupyter_client.manager import start_new_kernel\n"
            "manager, client = start_new_kernel(kernel_name='heddle')\nprint(manager.provisioner.pid, flush=True)\nos.kill(os.getpid(), 9)\n"
        )
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
            pid = int(parent.stdout.readline())
            try:
                all_of_it = processes.descendants(pid)
            except OSError:
                return  # so soon
            for process in all_of_it:
                process.wait()

    def test_the_history_outlives_a_killed_kernel(self):
        kernel = self.kernel()
        kernel.run('"found after a kill"')
        process = processes.Process(kernel.pid)
        os.kill(kernel.pid, signal.SIGKILL)
        process.wait()
        search = {"hist_access_type": "search", "pattern": "*after a kill*", "raw": True, "output": False, "unique": True}
        found = self.kernel().ask("history_request", search).reply["history"]
        self.assertEqual([h[2] for h in found], ['"found after a kill"'])

    def test_two_clients(self):
        kernel = self.kernel()
        first, second = kernel.client, kernel.connect()
        cell = kernel.run('x := 1\nfmt.Println("to both")')
        while True:
            message = second.get_iopub_msg(timeout=heddletest.PATIENCE)
            if message["msg_type"] == "stream":
                break
        self.assertEqual(message["parent_header"]["msg_id"], cell.msg_id)
        kernel.client = second
        self.assertEqual(kernel.run("x").result, "1")
        kernel.client = first
        self.assertEqual(kernel.run("x + 1").result, "2")
        kernel.close()
        second.stop_channels()

    def test_two_kernels_share_nothing(self):
        one, other = self.kernel(), self.kernel()
        one.run("x := 1")
        self.assertEqual(other.run("x").reply["status"], "error")
        one.close()
        self.assertEqual(other.run("2").result, "2")


if __name__ == "__main__":
    heddletest.main()
