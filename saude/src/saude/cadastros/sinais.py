"""What the floors above may want to know of the registrations."""

from django.dispatch import Signal

#: an installation changed, in its transaction: `instalacao`, `campos` (set of the fields that did), `by`
instalacao_changed = Signal()
