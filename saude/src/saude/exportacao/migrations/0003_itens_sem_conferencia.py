import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exportacao", "0002_areas"),
    ]

    operations = [
        migrations.AlterField(
            model_name="itemexportacao",
            name="exportacao",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="itens",
                to="exportacao.exportacao",
            ),
        ),
    ]
