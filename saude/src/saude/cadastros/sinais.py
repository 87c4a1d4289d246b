"""What the floors above may want to know of the registrations."""

from django.dispatch import Signal

#: an installation changed, in its transaction: `instalacao`, `campos` (set of the fields that did), `by`
instalacao_changed = Signal()

#: until when a LEDI version counts changed, in its transaction: `entidade`, `versao`, `by`
validade_changed = Signal()

#: lotações of an `entidade` ended (or would: `tentativa`, taken back afterwards), in that transaction, by `origem`
#: (which CNES, in words). Receivers answer how many accesses end with them
lotacoes_ended = Signal()
