// What is under way is seen: a lost network, a slow answer, the first error of what was sent, a table that scrolls.

const SLOW = 500; // milliseconds until a page says that it is loading

export function showWhatIsUnderWay() {
  watchTheNetwork();
  sayWhenSlow();
  lookAtTheFirstError();
  letTablesScroll();
  showTheOpenTab();
}

// Where the tabs do not fit, the one that is open is in view.
function showTheOpenTab() {
  for (const tab of document.querySelectorAll(".s-guias [aria-current]")) {
    const box = tab.closest(".s-guias");
    box.scrollLeft = tab.offsetLeft - box.offsetLeft - (box.clientWidth - tab.offsetWidth) / 2;
  }
}

// A page that asks again by itself says when nobody answers, and that it goes on trying.
function watchTheNetwork() {
  const polls = (event) => (event.detail.elt?.getAttribute("hx-trigger") || "").startsWith("every");
  const lost = (event) => polls(event) && sayLost();
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, lost);
  }
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (polls(event)) document.getElementById("sem-conexao")?.remove();
  });
}

function sayLost() {
  if (document.getElementById("sem-conexao")) return;
  const now = new Date().toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });
  const box = document.createElement("p");
  box.id = "sem-conexao";
  box.className = "s-mensagem s-mensagem--warning";
  box.setAttribute("role", "alert");
  box.textContent = `Sem resposta do servidor desde ${now}. O trabalho não para; esta página continua a tentar.`;
  const place = document.querySelector("[hx-trigger^=every]");
  place.before(box);
}

function sayWhenSlow() {
  const bar = document.createElement("div");
  bar.className = "s-carregando";
  bar.setAttribute("role", "status");
  bar.hidden = true;
  document.body.append(bar);
  let timer;
  const begin = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      bar.hidden = false;
      bar.textContent = "Carregando…";
    }, SLOW);
  };
  const end = () => {
    clearTimeout(timer);
    bar.hidden = true;
    bar.textContent = "";
  };
  document.addEventListener("submit", (event) => {
    // what is answered with a file leaves the page where it is
    if (!event.defaultPrevented && !event.target.hasAttribute("hx-post")) begin();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && !event.defaultPrevented && goesThere(event, link)) begin();
  });
  document.addEventListener("htmx:beforeRequest", begin);
  for (const name of ["htmx:afterRequest", "htmx:sendError"]) document.addEventListener(name, end);
  // shown again (back), or left for a moment (a download asked where to be kept)
  for (const name of ["pageshow", "focus"]) window.addEventListener(name, end);
}

function goesThere(event, link) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.hasAttribute("download"))
    return false;
  const to = new URL(link.href, location.href);
  const same = to.origin === location.origin && to.pathname + to.search !== location.pathname + location.search;
  return same && !/baixar|manifesto|\.csv|modelo/.test(to.pathname + to.search);
}

// Sent and refused: the eye goes where it must be mended.
function lookAtTheFirstError() {
  if (!("recusado" in document.body.dataset) || document.activeElement !== document.body) return;
  const wrong = document.querySelector("main [aria-invalid=true]:not([type=hidden]), main .errorlist");
  if (!wrong) return;
  if (wrong.tabIndex < 0) wrong.tabIndex = -1;
  wrong.focus();
}

// What is wider than its box can be scrolled with the keyboard too.
function letTablesScroll() {
  const look = () => {
    for (const box of document.querySelectorAll(".s-tabela-caixa")) {
      const scrolls = box.scrollWidth > box.clientWidth;
      if (scrolls === box.hasAttribute("tabindex")) continue;
      if (scrolls) {
        box.tabIndex = 0;
        box.setAttribute("role", "region");
        const name = box.querySelector("caption")?.textContent || document.querySelector("h1")?.textContent;
        box.setAttribute("aria-label", name?.trim() || "Tabela");
      } else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  };
  look();
  addEventListener("resize", look);
  document.addEventListener("htmx:afterSwap", look);
}
