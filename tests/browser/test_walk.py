"""A user's walk in a real browser: list → case → dose → scores → findings → board → cohort.

pytest tests/browser --pictures docs/pictures      also keeps the pictures of README and docs
"""

import re
import shutil
import socket
import threading
import time

import pytest
import uvicorn

from myelon.demo.hospital import CASES
from myelon.web.app import create_app

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PAGES = ["/cases", "/cases/paper-000", "/cases/paper-000/spine", "/cases/paper-000/dose", "/cases/phantom-1/dose",
         "/cases/phantom-2/scores", "/cases/paper-000/findings", "/cases/paper-000/journal", "/board", "/board/paper-000",
         "/board/phantom-1", "/cohorts", "/library", "/library/sources", "/quality", "/admin", "/nowhere"]  # fmt: skip
TABLE = "months,death,arm\n" + "\n".join(
    f"{t},{d},{g}"
    for t, d, g in [
        (1, 1, "A"), (2, 1, "A"), (3, 1, "A"), (4, 0, "A"), (6, 1, "A"), (8, 1, "A"), (11, 1, "A"), (14, 0, "A"), (20, 1, "A"),
        (0.5, 1, "B"), (1, 1, "B"), (1.5, 1, "B"), (2, 1, "B"), (2.5, 0, "B"), (3, 1, "B"), (4, 1, "B"), (6, "", "B"),
    ]
)  # fmt: skip


