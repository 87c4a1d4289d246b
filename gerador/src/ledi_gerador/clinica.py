"""What a primary care team treats, asks, prescribes and does. Declarations only; the codes are official."""

from __future__ import annotations

from dataclasses import dataclass

from ledi_gerador.municipio import (
    ACS,
    ASB,
    CARDIOLOGISTA,
    DENTISTA,
    ENFERMEIRO,
    FISIOTERAPEUTA,
    MEDICO,
    NUTRICIONISTA,
    PSICOLOGO,
    TECNICO,
    TSB,
)

SEM_LIMITE = 1571  # months, SIGTAP's "130 years and 11 months"


@dataclass(frozen=True, slots=True)
class Problema:
    ciap: str
    cid: str
    nome: str
    sexo: str = "I"  # I both, F women
    de: int = 0  # years
    ate: int = 130


@dataclass(frozen=True, slots=True)
class Procedimento:
    """A SIGTAP procedure: sex M/F/I/N, ages in months, the CBOs and CIDs it is compatible with."""

    codigo: str
    nome: str
    cbos: tuple[str, ...]
    sexo: str = "I"
    de: int = 0
    ate: int = SEM_LIMITE
    cids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Medicamento:
    catmat: str
    dose: str
    vezes: int | None  # times a day; None = every `horas`
    horas: int | None
    dias: int | None  # None = continuous use
    quantidade: int


@dataclass(frozen=True, slots=True)
class Vacina:
    """One dose of the calendar: codes of the LEDI, ages in months, where and how it is given."""

    imunobiologico: int
    nome: str
    dose: int
    de: int
    ate: int
    via: int
    locais: tuple[int, ...]
    fabricante: str
    estrategia: int = 1
    grupo: int = 121
    gestante: bool = False


# Chronic conditions of a citizen -> the problem that is evaluated
CRONICOS = {
    "hipertensao": Problema("K86", "I10", "HIPERTENSÃO ESSENCIAL (PRIMÁRIA)"),
    "diabetes": Problema("T90", "E119", "DIABETES MELLITUS NÃO-INSULINO-DEPENDENTE - SEM COMPLICAÇÕES"),
    "asma": Problema("R96", "J459", "ASMA NÃO ESPECIFICADA"),
    "dpoc": Problema("R95", "J449", "DOENÇA PULMONAR OBSTRUTIVA CRÔNICA NÃO ESPECIFICADA"),
    "obesidade": Problema("T82", "E669", "OBESIDADE NÃO ESPECIFICADA"),
    "saude_mental": Problema("P74", "F419", "TRANSTORNO ANSIOSO NÃO ESPECIFICADO"),
    "tabagismo": Problema("P17", "F171", "TRANSTORNOS PELO USO DE FUMO - USO NOCIVO PARA A SAÚDE"),
    "alcool": Problema("P15", "F101", "TRANSTORNOS PELO USO DE ÁLCOOL - USO NOCIVO PARA A SAÚDE"),
    "avc": Problema("K90", "I64", "ACIDENTE VASCULAR CEREBRAL NÃO ESPECIFICADO"),
}
GRAVIDEZ = Problema("W78", "Z349", "SUPERVISÃO DE GRAVIDEZ NORMAL, NÃO ESPECIFICADA", "F", 12, 50)
PREVENCAO = Problema("A98", "Z000", "EXAME MÉDICO GERAL")
PUERICULTURA = Problema("A98", "Z001", "EXAME DE ROTINA DE SAÚDE DA CRIANÇA", "I", 0, 10)
AGUDOS = (
    Problema("R74", "J069", "INFECÇÃO AGUDA DAS VIAS AÉREAS SUPERIORES NÃO ESPECIFICADA"),
    Problema("R76", "J039", "AMIGDALITE AGUDA NÃO ESPECIFICADA", "I", 2, 70),
    Problema("U71", "N390", "INFECÇÃO DO TRATO URINÁRIO DE LOCALIZAÇÃO NÃO ESPECIFICADA"),
    Problema("N01", "R51", "CEFALÉIA", "I", 6),
    Problema("L03", "M545", "DOR LOMBAR BAIXA", "I", 16),
    Problema("D73", "A09", "DIARRÉIA E GASTROENTERITE DE ORIGEM INFECCIOSA PRESUMÍVEL"),
    Problema("S88", "L309", "DERMATITE NÃO ESPECIFICADA"),
    Problema("F70", "H109", "CONJUNTIVITE NÃO ESPECIFICADA"),
    Problema("H71", "H669", "OTITE MÉDIA NÃO ESPECIFICADA", "I", 0, 20),
    Problema("D07", "K30", "DISPEPSIA", "I", 14),
    Problema("B80", "D509", "ANEMIA POR DEFICIÊNCIA DE FERRO NÃO ESPECIFICADA"),
    Problema("T86", "E039", "HIPOTIREOIDISMO NÃO ESPECIFICADO", "I", 25),
    Problema("L15", "M255", "DOR ARTICULAR", "I", 40),
    Problema("P76", "F329", "EPISÓDIO DEPRESSIVO NÃO ESPECIFICADO", "I", 16),
)
CONTRACEPCAO = Problema("W11", "Z304", "SUPERVISÃO DO USO DE MEDICAMENTOS ANTICONCEPCIONAIS", "F", 15, 48)
NUTRICAO = Problema("T05", "R633", "DIFICULDADES DE ALIMENTAÇÃO", "I", 12)
BUCAIS = (
    Problema("D82", "K021", "CÁRIES DA DENTINA", "I", 3),
    Problema("D82", "K029", "CÁRIE DENTÁRIA, SEM OUTRA ESPECIFICAÇÃO", "I", 3),
    Problema("D82", "K051", "GENGIVITE CRÔNICA", "I", 10),
    Problema("D19", "K083", "RAIZ DENTÁRIA RETIDA", "I", 16),
    Problema("D82", "K047", "ABSCESSO PERIAPICAL SEM FÍSTULA", "I", 8),
)
DOMICILIARES = (
    Problema("S97", "L97", "ÚLCERA DOS MEMBROS INFERIORES"),
    Problema("K90", "I694", "SEQÜELAS DE ACIDENTE VASCULAR CEREBRAL"),
    Problema("P70", "G309", "DOENÇA DE ALZHEIMER NÃO ESPECIFICADA"),
    Problema("R95", "J449", "DOENÇA PULMONAR OBSTRUTIVA CRÔNICA NÃO ESPECIFICADA"),
)

