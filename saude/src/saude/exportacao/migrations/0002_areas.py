from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exportacao", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="exportacao",
            name="areas",
            field=ArrayField(
                models.CharField(max_length=7),
                verbose_name="áreas (CNES)",
                null=True,
                blank=True,
                help_text="De quem pediu só com acesso a elas; nulo: a entidade inteira.",
            ),
        ),
    ]
