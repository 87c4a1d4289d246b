// Forms made from the layout: conditional fields, search boxes, repeated blocks, nothing typed is lost.
(() => {
  "use strict";

  // --- what a condition says of the form: true, false, or null when only the server can tell
  const read = (form, path) => {
    const fields = form.querySelectorAll(`[name="${CSS.escape(`f:${path}`)}"]`);
    if (fields.length) return fieldValue(fields);
    return path.split(/[.[\]]+/).filter(Boolean).reduce((node, step) => (node == null ? null : node[step]), form.ficha) ?? null;
  };
  const fieldValue = (fields) => {
    const boxes = [...fields].filter((f) => f.type === "checkbox");
    if (boxes.length) return boxes.filter((b) => b.checked).map((b) => b.value);
    const text = fields[0].value.trim();
    if (fields[0].tagName === "SELECT" && (text === "sim" || text === "nao")) return text === "sim";
    if (fields[0].tagName === "TEXTAREA") return text ? text.split("\n").map((t) => t.trim()) : [];
    return fields[0].dataset.fonte ? text.split(" - ")[0] : text;
  };
  const filled = (value) => value !== null && value !== "" && !(Array.isArray(value) && !value.length);
  const resolve = (struct, ref) => {
    if (ref.startsWith("/")) return ref.slice(1);
    let up = struct;
    while (ref.startsWith("^")) { ref = ref.slice(1); up = parent(up); }
    return up ? `${up}.${ref}` : ref;
  };
  const parent = (path) => {
    const plain = path.replace(/\[\d+\]$/, "");
    return plain.includes(".") ? plain.slice(0, plain.lastIndexOf(".")) : "";
  };
  const number = (value) => Number(String(value).replace(",", "."));
  const compare = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "=": (a, b) => a === b };

  function months(form, birth) {
    const at = moment(read(form, "headerTransport.dataAtendimento"));
    const from = moment(birth);
    if (!at || !from) return null;
    const whole = (at.getUTCFullYear() - from.getUTCFullYear()) * 12 + at.getUTCMonth() - from.getUTCMonth();
    return at.getUTCDate() < from.getUTCDate() ? whole - 1 : whole;
  }
  const moment = (value) => {
    if (typeof value === "number") return new Date(value - 3 * 3600e3);
    return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) ? new Date(`${value.slice(0, 10)}T00:00:00Z`) : null;
  };

  function holds(form, struct, condition) {
    const [kind, ...rest] = condition;
    if (kind === "all") return rest.map((c) => holds(form, struct, c)).reduce((a, b) => (a === false || b === false ? false : a === null || b === null ? null : true), true);
    if (kind === "any") return rest.map((c) => holds(form, struct, c)).reduce((a, b) => (a === true || b === true ? true : a === null || b === null ? null : false), false);
    if (kind === "not") { const inner = holds(form, struct, rest[0]); return inner === null ? null : !inner; }
    if (kind === "server") return null;
    const value = read(form, resolve(struct, rest[0]));
    const values = Array.isArray(value) ? value : [value];
    switch (kind) {
      case "filled": return filled(value);
      case "empty": return !filled(value);
      case "true": return value === true;
      case "false": return value === false;
      case "in": return values.some((v) => filled(v) && rest[1].map(String).includes(String(v)));
      case "matches": return values.some((v) => typeof v === "string" && new RegExp(`^(?:${rest[1]})$`).test(v));
      case "compare": return filled(value) && compare[rest[1]](number(value), rest[2]);
      case "age": {
        const age = months(form, value);
        return age !== null && compare[rest[1]](rest[3] === "meses" ? age : Math.floor(age / 12), rest[2]);
      }
      default: return null;
    }
  }

  // A field that may not be filled is hidden while it is empty; one that must be is marked.
  function judge(form) {
    form.querySelectorAll("[data-regras]").forEach((box) => {
      const path = box.dataset.caminho;
      const struct = path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : "";
      let needed = false;
      let forbidden = false;
      JSON.parse(box.dataset.regras).forEach(([kind, condition]) => {
        const answer = holds(form, struct, condition);
        if (kind === "exige" && answer) needed = true;
        if (kind === "proibe" && answer) forbidden = true;
        if (kind === "so" && answer !== null) { if (answer) needed = true; else forbidden = true; }
      });
      const mark = box.querySelector(":scope > label > .f-exigido, :scope > fieldset > legend > .f-exigido");
      if (mark) mark.hidden = !needed;
      const empty = ![...box.querySelectorAll("[name^='f:']")].some((f) => (f.type === "checkbox" ? f.checked : f.type !== "hidden" && f.value.trim()));
      box.classList.toggle("f-campo--proibido", forbidden && !empty);
      box.hidden = forbidden && empty && !box.querySelector(".s-erro") && !box.contains(document.activeElement);
    });
  }

  function start(form) {
    form.ficha = JSON.parse(form.dataset.ficha || "{}");
    judge(form);
    form.addEventListener("change", () => judge(form));
    form.addEventListener("input", () => judge(form));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input") && !event.target.matches("[role=combobox][aria-expanded=true]")) event.preventDefault();
    });
  }
  document.querySelectorAll("form[data-ficha]").forEach(start);

  // --- repeated blocks
  document.addEventListener("htmx:configRequest", (event) => {
    const button = event.target;
    if (!button.dataset || !button.dataset.adicionar) return;
    const next = Number(button.dataset.proximo);
    event.detail.parameters = { caminho: button.dataset.adicionar, indice: next };
    button.dataset.proximo = next + 1;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = event.target.closest && event.target.closest("form[data-ficha]");
    if (form && event.target.matches("[data-blocos]")) {
      judge(form);
      const first = event.target.lastElementChild.querySelector("input:not([type=hidden]), select");
      if (first) first.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-remover]");
    if (!button) return;
    const block = button.closest(".f-grupo");
    block.querySelector("[data-remover-campo]").value = "1";
    block.hidden = true;
    block.closest("form").dispatchEvent(new Event("change", { bubbles: true }));
  });

  // --- search boxes (combobox with a listbox)
  const waiting = new WeakMap();
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const options = (input) => [...listOf(input).querySelectorAll("[role=option]:not([aria-disabled])")];

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-fonte]")) return;
    clearTimeout(waiting.get(event.target));
    waiting.set(event.target, setTimeout(() => load(event.target), 180));
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-fonte]")) event.target.select();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-fonte]")) setTimeout(() => close(event.target), 150);
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("[data-fonte]")) return;
    const open = input.getAttribute("aria-expanded") === "true";
    if (event.key === "Escape" && open) { close(input); event.stopPropagation(); }
    if (event.key === "ArrowDown" && !open) { load(input, true); event.preventDefault(); return; }
    if (!open) return;
    const rows = options(input);
    const now = rows.findIndex((r) => r.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(input, rows, Math.min(now + 1, rows.length - 1));
    else if (event.key === "ArrowUp") mark(input, rows, Math.max(now - 1, 0));
    else if (event.key === "Enter" && now >= 0) choose(input, rows[now]);
    else return;
    event.preventDefault();
  });
  document.addEventListener("mousedown", (event) => {
    const row = event.target.closest && event.target.closest(".f-lista [role=option]:not([aria-disabled])");
    if (!row) return;
    event.preventDefault();
    choose(document.querySelector(`[aria-controls="${row.parentElement.id}"]`), row);
  });

  async function load(input, all) {
    const list = listOf(input);
    const text = all ? "" : input.value.trim();
    const answer = await fetch(`${input.dataset.fonte}?q=${encodeURIComponent(text)}&id=${list.id}`, { headers: { "HX-Request": "true" } });
    if (answer.status === 401) { document.dispatchEvent(new Event("sessaoTerminada")); return; }
    if (!answer.ok) return;
    list.innerHTML = await answer.text();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }
  function mark(input, rows, index) {
    rows.forEach((r, i) => r.setAttribute("aria-selected", String(i === index)));
    if (rows[index]) { input.setAttribute("aria-activedescendant", rows[index].id); rows[index].scrollIntoView({ block: "nearest" }); }
  }
  function choose(input, row) {
    input.value = row.dataset.valor;
    close(input);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(waiting.get(input));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function close(input) {
    listOf(input).hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
})();
