"""What ended, told to whoever listens: the floors above turn it into a notice to who asked for it."""

from django.dispatch import Signal

#: what somebody asked for in the background is over, after its transaction: `especie` ("exportacao" or
#: "transmissao"), `entidade_id`, `usuario_id` (who asked; None: nobody to tell), `chave` (its number: told once),
#: `texto` (no personal data), `endereco`, `areas` (CNES it is of; None: the whole entidade)
terminou = Signal()
