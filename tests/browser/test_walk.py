"""A user's walk in a real browser: list → case → dose → scores → findings → board → cohort.

pytest tests/browser --pictures docs/pictures      also keeps the pictures of README and docs
"""

import contextlib
import re
import shutil
import socket
import threading
import time

import pytest
import uvicorn

from myelon.demo.hospital import CASES, demo_case
from myelon.dose.dvh import warm_up
from myelon.store import Store
from myelon.web.app import create_app

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PAGES = ["/cases", "/cases/paper-003/what-if?total=20&n=5", "/cases/phantom-1/what-if?back=2", "/cases/phantom-1/view", "/cases/phantom-1/reirradiation", "/cases/phantom-2/images/mr-2", "/cases/phantom-2/images/imaging-planning", "/cases/phantom-3/register/rt-1", "/cases/phantom-3/structures/rt-1", "/cases/phantom-2/spine", "/cases/new", "/cases/import", "/cases/paper-003", "/cases/paper-003/record", "/cases/paper-003/entries/neurology-4",
         "/cases/paper-003/entries/new?kind=adverse_event", "/cases/paper-003/entries/new?kind=pathology",
         "/cases/paper-003/entries/line-1", "/library/regimens", "/library/ctcae?q=neuro", "/library/paper-002", "/cases/paper-000", "/cases/paper-000/spine", "/cases/paper-000/dose", "/cases/phantom-1/dose",
         "/cases/phantom-2/instruments", "/cases/synthetic-1/instruments", "/cases/synthetic-1/instruments/sins_2010",
         "/cases/paper-004-fig-4/instruments/wbb_1997", "/cases/paper-003/options", "/cases/synthetic-1/options",
         "/cases/paper-000/findings", "/cases/paper-000/journal", "/board", "/board/paper-000",
         "/board/phantom-1", "/cohorts", "/cohorts/records", "/cohorts/records/leaves", "/cohorts/papers/004", "/library", "/library/sources", "/quality", "/admin", "/nowhere"]  # fmt: skip
WARD = "patient,Geschlecht,age,iscm_date,segments,ecog,radiotherapy\nA,f,60,2020-05-01,T;L,2,yes\nB,m,,June 2021,,,no\n"
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


