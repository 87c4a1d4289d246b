"""What each task of the queue does, in the words of the page *Serviço*."""

NOMES = {
    "arquivos.conferir": "Conferir um arquivo",
    "arquivos.cuidar": "Cuidar dos arquivos a conferir",
    "arquivos.receber": "Receber um arquivo conferido",
    "auditoria.conferir": "Conferir a auditoria",
    "auditoria.selar": "Selar a auditoria",
    "avisos.rodada": "Reunir os avisos",
    "clientes.procurar_duplicados": "Procurar clientes duplicados",
    "contas.limpar": "Apagar sessões vencidas",
    "copias.diaria": "Fazer a cópia de segurança",
    "entrada.limpar": "Apagar pedidos de entrada vencidos",
    "entrada.senha_esquecida": "Enviar o e-mail de senha esquecida",
    "exportacao.gerar": "Gerar o arquivo de uma exportação",
    "exportacao.vigiar": "Cuidar das exportações",
    "fichas.compactar_contagens": "Somar as contagens das fichas",
    "fichas.conferir_bloco": "Montar a prévia de uma mudança em lote",
    "fichas.reprocessar_bloco": "Reprocessar fichas",
    "fichas.vigiar": "Cuidar dos reprocessamentos",
    "privacidade.expurgar": "Apagar o que passou do prazo de guarda",
    "procrastinate.builtin_tasks.remove_old_jobs": "Esquecer tarefas terminadas",
    "recebimento.dividir_lote": "Dividir um lote recebido",
    "recebimento.receber_bloco": "Receber fichas de um lote",
    "recebimento.retomar_lotes": "Retomar lotes interrompidos",
    "recebimento.selar": "Selar o que foi recebido",
    "recebimento.vigiar": "Cuidar dos lotes recebidos",
    "referencias.comparar_cnes": "Comparar um arquivo do CNES",
    "referencias.importar_cnes": "Importar o CNES",
    "referencias.importar_sigtap": "Importar o SIGTAP",
    "referencias.vigiar": "Cuidar das tabelas de referência",
    "retorno.aplicar": "Aplicar um relatório do PEC",
    "retorno.ler": "Ler um relatório do PEC",
    "retorno.vigiar": "Cuidar dos relatórios do PEC",
    "site.recifrar": "Cifrar com a chave nova o que chegava na troca",
    "transmissao.enviar": "Transmitir fichas ao PEC",
    "transmissao.vigiar": "Cuidar das transmissões",
}


def name_of(task: str) -> str:
    """In words; a task of a version that is gone keeps the name it was asked by."""
    return NOMES.get(task.removeprefix("builtin:"), task)