_MEDICO_ENF = (MEDICO, ENFERMEIRO, CARDIOLOGISTA)
_ENFERMAGEM = (*_MEDICO_ENF, TECNICO)
_SUPERIOR = (*_ENFERMAGEM, DENTISTA, NUTRICIONISTA, FISIOTERAPEUTA)
_SB = (DENTISTA, ASB, TSB)
_P = Procedimento
PROCEDIMENTOS = (  # of the ficha de procedimentos
    _P("0301100284", "CURATIVO SIMPLES", _ENFERMAGEM),
    _P("0301100276", "CURATIVO ESPECIAL", _ENFERMAGEM),
    _P("0301100039", "AFERIÇÃO DE PRESSÃO ARTERIAL", (*_SUPERIOR, ASB, TSB)),
    _P("0301100250", "AFERIÇÃO DE TEMPERATURA", _SUPERIOR),
    _P("0101040075", "MEDIÇÃO DE ALTURA", (*_SUPERIOR, ACS)),
    _P("0101040083", "MEDIÇÃO DE PESO", (*_SUPERIOR, ACS)),
    _P("0101040024", "AVALIAÇÃO ANTROPOMÉTRICA", _SUPERIOR),
    _P("0214010015", "GLICEMIA CAPILAR", _ENFERMAGEM),
    _P("0301100209", "ADMINISTRAÇÃO DE MEDICAMENTOS POR VIA INTRAMUSCULAR", _ENFERMAGEM),
    _P("0301100217", "ADMINISTRAÇÃO DE MEDICAMENTOS POR VIA ORAL", _ENFERMAGEM),
    _P("0301100225", "ADMINISTRAÇÃO DE MEDICAMENTOS POR VIA SUBCUTÂNEA (SC)", _ENFERMAGEM),
    _P("0301100101", "INALAÇÃO / NEBULIZAÇÃO", _ENFERMAGEM),
    _P("0301100152", "RETIRADA DE PONTOS DE CIRURGIAS (POR PACIENTE)", (*_ENFERMAGEM, *_SB)),
    _P("0201020041", "COLETA DE MATERIAL PARA EXAME LABORATORIAL", (*_ENFERMAGEM, DENTISTA)),
    _P("0201020033", "COLETA DE CITOPATOLÓGICO DE COLO DE ÚTERO", _ENFERMAGEM, "F", 120),
    _P("0214010066", "TESTE RÁPIDO DE GRAVIDEZ", _ENFERMAGEM, "F", 108, 671),
    _P("0201020050", "COLETA DE SANGUE PARA TRIAGEM NEONATAL", _ENFERMAGEM, "I", 0, 11),
    _P("0301040095", "EXAME DO PÉ DIABÉTICO", _MEDICO_ENF, "I", 480),
    _P("0301100063", "CUIDADOS COM ESTOMAS", _MEDICO_ENF),
    _P("0303080019", "CAUTERIZAÇÃO QUÍMICA DE PEQUENAS LESÕES", _MEDICO_ENF),
    _P("0404010270", "REMOÇÃO DE CERÚMEN DE CONDUTO AUDITIVO EXTERNO", (MEDICO, CARDIOLOGISTA)),
    _P("0211020036", "ELETROCARDIOGRAMA", (MEDICO, CARDIOLOGISTA), "I", 216),
)
DOMICILIO = (
    _P("0301050023", "ASSISTÊNCIA DOMICILIAR POR EQUIPE MULTIPROFISSIONAL", (*_SUPERIOR, PSICOLOGO)),
    _P("0301010137", "CONSULTA/ATENDIMENTO DOMICILIAR", (*_MEDICO_ENF, DENTISTA, NUTRICIONISTA)),
    _P("0301100276", "CURATIVO ESPECIAL", _ENFERMAGEM),
    _P("0301100063", "CUIDADOS COM ESTOMAS", _MEDICO_ENF),
)
ODONTO = (  # (procedure, greatest quantity the generator uses)
    (_P("0101020104", "ORIENTAÇÃO DE HIGIENE BUCAL", _SB), 1),
    (_P("0101020074", "APLICAÇÃO TÓPICA DE FLÚOR (INDIVIDUAL POR SESSÃO)", (DENTISTA, TSB)), 1),
    (_P("0101020066", "APLICAÇÃO DE SELANTE (POR DENTE)", (DENTISTA, TSB)), 4),
    (_P("0101020082", "EVIDENCIAÇÃO DE PLACA BACTERIANA", (DENTISTA, TSB)), 1),
    (_P("0101020090", "SELAMENTO PROVISÓRIO DE CAVIDADE DENTÁRIA", (DENTISTA,)), 2),
    (_P("0307030040", "PROFILAXIA / REMOÇÃO DA PLACA BACTERIANA", (DENTISTA, TSB), "I", 24), 1),
    (_P("0307010031", "RESTAURAÇÃO DE DENTE PERMANENTE ANTERIOR", (DENTISTA,), "I", 72), 3),
    (_P("0307030059", "RASPAGEM E POLIMENTO SUPRAGENGIVAIS (POR SEXTANTE)", (DENTISTA, TSB), "I", 120), 6),
    (_P("0307030024", "RASPAGEM ALISAMENTO SUBGENGIVAIS (POR SEXTANTE)", (DENTISTA,), "I", 180), 4),
    (_P("0414020138", "EXODONTIA DE DENTE PERMANENTE", (DENTISTA,), "I", 96), 2),
    (_P("0307020010", "ACESSO À POLPA DENTÁRIA E MEDICAÇÃO (POR DENTE)", (DENTISTA,), "I", 96), 1),
    (_P("0307010015", "CAPEAMENTO PULPAR", (DENTISTA,), "I", 60), 1),
)
EXAMES = (  # requested or evaluated; SIGTAP asks for the laboratory's CBO, so none of ours
    _P("0202010295", "DOSAGEM DE COLESTEROL TOTAL", ()),
    _P("0202010279", "DOSAGEM DE COLESTEROL HDL", ()),
    _P("0202010287", "DOSAGEM DE COLESTEROL LDL", ()),
    _P("0202010678", "DOSAGEM DE TRIGLICERÍDEOS", ()),
    _P("0202010317", "DOSAGEM DE CREATININA", ()),
    _P("0202010503", "DOSAGEM DE HEMOGLOBINA GLICOSILADA", ()),
    _P("0202010473", "DOSAGEM DE GLICOSE", ()),
    _P("0202020380", "HEMOGRAMA COMPLETO", ()),
    _P("0202050017", "ANÁLISE DE CARACTERES FÍSICOS, ELEMENTOS E SEDIMENTO DA URINA", ()),
    _P("0202031110", "TESTE NÃO TREPONÊMICO P/ DETECÇÃO DE SÍFILIS", ()),
    _P("0202030300", "PESQUISA DE ANTICORPOS ANTI-HIV-1 + HIV-2 (ELISA)", ()),
    _P("0205020143", "ULTRASSONOGRAFIA OBSTÉTRICA", (), "F", 96, 731),
)
OCI = "0901010014"  # OCI avaliação diagnóstica inicial de câncer de mama
EXAMES_CRONICOS = ("0202010295", "0202010279", "0202010317", "0202010473", "0202010503")
EXAMES_PRENATAL = ("0202020380", "0202050017", "0202031110", "0202030300", "0205020143")
EXAMES_GERAIS = ("0202020380", "0202050017", "0202010473")
# (exam, least, greatest, decimals) of results that are plain numbers
RESULTADOS = (
    ("0202010503", 5.0, 11.0, 2),
    ("0202010295", 120.0, 290.0, 2),
    ("0202010279", 30.0, 80.0, 2),
    ("0202010287", 60.0, 190.0, 2),
    ("0202010678", 70.0, 320.0, 2),
    ("0202010317", 0.5, 2.1, 2),
)
ULTRASSOM_OBSTETRICO = "0205020143"

