"""jupyter_kernel_test with every optional test on."""

import unittest

import heddletest
import jupyter_kernel_test


class Suite(jupyter_kernel_test.KernelTests):
    kernel_name = "heddle"
    language_name = "go"
    file_extension = ".go"
    code_hello_world = 'fmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "hello, world")'
    code_generate_error = 'panic("on purpose")'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"a" + "b"', "result": "ab"},
        {"code": "[]int{1, 2, 3}", "result": "[1 2 3]"},
        {"code": "math.Sqrt(2) > 1.4", "result": "true"},
    ]
    code_display_data = [
        {"code": 'display.Show(display.HTML("<b>bold</b>"))', "mime": "text/html"},
        {"code": 'display.Show(display.Markdown("**bold**"))', "mime": "text/markdown"},
        {"code": 'display.Show(display.LaTeX("x^2"))', "mime": "text/latex"},
        {"code": 'display.Show(display.SVG("<svg/>"))', "mime": "image/svg+xml"},
        {"code": "display.Show(display.JSON([]int{1}))", "mime": "application/json"},
        {"code": "display.Show(display.VegaLite(map[string]any{}))", "mime": "application/vnd.vegalite.v5+json"},
        {"code": "display.Show(image.NewGray(image.Rect(0, 0, 2, 2)))", "mime": "image/png"},
        {"code": "image.NewGray(image.Rect(0, 0, 2, 2))", "mime": "image/png"},
    ]
    code_page_something = "%help"
    code_clear_output = "display.Clear(false)"
    code_inspect_sample = "strings.ToUpper"
    code_history_pattern = "6 [*]*"
    supported_history_operations = ("tail", "range", "search")
    completion_samples = [
        {"text": "strings.ToUp", "matches": {"ToUpper", "ToUpperSpecial"}},
        {"text": "fmt.Sprintl", "matches": {"Sprintln"}},
        {"text": "fun", "matches": {"func"}},
    ]
    complete_code_samples = [
        "x := 1",
        "fmt.Println(1)",
        "func f(n int) int {\n\treturn n\n}",
        "type t struct {\n\ta int\n}",
        "",
        "// a comment",
    ]
    incomplete_code_samples = [
        "func f() {",
        "for i := range 3 {\n",
        "fmt.Println(",
        "s := `a",
        "x := 1 +",
        "/* a",
    ]
    invalid_code_samples = ["x := := 1", "fmt.Println)", "func {", "}"]


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "heddle"
    support_iopub_welcome = True


class Complete(unittest.TestCase):
    """No attribute of the suite is left as it comes, and none is empty."""

    def test_every_attribute_is_set(self):
        for ours, theirs in ((Suite, jupyter_kernel_test.KernelTests), (Welcome, jupyter_kernel_test.IopubWelcomeTests)):
            for name, default in vars(theirs).items():
                if name.startswith("_") or callable(default) or isinstance(default, classmethod):
                    continue
                with self.subTest(attribute=name):
                    self.assertTrue(vars(ours).get(name))


if __name__ == "__main__":
    heddletest.main()
