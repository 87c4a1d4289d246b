// Forms made from the layout: conditional fields, search boxes, repeated blocks, nothing typed is lost.
(() => {
  "use strict";

  // --- what a condition says of the form: true, false, or null when only the server can tell
  const read = (form, path) => {
    const fields = form.querySelectorAll(`[name="${CSS.escape(`f:${path}`)}"]`);
    if (fields.length) return fieldValue(fields);
    if (inside(form, path)) return [true];
    return (
      path
        .split(/[.[\]]+/)
        .filter(Boolean)
        .reduce((node, step) => (node == null ? null : node[step]), form.ficha) ?? null
    );
  };
  // a group or list of blocks is filled when something in it is
  const inside = (form, path) =>
    [...form.querySelectorAll(`[name^="${CSS.escape(`f:${path}`)}"]`)].some(
      (f) => /^[.[]/.test(f.name.slice(path.length + 2)) && typed(f) && !f.closest("[data-fora]"),
    );
  const typed = (f) =>
    f.type === "checkbox"
      ? f.checked
      : f.type !== "hidden" || f.dataset.momento !== undefined
        ? Boolean(f.value.trim())
        : false;
  const code = (text) => text.trim().split(" - ")[0];
  const fieldValue = (fields) => {
    const boxes = [...fields].filter((f) => f.type === "checkbox");
    if (boxes.length) return boxes.filter((b) => b.checked).map((b) => b.value);
    const text = fields[0].value.trim();
    if (fields[0].tagName === "SELECT" && (text === "sim" || text === "nao")) return text === "sim";
    if (fields[0].tagName === "TEXTAREA") return text ? text.split("\n").map(code) : [];
    return fields[0].dataset.fonte ? code(text) : text;
  };
  const filled = (value) => value !== null && value !== "" && !(Array.isArray(value) && !value.length);
  const resolve = (struct, ref) => {
    if (ref.startsWith("/")) return ref.slice(1);
    let up = struct;
    while (ref.startsWith("^")) {
      ref = ref.slice(1);
      up = parent(up);
    }
    return up ? `${up}.${ref}` : ref;
  };
  const parent = (path) => {
    const plain = path.replace(/\[\d+\]$/, "");
    return plain.includes(".") ? plain.slice(0, plain.lastIndexOf(".")) : "";
  };
  const number = (value) => Number(String(value).replace(",", "."));
  const compare = {
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
    "=": (a, b) => a === b,
  };

  function months(form, birth) {
    const at = moment(read(form, "headerTransport.dataAtendimento"));
    const from = moment(birth);
    if (!at || !from) return null;
    const whole = (at.getUTCFullYear() - from.getUTCFullYear()) * 12 + at.getUTCMonth() - from.getUTCMonth();
    return at.getUTCDate() < from.getUTCDate() ? whole - 1 : whole;
  }
  const moment = (value) => {
    if (typeof value === "number") return new Date(value - 3 * 3600e3);
    return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value)
      ? new Date(`${value.slice(0, 10)}T00:00:00Z`)
      : null;
  };

  function holds(form, struct, condition) {
    const [kind, ...rest] = condition;
    if (kind === "all")
      return rest
        .map((c) => holds(form, struct, c))
        .reduce((a, b) => (a === false || b === false ? false : a === null || b === null ? null : true), true);
    if (kind === "any")
      return rest
        .map((c) => holds(form, struct, c))
        .reduce((a, b) => (a === true || b === true ? true : a === null || b === null ? null : false), false);
    if (kind === "not") {
      const inner = holds(form, struct, rest[0]);
      return inner === null ? null : !inner;
    }
    if (kind === "server") return null;
    const value = read(form, resolve(struct, rest[0]));
    const values = Array.isArray(value) ? value : [value];
    switch (kind) {
      case "filled":
        return filled(value);
      case "empty":
        return !filled(value);
      case "true":
        return value === true;
      case "false":
        return value === false;
      case "in":
        return values.some((v) => filled(v) && rest[1].map(String).includes(String(v)));
      case "matches":
        return values.some((v) => typeof v === "string" && new RegExp(`^(?:${rest[1]})$`).test(v));
      case "compare":
        return filled(value) && compare[rest[1]](number(value), rest[2]);
      case "age": {
        const age = months(form, value);
        return age !== null && compare[rest[1]](rest[3] === "meses" ? age : Math.floor(age / 12), rest[2]);
      }
      default:
        return null;
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
        if (kind === "so" && answer !== null) {
          if (answer) needed = true;
          else forbidden = true;
        }
      });
      const mark = box.querySelector(":scope > label > .f-exigido, :scope > fieldset > legend > .f-exigido");
      if (mark) mark.hidden = !needed;
      box.dataset.exigido = needed ? "1" : "";
      const empty = ![...box.querySelectorAll("[name^='f:']")].some((f) => typed(f) && !f.closest("[data-fora]"));
      box.classList.toggle("f-campo--proibido", forbidden && !empty);
      box.hidden = forbidden && empty && !box.querySelector(".s-erro") && !box.contains(document.activeElement);
      box.dataset.vazio = empty ? "1" : "";
    });
    questionnaires(form);
    // a heading over nothing goes
    form.querySelectorAll(".f-secao").forEach((part) => {
      part.hidden = !part.querySelector(
        ":scope > .f-campos > .f-campo:not([hidden]), :scope > .f-grupo:not([hidden]), " +
          ":scope > details > .f-campos > .f-campo:not([hidden])",
      );
    });
  }
  // Of several questionnaires, only the one the age asks for.
  function questionnaires(form) {
    const all = [...form.querySelectorAll("[data-questionario]")];
    const asked = all.some((box) => box.dataset.exigido);
    all.forEach((box) => {
      if (asked && !box.dataset.exigido && box.dataset.vazio) box.hidden = true;
    });
  }

  function start(form) {
    form.ficha = JSON.parse(form.dataset.ficha || "{}");
    codeBoxes(form);
    judge(form);
    form.addEventListener("change", () => judge(form));
    form.addEventListener("input", () => judge(form));
    form.addEventListener("keydown", (event) => {
      if (
        event.key === "Enter" &&
        event.target.matches("input") &&
        !event.target.matches("[role=combobox][aria-expanded=true]")
      )
        event.preventDefault();
    });
  }

  // --- repeated blocks
  document.addEventListener("htmx:configRequest", (event) => {
    const button = event.target;
    if (!button.dataset || !button.dataset.adicionar) return;
    const next = Number(button.dataset.proximo);
    event.detail.parameters = { caminho: button.dataset.adicionar, indice: next };
    button.dataset.proximo = next + 1;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = event.target.closest?.("form[data-ficha]");
    if (form && event.target.matches("[data-blocos]")) {
      codeBoxes(event.target);
      judge(form);
      const first = event.target.lastElementChild.querySelector("input:not([type=hidden]), select");
      if (first) first.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-remover]");
    if (!button) return;
    const block = button.closest(".f-grupo");
    block.querySelector("[data-remover-campo]").value = "1";
    block.hidden = true;
    block.dataset.fora = "1";
    block.closest("form").dispatchEvent(new Event("change", { bubbles: true }));
  });

  // --- lists of codes: typed in one box, or ticked (one stop of Tab; arrows go from box to box)
  const boxesOf = (input) => [...input.closest("fieldset").querySelectorAll("input[type=checkbox]")];
  function codeBoxes(scope) {
    scope.querySelectorAll("[data-codigos]").forEach((input) => {
      tell(input);
      rove(boxesOf(input));
    });
  }
  const tell = (input) => {
    input.value = boxesOf(input)
      .filter((b) => b.checked)
      .map((b) => b.value)
      .join(" ");
  };
  function rove(boxes, at) {
    const stop = at || boxes.find((b) => b.checked) || boxes[0];
    boxes.forEach((b) => {
      b.tabIndex = b === stop ? 0 : -1;
    });
  }
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.matches("[data-codigos]")) return;
    const codes = input.value.split(/[\s,;]+/).filter(Boolean);
    const boxes = boxesOf(input);
    boxes.forEach((b) => {
      b.checked = codes.includes(b.value);
    });
    const strange = codes.filter((c) => !boxes.some((b) => b.value === c));
    input.setCustomValidity(strange.length ? `Não existe na lista: ${strange.join(", ")}` : "");
    input.setAttribute("aria-invalid", String(strange.length > 0));
    input.title = input.validationMessage;
  });
  document.addEventListener("change", (event) => {
    const group = event.target.matches("input[type=checkbox]") && event.target.closest("fieldset");
    const input = group?.querySelector("[data-codigos]");
    if (input) {
      tell(input);
      input.setCustomValidity("");
      input.setAttribute("aria-invalid", "false");
    }
  });
  document.addEventListener("keydown", (event) => {
    const group = event.target.matches?.("input[type=checkbox]") && event.target.closest("fieldset");
    if (!group || !group.querySelector("[data-codigos]")) return;
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const boxes = [...group.querySelectorAll("input[type=checkbox]")];
    const next = boxes[(boxes.indexOf(event.target) + step + boxes.length) % boxes.length];
    rove(boxes, next);
    next.focus();
    event.preventDefault();
  });

  // --- search boxes (combobox with a listbox): code or words, Enter takes the first
  const waiting = new WeakMap();
  const wanted = new WeakSet(); // Enter came before the answer
  const asking = new WeakMap(); // number of the question under way
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const options = (input) => [...listOf(input).querySelectorAll("[role=option]:not([aria-disabled])")];
  const chosen = (input) => !input.value.trim() || input.value === input.dataset.escolhido;

  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.matches("[data-fonte]")) return;
    clearTimeout(waiting.get(input));
    wanted.delete(input);
    waiting.set(
      input,
      setTimeout(() => load(input), 150),
    );
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.matches("[data-fonte]")) return;
    event.target.dataset.escolhido = event.target.value;
    event.target.select();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-fonte]")) setTimeout(() => close(event.target), 150);
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("[data-fonte]") || event.ctrlKey) return;
    const open = input.getAttribute("aria-expanded") === "true";
    if (event.key === "Escape" && open) {
      close(input);
      event.stopPropagation();
    }
    if (event.key === "ArrowDown" && !open) {
      load(input, true);
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && !open && !chosen(input)) {
      event.preventDefault();
      wanted.add(input);
      clearTimeout(waiting.get(input));
      load(input);
      return;
    }
    if (!open) return;
    const rows = options(input);
    const now = rows.findIndex((r) => r.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(input, rows, Math.min(now + 1, rows.length - 1));
    else if (event.key === "ArrowUp") mark(input, rows, Math.max(now - 1, 0));
    else if (event.key === "Enter" && now >= 0) {
      choose(input, rows[now]);
      taken(input);
    } else if (event.key === "Tab") {
      if (now >= 0 && !chosen(input)) choose(input, rows[now]);
      return;
    } else return;
    event.preventDefault();
  });
  document.addEventListener("mousedown", (event) => {
    const row = event.target.closest?.(".f-lista [role=option]:not([aria-disabled])");
    if (!row) return;
    event.preventDefault();
    const input = document.querySelector(`[aria-controls="${row.parentElement.id}"]`);
    if (input.dataset.fonte) choose(input, row);
  });

  async function load(input, all) {
    const list = listOf(input);
    const text = all ? "" : input.value.trim();
    const mine = (asking.get(input) || 0) + 1;
    asking.set(input, mine);
    const answer = await fetch(`${input.dataset.fonte}?q=${encodeURIComponent(text)}&id=${list.id}`, {
      headers: { "HX-Request": "true" },
    });
    if (answer.status === 401) {
      document.dispatchEvent(new Event("sessaoTerminada"));
      return;
    }
    if (!answer.ok || asking.get(input) !== mine) return;
    const html = await answer.text();
    if (asking.get(input) !== mine || document.activeElement !== input) return;
    list.innerHTML = html;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    const rows = options(input);
    if (rows.length && text) mark(input, rows, 0);
    if (!wanted.has(input)) return;
    wanted.delete(input);
    // Enter before the list was seen: only what cannot be mistaken
    if (rows.length === 1 || (rows.length && code(rows[0].dataset.valor).toLowerCase() === code(text).toLowerCase())) {
      choose(input, rows[0]);
      taken(input);
    }
  }
  function mark(input, rows, index) {
    for (const [i, r] of rows.entries()) r.setAttribute("aria-selected", String(i === index));
    if (rows[index]) {
      input.setAttribute("aria-activedescendant", rows[index].id);
      rows[index].scrollIntoView({ block: "nearest" });
    }
  }
  const taken = (input) => input.dispatchEvent(new Event("escolhido", { bubbles: true }));
  function choose(input, row) {
    const target = input.dataset.acrescenta ? document.getElementById(input.dataset.acrescenta) : input;
    if (target === input) input.value = row.dataset.valor;
    else {
      target.value = [
        ...target.value.split("\n").filter((t) => t.trim() && code(t) !== code(row.dataset.valor)),
        row.dataset.valor,
      ].join("\n");
      input.value = "";
    }
    input.dataset.escolhido = input.value;
    close(input);
    target.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(waiting.get(input));
    asking.set(input, (asking.get(input) || 0) + 1);
    target.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function close(input) {
    listOf(input).hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  document.querySelectorAll("form[data-ficha]").forEach(start);
})();
