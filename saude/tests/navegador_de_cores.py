"""What a page looks like, asked of the browser: how bright it is, and what has no line around it."""

from typing import Any

#: What on a page is bounded by its shade: in a machine's own colours each needs a line (a border or an outline)
BOUNDED = """() => {
  const kinds = [".br-button.primary", ".br-button.secondary", ".s-selo", ".s-numero", ".s-mensagem", ".s-menu__n",
    ".s-menu a[aria-current]", ".s-guias [aria-current]", "input, select, textarea", ".s-cartao"];
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


def brightness(page: Any) -> int:
    """Of the body, from 0 (black) to 255 (white)."""
    return int(
        page.evaluate(
            "() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number);"
            " return Math.round((r + g + b) / 3); }"
        )
    )
