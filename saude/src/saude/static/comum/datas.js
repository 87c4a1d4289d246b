// The day of a moment, on the clock of the municipality.

const formatos = new Map();

function formato(fuso) {
  if (!formatos.has(fuso)) {
    const partes = { timeZone: fuso, era: "short", year: "numeric", month: "2-digit", day: "2-digit" };
    formatos.set(fuso, new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", partes));
  }
  return formatos.get(fuso);
}

function doInstante(ms, fuso) {
  if (Number.isNaN(new Date(ms).getTime())) return null;
  const p = Object.fromEntries(
    formato(fuso)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const ano = p.era === "BC" || p.era === "B" ? 0 : Number(p.year);
  if (ano < 1 || ano > 9999) return null; // no calendar of the rules goes there
  return `${String(ano).padStart(4, "0")}-${p.month}-${p.day}`;
}

// "AAAA-MM-DD" of an epoch in ms or of an ISO text, in a time zone (without one: the device's); null for what is
// neither. A text without an offset is on that clock already.
export function diaLocal(valor, fuso) {
  if (typeof valor === "number") return doInstante(valor, fuso);
  const achado = typeof valor === "string" && /^(\d{4}-\d\d-\d\d)(T.*)?$/.exec(valor);
  if (!achado) return null;
  return /(Z|[+-]\d\d:?\d\d)$/i.test(achado[2] || "") ? doInstante(Date.parse(valor), fuso) : achado[1];
}

// Whole months from one day to another (negative when the first comes later); null without both.
export function mesesEntre(de, ate) {
  if (!de || !ate) return null;
  const [a, m, d] = de.split("-").map(Number);
  const [aa, mm, dd] = ate.split("-").map(Number);
  return (aa - a) * 12 + mm - m - (dd < d ? 1 : 0);
}
