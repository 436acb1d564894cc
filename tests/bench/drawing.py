"""When something was drawn, as the browser itself sees it. Times are those of the clock that all processes share, in milliseconds."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

QUIET_MS = 800
PATIENCE = 180.0

WATCH = """
window.mw = { last: Date.now(), head: null, clicked: null, left: null, seen: null, points: [] };
addEventListener('click', () => { mw.clicked = Date.now(); }, true);
new MutationObserver(() => {
  mw.last = Date.now();
  if (!mw.head && document.querySelector('h1, h2')) mw.head = Date.now();
}).observe(document, { childList: true, subtree: true, characterData: true });
"""

AFTER_PLOT = """
() => {
  const plot = document.querySelector('.mw-live .js-plotly-plot');
  if (!plot?.data || mw.hooked === plot) return Boolean(plot?.data);
  mw.hooked = plot;
  const reach = plot.data.map(() => 0);
  plot.on('plotly_afterplot', () => {
    const fresh = plot.data.flatMap((line, i) => {
      const at = line.x.length, from = Math.min(reach[i], at);
      reach[i] = at;
      return Array.from(line.x.slice(from));
    });
    requestAnimationFrame(() => setTimeout(() => { for (const x of fresh) mw.points.push([x, Date.now()]); }));
  });
  return true;
}
"""

FIRST_POINT = """
() => {
  const heading = document.querySelector('h2')?.textContent;
  const drawn = () => [...document.querySelectorAll('.mw-live .js-plotly-plot')].some(plot =>
    plot.data?.some(line => line.x.length) && plot.querySelector('.scatterlayer path'));
  const look = () => {
    if (mw.clicked && !mw.left && document.querySelector('h2')?.textContent !== heading) mw.left = Date.now();
    if (drawn()) requestAnimationFrame(() => setTimeout(() => { mw.seen ??= Date.now(); }));
    else requestAnimationFrame(look);
  };
  look();
}
"""


def watched(page: Page) -> Page:
    """The tab with a note of its last change kept from the first moment on."""
    page.add_init_script(WATCH)
    return page


def opened(page: Page, url: str) -> tuple[float, float]:
    """Seconds from going there to the first heading, and to the last change of the page."""
    page.goto(url, wait_until="commit")
    until(lambda: page.evaluate(f"mw.head && Date.now() - mw.last > {QUIET_MS}"), "the page is drawn")
    head, last = page.evaluate("[mw.head - performance.timeOrigin, mw.last - performance.timeOrigin]")
    return head / 1000, last / 1000


def clicked(page: Page, selector: str) -> float:
    """Seconds from a click to the last change that followed it."""
    page.evaluate("mw.clicked = null")
    page.locator(selector).first.click()
    until(lambda: page.evaluate(f"Date.now() - Math.max(mw.last, mw.clicked) > {QUIET_MS}"), "the page is drawn after a click")
    return max(0.0, page.evaluate("mw.last - mw.clicked") / 1000)


def until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE, every: float = 0.02) -> Any:
    """Waits for it and gives it back; fails with `what` when it does not come."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"Waited {seconds:.0f} s in vain: {what}"
        time.sleep(every)
    return found
