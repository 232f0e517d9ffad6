"""What cells print and show, and to which cell it goes."""

import time

import heddletest

LINES = 1_000_000


class Output(heddletest.Case):
    def test_both_streams_in_order(self):
        cell = self.ok('fmt.Println("a")\nfmt.Fprintln(os.Stderr, "b")\nfmt.Println("c")\nprintln("d")')
        streams = [(c["name"], c["text"]) for c in cell.contents("stream")]
        self.assertEqual(streams, [("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n"), ("stderr", "d\n")])

    def test_everything_before_idle(self):
        for i in range(50):
            cell = self.ok(f'for i := 0; i < 100; i++ {{\n\tfmt.Println("line")\n}}\ndisplay.Show({i})')
            self.assertEqual(cell.messages[-1]["msg_type"], "status")
            self.assertEqual(cell.text(), "line\n" * 100)
            self.assertEqual(cell.contents("display_data")[0]["data"]["text/plain"], str(i))

    def test_every_way_to_print(self):
        for code in (
            'fmt.Print("a\\n")', 'fmt.Fprint(os.Stdout, "a\\n")', 'os.Stdout.WriteString("a\\n")', 'io.WriteString(os.Stdout, "a\\n")',
            'log.New(os.Stdout, "", 0).Print("a")', "w := bufio.NewWriter(os.Stdout)\nfmt.Fprintln(w, \"a\")\nw.Flush()",
            '!echo a', "%%sh\necho a", 'c := exec.Command("echo", "a")\nc.Stdout = os.Stdout\nc.Run()',
            'var out io.Writer = os.Stdout\nfmt.Fprintln(out, "a")', 'template.Must(template.New("").Parse("a\\n")).Execute(os.Stdout, nil)',
        ):
            with self.subTest(code=code):
                self.assertEqual(self.ok(code).text(), "a\n")

    def test_a_partial_line_comes_at_once(self):
        path, took = self.pipe(), []
        code = f'fmt.Print(time.Now().UnixNano())\nos.ReadFile("{path}")'
        for _ in range(10):
            cell = self.kernel.printing(code)
            took.append(time.time_ns() - int(cell.text()))
            self.release(path)
            self.kernel.wait(cell)
        heddletest.note(f"a partial line came after {sorted(took)[5] / 1e6:.0f} ms (median), {max(took) / 1e6:.0f} ms (longest)")

    def test_late_output_before_another_cell(self):
        path = self.pipe()
        first = self.ok(f'go func() {{\n\tos.ReadFile("{path}")\n\tfmt.Println("late")\n}}()')
        self.assertEqual(first.text(), "")
        self.release(path)
        self.kernel.until(lambda: first.text() == "late\n")

    def test_late_output_while_another_cell_runs(self):
        first = self.ok('goOn, done := make(chan bool), make(chan bool)\ngo func() {\n\t<-goOn\n\tfmt.Println("late")\n\tclose(done)\n}()')
        second = self.ok('fmt.Println("second")\nclose(goOn)\n<-done\nfmt.Println("again")')
        self.kernel.until(lambda: first.text())
        self.assertEqual((first.text(), second.text()), ("late\n", "second\nagain\n"))

    def test_late_display_while_another_cell_runs(self):
        first = self.ok('goOn, done := make(chan bool), make(chan bool)\ngo func() {\n\t<-goOn\n\tdisplay.Show("late")\n\tclose(done)\n}()')
        second = self.ok("close(goOn)\n<-done")
        self.kernel.until(lambda: first.kinds)
        self.assertEqual((first.kinds, second.contents("display_data")), (["display_data"], []))

    def test_many_goroutines_lose_nothing(self):
        cell = self.ok(
            "var wg sync.WaitGroup\nfor g := 0; g < 50; g++ {\n\tg := g\n\twg.Add(1)\n\tgo func() {\n\t\tdefer wg.Done()\n"
            '\t\tfor i := 0; i < 100; i++ {\n\t\t\tfmt.Println(g, i)\n\t\t}\n\t}()\n}\nwg.Wait()'
        )
        got = [tuple(map(int, line.split())) for line in cell.text().splitlines()]
        self.assertEqual(sorted(got), [(g, i) for g in range(50) for i in range(100)])
        for g in range(50):
            self.assertEqual([i for h, i in got if h == g], list(range(100)))

    def test_a_million_lines_in_order(self):
        begin = time.monotonic()
        cell = self.kernel.send(f"for i := 0; i < {LINES}; i++ {{\n\tfmt.Println(i)\n}}")
        self.kernel.until(lambda: self.kernel.published[-1:] and self.kernel.published[-1]["content"].get("execution_state") == "idle")
        heddletest.note(f"{LINES} lines in {time.monotonic() - begin:.1f} s, {len(cell.messages)} messages")
        self.kernel.wait(cell)
        self.assertEqual(cell.reply["status"], "ok", cell.reply)
        lines = cell.text().split("\n")
        self.assertEqual(len(lines), LINES + 1)
        self.assertTrue(all(line == str(i) for i, line in enumerate(lines[:-1])), "out of order")

    def test_update_display_data(self):
        first = self.ok('h := display.Updatable("one")')
        (shown,) = first.contents("display_data")
        self.assertTrue(shown["transient"]["display_id"])
        second = self.ok('h.Update("two")\nh.Update("three")')
        updates = second.contents("update_display_data")
        self.assertEqual(second.kinds, ["update_display_data"] * 2)
        self.assertEqual([u["data"]["text/plain"] for u in updates], ["two", "three"])
        self.assertEqual({u["transient"]["display_id"] for u in updates}, {shown["transient"]["display_id"]})

    def test_clear_output(self):
        cell = self.ok('fmt.Println("a")\ndisplay.Clear(true)\nfmt.Println("b")\ndisplay.Clear(false)')
        self.assertEqual(cell.kinds, ["stream", "clear_output", "stream", "clear_output"])
        self.assertEqual([c["wait"] for c in cell.contents("clear_output")], [True, False])

    def test_bytes_that_are_no_text(self):
        cell = self.ok(r'os.Stdout.Write([]byte("a\xff\xe2\x82"))' + "\n" + r'os.Stdout.Write([]byte("\xac\n"))')
        self.assertEqual(cell.text(), "a\ufffd€\n")

    def test_colours_and_carriage_returns_stay(self):
        self.assertEqual(self.ok(r'fmt.Print("10%\r20%\x1b[31m\n")').text(), "10%\r20%\x1b[31m\n")


if __name__ == "__main__":
    heddletest.main()
