"""Phones have a day until which their access is good. Those of today get a year from now."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("acs", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="aparelho",
            name="expira_em",
            field=models.DateTimeField(null=True, verbose_name="vale até"),
        ),
        migrations.RunSQL(
            "UPDATE acs_aparelho SET expira_em = now() + interval '365 days' WHERE revogado_em IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
