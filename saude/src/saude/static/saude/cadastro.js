// Corrigir cadastro: "Usar este" puts what the records have into the field of the registration beside it.

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-usar]");
  if (!button) return;
  const shown = document.getElementById(button.dataset.usar);
  // a date holds its value in the calendar beside what is typed
  const field = shown.dataset.mascara ? shown.parentElement.querySelector("[data-calendario]") : shown;
  if (field.type === "checkbox") field.checked = button.dataset.valor === "on";
  else field.value = button.dataset.valor;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  shown.focus();
});
