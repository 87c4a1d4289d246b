from django.db import migrations

from saude.clientes.fonetica import FUNCTIONS, QUICK_KEYS


class Migration(migrations.Migration):
    """The same keys by a faster function: the index over them stands as it is."""

    dependencies = [("clientes", "0003_busca_e_duplicados")]
    operations = [migrations.RunSQL(QUICK_KEYS, FUNCTIONS)]
