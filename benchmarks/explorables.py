"""`python -m benchmarks.explorables`: how long from a slider's move to the drawn numbers.

Every slider of every explorable of the built book is moved through its range in
headless Chromium, as it is and with the processor throttled four times. What
counts is the time from the input event until the page is drawn and laid out.
The 95th percentile over all moves of a figure should stay below 16 ms, and
below 100 ms when throttled, which a shared machine may exceed now and then.
"""

import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HTML = Path(__file__).parents[1] / "_build" / "html"
MOVE = """async (figure) => {
  const times = [];
  const sliders = [...figure.querySelectorAll('input[type=range]')].filter((node) => node.offsetParent);
  for (let turn = 0; turn < 3; turn++) {
    for (const slider of sliders) {
      for (const value of [slider.max, slider.min, (Number(slider.min) + Number(slider.max)) / 2]) {
        slider.value = value;
        const begin = performance.now();
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await null; await null; await null;
        figure.getBoundingClientRect();
        times.push(performance.now() - begin);
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
  }
  return times;
}"""


def measure(browser, throttle):
    """(page, figure, times in ms) of every figure that has a slider."""
    for path in sorted(HTML.glob("book/*.html")):
        if "data-explorable=" not in path.read_text(encoding="utf-8"):
            continue
        page = browser.new_page()
        page.goto(path.as_uri())
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        for figure in page.locator("figure[data-explorable]").all():
            times = figure.evaluate(MOVE)
            if times:
                yield path.stem, figure.get_attribute("id"), times
        page.close()


def main():
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not binary or not HTML.exists():
        sys.exit("Chromium and the built book are needed: make book")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    print(f"{'page':16}{'figure':32}{'throttle':>9}{'moves':>7}{'median':>9}{'95 %':>9}  ms")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=flags)
        for throttle in (1, 4):
            for page, figure, times in measure(browser, throttle):
                p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
                median = statistics.median(times)
                print(f"{page:16}{figure:32}{throttle:8}×{len(times):7}{median:9.2f}{p95:9.2f}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
