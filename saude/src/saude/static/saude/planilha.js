// A sheet of a long list takes a while: its link says that it is being made, asks once, and says when it did not come.

const MAKING = "Sendo feita…";

export function waitForSheets(notice) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href*='baixar=']");
    if (!link || !/[?&]baixar=(xlsx|siaps)(&|$)/.test(link.search)) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!link.hasAttribute("aria-busy")) make(link, notice);
  });
}

async function make(link, notice) {
  const shown = [...link.childNodes];
  link.setAttribute("aria-busy", "true");
  link.replaceChildren(Object.assign(document.createElement("span"), { textContent: MAKING }));
  say("A planilha está sendo feita.");
  try {
    await take(link.href);
    say("A planilha foi baixada.");
  } catch {
    say("");
    notice("A planilha não veio: o servidor não respondeu. Confira a rede e peça de novo.", "error");
  } finally {
    link.replaceChildren(...shown);
    link.removeAttribute("aria-busy");
  }
}

// What is no file (the session ended, the server refused) is a page: it is gone to.
async function take(address) {
  const answer = await fetch(address);
  const kept = answer.headers.get("Content-Disposition") || "";
  if (!answer.ok || !kept.startsWith("attachment")) {
    location.assign(address);
    return;
  }
  const url = URL.createObjectURL(await answer.blob());
  const name = /filename="([^"]+)"/.exec(kept)?.[1] || "planilha.xlsx";
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// Read aloud, for the text of a link that changes is not.
function say(text) {
  let box = document.getElementById("planilha-dita");
  if (!box) {
    box = Object.assign(document.createElement("p"), { id: "planilha-dita", className: "s-oculto" });
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  box.textContent = text;
}
