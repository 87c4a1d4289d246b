"""The demonstration's ACS: a phone that synchronised this morning, with records still pendentes."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from saude.acs import dispositivos
from saude.acs.envio import receive_push
from saude.acs.models import Aparelho, Envio
from saude.acs.queries import lotacoes
from saude.acs.territorio import Territorio
from saude.acs.versoes import ATUAL
from saude.cadastros.models import Entidade

BY = "demonstração"
VISITS = 6
BATCH = "demonstracao-1"


def load(*, entidade: Entidade, today: date) -> str:
    """Register a phone of the first ACS, push visits through the real protocol, and make one more code.

    Returns the code of a free phone, "" when there is no ACS. Again, it pushes nothing new.
    """
    lotacao = next((x for x in lotacoes(entidade, None) if x.profissional.cns), None)
    if lotacao is None:
        return ""
    person = lotacao.profissional_id
    if not Envio.objects.filter(aparelho__profissional=person, identificador=BATCH).exists():
        _, code = dispositivos.create_code(by=BY, lotacao=lotacao)
        install = str(uuid5(NAMESPACE_URL, f"demonstracao-{entidade.ibge}"))
        made, _, _ = dispositivos.register(codigo=code, instalacao=install, nome="Celular", versao_app=ATUAL)
        device = Aparelho.objects.select_related(*dispositivos.RELATED).get(pk=made.pk)
        body = {"versao_app": ATUAL, "restam": 0, "registros": list(_visits(device, today))}
        receive_push(device, identificador=BATCH, body=json.dumps(body).encode(), encoding="")
    return dispositivos.create_code(by=BY, lotacao=lotacao)[1]


def _visits(device: Aparelho, today: date) -> Iterator[dict[str, Any]]:
    """Visits to people of the microárea, of its households first; the last one lacks its turno."""
    items = Territorio(device).items()
    people = [v for k, v in sorted(items.items()) if k.startswith("cidadao:") and (v["cpf"] or v["cns"])]
    people.sort(key=lambda p: "domicilio" not in p)
    chosen = people[:VISITS]
    for n, person in enumerate(chosen):
        home = items.get(f"domicilio:{person.get('domicilio')}")
        visit: dict[str, Any] = {
            "turno": 1 + n % 2,
            "desfecho": 1,
            "tipoDeImovel": (home and home["imovel"]) or 1,
            "motivosVisita": [29],
            "microArea": device.microarea or "01",
            **({"uuidOrigemCadastroDomiciliar": home["uuid"]} if home else {}),
            **({"cpfCidadao": person["cpf"]} if person["cpf"] else {"cnsCidadao": person["cns"]}),
            "dtNascimento": person["nascimento"],
            "sexo": person["sexo"],
        }
        if n == len(chosen) - 1:
            del visit["turno"]
        uuid = f"{device.estabelecimento.cnes}-{uuid5(NAMESPACE_URL, person['uuid'])}"
        day = today - timedelta(days=n % 3)
        yield {
            "tipo": "FVD",
            "versao": device.entidade.instalacao.versao_ledi,
            "uuid": uuid,
            "ficha": {
                "uuidFicha": uuid,
                "headerTransport": {"dataAtendimento": f"{day.isoformat()}T09:{10 + n}"},
                "visitasDomiciliares": [visit],
            },
            "contexto": {"clientes": [{"nome": person["nome"]}]},
        }
