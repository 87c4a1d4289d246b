from django.db import migrations, models

# what the trail says was downloaded before the column was there
DOWNLOADED = """
UPDATE exportacao_exportacao e SET baixada_em = t.quando
FROM (SELECT alvo_id, min(momento) AS quando FROM auditoria_evento
      WHERE tipo = 'exportacao.baixada' AND alvo_tipo = 'exportacao.exportacao' GROUP BY alvo_id) t
WHERE t.alvo_id = e.id::text AND e.baixada_em IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("exportacao", "0003_itens_sem_conferencia"),
        ("auditoria", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="exportacao",
            name="baixada_em",
            field=models.DateTimeField(null=True, verbose_name="baixada em"),
        ),
        migrations.AddField(
            model_name="exportacao",
            name="transmitida_em",
            field=models.DateTimeField(null=True, verbose_name="transmitida em"),
        ),
        migrations.RunSQL(DOWNLOADED, migrations.RunSQL.noop),
    ]