@contextlib.contextmanager
def serving(folder):
    """The address of a service over a data folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(folder), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def address(hospital):
    warm_up()  # as the service does when it starts: compiling the dose kernels takes longer than a page may
    with serving(hospital) as url:
        yield url


@pytest.fixture
def own_hospital(hospital, tmp_path):
    """A hospital that a test may write to."""
    shutil.copytree(hospital, tmp_path / "data")
    with serving(tmp_path / "data") as url:
        yield url


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
    assert [s for s in said if "404" not in s and "422" not in s] == []


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


def her_scores_and_options(tab, keep):
    """Instruments and options on the day of the table, from the tabs of the case."""
    tab.get_by_role("link", name="Instruments", exact=True).click()
    tab.get_by_label("As of").fill("2016-12-31")
    tab.get_by_role("button", name="Show").click()
    tab.get_by_text("only what had certainly happened by 2016-12-31").wait_for()
    assert "made for dumbbell tumours" in tab.locator("main").inner_text()
    assert "below antigravity" in tab.locator("main").inner_text()
    keep(tab, "story-08-scores", full_page=True)
    tab.get_by_role("link", name="Options", exact=True).click()
    tab.get_by_role("heading", name="Cases like it").wait_for()
    tab.get_by_label("As of").fill("2016-12-31")
    tab.get_by_role("button", name="Show").click()
    tab.wait_for_url("**/options?on=2016-12-31")
    tab.get_by_text("only what had certainly happened by 2016-12-31").wait_for()
    assert "It was said to be unresectable" in tab.locator("main").inner_text()
    assert "printed for this very case" in tab.locator("main").inner_text()
    keep(tab, "story-08-options", full_page=True)


@pytest.mark.browser
def test_the_story_of_the_girl_of_paper_003(tab, address, keep, tmp_path):
    """Her third recurrence, as far as Myelon takes her: list, record, levels, dose, findings, scores, board, cohort."""
    tab.goto(f"{address}/cases")
    keep(tab, "story-01-cases")
    tab.get_by_role("link", name="Lumbar haemangiopericytoma of a girl, third recurrence").click()
    tab.get_by_role("heading", name="14 F · Hemangiopericytoma").wait_for()
    tab.locator("svg.timeline .entry[data-entry=line-1]").click()
    tab.get_by_role("heading", name="line 1: CAV ×11").wait_for()
    assert "Myelon holds no source for a threshold" in tab.locator("aside").inner_text()
    keep(tab, "story-02-timeline", full_page=True)
    tab.get_by_role("link", name="Recurrence 3", exact=True).click()
    tab.wait_for_url("**zero=phase-recurrence-3**")
    assert "recurrence 3, start = 0" in tab.locator("svg.timeline").text_content()
    tab.get_by_role("link", name="Record", exact=True).click()
    tab.get_by_text("550 mg/m²", exact=True).wait_for()
    assert tab.locator("table.record tbody tr[id^=entry-]").count() == 63
    keep(tab, "story-03-record")
    tab.get_by_role("link", name="neurology-4").click()
    tab.get_by_role("heading", name="Neurology · neurology-4").wait_for()
    keep(tab, "story-04-entry")
    tab.get_by_role("link", name="Spine", exact=True).click()
    tab.locator("svg.spine").wait_for()
    keep(tab, "story-05-spine")
    tab.get_by_role("link", name="Dose", exact=True).click()
    tab.locator("details.why summary", has_text="220.00").click()
    assert tab.get_by_text("60 × (1 + 2.00 / 2.0)").is_visible()
    keep(tab, "story-06-dose", full_page=True)
    tab.keyboard.press("Escape")
    assert not tab.get_by_text("60 × (1 + 2.00 / 2.0)").is_visible()
    tab.get_by_role("link", name="Findings").click()
    tab.locator("#XC15").wait_for()
    assert tab.locator("article.finding").count() == 17
    keep(tab, "story-07-findings")
    her_scores_and_options(tab, keep)
    tab.get_by_role("link", name="Journal", exact=True).click()
    tab.get_by_role("heading", name="Journal").wait_for()
    keep(tab, "story-10-journal")

    her_place_in_a_cohort(tab, keep)
    (tmp_path / "cohort.csv").write_text(TABLE)
    tab.get_by_role("link", name="Cohorts").click()
    tab.set_input_files("input[type=file]", tmp_path / "cohort.csv")
    tab.get_by_role("button", name="Read").click()
    tab.get_by_label("group").select_option("arm")
    tab.get_by_label("event").select_option("death")
    tab.get_by_text("16 of 17 rows counted").wait_for()
    assert tab.locator("svg.chart").count() == 1
    keep(tab, "story-12-cohort", full_page=True)


def her_place_in_a_cohort(tab, keep):
    """She among those who gained strength after an operation: selected, with her entries and the window of her time."""
    tab.get_by_role("link", name="Cohorts").click()
    tab.get_by_role("link", name="New analysis").click()
    tab.get_by_text("62 of 76 patients; 58 counted").wait_for()
    keep(tab, "story-13-analysis")
    tab.get_by_label("Who").fill("surgery as operation\ngain mrc >= 1 after operation")
    tab.get_by_label("Endpoint").select_option("progression-free")
    tab.get_by_label("Groups").select_option("")
    tab.get_by_role("button", name="Compute").click()
    tab.wait_for_url("**endpoint=progression-free**")
    tab.get_by_text("From the diagnosis of the spinal tumour to progression").first.wait_for()
    tab.get_by_text("Why each is in, and with which entries").click()
    tab.get_by_text("MRC 4 at neurology-2, 5 at neurology-3").wait_for()
    keep(tab, "story-14-her-cohort", full_page=True)
    tab.get_by_role("link", name="what would leave the hospital").click()
    tab.get_by_role("heading", name="What would leave the hospital").wait_for()
    tab.get_by_role("link", name="Cohorts").click()
    tab.get_by_role("link", name="Paper 002: 61 intramedullary metastases").click()
    tab.get_by_text("104 come out exactly").wait_for()
    keep(tab, "story-15-paper-002")


@pytest.mark.browser
def test_an_instrument_is_tried_and_the_disc_is_used_by_the_keyboard_alone(tab, address, keep):
    tab.goto(f"{address}/cases/synthetic-1/instruments/sins_2010")
    tab.get_by_label("Vertebral body collapse").focus()
    tab.keyboard.press("ArrowUp")  # from "involved" to "< 50 % collapse"
    tab.get_by_text("2 + 3 + 2 + 0 + 2 + 1 = 10").wait_for()
    assert "item.collapse=lt50" in tab.url
    tab.goto(f"{address}/cases/paper-004-fig-4/instruments/wbb_1997")
    assert tab.locator("svg.wbb .zone.involved").count() == 3
    tab.locator('svg.wbb [data-zone="1"]').focus()
    tab.keyboard.press("Enter")
    tab.get_by_text("no standardised en bloc method fits").wait_for()
    tab.locator('svg.wbb [data-zone="4"]').focus()
    tab.keyboard.press("Space")
    tab.get_by_text("posterior: every zone lies inside").wait_for()
    assert not tab.locator('input[name="item.zones"][value="4"]').is_checked()
    keep(tab, "wbb", full_page=True)
    tab.goto(f"{address}/cases/synthetic-1/instruments")
    assert tab.locator("svg.chart").count() == 2
    keep(tab, "response", full_page=True)


@pytest.mark.browser
def test_two_courses_by_prescription_and_by_voxel(tab, address, keep):
    tab.goto(f"{address}/cases/paper-000/dose")
    tab.locator("details.why summary", has_text="177.36").click()
    assert tab.get_by_text("50.4 × (1 + 1.80 / 2.0)").is_visible()
    tab.goto(f"{address}/cases/phantom-1/dose")
    assert tab.locator("svg.isodose polyline").count() >= 20
    assert "voxel sum" in tab.locator("main").inner_text()
    keep(tab, "dose-by-voxel", full_page=True)
    tab.get_by_role("link", name="RT 1", exact=True).click()
    tab.wait_for_url("**course=rt-1")
    tab.goto(f"{address}/cases/phantom-2/instruments")
    assert "Potentially unstable" in tab.locator("main").inner_text()


@pytest.fixture
def desk(tmp_path):
    """The address of a service whose folder may be written to."""
    store = Store.open(tmp_path / "data", url="")
    store.save(demo_case("paper-003"), reason="demonstration")
    store.close()
    with serving(tmp_path / "data") as url:
        yield url


@pytest.mark.browser
def test_an_examination_is_entered_by_keyboard_undone_and_kept_as_a_draft(tab, desk, keep):
    tab.goto(f"{desk}/cases/paper-003/entries/new?kind=neurology")
    when = tab.get_by_label("When", exact=True)
    when.fill("2 months before neurology-4")
    tab.locator("#when-note", has_text="854 to 912 days").wait_for()
    tab.get_by_label("Right leg L3").select_option("4")
    tab.get_by_label("State, row 1").first.fill("heavy legs")
    assert tab.locator("table[data-rows=motor] tbody tr").count() == 2
    assert tab.get_by_label("State, row 2").first.input_value() == ""
    tab.locator("#draft", has_text="Draft kept").wait_for()
    keep(tab, "form-neurology", full_page=True)
    tab.reload()
    tab.get_by_role("button", name="Restore it").click()
    assert tab.get_by_label("When", exact=True).input_value() == "2 months before neurology-4"
    assert tab.get_by_label("Right leg L3").input_value() == "4"
    tab.get_by_label("Limb, row 1").first.select_option("legs")
    tab.get_by_label("Reason").fill("seen in clinic")
    tab.keyboard.press("Control+Enter")
    tab.get_by_role("status").wait_for()
    assert "neurology-6 saved" in tab.get_by_role("status").inner_text()
    assert tab.evaluate("Object.keys(localStorage).length") == 0
    tab.keyboard.press("u")
    tab.locator("[role=status]", has_text="neurology-6 was taken back").wait_for()
    assert tab.locator("#entry-neurology-6").count() == 0


@pytest.mark.browser
def test_what_was_typed_last_is_in_the_draft_however_soon_the_page_is_left(tab, desk):
    tab.goto(f"{desk}/cases/paper-003/entries/new?kind=neurology")
    tab.get_by_label("State, row 1").first.fill("heavy legs")
    tab.reload()
    tab.get_by_role("button", name="Restore it").click()
    assert tab.get_by_label("State, row 1").first.input_value() == "heavy legs"


@pytest.mark.browser
def test_a_wrong_value_is_said_beside_its_field(tab, desk):
    tab.goto(f"{desk}/cases/paper-003/entries/new?kind=radiotherapy")
    tab.get_by_label("Total (Gy)").fill("sixty")
    tab.get_by_label("When", exact=True).fill("the day after tomorrow")
    tab.locator("#when-note.wrong").wait_for()
    tab.get_by_label("Ordinal").fill("3")
    tab.keyboard.press("Control+Enter")
    tab.locator("#total_gy-note .wrong").wait_for()
    assert tab.get_by_label("Total (Gy)").input_value() == "sixty"


@pytest.mark.browser
def test_a_table_is_looked_at_written_and_taken_back(tab, desk, keep, tmp_path):
    (tmp_path / "ward.csv").write_text(WARD)
    tab.goto(f"{desk}/cases/import")
    tab.set_input_files("input[name=table]", tmp_path / "ward.csv")
    tab.get_by_role("button", name="Look at it").click()
    tab.get_by_text("2 can be imported").wait_for()
    tab.get_by_label("sex", exact=True).select_option("Geschlecht")
    tab.get_by_role("button", name="Check again").click()
    tab.get_by_role("cell", name="60 F").wait_for()
    keep(tab, "story-11-import")
    tab.get_by_role("button", name="Write 2 patients").click()
    tab.goto(f"{desk}/cases/import")
    tab.get_by_role("button", name="Undo all of it").click()
    tab.goto(f"{desk}/cases")
    tab.get_by_text("1 in this data folder").wait_for()


@pytest.mark.browser
def test_a_timeline_is_zoomed_by_keys_and_saved_as_a_picture(tab, address, keep):
    tab.goto(f"{address}/cases/paper-001")
    tab.locator("svg.timeline").wait_for()
    tab.keyboard.press("+")
    tab.wait_for_url("**first=**")
    tab.keyboard.press("0")
    tab.wait_for_url(lambda url: "first=" not in url)
    with tab.expect_download() as picture:
        tab.get_by_role("button", name="PNG").click()
    content = picture.value.path().read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 20_000
    answer = tab.request.get(f"{address}/cases/paper-001/timeline.svg")
    assert "</svg>" in answer.text()


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
    if case == "paper-003":
        keep(tab, "story-09-board")
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


@pytest.mark.browser
def test_sliders_answer_while_they_move(tab, address, keep):
    tab.goto(f"{address}/cases/phantom-1/what-if")
    before = tab.inner_text("#if-so .big >> nth=0")
    tab.evaluate(
        """() => { const slider = document.querySelector("[name=back]"); slider.value = "8";
                 slider.dispatchEvent(new Event("input", { bubbles: true })); }"""
    )
    tab.wait_for_selector("text=As registered, while the slider moves")
    assert tab.inner_text("label:has([name=back]) output") == "8"
    tab.evaluate("() => document.querySelector('[name=back]').dispatchEvent(new Event('change', { bubbles: true }))")
    tab.wait_for_selector("#if-so :text('point maximum, P95')")
    assert tab.inner_text("#if-so .big >> nth=0") != before
    assert "back=8" in tab.url
    keep(tab, "what-if-by-voxel")


@pytest.mark.browser
def test_a_planned_course_becomes_an_option_of_the_board(tab, desk, keep):
    tab.goto(f"{desk}/cases/paper-003/what-if")
    tab.fill("[name=total]", "20")
    tab.wait_for_selector("text=a further course has a dose and fractions")
    tab.fill("[name=n]", "5")
    tab.wait_for_selector("text=Save as an option for the board")
    keep(tab, "what-if")
    tab.click("text=Save as an option for the board")
    tab.wait_for_selector("text=board-rt-1 saved")
    tab.goto(f"{desk}/board/paper-003")
    assert "Further radiotherapy over the same level?" in tab.inner_text(".question")
    tab.click("summary:has-text('Radiotherapy 20 Gy in 5')")
    assert "exceeded if the cord had the prescription" in tab.inner_text("main")
    keep(tab, "board-option")


@pytest.mark.browser
def test_a_point_is_read_by_a_click_and_a_plane_moved_by_keys_and_wheel(tab, address, keep):
    tab.goto(f"{address}/cases/phantom-1/dose")
    tab.click("text=where it is")
    tab.wait_for_selector(".pane[data-view=axial] svg")
    before = tab.inner_text("#read-out")
    axial = tab.locator(".pane[data-view=axial]")
    box = axial.bounding_box()
    with tab.expect_response("**/dose-at?*"):
        tab.mouse.click(box["x"] + box["width"] * 0.51, box["y"] + box["height"] * 0.56)
    tab.wait_for_function("before => document.getElementById('read-out').innerText !== before", arg=before)
    assert "outside the dose grid" not in tab.inner_text("#read-out")
    sagittal = tab.locator(".pane[data-view=sagittal]")
    sagittal.focus()
    start = float(tab.input_value("[name=x]"))
    with tab.expect_response("**/slice/sagittal.svg?*"):
        tab.keyboard.press("ArrowUp")
    assert float(tab.input_value("[name=x]")) == pytest.approx(start + 1.0, abs=0.01)
    height = float(tab.input_value("[name=z]"))
    axial.hover()
    with tab.expect_response("**/slice/axial.svg?*"):
        tab.mouse.wheel(0, 100)
    assert float(tab.input_value("[name=z]")) == pytest.approx(height - 1.0, abs=0.01)
    assert "z=" in tab.url
    with tab.expect_response("**/slice/coronal.svg?*show=rt-2*"):
        tab.select_option("[name=show]", "rt-2")
    tab.wait_for_function(
        "() => [...document.querySelectorAll('.pane svg')].every((s) => s.ariaLabel.includes('lines of the RT 2'))"
    )
    keep(tab, "three-planes")


@pytest.mark.browser
@pytest.mark.parametrize("case", ["paper-003", "phantom-1"])
def test_the_reirradiation_report_prints_on_one_sheet(tab, address, case, keep):
    tab.goto(f"{address}/cases/{case}/reirradiation")
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.count(b"/Type /Page\n") == 1
    keep(tab, f"report-{case}")


@pytest.mark.browser
def test_a_lesion_is_measured_on_its_image_beside_the_earlier_one(tab, own_hospital, keep):
    tab.goto(f"{own_hospital}/cases/phantom-2/record")
    tab.click("#entry-mr-2 >> text=images")
    axial = tab.locator(".pane[data-view=axial]").first
    prior = tab.locator(".pane.linked[data-view=axial]")
    before = prior.inner_html()
    axial.focus()
    with tab.expect_response("**/images/mr-1/plane/axial.svg?*of=mr-2*"):
        tab.keyboard.press("ArrowUp")
    tab.wait_for_function(
        "before => document.querySelector('.linked[data-view=axial]').innerHTML !== before", arg=before
    )
    tab.locator("h1").click()
    tab.keyboard.press("c")
    assert tab.is_checked("input[value=calliper]")
    box = axial.bounding_box()
    left, right, middle = (
        box["x"] + box["width"] * 0.375,
        box["x"] + box["width"] * 0.625,
        box["y"] + box["height"] * 0.433,
    )
    tab.mouse.move(left, middle)
    tab.mouse.down()
    tab.mouse.move(right, middle)
    tab.mouse.up()
    length = float(tab.inner_text("#length").split()[0])
    per_mm = float(axial.get_attribute("data-width"))
    assert length == pytest.approx(0.25 * per_mm, abs=0.5)
    assert tab.locator(".calliper").count() == 1
    tab.fill("#measure [name=by]", "Dr A")
    tab.select_option("#measure [name=use]", "greatest diameter")
    keep(tab, "images-measured", full_page=True)
    tab.click("#measure button")
    tab.wait_for_selector("text=Kept in the record of mr-2")
    assert f"{length:.1f} mm, greatest diameter" in tab.inner_text("#observations")


@pytest.mark.browser
def test_two_cts_are_registered_looked_at_and_accepted(tab, own_hospital, keep):
    tab.goto(f"{own_hospital}/cases/phantom-3/dose")
    assert "no registration is recorded" in tab.inner_text("main")
    tab.click("text=Register RT 1")
    tab.click("button:has-text('Register')")
    tab.wait_for_selector("text=Look, then accept or not", timeout=120_000)
    tab.wait_for_function("() => document.querySelector('img.wide').naturalWidth > 100")
    keep(tab, "registration", full_page=True)
    tab.fill("[name=by]", "Dr A")
    tab.click("text=Accept: add the doses by it")
    tab.wait_for_selector("text=How sure the sum is")
    assert "voxel sum" in tab.inner_text("main")


def test_a_query_is_put_together_line_by_line(chromium, hospital):
    with serving(hospital) as address, contextlib.closing(chromium.new_page()) as tab:
        tab.goto(f"{address}/cohorts/records?select=surgery+as+operation")
        tab.select_option("select[name=kind]", "radiotherapy")
        tab.wait_for_selector("select[name=field] option[value=total_gy]", state="attached")
        tab.select_option("select[name=field]", "total_gy")
        tab.wait_for_selector("input[name=value]")
        tab.select_option("select[name=operator]", ">=")
        tab.fill("input[name=value]", "30")
        tab.select_option("select[name=direction]", "after")
        tab.fill("input[name=within]", "90")
        tab.click("button[name=add]")
        line = "radiotherapy where total_gy >= 30 after operation within 90 days"
        tab.wait_for_function("l => document.querySelector('textarea[name=select]').value.endsWith(l)", arg=line)
        tab.click("button:text-is('Compute')")
        tab.wait_for_url("**total_gy**")
        assert tab.input_value("textarea[name=select]") == f"surgery as operation\n{line}"
        assert "operator=" not in tab.url  # what is put together is no part of the address
