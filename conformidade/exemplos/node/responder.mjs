// An encoder and decoder of LEDI in Node, without dependencies: it answers `codificar` and `decodificar`.
// All it knows of the fichas is in layout/<versao>.json; TBinaryProtocol is the two dozen lines of Writer and Reader.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const CODES = { bool: 2, double: 4, i32: 8, i64: 10, string: 11, binary: 11, struct: 12, list: 15 };
const layouts = new Map();

function layout(version) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error("versão que não tem a forma n.n.n");
  if (!layouts.has(version)) {
    const file = new URL(`../../layout/${version}.json`, import.meta.url);
    layouts.set(version, JSON.parse(readFileSync(file, "utf8")));
  }
  return layouts.get(version);
}

class Writer {
  parts = [];

  bytes(buffer) {
    this.parts.push(buffer);
  }

  number(size, write) {
    const buffer = Buffer.alloc(size);
    write(buffer);
    this.parts.push(buffer);
  }

  value(type, value, structs) {
    switch (type.tipo) {
      case "bool":
        return this.number(1, (b) => b.writeInt8(value ? 1 : 0));
      case "i32":
        return this.number(4, (b) => b.writeInt32BE(value));
      case "i64":
        return this.number(8, (b) => b.writeBigInt64BE(BigInt(value)));
      case "double":
        return this.number(8, (b) => b.writeDoubleBE(value));
      case "string":
        return this.blob(Buffer.from(value, "utf8"));
      case "binary":
        return this.blob(value);
      case "struct":
        return this.struct(structs[type.estrutura], value, structs);
      case "list":
        this.number(5, (b) => {
          b.writeInt8(CODES[type.item.tipo]);
          b.writeInt32BE(value.length, 1);
        });
        for (const item of value) this.value(type.item, item, structs);
        return undefined;
      default:
        throw new Error(`tipo desconhecido: ${type.tipo}`);
    }
  }

  blob(buffer) {
    this.number(4, (b) => b.writeInt32BE(buffer.length));
    this.bytes(buffer);
  }

  struct(fields, value, structs) {
    const known = new Set(fields.map((field) => field.nome));
    for (const name of Object.keys(value)) {
      if (!known.has(name)) throw new Error(`o layout não tem o campo ${name}`);
    }
    for (const field of fields) {
      const found = value[field.nome];
      if (found === undefined || found === null) continue;
      this.number(3, (b) => {
        b.writeInt8(CODES[field.tipo]);
        b.writeInt16BE(field.id, 1);
      });
      this.value(field, found, structs);
    }
    this.number(1, () => {});
  }

  done() {
    return Buffer.concat(this.parts);
  }
}

class Reader {
  at = 0;

  constructor(data) {
    this.data = data;
  }

  take(size) {
    if (size < 0 || this.at + size > this.data.length) throw new Error("os bytes acabam antes da ficha");
    this.at += size;
    return this.data.subarray(this.at - size, this.at);
  }

  value(type, structs) {
    switch (type.tipo) {
      case "bool":
        return this.take(1).readInt8() !== 0;
      case "i32":
        return this.take(4).readInt32BE();
      case "i64":
        return Number(this.take(8).readBigInt64BE());
      case "double":
        return this.take(8).readDoubleBE();
      case "string":
        return new TextDecoder("utf-8", { fatal: true }).decode(this.blob());
      case "binary":
        return this.blob();
      case "struct":
        return this.struct(structs[type.estrutura], structs);
      case "list":
        return this.list(type, structs);
      default:
        throw new Error(`tipo desconhecido: ${type.tipo}`);
    }
  }

  blob() {
    return this.take(this.take(4).readInt32BE());
  }

  list(type, structs) {
    if (this.take(1).readInt8() !== CODES[type.item.tipo]) throw new Error("lista de outro tipo");
    const count = this.take(4).readInt32BE();
    if (count < 0 || count > this.data.length - this.at) throw new Error("lista maior que os bytes");
    return Array.from({ length: count }, () => this.value(type.item, structs));
  }

  struct(fields, structs) {
    const byId = new Map(fields.map((field) => [field.id, field]));
    const made = {};
    for (let code = this.take(1).readInt8(); code !== 0; code = this.take(1).readInt8()) {
      const field = byId.get(this.take(2).readInt16BE());
      if (!field || CODES[field.tipo] !== code) throw new Error("campo que o layout não tem");
      made[field.nome] = this.value(field, structs);
    }
    return made;
  }
}

function encode({ registro, instalacao }) {
  const made = layout(registro.versao);
  const ficha = made.fichas[registro.tipo];
  const body = new Writer();
  body.struct(ficha.estruturas[ficha.raiz], registro.ficha, ficha.estruturas);
  const [major, minor, revision] = registro.versao.split(".").map(Number);
  const transport = {
    uuidDadoSerializado: registro.uuid,
    tipoDadoSerializado: ficha.tipoDadoSerializado,
    cnesDadoSerializado: registro.cnes,
    codIbge: registro.ibge,
    ineDadoSerializado: registro.ine,
    dadoSerializado: body.done(),
    remetente: instalacao,
    originadora: instalacao,
    versao: { major, minor, revision },
  };
  const out = new Writer();
  out.struct(made.estruturas_transporte[made.transporte], transport, made.estruturas_transporte);
  return { hex: out.done().toString("hex") };
}

function whole(data, fields, structs) {
  const reader = new Reader(data);
  const value = reader.struct(fields, structs);
  if (reader.at !== data.length) throw new Error("sobram bytes depois da ficha");
  return value;
}

function decode({ hex }) {
  const any = layout(JSON.parse(readFileSync(new URL("../../manifesto.json", import.meta.url), "utf8")).ledi);
  const transport = whole(
    Buffer.from(hex, "hex"),
    any.estruturas_transporte[any.transporte],
    any.estruturas_transporte,
  );
  const { major, minor, revision } = transport.versao;
  const made = layout(`${major}.${minor}.${revision}`);
  const pair = Object.entries(made.fichas).find(([, f]) => f.tipoDadoSerializado === transport.tipoDadoSerializado);
  if (!pair) throw new Error("tipo de ficha desconhecido");
  const [tipo, ficha] = pair;
  const registro = {
    tipo,
    versao: made.versao,
    uuid: transport.uuidDadoSerializado,
    cnes: transport.cnesDadoSerializado,
    ine: transport.ineDadoSerializado,
    ibge: transport.codIbge,
    ficha: whole(transport.dadoSerializado, ficha.estruturas[ficha.raiz], ficha.estruturas),
  };
  return { registro };
}

const verbs = { capacidades: () => ({ capacidades: ["codificar", "decodificar"] }), codificar: encode, decodificar: decode };

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = verbs[request.pedido](request);
  } catch (error) {
    answer = { erro: error.message };
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...answer })}\n`);
}
