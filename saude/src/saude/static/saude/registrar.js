// Nova ficha: draft kept as one types, citizen search, keyboard alone. Works on forms of formulario.js.
(() => {
  "use strict";
  const form = document.querySelector("form[data-registrar]");
  if (!form) return;
  const KEY = `registrar:${form.getAttribute("action")}`;
  const state = document.getElementById("rascunho-estado");
  const text = () => new URLSearchParams([...new FormData(form)].filter(([n]) => n !== "csrfmiddlewaretoken")).toString();

  // --- draft: in this computer at once, on the server a moment later
  let timer;
  let asked = 0;
  function changed() {
    try { localStorage.setItem(KEY, text()); } catch { /* full or refused: the server still keeps it */ }
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  }
  async function save() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.guardar, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
      if (answer.status === 401) { document.dispatchEvent(new Event("sessaoTerminada")); throw new Error("sessão"); }
      if (!answer.ok) throw new Error((await answer.json()).erro || "recusado");
      if (mine !== asked) return;
      localStorage.removeItem(KEY);
      form.dirty = false;
      state.textContent = `Rascunho guardado às ${new Date().toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" })}.`;
    } catch { state.textContent = "Sem conexão com o servidor: o rascunho está guardado neste computador."; }
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => { clearTimeout(timer); localStorage.removeItem(KEY); });
  const left = localStorage.getItem(KEY);
  if (left && new URLSearchParams(left).get("uuid") !== form.dataset.registrar) document.getElementById("recuperar").hidden = false;
  document.querySelector("[data-recuperar]").addEventListener("click", async () => {
    const body = new URLSearchParams(left);
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch(form.dataset.guardar, { method: "POST", body });
    if (answer.ok) { localStorage.removeItem(KEY); form.dirty = false; location.href = (await answer.json()).endereco; }
  });

  // --- date and hour of an attendance: the day is that of the header, the hour is what is typed
  const day = () => form.querySelector("[name$='.dataAtendimento']");
  function splitMoments(scope) {
    scope.querySelectorAll("input[type=datetime-local]").forEach((input) => {
      const [date, hour = ""] = input.value.split("T");
      const make = (type, value, label) => {
        const part = document.createElement("input");
        Object.assign(part, { type, value });
        part.setAttribute("aria-label", label);
        part.setAttribute("aria-describedby", input.getAttribute("aria-describedby"));
        return part;
      };
      const label = input.closest(".f-campo").querySelector("label");
      const parts = [make("date", date || (day() ? day().value : ""), `${label.firstChild.textContent.trim()}: dia`), make("time", hour.slice(0, 5), `${label.firstChild.textContent.trim()}: hora`)];
      parts[1].id = input.id;
      parts[0].dataset.dia = date ? "seu" : "cabecalho";
      input.removeAttribute("id");
      input.type = "hidden";
      input.dataset.momento = "";
      const box = document.createElement("div");
      box.className = "r-momento";
      input.after(box);
      box.append(...parts);
      const join = () => { input.value = parts[0].value && parts[1].value ? `${parts[0].value}T${parts[1].value}` : ""; };
      parts[0].addEventListener("change", (event) => { if (event.isTrusted) parts[0].dataset.dia = "seu"; });
      for (const part of parts) { part.addEventListener("input", join); part.addEventListener("change", join); }
      parts[0].juntar = join;
    });
  }
  form.addEventListener("change", (event) => {
    if (event.target !== day()) return;
    form.querySelectorAll("[data-dia=cabecalho]").forEach((part) => { part.value = day().value; part.juntar(); });
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
    const lacks = form.querySelector(`[name="${CSS.escape(name.replace(/cpf(Cidadao|Participante)$/, "stNaoPossuiCpf"))}"]`);
    if (lacks && !lacks.value) { lacks.value = "nao"; lacks.dispatchEvent(new Event("change", { bubbles: true })); }
  });

  // --- keyboard: Enter goes on, Ctrl+Enter finishes, Ctrl+Insert adds a block
  const fields = () => [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((f) => f.offsetParent && !f.disabled && f.tabIndex >= 0 && !(f.type === "checkbox" && f.closest("fieldset").querySelector("[data-codigos]")) && !form.querySelector(`[data-acrescenta="${f.id || "-"}"]`) && !(f.dataset.dia === "cabecalho" && f.value));
  const empty = (f) => (f.type === "checkbox" ? !f.checked : !f.value.trim());
  const needed = (f) => f.closest(".r-cidadao") || f.dataset.acrescenta || Boolean(f.closest(".f-campo")?.querySelector(":scope > label > .f-obrigatorio, :scope > fieldset .f-obrigatorio, :scope > label > .f-exigido:not([hidden]), :scope > fieldset .f-exigido:not([hidden])"));
  function advance(from) {
    const all = fields();
    const next = all.find((f) => f !== from && from.compareDocumentPosition(f) & Node.DOCUMENT_POSITION_FOLLOWING);
    (next || form.querySelector("[value=finalizar]")).focus();
  }
  form.addEventListener("escolhido", (event) => { if (!event.target.dataset.acrescenta) advance(event.target); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); event.target.dispatchEvent(new Event("change", { bubbles: true })); form.requestSubmit(form.querySelector("[value=finalizar]")); return; }
    if (event.key === "Insert" && event.ctrlKey) { event.preventDefault(); const all = form.querySelectorAll("[data-adicionar]"); if (all.length) nearest(all, event.target).click(); return; }
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.target.matches("textarea, button, summary, a, [aria-expanded=true]")) return;
    if (event.target.dataset.fonte && event.target.value.trim() && event.target.value !== event.target.dataset.escolhido) return; // formulario.js takes the option first
    event.preventDefault();
    advance(event.target);
  });
  const nearest = (all, from) => [...all].reverse().find((b) => b.closest(".f-grupo").contains(from)) || all[0];

  // --- a finding in the list leads to its field
  function goTo(id) {
    const place = document.getElementById(id);
    const box = place && (place.closest(".f-campo") || place.closest(".f-grupo") || place);
    if (!box) return;
    for (let up = box; up; up = up.parentElement) { if (up.tagName === "DETAILS") up.open = true; up.hidden = false; }
    const inner = [...box.querySelectorAll("input:not([type=hidden]), select, textarea")].find((f) => f.offsetParent && f.tabIndex >= 0);
    (inner || box).focus({ preventScroll: true });
    box.scrollIntoView({ block: "center" });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("[data-ir]");
    if (link) { event.preventDefault(); goTo(link.dataset.ir); }
  });

  // --- citizen search: fills what the block has of these names
  const FILLS = [
    [["cpfCidadao", "cpfParticipante", "cpfResponsavel"], (c) => c.cpf],
    [["cns", "cnsCidadao", "cnsParticipante", "numeroCnsResponsavel"], (c, has) => (c.cpf && has(FILLS[0][0]) ? "" : c.cns)],
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
    box.innerHTML = `<label for="${id}">Buscar cidadão</label><input type="search" id="${id}" placeholder="Nome, CPF ou CNS" autocomplete="off" role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="${id}-l"><ul id="${id}-l" class="f-lista" role="listbox" aria-label="Cidadãos" hidden></ul>`;
    const part = [...block.querySelectorAll("[data-identificacao]")].find((p) => p.closest("[data-cidadao]") === block);
    const head = part ? part.querySelector(":scope > .f-parte") : block.querySelector(":scope > .f-grupo__cabeca");
    if (head) head.after(box); else (part || block).prepend(box);
    const input = box.querySelector("input");
    const list = box.querySelector("ul");
    let rows = [];
    let wait;
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
    const mark = (i) => [...list.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === i)));
    const choose = (c) => {
      fill(block, c);
      input.value = c.nome;
      close();
      const rest = fields().filter((f) => input.compareDocumentPosition(f) & Node.DOCUMENT_POSITION_FOLLOWING);
      const next = rest.find((f) => needed(f) && empty(f)) || rest[0];
      if (next) next.focus();
    };
    for (const kind of ["input", "change"]) input.addEventListener(kind, (event) => event.stopPropagation());
    input.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(async () => {
        const answer = await fetch(`${form.dataset.clientes}?q=${encodeURIComponent(input.value)}`, { headers: { "HX-Request": "true" } });
        if (!answer.ok) return;
        rows = (await answer.json()).clientes;
        list.replaceChildren(...(rows.length ? rows : [null]).map((c, i) => {
          const li = document.createElement("li");
          li.setAttribute("role", "option");
          li.id = `${id}-${i}`;
          li.textContent = c ? `${c.nome || "Sem nome"} ${c.detalhe ? `(${c.detalhe})` : ""}` : "Nenhum cidadão encontrado";
          if (c) li.addEventListener("mousedown", (event) => { event.preventDefault(); choose(c); });
          return li;
        }));
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
    const has = (names) => [...block.querySelectorAll("[name^='f:']")].some((f) => names.includes(f.name.split(/[.:]/).pop()));
    FILLS.forEach(([names, value]) => {
      const field = names.map((n) => [...block.querySelectorAll(`[name^="f:"]`)].find((f) => f.name.split(/[.:]/).pop() === n)).find(Boolean);
      if (field) field.value = value(client, has) || "";
    });
    const lacks = [...block.querySelectorAll("[name$='stNaoPossuiCpf']")][0];
    if (lacks && client.cpf) lacks.value = "nao";
    form.dispatchEvent(new Event("change", { bubbles: true }));
    block.querySelector("[name^='f:']").dispatchEvent(new Event("change", { bubbles: true }));
  }
  const search = () => form.querySelectorAll("[data-cidadao]").forEach(addSearch);
  search();
  document.addEventListener("htmx:afterSwap", (event) => { search(); if (event.target.matches("[data-blocos]")) splitMoments(event.target); });

  // --- where to begin: at what is wrong, else at the first thing to fill; the page moves only when it must
  const wrong = form.querySelector(".f-fora [data-ir]");
  const first = fields().find((f) => needed(f) && empty(f)) || fields()[0];
  if (wrong) goTo(wrong.dataset.ir);
  else if (first) {
    first.focus({ preventScroll: true });
    if (first.getBoundingClientRect().bottom > window.innerHeight) first.closest(".f-campo, .r-cidadao").scrollIntoView({ block: "center" });
  }
})();
