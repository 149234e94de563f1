"""What importing a widget costs and must not pull in."""

import subprocess

from tests.wall import started


def test_widgets_import_neither_the_store_nor_heavy_libraries() -> None:
    code = (
        "import sys, widgets.timeline.view, widgets.queue, widgets.checklist, widgets.listed, widgets.terminal.lean,"
        " widgets.visit_detail, widgets.route_pane, widgets.bars, widgets.themes\n"
        "heavy = ('db', 'dispatch.desk', 'screens', 'sqlite3', 'sqlite_utils', 'geopy', 'pendulum')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(started("-c", code), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_pure_builders_do_not_import_textual() -> None:
    code = (
        "import sys, widgets.timeline.rows, widgets.timeline.cursor, widgets.queue_lines,"
        " widgets.visit_lines, widgets.route_lines, widgets.checklist_lines, widgets.log_lines\n"
        "print([name for name in ('textual', 'rich') if name in sys.modules])"
    )
    done = subprocess.run(started("-c", code), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
