"""What was found in a ficha without a readable date belongs to no competência, as the ficha (fichas 0013)."""

from django.db import migrations

MOVE = """
UPDATE inconsistencias_inconsistencia i SET competencia = '000000'
FROM fichas_ficha f WHERE f.id = i.ficha_id AND f.data IS NULL AND i.competencia <> '000000'
"""


class Migration(migrations.Migration):
    dependencies = [("inconsistencias", "0001_initial"), ("fichas", "0013_sem_data")]
    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
