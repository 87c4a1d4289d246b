from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cadastros", "0001_initial"),
        ("fichas", "0003_proveniencia"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="ficha", name="ficha_tipo_data"),
        migrations.AddIndex(
            model_name="ficha",
            index=models.Index(fields=["entidade", "data", "id"], name="ficha_data"),
        ),
    ]
