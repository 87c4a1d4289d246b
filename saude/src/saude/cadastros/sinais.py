"""What the floors above may want to know of the registrations."""

from django.dispatch import Signal

#: an installation changed, in its transaction: `instalacao`, `campos` (set of the fields that did), `by`
instalacao_changed = Signal()

#: until when a LEDI version counts changed, in its transaction: `entidade`, `versao`, `by`
validade_changed = Signal()
