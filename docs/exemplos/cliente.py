#!/usr/bin/env python3
"""Envia um arquivo NDJSON ao Saúde e-SUS, espera o fim e mostra o que precisa ser corrigido.

    SAUDE_TOKEN=… python cliente.py https://saude.municipio.gov.br producao.jsonl

Só usa a biblioteca padrão do Python. O andamento fica em `producao.jsonl.andamento`: se o programa for interrompido,
rodar de novo continua de onde parou. Enviar duas vezes não duplica nada: um registro é reconhecido pelo uuid.
Termina com 0 quando tudo foi processado, 1 quando há o que corrigir, 2 quando não deu para enviar.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

TENTATIVAS = 8
ESPERA = 1.0  # segundos antes da segunda tentativa; dobra a cada uma
PAGINA = 1000


class Falha(Exception):
    """O servidor não aceitou, ou não respondeu depois de todas as tentativas."""


class Cliente:
    def __init__(self, base: str, token: str) -> None:
        self.base = base.rstrip("/")
        self.token = token

    def pedir(self, metodo: str, caminho: str, corpo: IO[bytes] | None = None, **cabecalhos: str) -> Any:
        """Um pedido, repetido enquanto o erro for passageiro: rede, 429, 5xx."""
        espera = ESPERA
        for tentativa in range(1, TENTATIVAS + 1):
            try:
                return self._uma_vez(metodo, caminho, corpo, cabecalhos)
            except urllib.error.HTTPError as erro:
                detalhe = _detalhe(erro)
                if erro.code != 429 and erro.code < 500:
                    raise Falha(f"{erro.code}: {detalhe}") from erro
                espera = float(erro.headers.get("Retry-After") or espera)
            except (urllib.error.URLError, ConnectionError, TimeoutError) as erro:
                detalhe = str(erro)
            if tentativa < TENTATIVAS:
                time.sleep(espera)
                espera = min(espera * 2, 60)
        raise Falha(f"desisti depois de {TENTATIVAS} tentativas: {detalhe}")

    def _uma_vez(self, metodo: str, caminho: str, corpo: IO[bytes] | None, cabecalhos: dict[str, str]) -> Any:
        if corpo is not None:
            corpo.seek(0)
        pedido = urllib.request.Request(self.base + caminho, data=corpo, method=metodo)
        pedido.add_header("Authorization", f"Bearer {self.token}")
        for nome, valor in cabecalhos.items():
            pedido.add_header(nome.replace("_", "-"), valor)
        with urllib.request.urlopen(pedido, timeout=300) as resposta:
            return json.load(resposta)

    def enviar(self, arquivo: Path) -> str:
        """O arquivo inteiro num lote, compactado; devolve o identificador do lote."""
        with tempfile.TemporaryFile() as compactado:
            with open(arquivo, "rb") as linhas, gzip.GzipFile(fileobj=compactado, mode="wb") as saida:
                shutil.copyfileobj(linhas, saida, 1024 * 1024)
            tamanho = compactado.tell()
            resposta = self.pedir(
                "POST", "/api/v1/lotes", compactado, Content_Type="application/x-ndjson",
                Content_Encoding="gzip", Content_Length=str(tamanho),
            )  # fmt: skip
        return str(resposta["id"])

    def esperar(self, lote: str, intervalo: float = 2.0) -> dict[str, Any]:
        """A situação do lote quando ele termina."""
        while True:
            situacao = self.pedir("GET", f"/api/v1/lotes/{lote}")
            if situacao["estado"] in ("concluido", "falhou"):
                return dict(situacao)
            print(f"{situacao['registros']} registros até agora…", file=sys.stderr)
            time.sleep(intervalo)

    def respostas(self, lote: str, apos: int = 0, problemas: bool = True) -> Iterator[dict[str, Any]]:
        """As respostas, registro a registro, a partir de uma posição."""
        filtro = "&problemas=true" if problemas else ""
        while True:
            pagina = self.pedir("GET", f"/api/v1/lotes/{lote}/respostas?apos={apos}&limite={PAGINA}{filtro}")
            yield from pagina["respostas"]
            apos = pagina["posicao"]
            if pagina["fim"]:
                return


def _detalhe(erro: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(erro)["detail"])
    except (ValueError, KeyError, OSError):
        return str(erro.reason)


class Andamento:
    """O que já foi feito de um arquivo, ao lado dele."""

    def __init__(self, arquivo: Path) -> None:
        self.caminho = arquivo.with_name(arquivo.name + ".andamento")
        dados = json.loads(self.caminho.read_text()) if self.caminho.exists() else {}
        self.lote = str(dados.get("lote", ""))
        self.posicao = int(dados.get("posicao", 0))

    def guardar(self) -> None:
        novo = self.caminho.with_suffix(".novo")
        novo.write_text(json.dumps({"lote": self.lote, "posicao": self.posicao}))
        os.replace(novo, self.caminho)


def main(argumentos: list[str]) -> int:
    if len(argumentos) != 2 or "SAUDE_TOKEN" not in os.environ:
        print(__doc__, file=sys.stderr)
        return 2
    base, arquivo = argumentos[0], Path(argumentos[1])
    cliente, andamento = Cliente(base, os.environ["SAUDE_TOKEN"]), Andamento(arquivo)
    try:
        if not andamento.lote:
            andamento.lote = cliente.enviar(arquivo)
            andamento.guardar()
        situacao = cliente.esperar(andamento.lote)
        if situacao["estado"] == "falhou":
            raise Falha(situacao["erro"])
        problemas = 0
        for resposta in cliente.respostas(andamento.lote, andamento.posicao):
            problemas += mostrar(resposta)
            andamento.posicao = resposta["posicao"]
            andamento.guardar()
    except Falha as falha:
        print(f"Não foi possível concluir: {falha}", file=sys.stderr)
        return 2
    print(
        f"{situacao['registros']} registros: {situacao['novos']} novos, {situacao['iguais']} já recebidos, "
        f"{situacao['substituidos']} substituídos, {situacao['recusados']} recusados."
    )
    return 1 if problemas else 0


def mostrar(resposta: dict[str, Any]) -> int:
    """Uma linha por problema; diz se o registro tem algo a corrigir."""
    erros = [i for i in resposta["inconsistencias"] if i["severidade"] == "erro"]
    recusado = resposta["status"] == "recusado"
    for i in erros:
        print(f"{resposta['posicao']}\t{resposta['uuid']}\t{i['codigo']}\t{i['campo']}\t{i['mensagem']}")
    if recusado and not erros:
        print(f"{resposta['posicao']}\t{resposta['uuid']}\trecusado\t\t{resposta.get('mensagem', '')}")
    return int(bool(erros) or recusado)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
