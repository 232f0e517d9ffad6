"""What a client asks beside cells, also while one runs."""

import heddletest

RUN = 'fmt.Println("runs")\nfor {\n}'


class Questions(heddletest.Case):
    def answered(self, kind, content, control=False):
        """The reply, with busy and idle around it."""
        asked = self.kernel.ask(kind, content, control)
        reply = self.kernel.control_reply(asked.msg_id) if control else asked.reply
        self.kernel.until(lambda: asked.idle)
        self.assertEqual([c["execution_state"] for c in asked.contents("status")], ["busy", "idle"])
        return reply

    def complete(self, code, cursor=None):
        content = {"code": code, "cursor_pos": len(code) if cursor is None else cursor}
        reply = self.answered("complete_request", content)
        self.assertEqual(reply["status"], "ok")
        return reply

    def completed(self, code, match, cursor=None):
        """The code after the front end has put the match in."""
        reply = self.complete(code, cursor)
        self.assertIn(match, reply["matches"])
        return code[: reply["cursor_start"]] + match + code[reply["cursor_end"] :]

    def inspect(self, code, cursor, detail=0):
        return self.answered("inspect_request", {"code": code, "cursor_pos": cursor, "detail_level": detail})

    def test_kernel_info(self):
        info = self.answered("kernel_info_request", {})
        self.assertEqual(info["protocol_version"], "5.5")
        self.assertEqual(info["implementation"], "heddle")
        self.assertRegex(info["banner"], "heddle.* %help ")
        language = info["language_info"]
        self.assertEqual((language["name"], language["mimetype"], language["file_extension"]), ("go", "text/x-go", ".go"))
        self.assertTrue(language["pygments_lexer"] and language["codemirror_mode"])
        self.assertNotIn("debugger", info["supported_features"])
        self.assertNotIn("kernel subshells", info["supported_features"])
        self.assertEqual(self.answered("kernel_info_request", {}, control=True), info)

    def test_while_a_cell_runs(self):
        self.ok("number := 7")
        cell = self.kernel.printing(RUN)
        for control in (False, True):
            with self.subTest(kernel_info="control" if control else "shell"):
                self.assertEqual(self.answered("kernel_info_request", {}, control)["status"], "ok")
        with self.subTest(of="complete"):
            self.assertEqual(self.completed("numb", "number"), "number")
        with self.subTest(of="inspect"):
            self.assertTrue(self.inspect("number", 3)["found"])
        with self.subTest(of="is_complete"):
            self.assertEqual(self.answered("is_complete_request", {"code": "for {"})["status"], "incomplete")
        with self.subTest(of="history"):
            reply = self.answered("history_request", {"hist_access_type": "tail", "n": 1, "raw": True, "output": False})
            self.assertEqual(reply["history"][0][2], RUN)
        with self.subTest(of="comm_info"):
            self.assertEqual(self.answered("comm_info_request", {}), {"status": "ok", "comms": {}})
        self.assertFalse(cell.idle)
        self.kernel.interrupt(cell)
        self.kernel.wait(cell)

    def test_completion(self):
        self.ok("type account struct{ balance, limit int }\nfunc (a *account) deposit(n int) { a.balance += n }\nsavings := &account{}")
        for code, match, want in (
            ("sav", "savings", "savings"),
            ("savings.b", "balance", "savings.balance"),
            ("savings.dep", "deposit", "savings.deposit"),
            ("x := strings.ToUp", "ToUpper", "x := strings.ToUpper"),
            ("func f() {\n\tlocal := 1\n\tloc", "local", "func f() {\n\tlocal := 1\n\tlocal"),
            ("%wh", "%who", "%who"),
        ):
            with self.subTest(code=code):
                self.assertEqual(self.completed(code, match), want)

    def test_completion_in_the_middle(self):
        code = "fmt.Print(strings.ToUp)"
        self.assertEqual(self.completed(code, "ToUpper", cursor=len(code) - 1), "fmt.Print(strings.ToUpper)")

    def test_completion_says_what_kind(self):
        reply = self.complete("strings.ToUpp")
        types = reply["metadata"]["_jupyter_types_experimental"]
        self.assertEqual([t["text"] for t in types], reply["matches"])
        self.assertEqual(types[0]["type"], "function")
        self.assertIn("string", types[0]["signature"])

    def test_completion_of_nothing(self):
        for code in ("nosuchthing.", "1.", '"text', "// comm"):
            with self.subTest(code=code):
                self.assertEqual(self.complete(code)["matches"], [])

    def test_cursors_count_code_points(self):
        for before in ("s := \"äö€\"; ", "s := \"😀😀\"; ", "größe := 1; "):
            with self.subTest(before=before):
                self.assertEqual(self.completed(before + "strings.ToUpp", "ToUpper"), before + "strings.ToUpper")
                reply = self.inspect(before + "strings.ToUpper", len(before) + 10)
                self.assertIn("func strings.ToUpper", reply["data"]["text/plain"].replace("func ToUpper", "func strings.ToUpper"))
        self.ok("größe := 1")
        self.assertEqual(self.completed("grö", "größe"), "größe")

    def test_inspection(self):
        self.ok("// add adds.\nfunc add(a, b int) int { return a + b }\ntotal := add(1, 2)")
        for code, cursor, words in (
            ("strings.ToUpper(s)", 10, ["ToUpper(s string) string"]),
            ("strings.ToUpper(s)", 15, ["ToUpper(s string) string"]),
            ("add(1, 2)", 1, ["add(a int, b int) int", "add adds."]),
            ("total", 5, ["total int"]),
            ("x := total + 1", 7, ["total int"]),
        ):
            with self.subTest(code=code, cursor=cursor):
                reply = self.inspect(code, cursor)
                self.assertTrue(reply["found"])
                for word in words:
                    self.assertIn(word, reply["data"]["text/plain"].replace("a, b int", "a int, b int"))
                self.assertIn("text/markdown", reply["data"])
        self.assertIn("return a + b", self.inspect("add", 3, detail=1)["data"]["text/plain"])
        self.assertNotIn("return a + b", self.inspect("add", 3)["data"]["text/plain"])

    def test_inspection_of_nothing(self):
        for code in ("nosuchname", "", "1 + 2", '"text"'):
            with self.subTest(code=code):
                reply = self.inspect(code, len(code))
                self.assertEqual((reply["status"], reply["found"], reply["data"]), ("ok", False, {}))

    def test_is_complete(self):
        for code, status, indent in (
            ("x := 1", "complete", None),
            ("%help", "complete", None),
            ("!ls", "complete", None),
            ("for {", "incomplete", "    "),
            ("if x {\n\tfor {", "incomplete", None),
            ("fmt.Println(1,", "incomplete", None),
            ("x := )", "invalid", None),
        ):
            with self.subTest(code=code):
                reply = self.answered("is_complete_request", {"code": code})
                self.assertEqual(reply["status"], status)
                if status == "incomplete":
                    self.assertTrue(reply["indent"].isspace(), reply)

    def test_comm_open_of_an_unknown_target(self):
        content = {"comm_id": "c1", "target_name": "jupyter.widget", "data": {}}
        opened = self.kernel.ask("comm_open", content)
        self.kernel.until(lambda: opened.idle)
        self.assertEqual(opened.contents("comm_close"), [{"comm_id": "c1", "data": {}}])
        self.assertEqual(self.answered("comm_info_request", {"target_name": "jupyter.widget"}), {"status": "ok", "comms": {}})

    def test_what_is_not_supported_is_refused(self):
        for kind in ("create_subshell_request", "debug_request"):
            with self.subTest(kind=kind):
                content = {"seq": 1, "type": "request", "command": "initialize"} if kind == "debug_request" else {}
                self.assertEqual(self.answered(kind, content, control=True)["status"], "error")

    def test_an_unknown_message_type(self):
        kernel = self.kernel
        asked = kernel.ask("sing_request", {})
        kernel.until(lambda: asked.idle)
        self.assertEqual([c["execution_state"] for c in asked.contents("status")], ["busy", "idle"])
        self.assertEqual(self.ok("1").result, "1")
        self.assertIn("sing_request", kernel.printed())
        kernel.log.truncate(0)


if __name__ == "__main__":
    heddletest.main()
