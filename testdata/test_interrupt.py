"""Interrupts: idle within three seconds, whatever the cell does."""

import os
import signal
import time

import heddletest

LIMIT = 3  # seconds, the contract

LOOP = 'fmt.Println("runs")\nfor {\n\tx++\n}'
SLEEP = 'fmt.Println("runs")\ntime.Sleep(time.Hour)'
LOCK = 'mu.Lock()\nfmt.Println("runs")\nmu.Lock()'


class Interrupt(heddletest.Case):
    def setUp(self):
        super().setUp()
        self.ok('x, kept := 1, "kept"\nvar mu sync.Mutex\nfunc f() string { return "declared" }')

    def idle_after(self, cell, seconds):
        heddletest.note(f"idle {seconds * 1000:.0f} ms after the interrupt")
        self.assertLess(seconds, LIMIT)
        self.kernel.wait(cell)
        return self.fails(cell, "Interrupted")

    def all_is_kept(self):
        self.assertEqual(self.ok("kept").result, "kept")
        self.assertEqual(self.ok("x > 0").result, "true")
        self.cells_run()

    def cells_run(self):
        self.assertEqual(self.ok("f()").result, "declared")

    def test_loop(self):
        cell = self.kernel.printing(LOOP)
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.all_is_kept()

    def test_loop_of_a_function(self):
        self.ok("func spin() {\n\tfor {\n\t}\n}")
        cell = self.kernel.printing('fmt.Println("runs")\nspin()')
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.all_is_kept()

    def test_loop_that_prints(self):
        cell = self.kernel.printing("for {\n\tfmt.Println(x)\n}")
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.all_is_kept()

    def test_sleep(self):
        cell = self.kernel.printing(SLEEP)
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.all_is_kept()

    def test_locked_mutex(self):
        cell = self.kernel.printing(LOCK)
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.cells_run()

    def test_blocked(self):
        for name, code in {
            "receive": 'fmt.Println("runs")\n<-make(chan int)',
            "send": 'fmt.Println("runs")\nmake(chan int) <- 1',
            "select": 'fmt.Println("runs")\nselect {}',
            "wait group": 'var wg sync.WaitGroup\nwg.Add(1)\nfmt.Println("runs")\nwg.Wait()',
            "shell": "!echo runs; sleep 1000",
        }.items():
            with self.subTest(on=name):
                cell = self.kernel.printing(code)
                self.idle_after(cell, self.kernel.interrupt(cell))
                self.cells_run()

    def test_goroutines_still_blocked(self):
        cell = self.kernel.printing('for i := 0; i < 100; i++ {\n\tgo func() { select {} }()\n}\nfmt.Println("runs")\nselect {}')
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.cells_run()

    def test_by_signal(self):
        for name, code in {"loop": LOOP, "sleep": SLEEP}.items():
            with self.subTest(of=name):
                cell = self.kernel.printing(code)
                begin = time.monotonic()
                os.kill(self.kernel.pid, signal.SIGINT)
                self.kernel.wait(cell)
                self.idle_after(cell, time.monotonic() - begin)
                self.all_is_kept()

    def test_twice(self):
        cell = self.kernel.printing(LOOP)
        self.kernel.manager.interrupt_kernel()
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.all_is_kept()

    def test_of_nothing(self):
        asked = self.kernel.ask("interrupt_request", {}, control=True)
        self.assertEqual(self.kernel.control_reply(asked.msg_id), {"status": "ok"})
        os.kill(self.kernel.pid, signal.SIGINT)
        self.all_is_kept()

    def test_of_a_cell_that_waits_for_input(self):
        cell = self.kernel.send("var name string\nfmt.Scanln(&name)", allow_stdin=True)
        self.kernel.prompted(cell)
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.all_is_kept()

    def test_gives_up_the_cells_that_wait(self):
        cell = self.kernel.printing(LOOP)
        queued = self.kernel.send('fmt.Println("never")')
        self.kernel.taken()
        self.idle_after(cell, self.kernel.interrupt(cell))
        self.kernel.wait(queued)
        self.assertEqual(queued.reply["ename"], "ExecutionAborted")
        self.all_is_kept()


if __name__ == "__main__":
    heddletest.main()