_M = Medicamento
MEDICAMENTOS = {
    "I10": _M("BR0268856", "1 comprimido", 2, None, None, 60),
    "E119": _M("BR0271157-2", "10 UI", 1, None, None, 2),
    "E78": _M("BR0267747", "1 comprimido", 1, None, None, 30),
    "J039": _M("BR0271089-1", "1 cápsula", None, 8, 7, 21),
    "J069": _M("BR0267778", "1 comprimido", None, 6, 5, 20),
    "R51": _M("BR0267203", "1 comprimido", None, 6, 3, 12),
    "M545": _M("BR0267676", "1 comprimido", None, 12, 5, 10),
    "L309": _M("BR0273466", "1 comprimido", 1, None, 10, 10),
    "K30": _M("BR0267712", "1 cápsula", 1, None, 30, 30),
    "Z349": _M("BR0267503", "1 comprimido", 1, None, None, 30),
    "bucal": _M("BR0271089-1", "1 cápsula", None, 8, 7, 21),
}
DOSE_UNICA = _M("BR0267506", "1 comprimido", None, None, None, 1)

_V = Vacina
_COXA, _BRACO, _DELTOIDE = (18, 19), (8, 9), (2, 3)
VACINAS = (
    _V(15, "BCG", 9, 0, 1, 2, (14,), "151"),
    _V(9, "Hepatite B", 8, 0, 1, 3, _COXA, "152"),
    _V(42, "Penta", 1, 2, 3, 3, _COXA, "163"),
    _V(42, "Penta", 2, 4, 5, 3, _COXA, "163"),
    _V(42, "Penta", 3, 6, 8, 3, _COXA, "163"),
    _V(22, "VIP", 1, 2, 3, 3, _COXA, "149"),
    _V(22, "VIP", 2, 4, 5, 3, _COXA, "149"),
    _V(22, "VIP", 3, 6, 8, 3, _COXA, "149"),
    _V(45, "Rotavírus", 1, 2, 3, 5, (1,), "149"),
    _V(45, "Rotavírus", 2, 4, 5, 5, (1,), "149"),
    _V(26, "Pneumo 10", 1, 2, 3, 3, _COXA, "149"),
    _V(26, "Pneumo 10", 2, 4, 5, 3, _COXA, "149"),
    _V(26, "Pneumo 10", 38, 12, 14, 3, _COXA, "149"),
    _V(41, "Meningo C", 1, 3, 4, 3, _COXA, "150"),
    _V(41, "Meningo C", 2, 5, 6, 3, _COXA, "150"),
    _V(14, "Febre amarela", 8, 9, 11, 6, _BRACO, "149"),
    _V(24, "Tríplice viral", 1, 12, 14, 6, _BRACO, "149"),
    _V(56, "Tetraviral", 9, 15, 20, 6, _BRACO, "149"),
    _V(55, "Hepatite A infantil", 9, 15, 23, 3, _COXA, "152"),
    _V(46, "DTP", 6, 15, 23, 3, _COXA, "163"),
    _V(46, "DTP", 7, 48, 70, 3, _DELTOIDE, "163"),
    _V(14, "Febre amarela", 38, 48, 70, 6, _BRACO, "149"),
    _V(34, "Varicela", 2, 48, 70, 6, _BRACO, "165"),
    _V(67, "HPV quadrivalente", 9, 108, 179, 3, _DELTOIDE, "165"),
    _V(74, "Meningo ACWY", 9, 132, 179, 3, _DELTOIDE, "142"),
    _V(104, "Dengue", 1, 120, 179, 6, _BRACO, "39263"),
    _V(25, "dT adulto", 38, 240, 1400, 3, _DELTOIDE, "152"),
    _V(33, "Influenza trivalente", 9, 720, 1400, 3, _DELTOIDE, "152", estrategia=5),
    _V(87, "COVID-19 (Comirnaty)", 8, 720, 1400, 3, _DELTOIDE, "142", estrategia=6),
    _V(57, "dTpa adulto", 8, 150, 600, 3, _DELTOIDE, "152", grupo=112, gestante=True),
    _V(108, "VSR A e B", 9, 150, 600, 3, _DELTOIDE, "142", grupo=112, gestante=True),
)
PRIMEIRA_DOSE_ANTERIOR = (9, 1, 3, (18, 19))  # hepatite B, D1, intramuscular: a transcribed card
