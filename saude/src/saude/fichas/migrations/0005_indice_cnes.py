from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fichas", "0004_indice_data")]

    operations = [
        migrations.AddIndex(
            model_name="ficha",
            index=models.Index(fields=["entidade", "cnes", "data", "id"], name="ficha_cnes_data"),
        ),
    ]
