"""The advisory locks of the system, in one place: two that share a number would wait for each other.

PostgreSQL keeps two spaces: single numbers, and pairs (class, key). Numbers stay what they are: processes of the
release before and after an upgrade must meet at the same lock.
"""

# Single numbers
INICIO_DO_BANCO = 7_311  # one process at a time makes the embedded server's database
CONTAGENS = 4_202  # one keeper at a time folds the kept counts
ESTATISTICAS = 4_208  # one worker at a time looks at tables that have doubled

# Classes of pairs, and what their key is
EXPORTACAO = 4_201  # entidade: one export at a time
NOVA_EXPORTACAO = 4_202  # entidade: two clicks make one export
REPROCESSAMENTO = 4_203  # entidade: one reprocessing begins at a time
TABELAS = 4_207  # entidade, 0 for all: shared while fichas are judged, alone while a release comes into force
ARQUIVO = 4_260  # file: one process at a time works on it
TERRITORIO = 2_006  # professional: one pull of a territory at a time
CLIENTES = 1_000_000  # plus entidade, up to 1,999,999; key: drawer of a citizen, or -1 for the whole entidade
