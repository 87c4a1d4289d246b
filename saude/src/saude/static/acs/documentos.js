// Check digits of CPF and CNS, as the library of the server has them.

export function cpfValido(t) {
  if (!/^\d{11}$/.test(t) || /^(\d)\1{10}$/.test(t)) return false;
  const digito = (n) => {
    let soma = 0;
    for (let i = 0; i < n; i++) soma += Number(t[i]) * (n + 1 - i);
    return ((soma * 10) % 11) % 10;
  };
  return digito(9) === Number(t[9]) && digito(10) === Number(t[10]);
}

export function cnsValido(t) {
  if (!/^[125789]\d{14}$/.test(t)) return false;
  let soma = 0;
  for (let i = 0; i < 15; i++) soma += Number(t[i]) * (15 - i);
  if (soma % 11) return false;
  return !/^[12]/.test(t) || t.slice(11, 14) === "000" || t.slice(11) === "0018"; // as a number made from a PIS ends
}

export function nomeValido(t) {
  const partes = t.trim().split(/\s+/);
  return partes.length >= 2 && /^[\p{L}' .-]+$/u.test(t) && !partes.every((p) => p.length < 3);
}
