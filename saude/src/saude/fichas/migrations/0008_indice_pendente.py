from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cadastros", "0001_initial"), ("fichas", "0007_situacao_fora_dos_indices")]

    operations = [
        migrations.AddIndex(
            model_name="ficha",
            index=models.Index(
                condition=models.Q(("motivo_pendencia", ""), _negated=True),
                fields=["entidade", "id"],
                name="ficha_pendente",
            ),
        ),
    ]
