"""What ends a Go process costs one cell."""

import os
import signal

import heddletest
import processes

# The cell, the error's name, and what its value must have.
ENDS = {
    "concurrent map writes": (
        "m := map[int]int{}\nfor g := 0; g < 4; g++ {\n\tgo func() {\n\t\tfor i := 0; ; i++ {\n\t\t\tm[i%10] = i\n\t\t}\n\t}()\n}\nselect {}",
        "FatalError", "concurrent map"),
    "unlock of an unlocked mutex": ("var mu sync.Mutex\nmu.Unlock()", "FatalError", "unlock of unlocked mutex"),
    "unlock of an unlocked mutex in a goroutine": (
        "go func() {\n\tvar mu sync.Mutex\n\tmu.Unlock()\n}()\nselect {}", "FatalError", "unlock of unlocked mutex"),
    "stack overflow": ("func deep(n int) int { return deep(n+1) + 1 }\ndeep(0)", "StackOverflow", "stack"),
    "os.Exit": ("os.Exit(3)", "Exit", "3"),
    "os.Exit in a goroutine": ("go func() { os.Exit(4) }()\nselect {}", "Exit", "4"),
    "log.Fatal": ('log.SetOutput(io.Discard)\nlog.Fatal("no")', "Exit", "1"),
    "panic in a goroutine": ('go func() {\n\tpanic("in a goroutine")\n}()\nselect {}', "panic", "in a goroutine"),
    "nil map in a goroutine": ("var m map[int]int\ngo func() { m[1] = 1 }()\nselect {}", "panic", "assignment to entry in nil map"),
    "close of a closed channel in a goroutine": (
        "c := make(chan int)\nclose(c)\ngo func() { close(c) }()\nselect {}", "panic", "close of closed channel"),
    "kill by itself": ("p, _ := os.FindProcess(os.Getpid())\np.Kill()\nselect {}", "Killed", "killed"),
}  # fmt: skip

# The same for what a recover can stop.
FAILS = {
    "panic": ('panic("on purpose")', "panic", "on purpose"),
    "panic of several lines": ('panic("one\\ntwo")', "panic", "one"),
    "panic with an error": ('panic(errors.New("an error"))', "panic", "an error"),
    "index out of range": ("s := []int{1}\nn := 5\ns[n]", "panic", "index out of range"),
    "nil pointer": ("type node struct{ next *node }\nvar n *node\nn.next = n", "panic", "nil pointer dereference"),
    "nil map": ("var m map[string]int\nm[\"a\"] = 1", "panic", "assignment to entry in nil map"),
    "division by zero": ("zero := 0\n1 / zero", "panic", "integer divide by zero"),
    "type assertion": ("var v any = 1\nv.(string)", "panic", "interface conversion"),
    "close of a closed channel": ("c := make(chan int)\nclose(c)\nclose(c)", "panic", "close of closed channel"),
    "negative WaitGroup": ("var wg sync.WaitGroup\nwg.Done()", "panic", "negative WaitGroup counter"),
    "runtime.Goexit": ("runtime.Goexit()\nfmt.Println(1)", "Ended", "Goexit"),
    "return": ("if true {\n\treturn\n}\nfmt.Println(1)", None, ""),
    "undefined": ("nowhere", "CompileError", "line 1: undefined: nowhere"),
    "syntax": ("x := )", "CompileError", "line 1"),
    "types": ('x := 1\nx = "a"', "CompileError", "line 2"),
    "unknown magic": ("%nothing", "UnknownMagic", "%nothing"),
}  # fmt: skip


