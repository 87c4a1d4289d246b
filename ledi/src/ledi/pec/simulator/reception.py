"""The address of fichas: the checks in the order in which the PEC seems to make them, and the scenarios' faults."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ledi.envelope import Envelope, unwrap_any
from ledi.errors import LediError
from ledi.files import Kind, sniff_bytes
from ledi.layouts import VERSIONS
from ledi.pec.multipart import MultipartError, Part, parts
from ledi.pec.simulator.judging import Judged, judge, nested
from ledi.pec.simulator.parameters import Chosen, Parameters
from ledi.pec.simulator.reply import (
    CUT,
    PROXY_PAGE,
    Reply,
    as_html,
    as_json,
    as_text,
    error,
    invalid,
    not_thrift,
)
from ledi.pec.simulator.sessions import Sessions
from ledi.pec.simulator.store import LONGEST, Seen, Store, shown

_ATTEMPTS_KEPT = 500_000
_PER_SECOND = 20
_INVENTED_CPF, _INVENTED_CNS = "092.340.739-16", "720464979954494"  # of nobody: for C17
SUCCESS_TEXT = "Registro recebido com sucesso"


@dataclass(frozen=True, slots=True)
class Request:
    """What the server read: the three headers that matter and the body."""

    cookie: str | None
    content_type: str
    body: bytes


class Reception:
    """Many threads use it; `judge` runs outside the lock."""

    def __init__(
        self,
        store: Store,
        sessions: Sessions,
        parameters: Parameters,
        chosen: Chosen,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._sessions = store, sessions
        self._parameters, self._chosen, self._now = parameters, chosen, now
        self._lock = threading.Lock()
        self._attempts: OrderedDict[str, int] = OrderedDict()
        self._fresh = 0  # uuids seen for the first time, for `recusa`
        self._received = 0  # fichas, for `corta`
        self._cuts = 0
        self._second = (0, 0)
        cnes = parameters["cnes"]
        self.cnes = None if cnes == "qualquer" else frozenset(cnes.split(","))
        self.to_judge_again: list[tuple[int, bytes]] = []

    def today(self) -> date:
        given = self._parameters["hoje"]
        return self._now().date() if given == "hoje" else date.fromisoformat(given)

    def ficha(self, request: Request) -> Reply:
        if "ralo" in self._chosen:
            self._store.count("aceita")
            return self._success(None)
        refused = self._before(request)
        if refused is not None:
            return refused
        try:
            found = parts(request.content_type, request.body)
        except MultipartError:
            found = []
        part = next((part for part in found if part.name == "ficha"), None)
        if part is None:
            return self._said("recusada", self._no_part())
        if sniff_bytes(part.content[:64]) is Kind.ZIP:
            return self._said("recusada", error("Formato não aceito: zip. Envie um registro por vez"))
        if "C07" in self._chosen:
            return self._said("recusada", not_thrift("tipo de campo inesperado"))
        try:
            envelope = unwrap_any(part.content)
        except LediError:
            return self._said("recusada", not_thrift("o conteúdo não é um DadoTransporte"))
        return self._opened(envelope, part)

    # ---- step by step

    def _before(self, request: Request) -> Reply | None:
        """What is asked before the content is looked at."""
        if "C15" in self._chosen:
            return Reply(403)
        if "C12" in self._chosen:
            return as_html(200, PROXY_PAGE)
        limit = self._parameters.number("tamanho_maximo_bytes")
        if limit is not None and len(request.body) > limit:
            return Reply(413)
        if self._parameters["limite_de_taxa"] == "429" and self._too_many():
            return Reply(429, headers={"Retry-After": "1"})
        return self._sessions.refusal(request.cookie)

    def _no_part(self) -> Reply:
        text = "Required part 'ficha' is not present."
        return error(text, 500 if self._parameters["parte_ausente"] == "500" else 400)

    def _opened(self, envelope: Envelope, part: Part) -> Reply:
        seen = Seen.of(envelope, self._now())
        named = (part.filename or "").removesuffix(".esus.xml").removesuffix(".esus")
        if named != envelope.uuid and self._parameters["nome_do_arquivo_diferente_do_uuid"] == "400":
            return self._said("recusada", error("O nome do arquivo não é o uuidDadoSerializado"), seen)
        attempt, fresh = self._attempt(envelope.uuid)
        judged = self._by_version(envelope)
        if judged is None:
            return self._said("erro interno", as_text(500, "Erro ao desserializar registro"), seen)
        judged = self._by_scenario(envelope, judged, attempt, fresh) if judged.good else judged
        seen.campos_perdidos = judged.lost
        if not judged.good:
            seen.failed(judged.errors)
            how = self._parameters["erros_aninhados"]
            return self._said("recusada", invalid(nested(judged.errors, how)), seen)
        if self._store.was_accepted(envelope.uuid):
            return self._duplicate(seen)
        return self._record(seen, part.content, attempt)

    def _by_version(self, envelope: Envelope) -> Judged | None:
        """The record judged; None for a 500. A version that does not exist is read with a neighbour's layout."""
        how = self._parameters["versao_declarada_desconhecida"]
        if envelope.declared_version not in VERSIONS and how != "aceita_perdendo_campos":
            if how == "500":
                return None
            return Judged({"versao": f"Versao possui um valor inválido: {envelope.declared_version}"})
        if "C08" in self._chosen:
            return Judged({"dadoSerializado": "DadoSerializado não pôde ser lido"}, unreadable=True)
        return judge(envelope, self.today(), self.cnes)

    def _by_scenario(self, envelope: Envelope, judged: Judged, attempt: int, fresh: int) -> Judged:
        """A good record, refused where a scenario says so."""
        cnes = {"cnesDadoSerializado": f"CnesDadoSerializado possui um valor inválido: {envelope.cnes}"}
        if "C06" in self._chosen or ("C16" in self._chosen and attempt == 1):
            return Judged(cnes, lost=judged.lost)
        if "C17" in self._chosen:
            said = {
                "headerTransport": f"ProfissionalCNS possui um valor inválido: {_INVENTED_CNS}",
                "cpfCidadao": f"CpfCidadao possui um valor inválido: {_INVENTED_CPF}",
            }
            return Judged(said, lost=judged.lost)
        share = self._chosen.refused_share / 100
        if attempt == 1 and int(fresh * share + 1e-9) > int((fresh - 1) * share + 1e-9):
            return Judged(_plausible(envelope), lost=judged.lost)
        return judged

    def _record(self, seen: Seen, data: bytes, attempt: int) -> Reply:
        if "C09" in self._chosen and attempt <= (self._parameters.number("falhas_500") or 0):
            return self._said("erro interno", as_text(500, "Erro inesperado ao receber registro"), seen)
        cut_before, cut_after = self._cuts_now(attempt)
        if cut_before:
            return self._said("conexão cortada sem gravar", CUT, seen)
        seen.situacao, seen.lote = "aceita", self._store.next_lot()
        reply = self._success(seen.uuid)
        seen.status = None if cut_after else reply.status
        if not self._store.accept(seen, data):
            return self._duplicate(seen)
        if self._parameters["revalida_no_processamento_noturno"] == "sim":
            self.to_judge_again.append((seen.lote, data))
        return CUT if cut_after else reply

    def _duplicate(self, seen: Seen) -> Reply:
        mark = self._parameters["marcador_de_duplicada"]
        text = {"duplicad": "Registro duplicado", "já foi recebid": "Este registro já foi recebido"}.get(
            mark, "Não foi possível receber o registro"
        )
        how = self._parameters["duplicada_apos_aceite"]
        if how == "aceita_e_conta_repetida":
            reply = self._success(seen.uuid)
        elif how.endswith("_idempotente"):
            reply = Reply(int(how[:3]))
        else:
            reply = error(text, int(how[:3]))
        return self._said("repetida", reply, seen)

    # ---- small parts

    def _success(self, uuid: str | None) -> Reply:
        status, body = int(self._parameters["status_sucesso"]), self._parameters["corpo_sucesso"]
        if body == "json_com_uuid":
            return as_json(status, {"uuid": uuid})
        return as_text(status, SUCCESS_TEXT) if body == "texto" else Reply(status)

    def _said(self, situacao: str, reply: Reply, seen: Seen | None = None) -> Reply:
        seen = seen or Seen(shown(self._now()), None, "", None)
        seen.situacao, seen.status = situacao, None if reply.cut else reply.status
        self._store.see(seen)
        return reply

    def _attempt(self, uuid: str) -> tuple[int, int]:
        """(which attempt of this uuid, how many uuids are known)."""
        uuid = uuid[:LONGEST]
        with self._lock:
            attempt = self._attempts.pop(uuid, 0) + 1
            self._attempts[uuid] = attempt
            self._received += 1
            if attempt == 1:
                self._fresh += 1
            if len(self._attempts) > _ATTEMPTS_KEPT:
                self._attempts.popitem(last=False)
            return attempt, self._fresh

    def _cuts_now(self, attempt: int) -> tuple[bool, bool]:
        before, after = "C11" in self._chosen and attempt == 1, "C10" in self._chosen and attempt == 1
        if self._chosen.cut_every:
            with self._lock:
                if self._received % self._chosen.cut_every == 0:
                    self._cuts += 1
                    before, after = self._cuts % 2 == 1, self._cuts % 2 == 0
        return before, after

    def _too_many(self) -> bool:
        with self._lock:
            second = int(self._now().timestamp())
            count = self._second[1] + 1 if self._second[0] == second else 1
            self._second = (second, count)
            return count > _PER_SECOND


def _plausible(envelope: Envelope) -> dict[str, str]:
    """What a PEC with an old CNES says: the professional, the ocupação or the establishment is not known."""
    choices = (
        {"headerTransport": f"ProfissionalCNS possui um valor inválido: {_INVENTED_CNS}"},
        {"headerTransport": "CboCodigo_2002 possui um valor inválido: 999999"},
        {"cnesDadoSerializado": f"CnesDadoSerializado possui um valor inválido: {envelope.cnes}"},
    )
    return choices[hashlib.sha256(envelope.uuid.encode()).digest()[0] % len(choices)]
