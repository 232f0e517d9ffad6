"""Whole notebooks: nbclient, nbconvert and heddle run."""

import base64
import copy
import glob
import os
import subprocess
import tempfile
import unittest

import heddletest
import nbclient
import nbconvert
import nbformat

HEDDLE = os.environ["HEDDLE"]
LESSONS = sorted(glob.glob(os.path.join(os.environ["HEDDLE_LESSONS"], "*.ipynb")))
CHART = "application/vnd.vegalite.v5+json"


class Notebook(unittest.TestCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def charts(self, notebook):
        """The output bundles that have a chart in them."""
        outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
        return [o["data"] for o in outputs if CHART in o.get("data", {})]

    def check(self, notebook):
        """A valid notebook without an error, with timings and a chart that
        every front end can draw."""
        nbformat.validate(notebook)
        outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
        self.assertEqual([o for o in outputs if o["output_type"] == "error"], [])
        self.assertEqual([o for o in outputs if o.get("name") == "stderr"], [])
        self.assertTrue(self.charts(notebook), "no chart")
        for chart in self.charts(notebook):
            self.assertIn("<svg", chart.get("image/svg+xml", ""))
            self.assertTrue(chart.get("text/plain", "").strip())
        counts = [c.execution_count for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
        self.assertEqual(counts, list(range(1, len(counts) + 1)))

    def test_nbclient_and_nbconvert(self):
        for lesson in LESSONS:
            with self.subTest(lesson=os.path.basename(lesson)):
                notebook = nbformat.read(lesson, as_version=4)
                nbclient.NotebookClient(notebook, timeout=60, kernel_name="heddle", resources={"metadata": {"path": self.folder()}}).execute()
                self.check(notebook)
                self.html_shows_the_charts(notebook)

    def html_shows_the_charts(self, notebook):
        html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
        for chart in self.charts(notebook):
            self.assertIn(base64.b64encode(chart["image/svg+xml"].encode()).decode(), html)
            self.assertNotIn(chart["text/plain"], html)

    def test_run(self):
        for lesson in LESSONS:
            with self.subTest(lesson=os.path.basename(lesson)):
                out = os.path.join(self.folder(), "out.ipynb")
                subprocess.run([HEDDLE, "run", lesson, "-o", out], check=True, timeout=60, capture_output=True)
                ran = nbformat.read(out, as_version=nbformat.NO_CONVERT)
                self.assertEqual((ran.nbformat, ran.nbformat_minor), (4, 5))
                self.check(ran)
                source = nbformat.read(lesson, as_version=4)
                self.assertEqual([(c.cell_type, c.source) for c in ran.cells], [(c.cell_type, c.source) for c in source.cells])

    def test_run_writes_what_nbclient_writes(self):
        cells = [
            'fmt.Println("a")\nfmt.Fprintln(os.Stderr, "b")\n1 + 1',
            'display.Show(display.HTML("<b>c</b>"))\nh := display.Updatable("old")\nh.Update("new")',
            "image.NewGray(image.Rect(0, 0, 2, 2))",
            'fmt.Println("gone")\ndisplay.Clear(true)\nfmt.Println("stays")',
            'panic("on purpose")',
            "never",
        ]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        folder = self.folder()
        path, out = os.path.join(folder, "in.ipynb"), os.path.join(folder, "out.ipynb")
        nbformat.write(notebook, path)
        by_client = copy.deepcopy(notebook)
        nbclient.NotebookClient(by_client, timeout=60, kernel_name="heddle", allow_errors=True).execute()
        subprocess.run([HEDDLE, "run", "--allow-errors", path, "-o", out], check=True, timeout=60)
        by_run = nbformat.read(out, as_version=4)
        nbformat.validate(by_run)
        for one, other in zip(by_client.cells, by_run.cells):
            with self.subTest(cell=one.source):
                self.assertEqual(one.outputs, other.outputs)
                self.assertEqual(one.execution_count, other.execution_count)


if __name__ == "__main__":
    heddletest.main()
