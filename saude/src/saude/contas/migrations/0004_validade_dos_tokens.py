from datetime import timedelta

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

import saude.contas.models


def fill(apps, schema_editor):
    """Keys made before have a year from now; who made them answers for them, if they still work."""
    tokens = apps.get_model("contas", "ApiToken").objects.filter(revogado_em=None)
    tokens.update(expira_em=timezone.now() + timedelta(days=365))
    for token in tokens.filter(criado_por__is_active=True).select_related("criado_por"):
        maker = token.criado_por
        if maker.is_superuser or maker.acessos.filter(entidade=token.entidade_id).exists():
            token.responsavel = maker
            token.save(update_fields=["responsavel"])


class Migration(migrations.Migration):

    dependencies = [
        ("contas", "0003_origem_cpf_e_instalacao"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="expira_em",
            field=models.DateTimeField(null=True, verbose_name="vale até"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="escopos",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=[("enviar", "Enviar"), ("ler", "Ler")], max_length=6),
                default=saude.contas.models.todos_os_escopos,
                size=None,
                verbose_name="pode",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="responsavel",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tokens",
                to=settings.AUTH_USER_MODEL,
                verbose_name="responsável",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
