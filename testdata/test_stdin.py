"""Input: a cell that reads os.Stdin asks the front end."""

import heddletest


class Input(heddletest.Case):
    def answer(self, cell, line, prompt="", password=False):
        """Answer an input_request of the cell, which must come."""
        request = self.kernel.prompted(cell)
        self.assertEqual(request["msg_type"], "input_request")
        self.assertEqual(request["content"], {"prompt": prompt, "password": password})
        self.assertEqual(request["parent_header"]["msg_id"], cell.msg_id)
        self.kernel.client.input(line)

    def ask(self, code, *lines):
        cell = self.kernel.send(code, allow_stdin=True)
        for line in lines:
            self.answer(cell, line)
        self.kernel.wait(cell)
        self.assertEqual(cell.reply["status"], "ok", cell.reply)
        self.assertEqual(cell.text("stderr"), "")
        return cell

    def test_scan(self):
        for verb in ("Scanln(&name, &age)", 'Scanf("%s %d\\n", &name, &age)', "Scan(&name, &age)"):
            with self.subTest(verb=verb):
                cell = self.ask(f"var name string\nvar age int\nn, err := fmt.{verb}\nfmt.Println(name, age+1, n, err)", "Ada 36")
                self.assertEqual(cell.text(), "Ada 37 2 <nil>\n")

    def test_scan_over_two_lines(self):
        self.assertEqual(self.ask("var a, b int\nfmt.Scan(&a, &b)\na + b", "1", "2").result, "3")

    def test_bufio_reader(self):
        cell = self.ask("in := bufio.NewReader(os.Stdin)\nline, err := in.ReadString('\\n')\nfmt.Printf(\"%q %v\\n\", line, err)", "a line")
        self.assertEqual(cell.text(), '"a line\\n" <nil>\n')
        again = self.ask("line, err = in.ReadString('\\n')\nline", "in the next cell")
        self.assertEqual(again.result, "in the next cell\n")

    def test_bufio_scanner(self):
        code = (
            "lines := bufio.NewScanner(os.Stdin)\n"
            'for lines.Scan() && lines.Text() != "end" {\n\tfmt.Println("got", lines.Text())\n}'
        )
        self.assertEqual(self.ask(code, "a", "ä €", "end").text(), "got a\ngot ä €\n")

    def test_prompt_helpers(self):
        for helper, password in (("Input", False), ("Password", True)):
            with self.subTest(helper=helper):
                cell = self.kernel.send(f'display.{helper}("word? ")', allow_stdin=True)
                self.answer(cell, "a word", "word? ", password)
                self.assertEqual(self.kernel.wait(cell).result, "a word")

    def test_end_of_file(self):
        code = 'b, err := io.ReadAll(os.Stdin)\nfmt.Printf("%q %v\\n", b, err)'
        self.assertEqual(self.ask(code, "a", "\x04").text(), '"a\\n" <nil>\n')

    def test_what_is_printed_comes_before_the_request(self):
        cell = self.kernel.send('fmt.Print("name? ")\nvar name string\nfmt.Scanln(&name)\nname', allow_stdin=True)
        self.kernel.until(lambda: cell.text() == "name? ")
        self.answer(cell, "Ada")
        self.kernel.wait(cell)
        self.assertEqual(cell.result, "Ada")

    def test_not_allowed(self):
        for code in ("var a int\nfmt.Scanln(&a)", 'display.Input("word? ")', "bufio.NewReader(os.Stdin).ReadString('\\n')", "io.ReadAll(os.Stdin)"):
            with self.subTest(code=code):
                error = self.fails(self.kernel.run(code, allow_stdin=False))
                self.assertIn("input", error["evalue"])
        self.assertEqual(self.ask("var a int\nfmt.Scanln(&a)\na", "7").result, "7")


if __name__ == "__main__":
    heddletest.main()
