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

  // --- keyboard: Enter goes on, Ctrl+Enter finishes, Ctrl+Insert adds a block
  const fields = () => [...form.querySelectorAll("input:not([type=hidden]), select, textarea, details > summary")].filter((f) => f.offsetParent && !f.disabled);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); form.requestSubmit(form.querySelector("[value=finalizar]")); return; }
    if (event.key === "Insert" && event.ctrlKey) { event.preventDefault(); const all = form.querySelectorAll("[data-adicionar]"); if (all.length) nearest(all, event.target).click(); return; }
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.target.matches("textarea, button, summary, [aria-expanded=true]")) return;
    event.preventDefault();
    const all = fields();
    const next = all[all.indexOf(event.target) + 1];
    (next || form.querySelector("[value=finalizar]")).focus();
  });
  const nearest = (all, from) => [...all].find((b) => b.closest(".f-grupo").contains(from)) || all[0];

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
    if (block.querySelector(":scope > .r-cidadao")) return;
    const id = `r-cidadao-${++serial}`;
    const box = document.createElement("div");
    box.className = "r-cidadao s-campo";
    box.innerHTML = `<label for="${id}">Buscar cidadão</label><input type="search" id="${id}" placeholder="Nome, CPF ou CNS" autocomplete="off" role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="${id}-l"><ul id="${id}-l" class="f-lista" role="listbox" aria-label="Cidadãos" hidden></ul>`;
    const head = block.querySelector(":scope > .f-grupo__cabeca");
    if (head) head.after(box); else block.prepend(box);
    const input = box.querySelector("input");
    const list = box.querySelector("ul");
    let rows = [];
    let wait;
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
    const mark = (i) => [...list.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === i)));
    const choose = (c) => { fill(block, c); input.value = c.nome; close(); };
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
    const at = (names) => names.map((n) => block.querySelector(`[name^="f:"][name$="${n}"]`)).find((f) => f && new RegExp(`[:.]${f.name.split(".").pop().replace("f:", "")}$`).test(f.name));
    const has = (names) => Boolean(at(names));
    FILLS.forEach(([names, value]) => {
      const field = names.map((n) => [...block.querySelectorAll(`[name^="f:"]`)].find((f) => f.name.split(/[.:]/).pop() === n)).find(Boolean);
      if (field) field.value = value(client, has) || "";
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
    block.querySelector("[name^='f:']").dispatchEvent(new Event("change", { bubbles: true }));
  }
  const search = () => form.querySelectorAll("[data-cidadao]").forEach(addSearch);
  search();
  document.addEventListener("htmx:afterSwap", search);
  const first = form.querySelector(".s-campo--erro input, .s-campo--erro select") || form.querySelector(".r-cidadao input") || fields()[0];
  if (first) first.focus();
})();