class Base(heddletest.Case):
    def setUp(self):
        super().setUp()
        self.kernel_pid = self.kernel.pid
        self.ok("type T struct{ N int }\nfunc (t T) Twice() int { return 2 * t.N }")
        self.ok("const k = 20\nfunc f() int { return T{k}.Twice() + 2 }\nvariable := 1")

    def costs_one_cell(self, cell, ename, words):
        error = self.fails(cell, ename)
        self.assertIn(words, error["evalue"])
        text = "\n".join(error["traceback"])
        self.assertIn(f"cell {cell.reply['execution_count']}", text + error["evalue"])
        for ours in ("yaegi", "goroutine 1 [", "/interp/", "ʹ"):
            self.assertNotIn(ours, text)
        self.goes_on()
        return text

    def goes_on(self):
        self.assertEqual(self.kernel.pid, self.kernel_pid)
        self.assertIn("heddle", self.kernel.ask("kernel_info_request", {}).reply["banner"])
        self.assertEqual(self.ok("f()").result, "42")
        self.assertEqual(self.ok("T{4}.Twice()").result, "8")


class Crash(Base):
    def test_one_cell(self):
        for name, (code, ename, words) in ENDS.items():
            with self.subTest(of=name):
                self.ok("variable := 1")
                self.costs_one_cell(self.kernel.run(code), ename, words)

    def test_what_recover_stops_keeps_the_variables(self):
        for name, (code, ename, words) in FAILS.items():
            with self.subTest(of=name):
                self.costs_one_cell(self.kernel.run(code), ename, words)
                self.assertEqual(self.ok("variable").result, "1")

    def test_names_the_variables_that_are_lost(self):
        cell = self.kernel.run("go func() { panic(1) }()\nselect {}")
        self.assertIn("variable", self.costs_one_cell(cell, "panic", "1"))
        self.assertIn("undefined: variable", self.fails(self.kernel.run("variable"), "CompileError")["evalue"])

    def test_output_before_the_crash_is_kept(self):
        cell = self.kernel.run('for i := 0; i < 1000; i++ {\n\tfmt.Println("before")\n}\nfmt.Print("end")\ngo func() { panic(1) }()\nselect {}')
        self.assertEqual(cell.text(), "before\n" * 1000 + "end")

    def test_worker_killed_while_a_cell_runs(self):
        cell = self.kernel.printing('fmt.Println("runs")\nselect {}')
        os.kill(self.kernel.worker, signal.SIGKILL)
        self.kernel.wait(cell)
        self.costs_one_cell(cell, "Killed", "killed")

    def test_worker_killed_while_none_runs(self):
        worker = processes.Process(self.kernel.worker)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        self.goes_on()

    def test_late_panic_of_an_earlier_cell(self):
        self.ok('goOn := make(chan bool)\ngo func() {\n\t<-goOn\n\tpanic("late")\n}()')
        cell = self.kernel.run("close(goOn)\nselect {}")
        self.assertIn("late", self.fails(cell)["evalue"])
        self.goes_on()

    def test_again_and_again(self):
        for i in range(5):
            self.fails(self.kernel.run("go func() { os.Exit(1) }()\nselect {}"), "Exit")
        self.goes_on()

    def test_given_up_cells_after_a_crash(self):
        path = self.pipe()
        first = self.kernel.send(f'go func() {{\n\tos.ReadFile("{path}")\n\tos.Exit(1)\n}}()\nselect {{}}')
        second = self.kernel.send('fmt.Println("never")')
        self.kernel.taken()
        self.release(path)
        self.fails(self.kernel.wait(first))
        self.assertEqual(self.kernel.wait(second).reply["ename"], "ExecutionAborted")
        self.goes_on()


class Memory(Base):
    env = {"HEDDLE_MEMORY": "512MiB"}

    def test_limit(self):
        cell = self.kernel.run("var all [][]byte\nfor {\n\tall = append(all, make([]byte, 16<<20))\n}")
        text = self.costs_one_cell(cell, "OutOfMemory", "512 MiB")
        self.assertIn("HEDDLE_MEMORY", text)

    def test_stack_overflow_within_the_limit(self):
        code, ename, words = ENDS["stack overflow"]
        self.costs_one_cell(self.kernel.run(code), ename, words)

    def test_below_the_limit(self):
        self.assertEqual(self.ok("b := make([]byte, 256<<20)\nfor i := 0; i < len(b); i += 4096 {\n\tb[i] = 1\n}\nlen(b)").result, str(256 << 20))


if __name__ == "__main__":
    heddletest.main()