@pytest.fixture(scope="module")
def chromium():
    path = next((p for p in map(shutil.which, BROWSERS) if p), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(hospital):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(hospital), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def tab(chromium, request):
    """A page that fails the test when its console says anything wrong."""
    options = getattr(request, "param", {"viewport": {"width": 1440, "height": 900}})
    page = chromium.new_page(**options)
    said = []
    page.on("console", lambda m: said.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    yield page
    page.close()
    assert [s for s in said if "404" not in s] == []


@pytest.fixture
def keep(request):
    """Keep a picture, where the run was asked to."""
    folder = request.config.getoption("--pictures")

    def save(page, name, **options):
        picture = page.screenshot(**options)
        assert len(picture) > 10_000
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.png").write_bytes(picture)

    return save


@pytest.mark.browser
def test_the_walk_from_list_to_cohort(tab, address, keep, tmp_path):
    tab.goto(f"{address}/cases")
    keep(tab, "story-1-cases")
    tab.get_by_role("link", name="Diffuse midline glioma of the thoracic cord").click()
    tab.get_by_role("heading", name="45 M · Diffuse midline glioma").wait_for()
    tab.locator("svg.timeline .entry[data-entry=rt-2]").click()
    tab.get_by_role("heading", name="RT 2: 24 Gy in 5").wait_for()
    assert "Sixty days after the first radiation treatment" in tab.locator("aside").inner_text()
    keep(tab, "story-2-record", full_page=True)
    tab.get_by_role("link", name="Spine", exact=True).click()
    tab.locator("svg.spine").wait_for()
    keep(tab, "story-3-spine")
    tab.get_by_role("link", name="Dose", exact=True).click()
    tab.locator("details.why summary", has_text="177.36").click()
    assert tab.get_by_text("50.4 × (1 + 1.80 / 2.0)").is_visible()
    keep(tab, "story-4-prescriptions", full_page=True)
    tab.keyboard.press("Escape")
    assert not tab.get_by_text("50.4 × (1 + 1.80 / 2.0)").is_visible()
    tab.get_by_role("link", name="Findings").click()
    tab.locator("#XA12").wait_for()
    assert tab.locator("article.finding").count() == 13
    keep(tab, "story-5-findings")

    tab.goto(f"{address}/cases/phantom-1/dose")
    assert tab.locator("svg.isodose polyline").count() >= 20
    assert "voxel sum" in tab.locator("main").inner_text()
    keep(tab, "story-6-dose", full_page=True)
    tab.get_by_role("link", name="RT 1", exact=True).click()
    tab.wait_for_url("**course=rt-1")
    tab.goto(f"{address}/cases/phantom-2/scores")
    assert "Potentially unstable" in tab.locator("main").inner_text()
    keep(tab, "story-7-scores", full_page=True)

    (tmp_path / "cohort.csv").write_text(TABLE)
    tab.get_by_role("link", name="Cohorts").click()
    tab.set_input_files("input[type=file]", tmp_path / "cohort.csv")
    tab.get_by_role("button", name="Read").click()
    tab.get_by_label("group").select_option("arm")
    tab.get_by_label("event").select_option("death")
    tab.get_by_text("16 of 17 rows counted").wait_for()
    assert tab.locator("svg.chart").count() == 1
    keep(tab, "story-9-cohort", full_page=True)


@pytest.mark.browser
@pytest.mark.parametrize("tab", [{"viewport": {"width": 1920, "height": 1080}}], indirect=True)
@pytest.mark.parametrize("case", CASES)
def test_the_board_sheet_fits_the_room_and_answers_to_keys(tab, address, keep, case):
    tab.goto(f"{address}/board/{case}")
    tab.evaluate("document.fonts.ready")
    assert tab.evaluate("document.documentElement.scrollHeight") <= 1080
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1920
    small = tab.evaluate(
        """[...document.querySelectorAll('.board *')].filter(e => e.tagName !== 'SUB' && [...e.childNodes].some(n => n.nodeType === 3 &&
           n.textContent.trim()) && e.getBoundingClientRect().height > 0 && parseFloat(getComputedStyle(e).fontSize) < 12.4)
           .map(e => e.textContent.trim().slice(0, 30))"""
    )
    assert small == []
    keep(tab, f"board-{case}")
    if case == "paper-000":
        keep(tab, "story-8-board")
    tab.keyboard.press("w")
    assert tab.locator("details.why[open]").count() == min(1, tab.locator("details.why").count())
    tab.keyboard.press("Escape")
    tab.keyboard.press("3")
    assert tab.evaluate("document.activeElement.dataset.key") == "3"
    if case == "paper-000":
        tab.keyboard.press("n")
        tab.wait_for_url(f"**/board/{CASES[1]}")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(chromium, address, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    violations = {}
    for path in PAGES:
        page.goto(f"{address}{path}")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        rows = [(v["id"], v["nodes"][0]["html"][:120]) for v in found.response["violations"]]
        if rows:
            violations[path] = rows
    context.close()
    assert violations == {}


@pytest.mark.browser
@pytest.mark.parametrize("tab", [{"viewport": {"width": 390, "height": 844}}], indirect=True)
@pytest.mark.parametrize(
    "path", ["/cases", "/cases/paper-000", "/cases/paper-000/dose", "/cases/phantom-1/dose", "/board/paper-000"]
)
def test_a_phone_has_no_sideways_scroll(tab, address, keep, path):
    tab.goto(f"{address}{path}")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    keep(tab, "phone" + path.replace("/", "-"), full_page=True)


@pytest.mark.browser
@pytest.mark.parametrize("tab", [{"viewport": {"width": 1920, "height": 1080}, "color_scheme": "dark"}], indirect=True)
def test_the_board_in_the_dark(tab, address, keep):
    tab.goto(f"{address}/board/paper-000")
    ground = tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(15, 21, 26)"
    keep(tab, "board-dark")


@pytest.mark.browser
def test_the_board_prints_on_one_sheet(tab, address, request):
    tab.goto(f"{address}/board/paper-000")
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.count(b"/Type /Page\n") == 1
    assert re.search(rb"/MediaBox \[0 0 84[12]", pdf)
    folder = request.config.getoption("--pictures")
    if folder:
        (folder / "board-paper-000.pdf").write_bytes(pdf)


@pytest.mark.browser
def test_every_page_can_be_walked_by_keyboard(tab, address):
    tab.goto(f"{address}/cases/paper-000")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    reached = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.dataset.entry || document.activeElement.tagName"))
    assert {"rt-1", "rt-2", "A"} <= reached
    tab.locator("svg.timeline .entry[data-entry=death]").focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="death").wait_for()
