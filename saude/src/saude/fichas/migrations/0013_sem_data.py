"""A ficha without a readable date belongs to no competência (it stood in the month it arrived in): docs/adr/0021."""

from django.db import migrations, models

MOVE = "UPDATE fichas_ficha SET competencia = '000000' WHERE data IS NULL AND competencia <> '000000'"


class Migration(migrations.Migration):
    dependencies = [("fichas", "0012_regenerada")]
    operations = [
        migrations.RemoveConstraint(model_name="ficha", name="ficha_competencia_aaaamm"),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="ficha",
            constraint=models.CheckConstraint(
                condition=models.Q(("competencia", "000000"), ("data__isnull", True))
                | models.Q(("competencia__regex", "^\\d{4}(0[1-9]|1[0-2])$"), ("data__isnull", False)),
                name="ficha_competencia_da_data",
            ),
        ),
    ]
