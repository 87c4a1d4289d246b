// Nova ficha: draft kept as one types, citizen search, keyboard alone. Works on forms of formulario.js.
(() => {
  "use strict";
  const form = document.querySelector("form[data-registrar]");
  if (!form) return;
  const KEY = `registrar:${form.getAttribute("action")}`;
  const state = document.getElementById("rascunho-estado");
  const text = () =>
    new URLSearchParams([...new FormData(form)].filter(([n]) => n !== "csrfmiddlewaretoken")).toString();

  // --- draft: in this computer at once, on the server a moment later
  let timer;
  let asked = 0;
  function changed() {
    try {
      localStorage.setItem(KEY, text());
    } catch {
      /* full or refused: the server still keeps it */
    }
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  }
  async function save() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.guardar, {
        method: "POST",
        body: new FormData(form),
        headers: { "HX-Request": "true" },
      });
      if (answer.status === 401) {
        document.dispatchEvent(new Event("sessaoTerminada"));
        throw new Error("sessão");
      }
      if (!answer.ok) {
        const told = (answer.headers.get("Content-Type") || "").includes("json") ? (await answer.json()).erro : "";
        state.textContent = told
          ? `Rascunho só neste computador: ${told}`
          : "O servidor não guardou o rascunho: ele está neste computador.";
        return;
      }
      if (mine !== asked) return;
      localStorage.removeItem(KEY);
      form.dirty = false;
      const hour = new Date().toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });
      state.textContent = `Rascunho guardado às ${hour}.`;
    } catch {
      state.textContent = "Sem conexão com o servidor: o rascunho está guardado neste computador.";
    }
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // What was sent stays in this computer until a page says that the server has it (data-guardada, saude.js).
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    try {
      localStorage.setItem(KEY, text());
    } catch {
      /* full or refused */
    }
  });
  const left = localStorage.getItem(KEY);
  if (left && new URLSearchParams(left).get("uuid") !== form.dataset.registrar)
    document.getElementById("recuperar").hidden = false;
  document.querySelector("[data-recuperar]").addEventListener("click", async () => {
    const body = new URLSearchParams(left);
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch(form.dataset.guardar, { method: "POST", body });
    if (answer.ok) {
      localStorage.removeItem(KEY);
      form.dirty = false;
      location.href = (await answer.json()).endereco;
      return;
    }
    state.textContent =
      "O servidor não recuperou o rascunho: ele continua neste computador. Confira a entidade no alto da tela.";
  });

  // --- dates as dd/mm/aaaa and hours as hh:mm whatever the language of the browser; 8, 6 or 4 digits are enough
  const brazilian = (iso) => (/^\d{4}-\d\d-\d\d$/.test(iso) ? iso.split("-").reverse().join("/") : "");
  function isoDate(digits, whole) {
    let year = digits.slice(4);
    if (whole && year.length === 2) year = (Number(year) > new Date().getFullYear() % 100 ? "19" : "20") + year;
    if (year.length !== 4) return "";
    const date = new Date(`${year}-${digits.slice(2, 4)}-${digits.slice(0, 2)}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(digits.slice(0, 2)) && Number(year) > 1880
      ? date.toISOString().slice(0, 10)
      : "";
  }
  function typedAs(kind, input, text, read, show) {
    Object.assign(text, {
      type: "text",
      inputMode: "numeric",
      autocomplete: "off",
      maxLength: kind.length,
      placeholder: kind,
    });
    text.dataset.mascara = kind;
    text.value = show(input.value);
    const take = (whole) => {
      const digits = text.value.replace(/\D/g, "");
      const value = read(digits, whole);
      input.value = value;
      const bad = Boolean(digits) && !value && (whole || digits.length === kind.replace(/[^a-z]/g, "").length);
      text.setAttribute("aria-invalid", String(bad));
      text.setCustomValidity(bad ? `Use ${kind}.` : "");
      text.title = text.validationMessage;
      if (value && whole) text.value = show(value);
    };
    text.addEventListener("input", (event) => {
      if (!event.inputType || !event.inputType.startsWith("delete")) text.value = masked(text.value, kind);
      take(false);
    });
    text.addEventListener("change", () => take(true));
  }
  function masked(value, kind) {
    let digits = value.replace(/\D/g, "");
    let made = "";
    for (const c of kind) {
      if (!digits) break;
      if (/[a-z]/.test(c)) {
        made += digits[0];
        digits = digits.slice(1);
      } else made += c;
    }
    return made;
  }
  const isoHour = (digits, whole) => {
    const d = whole && digits.length === 3 ? `0${digits}` : digits;
    return d.length === 4 && Number(d.slice(0, 2)) < 24 && Number(d.slice(2)) < 60
      ? `${d.slice(0, 2)}:${d.slice(2)}`
      : "";
  };
  // the native date stays beside as the calendar, and holds the value
  function dateBox(input) {
    if (input.dataset.calendario !== undefined) return input;
    const text = document.createElement("input");
    const label =
      input.getAttribute("aria-label") ||
      (document.querySelector(`label[for="${input.id}"]`)?.firstChild.textContent.trim() ?? "Data");
    if (input.id) text.id = input.id;
    else text.setAttribute("aria-label", label);
    text.setAttribute("aria-describedby", input.getAttribute("aria-describedby") || "");
    input.removeAttribute("id");
    input.tabIndex = -1;
    input.dataset.calendario = "";
    input.setAttribute("aria-label", `${label}: calendário`);
    const box = document.createElement("div");
    box.className = "r-data";
    input.before(box);
    box.append(text, input);
    typedAs("dd/mm/aaaa", input, text, isoDate, brazilian);
    input.mostrar = () => {
      text.value = brazilian(input.value);
      text.setAttribute("aria-invalid", "false");
      text.setCustomValidity("");
    };
    input.addEventListener("change", input.mostrar);
    return text;
  }
  // --- date and hour of an attendance: the day is that of the header, the hour is what is typed
  const day = () => form.querySelector("[name$='.dataAtendimento']");
  function splitMoments(scope) {
    scope.querySelectorAll("input[type=datetime-local]").forEach((input) => {
      const [date, hour = ""] = input.value.split("T");
      const label = input.closest(".f-campo").querySelector("label").firstChild.textContent.trim();
      const made = (type, value) => Object.assign(document.createElement("input"), { type, value });
      const [one, two_] = [made("date", date || (day() ? day().value : "")), made("text", "")];
      const time = made("hidden", hour.slice(0, 5));
      one.setAttribute("aria-label", `${label}: dia`);
      two_.id = input.id;
      two_.setAttribute("aria-describedby", input.getAttribute("aria-describedby"));
      input.removeAttribute("id");
      input.type = "hidden";
      input.dataset.momento = "";
      const box = document.createElement("div");
      box.className = "r-momento";
      input.after(box);
      box.append(one, two_);
      const text = dateBox(one);
      text.dataset.dia = date ? "seu" : "cabecalho";
      typedAs("hh:mm", time, two_, isoHour, (v) => v);
      const join = () => {
        input.value = one.value && time.value ? `${one.value}T${time.value}` : "";
      };
      for (const part of [text, one, two_]) for (const kind of ["input", "change"]) part.addEventListener(kind, join);
      for (const part of [text, one])
        part.addEventListener("change", () => {
          text.dataset.dia = one.value === day()?.value ? "cabecalho" : "seu";
        });
      text.seguir = () => {
        one.value = day().value;
        one.mostrar();
        join();
      };
    });
    scope.querySelectorAll("input[type=date]").forEach(dateBox);
  }
  form.addEventListener("change", () => {
    if (day()) for (const text of form.querySelectorAll("[data-dia=cabecalho]")) text.seguir();
  });
  form.addEventListener("submit", (event) => {
    const bad = form.querySelector("[data-mascara][aria-invalid=true]");
    if (!bad || bad.closest("[data-fora]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    bad.focus();
    bad.reportValidity();
  });
  splitMoments(form);

  // --- uuid: known when the CNES is
  form.addEventListener("change", (event) => {
    if (!/\.cnes$/.test(event.target.name) || !form.dataset.registrar.startsWith("0000000-")) return;
    const cnes = /^\d{7}(?= - |$)/.exec(event.target.value.trim());
    const shown = document.getElementById("uuid-mostrado");
    shown.textContent = cnes ? `${cnes[0]}${form.dataset.registrar.slice(7)}` : "definido ao escolher o CNES";
    shown.classList.toggle("s-mono", Boolean(cnes));
  });
  // who has a CPF does not lack one
  form.addEventListener("change", (event) => {
    const name = event.target.name || "";
    if (!/[.:]cpf(Cidadao|Participante)$/.test(name) || !event.target.value.trim()) return;
    const lacks = form.querySelector(
      `[name="${CSS.escape(name.replace(/cpf(Cidadao|Participante)$/, "stNaoPossuiCpf"))}"]`,
    );
    if (lacks && !lacks.value) {
      lacks.value = "nao";
      lacks.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  // --- keyboard: Enter goes on, Ctrl+Enter finishes, Ctrl+Insert adds a block
  const seen = (f) => f.offsetParent && !f.closest("details:not([open]) > :not(summary)");
  const fields = () =>
    [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter(
      (f) =>
        seen(f) &&
        !f.disabled &&
        f.tabIndex >= 0 &&
        !(f.type === "checkbox" && f.closest("fieldset").querySelector("[data-codigos]")) &&
        !form.querySelector(`[data-acrescenta="${f.id || "-"}"]`) &&
        !(f.dataset.dia === "cabecalho" && f.value),
    );
  const empty = (f) => (f.type === "checkbox" ? !f.checked : !f.value.trim());
  const needed = (f) =>
    f.closest(".r-cidadao") ||
    f.dataset.acrescenta ||
    Boolean(
      f
        .closest(".f-campo")
        ?.querySelector(
          ":scope > label > .f-obrigatorio, :scope > fieldset .f-obrigatorio, " +
            ":scope > label > .f-exigido:not([hidden]), :scope > fieldset .f-exigido:not([hidden])",
        ),
    );
  function advance(from) {
    const all = fields();
    const next = all.find((f) => f !== from && from.compareDocumentPosition(f) & Node.DOCUMENT_POSITION_FOLLOWING);
    (next || form.querySelector("[value=finalizar]")).focus();
  }
  form.addEventListener("escolhido", (event) => {
    if (!event.target.dataset.acrescenta) advance(event.target);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
      form.requestSubmit(form.querySelector("[value=finalizar]"));
      return;
    }
    if (event.key === "Insert" && event.ctrlKey) {
      event.preventDefault();
      const all = form.querySelectorAll("[data-adicionar]");
      if (all.length) nearest(all, event.target).click();
      return;
    }
    if (
      event.key !== "Enter" ||
      event.shiftKey ||
      event.altKey ||
      event.target.matches("textarea, button, summary, a, [aria-expanded=true]")
    )
      return;
    if (
      event.target.dataset.fonte &&
      event.target.value.trim() &&
      event.target.value !== event.target.dataset.escolhido
    )
      return; // formulario.js takes the option first
    event.preventDefault();
    advance(event.target);
  });
  const nearest = (all, from) => [...all].reverse().find((b) => b.closest(".f-grupo").contains(from)) || all[0];

  // --- a finding in the list leads to its field
  function goTo(id) {
    const place = document.getElementById(id);
    const box = place && (place.closest(".f-campo") || place.closest(".f-grupo") || place);
    if (!box) return;
    for (let up = box; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") up.open = true;
      up.hidden = false;
    }
    const inner = [...box.querySelectorAll("input:not([type=hidden]), select, textarea")].find(
      (f) => seen(f) && f.tabIndex >= 0,
    );
    (inner || box).focus({ preventScroll: true });
    box.scrollIntoView({ block: "center" });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-ir]");
    if (link) {
      event.preventDefault();
      goTo(link.dataset.ir);
    }
  });

  // --- citizen search: fills what the block has of these names
  const FILLS = [
    [["cpfCidadao", "cpfParticipante", "cpfResponsavel"], (c) => c.cpf],
    [
      ["cns", "cnsCidadao", "cnsParticipante", "numeroCnsResponsavel"],
      (c, has) => (c.cpf && has(FILLS[0][0]) ? "" : c.cns),
    ],
    [["dataNascimento", "dtNascimento", "dataNascimentoCidadao", "dataNascimentoResponsavel"], (c) => c.nascimento],
    [["sexo", "sexoCidadao"], (c) => c.sexo],
    [["nomeCidadao"], (c) => c.nome],
    [["nomeSocial", "nomeSocialCidadao"], (c) => c.nome_social],
    [["nomeMaeCidadao"], (c) => c.mae],
    [["racaCorCidadao"], (c) => c.raca_cor],
    [["telefoneCelular"], (c) => c.telefone],
    [["microArea"], (c) => c.microarea],
  ];
  let serial = 0;
  function addSearch(block) {
    if (block.dataset.comBusca) return;
    block.dataset.comBusca = "1";
    const id = `r-cidadao-${++serial}`;
    const box = document.createElement("div");
    box.className = "r-cidadao s-campo";
    box.innerHTML =
      `<label for="${id}">Buscar cidadão</label>` +
      `<input type="search" id="${id}" placeholder="Nome, CPF ou CNS" autocomplete="off" role="combobox" ` +
      `aria-autocomplete="list" aria-expanded="false" aria-controls="${id}-l">` +
      `<ul id="${id}-l" class="f-lista" role="listbox" aria-label="Cidadãos" hidden></ul>`;
    const part = [...block.querySelectorAll("[data-identificacao]")].find((p) => p.closest("[data-cidadao]") === block);
    const head = part ? part.querySelector(":scope > .f-parte") : block.querySelector(":scope > .f-grupo__cabeca");
    if (head) head.after(box);
    else (part || block).prepend(box);
    const input = box.querySelector("input");
    const list = box.querySelector("ul");
    let rows = [];
    let wait;
    const close = () => {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
    };
    const mark = (i) => {
      for (const [n, li] of [...list.children].entries()) li.setAttribute("aria-selected", String(n === i));
    };
    const choose = (c) => {
      fill(block, c);
      input.value = c.nome;
      close();
      const rest = fields().filter((f) => input.compareDocumentPosition(f) & Node.DOCUMENT_POSITION_FOLLOWING);
      const next =
        rest.find((f) => part?.contains(f) && needed(f) && empty(f)) || rest.find((f) => !part || !part.contains(f));
      if (next) next.focus();
    };
    for (const kind of ["input", "change"]) input.addEventListener(kind, (event) => event.stopPropagation());
    input.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(async () => {
        const answer = await fetch(`${form.dataset.clientes}?q=${encodeURIComponent(input.value)}`, {
          headers: { "HX-Request": "true" },
        });
        if (!answer.ok) return;
        rows = (await answer.json()).clientes;
        list.replaceChildren(
          ...(rows.length ? rows : [null]).map((c, i) => {
            const li = document.createElement("li");
            li.setAttribute("role", "option");
            li.id = `${id}-${i}`;
            li.textContent = c
              ? `${c.nome || "Sem nome"} ${c.detalhe ? `(${c.detalhe})` : ""}`
              : "Nenhum cidadão encontrado";
            if (c)
              li.addEventListener("mousedown", (event) => {
                event.preventDefault();
                choose(c);
              });
            return li;
          }),
        );
        list.hidden = false;
        input.setAttribute("aria-expanded", "true");
        if (rows.length) mark(0);
      }, 250);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const now = [...list.children].findIndex((li) => li.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown") mark(Math.min(now + 1, rows.length - 1));
      else if (event.key === "ArrowUp") mark(Math.max(now - 1, 0));
      else if (event.key === "Escape") close();
      else if (event.key === "Enter" && rows[now]) choose(rows[now]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
  }
  function fill(block, client) {
    const has = (names) =>
      [...block.querySelectorAll("[name^='f:']")].some((f) => names.includes(f.name.split(/[.:]/).pop()));
    FILLS.forEach(([names, value]) => {
      const field = names
        .map((n) => [...block.querySelectorAll(`[name^="f:"]`)].find((f) => f.name.split(/[.:]/).pop() === n))
        .find(Boolean);
      if (field) {
        field.value = value(client, has) || "";
        if (field.mostrar) field.mostrar();
      }
    });
    const lacks = [...block.querySelectorAll("[name$='stNaoPossuiCpf']")][0];
    if (lacks && client.cpf) lacks.value = "nao";
    form.dispatchEvent(new Event("change", { bubbles: true }));
    block.querySelector("[name^='f:']").dispatchEvent(new Event("change", { bubbles: true }));
  }
  const search = () => form.querySelectorAll("[data-cidadao]").forEach(addSearch);
  search();
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.matches("[data-blocos]")) splitMoments(event.target);
    search();
  });

  // --- where to begin: at what is wrong, else at the first thing to fill; the page moves only when it must
  const wrong = form.querySelector(".f-fora [data-ir]");
  const first = fields().find((f) => needed(f) && empty(f)) || fields()[0];
  if (wrong) goTo(wrong.dataset.ir);
  else if (first) {
    first.focus({ preventScroll: true });
    if (first.getBoundingClientRect().bottom > window.innerHeight)
      first.closest(".f-campo, .r-cidadao").scrollIntoView({ block: "center" });
  }
})();
