"""What a page looks like, asked of the browser: how bright it is, what has no line around it, what does not fit."""

from typing import Any

#: Of these kinds, what has no line (a border or an outline) around it: in a machine's own colours each needs one
UNBOUNDED = """(kinds) => {
  const line = (style) => parseFloat(style.borderBottomWidth) > 0 && style.borderBottomStyle !== "none"
    || parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none";
  const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 2;
  const bare = [], found = [];
  for (const kind of kinds)
    for (const e of document.querySelectorAll(kind)) {
      if (!seen(e) || e.type === "checkbox" || e.type === "radio" || e.closest(".s-busca")) continue;
      found.push(kind);
      if (!line(getComputedStyle(e))) bare.push(kind + ": " + e.outerHTML.slice(0, 120));
    }
  return {kinds: found, bare};
}"""
#: what on the system's pages is bounded by its shade
KINDS = [
    ".br-button.primary", ".br-button.secondary", ".s-selo", ".s-numero", ".s-mensagem", ".s-menu__n",
    ".s-menu a[aria-current]", ".s-guias [aria-current]", "input, select, textarea", ".s-cartao",
]  # fmt: skip

#: What does not fit its screen: words one under the other, an open tab out of view, a button under something else
MISFITS = """() => {
  const wide = (e) => !e || e.getBoundingClientRect().width > 2;
  const seen = (e) => e.checkVisibility() && wide(e) && wide(e.closest("thead"));
  const told = (e) => e.outerHTML.slice(0, 140);
  const lines = (e) => {
    const tops = new Set(), range = document.createRange(), walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      if (!walk.currentNode.textContent.trim()) continue;
      range.selectNodeContents(walk.currentNode);
      for (const r of range.getClientRects()) if (r.width > 2) tops.add(Math.round(r.top / 8));
    }
    return tops.size;
  };
  const found = [];
  for (const e of document.querySelectorAll("main :is(caption, h1, h2, h3, th, button, .br-button, .s-guias a)")) {
    const words = seen(e) ? e.innerText.trim().split(/\\s+/) : [];
    const pair = words.slice(1).some((word, i) => (words[i] + word).length < 17);  // two would stand side by side
    if (words.length > 2 && pair && lines(e) >= words.length) found.push("one word a line: " + told(e));
  }
  for (const e of innerWidth < 576 ? document.querySelectorAll(".s-mensagem > div") : [])
    if (seen(e) && e.getBoundingClientRect().width < e.parentElement.getBoundingClientRect().width * 0.6)
      found.push("text squeezed by its button: " + told(e.parentElement));
  for (const tab of document.querySelectorAll(".s-guias [aria-current]")) {
    const [t, b] = [tab.getBoundingClientRect(), tab.closest(".s-guias").getBoundingClientRect()];
    if (t.left < b.left - 1 || t.right > Math.min(b.right, innerWidth) + 1) found.push("tab out of view: " + told(tab));
  }
  for (const e of [...document.querySelectorAll("main :is(button, .br-button, summary)")].filter(seen).slice(0, 30)) {
    e.scrollIntoView({block: "center", inline: "nearest"});
    const r = e.getBoundingClientRect(), on = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
    if (on && !e.contains(on) && !on.contains(e)) found.push("covered: " + told(e) + " by " + told(on));
  }
  scrollTo(0, 0);
  return found;
}"""


def brightness(page: Any) -> int:
    """Of the body, from 0 (black) to 255 (white)."""
    return int(
        page.evaluate(
            "() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number);"
            " return Math.round((r + g + b) / 3); }"
        )
    )
