"""The trail refuses TRUNCATE too, and its closed intervals are sealed. No row of the trail is touched."""

from django.db import migrations, models
from django.db.models.functions import Now

CREATE = """
CREATE TRIGGER auditoria_evento_inteira BEFORE TRUNCATE ON auditoria_evento
    FOR EACH STATEMENT EXECUTE FUNCTION auditoria_evento_imutavel();
CREATE FUNCTION auditoria_selo_imutavel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'auditoria_selo aceita somente acréscimos';
END $$;
CREATE TRIGGER auditoria_selo_imutavel BEFORE UPDATE OR DELETE ON auditoria_selo
    FOR EACH ROW EXECUTE FUNCTION auditoria_selo_imutavel();
CREATE TRIGGER auditoria_selo_inteiro BEFORE TRUNCATE ON auditoria_selo
    FOR EACH STATEMENT EXECUTE FUNCTION auditoria_selo_imutavel();
"""
DROP = """
DROP TRIGGER auditoria_evento_inteira ON auditoria_evento;
DROP TRIGGER auditoria_selo_imutavel ON auditoria_selo;
DROP TRIGGER auditoria_selo_inteiro ON auditoria_selo;
DROP FUNCTION auditoria_selo_imutavel();
"""


class Migration(migrations.Migration):
    dependencies = [("auditoria", "0002_somente_acrescimo")]
    operations = [
        migrations.CreateModel(
            name="Selo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("numero", models.PositiveBigIntegerField(unique=True, verbose_name="número")),
                ("depois_de", models.BigIntegerField(verbose_name="depois do evento")),
                ("ate", models.BigIntegerField(verbose_name="até o evento")),
                ("eventos", models.PositiveIntegerField(verbose_name="eventos")),
                ("resumo", models.CharField(max_length=64, verbose_name="resumo dos eventos")),
                ("cadeia", models.CharField(max_length=64, verbose_name="resumo com os anteriores")),
                ("chave", models.CharField(max_length=8, verbose_name="chave")),
                ("assinatura", models.CharField(max_length=64, verbose_name="assinatura")),
                ("momento", models.DateTimeField(db_default=Now(), verbose_name="selado em")),
            ],
            options={"ordering": ["numero"], "verbose_name": "selo"},
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
