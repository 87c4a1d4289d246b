// Light, dark, or as the machine asks: kept in a cookie of this browser, so that a page comes in it from the first
// paint.
const YEAR = 31536000;

const chosen = () => document.documentElement.dataset.tema ?? "";

function mark() {
  for (const button of document.querySelectorAll("[data-escolhe-tema]"))
    button.setAttribute("aria-pressed", String(button.dataset.escolheTema === chosen()));
}

function choose(theme) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it; cookieStore is not everywhere
  document.cookie = `tema=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax${secure}`;
  if (theme) document.documentElement.dataset.tema = theme;
  else delete document.documentElement.dataset.tema;
  mark();
}

export function themes() {
  mark();
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-escolhe-tema]");
    if (button) choose(button.dataset.escolheTema);
  });
}
