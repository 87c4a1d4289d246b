// A known value goes into its field with one click; the rules are asked again as if it had been typed.

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-sugere]");
  if (!button) return;
  const field = document.getElementById(button.dataset.sugere);
  field.value = button.dataset.valor;
  field.mostrar?.();
  field.dataset.escolhido = field.value;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  for (const other of button.parentElement.querySelectorAll("[data-sugere]"))
    other.setAttribute("aria-pressed", String(other === button));
  field.focus();
});
