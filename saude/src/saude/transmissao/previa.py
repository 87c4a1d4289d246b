"""What transmitting an export would do, and what stands in its way: seen before it is asked for."""

from dataclasses import dataclass, field, replace

from django.db.models import F

from saude.comum.texto import fichas
from saude.exportacao.files import path_of
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.desfechos import Resultado
from saude.fichas.situacoes import Situacao
from saude.retorno.models import Relatorio
from saude.transmissao.models import Destino

NO_FILE = (
    "O arquivo desta exportação não está inteiro no servidor. "
    "Peça uma exportação nova do mesmo período com “Todos”."
)
NO_PEC = "O endereço e a credencial do PEC ainda não foram informados, em Administrando > Instalação > PEC de destino."
NOT_DONE = "Só uma exportação concluída pode ser transmitida."
ALL_REOPENED = "Todas as fichas desta exportação foram reabertas ou mudaram depois: exporte-as de novo."


@dataclass(frozen=True, slots=True)
class Previa:
    fichas: int  # that are in the file
    mudaram: int = 0  # of these, corrected since: they do not go
    aceitas: int = 0  # of these, known to be in the PEC already
    destino: Destino | None = None
    impedimento: str = ""
    avisos: list[str] = field(default_factory=list)

    @property
    def vao(self) -> int:
        return self.fichas - self.mudaram

    @property
    def confere(self) -> str:
        """What the confirmation carries: another address, or other fichas, are not what was confirmed."""
        return f"{self.vao} {self.aceitas} {self.destino.endereco if self.destino else ''}"


def preview(exportacao: Exportacao) -> Previa:
    destino = Destino.objects.filter(entidade=exportacao.entidade_id).first()
    items = ItemExportacao.objects.filter(exportacao=exportacao)
    same = items.filter(ficha__situacao=Situacao.EXPORTADA, ficha__revisao=F("revisao"))
    accepted = same.filter(ficha__desfecho__resultado__in=[Resultado.ACEITA, Resultado.REPETIDA]).count()
    found = Previa(exportacao.total, exportacao.total - same.count(), accepted, destino)
    return replace(found, impedimento=_obstacle(exportacao, found), avisos=_warnings(exportacao, found))


def _obstacle(exportacao: Exportacao, found: Previa) -> str:
    if exportacao.estado != Exportacao.Estado.CONCLUIDA:
        return NOT_DONE
    if found.destino is None:
        return NO_PEC
    if path_of(exportacao) is None:
        return NO_FILE
    if found.destino.recusa:
        return f"O PEC não está deixando entrar: {found.destino.recusa}"
    return "" if found.vao else ALL_REOPENED


def _warnings(exportacao: Exportacao, found: Previa) -> list[str]:
    told = []
    if exportacao.baixada_em:
        told.append(
            f"O arquivo desta exportação já foi baixado, em {exportacao.baixada_em:%d/%m/%Y}. Se ele foi importado no "
            "PEC, não o transmita: as mesmas fichas entrariam por dois caminhos e voltariam como repetidas."
        )
    marked = Relatorio.objects.filter(
        exportacao=exportacao, formato=Relatorio.Formato.MARCA, estado=Relatorio.Estado.VALE
    ).first()
    if marked is not None:
        told.append(
            f"Esta exportação está marcada como importada no PEC, no lote {marked.lote}: o que for transmitido agora "
            "voltará como repetido."
        )
    if found.aceitas:
        told.append(f"De {fichas(found.aceitas)} já se sabe que o PEC as tem: vão de novo, com o mesmo UUID.")
    if found.mudaram:
        told.append(f"{fichas(found.mudaram)} mudaram depois desta exportação e não vão: seguem na próxima.")
    return told
