// The menu: its sections fold, as this person left them in this browser; where one is stays open and in view.
import { own } from "./guardado.js";

export function keepMenu() {
  const menu = document.getElementById("menu");
  if (!menu) return;
  const key = own("menu");
  const folded = new Set(JSON.parse(localStorage.getItem(key) || "[]"));
  for (const section of menu.querySelectorAll("details[data-secao]")) {
    const here = section.querySelector("[aria-current]");
    if (section.open) section.open = Boolean(here) || !folded.has(section.dataset.secao); // else closed just now
    section.addEventListener("toggle", () => {
      if (section.open) folded.delete(section.dataset.secao);
      else folded.add(section.dataset.secao);
      localStorage.setItem(key, JSON.stringify([...folded]));
    });
  }
  show(menu);
}

// Also when the menu opens on a narrow screen: until then it has no place.
export function showWhereOneIs() {
  const menu = document.getElementById("menu");
  if (menu) show(menu);
}

function show(menu) {
  const item = menu.querySelector("[aria-current]");
  if (!item) return;
  const [box, at] = [menu.getBoundingClientRect(), item.getBoundingClientRect()];
  const top = Math.max(box.top, document.querySelector(".s-topo").getBoundingClientRect().bottom);
  if (at.bottom > box.bottom - 8 || at.top < top) menu.scrollTop += at.top - box.top - menu.clientHeight / 2;
}
