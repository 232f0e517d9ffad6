"""execute_request: what is a result, what counts, what stops."""

import heddletest

# Cells, run in this order in one notebook, with the text of their execute_result.
RESULTS = [
    ("1 + 1", "2"),
    ("x := 20", None),
    ("x", "20"),
    ("x + 1 // with a comment", "21"),
    ("(x)", "20"),
    ("y := 2\nx * y", "40"),
    ("x = 3", None),
    ("x++", None),
    ("x", "4"),
    ("var z = 3", None),
    ("var s []int", None),
    ("s = append(s, 1, 2)", None),
    ("s", "[1 2]"),
    ("s[1:]", "[2]"),
    ("len(s)", "2"),
    ("append(s, 3)", "[1 2 3]"),
    ("const c = 7", None),
    ("c", "7"),
    ("type pair struct{ A, B int }", None),
    ("pair{1, 2}", "{1 2}"),
    ("func double(n int) int { return 2 * n }", None),
    ("double(4)", "8"),
    ("func quiet() {}", None),
    ("quiet()", None),
    ("func() int { return 5 }()", "5"),
    ("func() {}()", None),
    ('fmt.Println("a")', None),
    ('fmt.Printf("a\\n")', None),
    ('fmt.Print("a\\n")', None),
    ('fmt.Fprintln(os.Stdout, "a")', None),
    ('fmt.Sprint("a")', "a"),
    ('strconv.Atoi("z")', '0, strconv.Atoi: parsing "z": invalid syntax'),
    ('errors.New("an error")', "an error"),
    ("ch := make(chan int, 2)", None),
    ("ch <- 9", None),
    ("<-ch", "9"),
    ("close(ch)", None),
    ('m := map[string]int{"b": 2, "a": 1}', None),
    ("m", "map[a:1 b:2]"),
    ('m["a"]', "1"),
    ('delete(m, "a")', None),
    ("for i := range s {\n\tfmt.Sprint(i)\n}", None),
    ("if x > 1 {\n\tx = 1\n}", None),
    ("switch {\n}", None),
    ("go quiet()", None),
    ("defer quiet()", None),
    ("import \"math\"", None),
    ("math.Pi", "3.141592653589793"),
    ("time.Second", "1s"),
    ("true", "true"),
    ("'a'", "97"),
    ('"a"', "a"),
    ("x == 1", "true"),
    ("&x == nil", "false"),
    ("x\nx = 5", "error"),
    ("", None),
    ("// a comment", None),
    ("x", "1"),
    ("x // not the last\nfunc after() {}", "error"),
]


class Execute(heddletest.Case):
    def test_result_only_for_a_last_expression(self):
        for code, want in RESULTS:
            with self.subTest(code=code):
                cell = self.kernel.run(code)
                if want == "error":
                    self.fails(cell)
                    continue
                self.assertEqual(cell.reply["status"], "ok", cell.reply)
                self.assertEqual(cell.result, want)
                self.assertEqual(cell.text("stderr"), "")

    def test_nothing_of_ours_on_stderr(self):
        loop = "for i := range 3 {\n\tfmt.Sprint(i)\n}"
        for code in (loop, "nowhere", "x := )", "%nothing", 'panic("on purpose")', "%%time\nx := 1", "!exit 3", "%reset"):
            with self.subTest(code=code):
                self.assertEqual(self.kernel.run(code).text("stderr"), "")

    def test_charts_and_timings_are_display_data(self):
        for code in (
            'display.Show(display.SVG("<svg/>"))',
            'display.SVG("<svg/>")',
            "image.NewGray(image.Rect(0, 0, 2, 2))",
            "%%time\nx := 1",
        ):
            with self.subTest(code=code):
                self.assertEqual(self.ok(code).kinds, ["display_data"])

    def test_the_count_starts_at_one(self):
        for n in (1, 2):
            cell = self.ok("1")
            self.assertEqual(cell.reply["execution_count"], n)
            self.assertEqual(cell.contents("execute_input"), [{"code": "1", "execution_count": n}])
            self.assertEqual(cell.contents("execute_result")[0]["execution_count"], n)

    def test_silent(self):
        cell = self.ok('x := 5\nfmt.Println("out")\nx', silent=True)
        self.assertEqual([m["msg_type"] for m in cell.messages], ["status", "stream", "status"])
        self.assertEqual(cell.reply["execution_count"], 0)
        after = self.ok("x")
        self.assertEqual((after.result, after.reply["execution_count"]), ("5", 1))

    def test_not_in_the_history(self):
        self.ok("1 + 1")
        hidden = self.ok('"hidden" + ""', store_history=False)
        self.assertEqual((hidden.result, hidden.reply["execution_count"]), ("hidden", 1))
        self.assertEqual(self.ok("2 + 2").reply["execution_count"], 2)
        tail = self.kernel.ask("history_request", {"hist_access_type": "tail", "n": 2, "raw": True, "output": False})
        self.assertEqual([h[1:] for h in tail.reply["history"]], [[1, "1 + 1"], [2, "2 + 2"]])

    def test_missing_fields_have_their_defaults(self):
        cell = self.kernel.wait(self.kernel.ask("execute_request", {"code": "1 + 1"}))
        self.assertEqual((cell.result, cell.reply["execution_count"]), ("2", 1))

    def test_an_error_gives_up_the_cells_that_wait(self):
        path = self.pipe()
        first = self.kernel.send(f'os.ReadFile("{path}")\npanic("on purpose")')
        queued = [self.kernel.send(f'fmt.Println("never {i}")') for i in range(20)]
        self.kernel.taken()
        self.release(path)
        self.fails(self.kernel.wait(first))
        for cell in queued:
            self.kernel.wait(cell)
            self.assertEqual((cell.reply["status"], cell.reply["ename"]), ("error", "ExecutionAborted"))
            self.assertEqual(cell.kinds, [])
            self.assertEqual(cell.contents("execute_input"), [])
        self.assertEqual(self.ok("1 + 1").reply["execution_count"], 2)

    def test_an_error_that_does_not_stop(self):
        path = self.pipe()
        first = self.kernel.send(f'os.ReadFile("{path}")\npanic("on purpose")', stop_on_error=False)
        second = self.kernel.send('fmt.Println("runs")')
        self.kernel.taken()
        self.release(path)
        self.fails(self.kernel.wait(first), "panic")
        self.assertEqual(self.kernel.wait(second).text(), "runs\n")

    def test_user_expressions(self):
        cell = self.ok("x := 20", user_expressions={"sum": "x + 1", "wrong": "nowhere", "none": "x = 1"})
        values = cell.reply["user_expressions"]
        self.assertEqual(values["sum"], {"status": "ok", "data": {"text/plain": "21"}, "metadata": {}})
        for name in ("wrong", "none"):
            self.assertEqual(values[name]["status"], "error")
            self.assertTrue(values[name]["evalue"] and values[name]["ename"])
        self.assertEqual(cell.kinds, [])
        self.assertEqual(self.ok("x").result, "20")

    def test_no_user_expressions_after_an_error(self):
        self.fails(self.kernel.run('panic("on purpose")', user_expressions={"one": "1"}))

    def test_state_lives_on(self):
        self.ok("results := make(chan int)\nvar wg sync.WaitGroup\nwg.Add(1)\ngo func() {\n\tdefer wg.Done()\n\tresults <- 7\n}()")
        self.assertEqual(self.ok("<-results").result, "7")
        self.ok("wg.Wait()")
        self.ok("func next() int { counter++; return counter }\ncounter := 1")
        self.assertEqual(self.ok("next() + next()").result, "5")


if __name__ == "__main__":
    heddletest.main()
