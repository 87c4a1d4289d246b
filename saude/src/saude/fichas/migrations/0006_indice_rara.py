from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fichas", "0005_indice_cnes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ficha",
            index=models.Index(
                condition=models.Q(("tipo__in", ["FAC", "FAD", "FAE", "FCC", "FCZM", "MCA"])),
                fields=["entidade", "tipo", "data", "id"],
                name="ficha_rara",
            ),
        ),
    ]
