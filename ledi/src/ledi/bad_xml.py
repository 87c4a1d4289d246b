"""What expat has against an XML, in Portuguese."""

from __future__ import annotations

from xml.parsers import expat

_REASONS = {
    "XML_ERROR_NO_ELEMENTS": "não há elemento",
    "XML_ERROR_UNCLOSED_TOKEN": "termina no meio de um elemento",
    "XML_ERROR_UNCLOSED_CDATA_SECTION": "termina no meio de um CDATA",
    "XML_ERROR_TAG_MISMATCH": "elemento fechado fora de ordem",
    "XML_ERROR_INVALID_TOKEN": "caractere inválido",
    "XML_ERROR_PARTIAL_CHAR": "termina no meio de um caractere",
    "XML_ERROR_BAD_CHAR_REF": "referência (&#…;) a um caractere que o XML não aceita",
    "XML_ERROR_DUPLICATE_ATTRIBUTE": "atributo repetido no mesmo elemento",
    "XML_ERROR_UNBOUND_PREFIX": "prefixo sem espaço de nomes",
    "XML_ERROR_UNDEFINED_ENTITY": "entidade não definida",
    "XML_ERROR_UNKNOWN_ENCODING": "codificação de caracteres que não é conhecida",
    "XML_ERROR_INCORRECT_ENCODING": "codificação de caracteres que não é a declarada",
    "XML_ERROR_XML_DECL": "a declaração <?xml …?> está malformada",
    "XML_ERROR_MISPLACED_XML_PI": "a declaração <?xml …?> não está no começo",
    "XML_ERROR_JUNK_AFTER_DOC_ELEMENT": "sobra conteúdo depois do fim",
}
_WORDS = {
    expat.errors.codes[getattr(expat.errors, name)]: words for name, words in _REASONS.items()
}  # expat's numbers -> ours


def reason(error: expat.ExpatError) -> str:
    return _WORDS.get(error.code, "não segue a sintaxe de XML")
