// A vendor's program: typed by what `openapi-typescript` made of our page, spoken by `openapi-fetch`.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Registro = components["schemas"]["Registro"];
type Resposta = components["schemas"]["Resposta"];

const [, , baseUrl, token, arquivo] = process.argv as [string, string, string, string, string];
const registros = JSON.parse(readFileSync(arquivo, "utf8")) as Registro[];
const cliente = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const uuid = (r: Registro): string => r.uuid;

const conferidos = await cliente.POST("/api/v1/conferencias", { body: registros });
const respostas = conferidos.data as Resposta[];
console.log("conferidos", respostas.map((r) => r.status).join());

const um = await cliente.POST("/api/v1/registros", { body: registros[0]! });
const resposta = um.data as Resposta;
console.log("enviado", resposta.status, resposta.situacao);

const guardado = await cliente.GET("/api/v1/registros/{uuid}", { params: { path: { uuid: uuid(registros[0]!) } } });
console.log("guardado", guardado.data?.uuid === uuid(registros[0]!), guardado.data?.situacao);

const linhas = registros.map((r) => JSON.stringify(r)).join("\n");
const lote = await cliente.POST("/api/v1/lotes", {
  body: linhas,
  bodySerializer: (texto) => texto,
  headers: { "Content-Type": "application/x-ndjson" },
});
console.log("lote", lote.response.status, typeof lote.data?.id);
const estado = await cliente.GET("/api/v1/lotes/{uuid}", { params: { path: { uuid: lote.data!.id } } });
console.log("estado", estado.data?.estado);

const pagina = await cliente.GET("/api/v1/inconsistencias", { params: { query: { limite: 10, avisos: true } } });
console.log("inconsistencias", pagina.data?.fim, pagina.data?.inconsistencias.length);

const recusa = await cliente.GET("/api/v1/lotes/{uuid}", { params: { path: { uuid: "nada" } } });
console.log("recusa", recusa.error?.status, recusa.error?.title);
