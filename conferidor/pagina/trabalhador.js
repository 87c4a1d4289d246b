// The worker: Python (Pyodide) with the library `ledi`, beside the page so that it never stands still.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const HERE = new URL(".", import.meta.url);
const SUFFIXES = [".esus.xml", ".esus", ".xml", ".zip", ".jsonl", ".ndjson", ".json"];
let python;
let core;
let opened = null; // the tables in use: a Tables of conferir.py
let run = 0;
let mounted = 0;
const files = []; // {name, path, kind, file}

const say = (kind, data = {}) => postMessage({ tipo: kind, ...data });
// What Python raised may carry what is in a ficha: the library's own words are shown, anything else is not.
const words = (error) => {
  const last = String(error?.message ?? error)
    .trim()
    .split("\n")
    .pop();
  if (/MemoryError|out of memory/i.test(last)) return "a memória deste navegador acabou";
  const own = /^ledi\.errors\.\w+: (.*)/.exec(last);
  return own ? own[1].slice(0, 400) : "houve um erro inesperado";
};

async function bytes(name) {
  const answer = await fetch(new URL(name, HERE));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function start() {
  say("fase", { texto: "Abrindo o conferidor…" });
  const list = JSON.parse(new TextDecoder().decode(await bytes("recursos.json")));
  const [made, ...wheels] = await Promise.all([
    loadPyodide({ indexURL: new URL("pyodide/", HERE).href, fullStdLib: false }),
    ...list.rodas.map((name) => bytes(`rodas/${name}`)),
  ]);
  python = made;
  for (const wheel of wheels) python.unpackArchive(wheel, "zip"); // a wheel is one too
  python.FS.writeFile("/home/pyodide/conferir.py", await bytes("conferir.py"));
  core = python.pyimport("conferir");
  say("pronto", { ledi: core.CURRENT });
}

/** A file of the person's, seen by Python without being copied into memory. */
function mount(file) {
  const folder = `/arquivos/${mounted++}`;
  const low = file.name.toLowerCase();
  const name = `arquivo${SUFFIXES.find((one) => low.endsWith(one)) ?? ""}`;
  python.FS.mkdirTree(folder);
  python.FS.mount(python.FS.filesystems.WORKERFS, { blobs: [{ name, data: file }] }, folder);
  return `${folder}/${name}`;
}

async function receive(given) {
  for (const file of given) {
    if (files.some((one) => one.file.name === file.name && one.file.size === file.size)) continue;
    const path = mount(file);
    files.push({ name: file.name, path, kind: core.kind_of(path), file });
  }
  say("arquivos", { arquivos: files.map(({ name, kind, file }) => ({ nome: name, papel: kind, bytes: file.size })) });
}

function loadTables() {
  const last = (kind) => files.filter((one) => one.kind === kind).pop();
  const [sigtap, cnes] = [last("sigtap"), last("cnes")].map((one) => one && python.toPy([one.path, one.name]));
  opened?.destroy();
  opened = null;
  if (!sigtap && !cnes) return;
  say("fase", { texto: "Lendo as tabelas…" });
  opened = core.Tables(sigtap, cnes);
  if (opened.problem) say("problema", { texto: opened.problem });
}

async function judge({ hoje }) {
  const mine = ++run;
  loadTables();
  const chosen = files.filter((one) => one.kind === "producao");
  say("comeco");
  const pairs = python.toPy(chosen.map(({ name, path }) => [name, path]));
  const conference = core.Conference(pairs, hoje, opened ?? undefined);
  const pieces = conference.pieces();
  try {
    for (;;) {
      const step = pieces.next();
      if (step.done || mine !== run) break;
      say("pedaco", { texto: step.value });
      await new Promise((go) => setTimeout(go)); // lets another message in
    }
  } finally {
    pieces.destroy();
    conference.destroy();
    pairs.destroy();
  }
  if (mine === run) say("fim");
}

const at = (number) => files.filter((one) => one.kind === "producao")[number];
const tables = () => opened ?? undefined;

const verbs = {
  receber: ({ arquivos }) => receive(arquivos),
  conferir: judge,
  parar: () => {
    run += 1;
    files.length = 0;
    opened = null;
  },
  abrir: ({ pedido, arquivo, posicao, hoje }) =>
    say("ficha", { pedido, texto: core.open_ficha(at(arquivo).path, posicao, hoje, tables()) }),
  comparar({ arquivo, outro }) {
    const first = at(arquivo);
    const path = mount(outro);
    verbs.pair = [first.path, path];
    const pair = [python.toPy([first.name, first.path]), python.toPy([outro.name, path])];
    say("comparacao", { texto: core.compare(...pair) });
  },
  diferencas: ({ pedido, aqui, la }) =>
    say("diferencas", { pedido, texto: core.differences(verbs.pair[0], aqui, verbs.pair[1], la) }),
  planilha({ folhas }) {
    core.spreadsheet("/tmp/planilha.xlsx", folhas);
    const data = python.FS.readFile("/tmp/planilha.xlsx");
    python.FS.unlink("/tmp/planilha.xlsx");
    postMessage({ tipo: "planilha", dados: data }, [data.buffer]);
  },
};

const ready = start();

self.onmessage = async ({ data }) => {
  try {
    await ready;
    await verbs[data.tipo](data);
  } catch (error) {
    say("falha", { de: data.tipo, pedido: data.pedido, texto: words(error) });
  }
};
ready.catch((error) => say("falha", { de: "iniciar", texto: words(error) }));
