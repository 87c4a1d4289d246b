// What this browser keeps of a person's work, under keys of that person: another who enters here does not see it, a
// session that merely ended leaves it for the same person, and leaving takes it away. The app of the agents (/acs)
// keeps its own apart: nothing here touches it.

const prefix = (user) => `u${user}:`;

export const own = (key) => prefix(document.body.dataset.usuario || "0") + key;

const LEFT = "saiu"; // tells the other tabs: each keeps some for itself
const OLD = ["registrar:", "rascunho:"]; // from before keys were of a person

function forget(user) {
  const theirs = (key) => key.startsWith(prefix(user)) || OLD.some((old) => key.startsWith(old));
  for (const place of [localStorage, sessionStorage])
    for (const key of Object.keys(place)) if (theirs(key)) place.removeItem(key);
}

export function forgetOnLeaving() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-sair]")) return;
    const user = document.body.dataset.usuario;
    forget(user);
    localStorage.setItem(LEFT, `${user}:${Date.now()}`);
    localStorage.removeItem(LEFT);
  });
  addEventListener("storage", (event) => {
    if (event.key === LEFT && event.newValue) forget(event.newValue.split(":")[0]);
  });
}
