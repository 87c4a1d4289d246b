"""What became of exported fichas, and its kept counts: a trigger per statement appends the differences."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


KEYS = "entidade_id, cnes, competencia, resultado"
COUNT = f"""
CREATE FUNCTION fichas_contar_desfechos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO fichas_contagemdesfecho ({KEYS}, n)
    SELECT {KEYS}, count(*) FROM novas GROUP BY 1, 2, 3, 4;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO fichas_contagemdesfecho ({KEYS}, n)
    SELECT {KEYS}, -count(*) FROM antigas GROUP BY 1, 2, 3, 4;
  ELSE
    INSERT INTO fichas_contagemdesfecho ({KEYS}, n)
    SELECT {KEYS}, sum(n) FROM (
      SELECT {KEYS}, 1 AS n FROM novas UNION ALL SELECT {KEYS}, -1 FROM antigas
    ) d GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER fichas_desfecho_entra AFTER INSERT ON fichas_desfechoatual REFERENCING NEW TABLE AS novas
  FOR EACH STATEMENT EXECUTE FUNCTION fichas_contar_desfechos();
CREATE TRIGGER fichas_desfecho_sai AFTER DELETE ON fichas_desfechoatual REFERENCING OLD TABLE AS antigas
  FOR EACH STATEMENT EXECUTE FUNCTION fichas_contar_desfechos();
CREATE TRIGGER fichas_desfecho_muda AFTER UPDATE ON fichas_desfechoatual
  REFERENCING OLD TABLE AS antigas NEW TABLE AS novas
  FOR EACH STATEMENT EXECUTE FUNCTION fichas_contar_desfechos();
"""
# exported is locked, but for one way: the PEC refused it, and the installation lets the same uuid go again
REOPEN = """
CREATE OR REPLACE FUNCTION fichas_recusar_mudanca() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.situacao = 'pendente' AND NEW.revisao = OLD.revisao AND EXISTS (
    SELECT 1 FROM fichas_desfechoatual d JOIN cadastros_instalacao i ON i.entidade_id = d.entidade_id
    WHERE d.ficha_id = OLD.id AND d.resultado = 'recusada' AND i.reenviar_mesmo_uuid
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'ficha % is exported and locked', OLD.id USING ERRCODE = 'check_violation';
END $$;
"""
NEVER = """
CREATE OR REPLACE FUNCTION fichas_recusar_mudanca() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ficha % is exported and locked', OLD.id USING ERRCODE = 'check_violation';
END $$;
"""
UNCOUNT = """
DROP TRIGGER fichas_desfecho_entra ON fichas_desfechoatual;
DROP TRIGGER fichas_desfecho_sai ON fichas_desfechoatual;
DROP TRIGGER fichas_desfecho_muda ON fichas_desfechoatual;
DROP FUNCTION fichas_contar_desfechos();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cadastros', '0007_instalacao_reenviar_mesmo_uuid'),
        ('fichas', '0014_lotes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContagemDesfecho',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cnes', models.CharField(blank=True, max_length=7)),
                ('competencia', models.CharField(max_length=6)),
                ('resultado', models.CharField(max_length=12)),
                ('n', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='DesfechoAtual',
            fields=[
                ('ficha', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='desfecho', serialize=False, to='fichas.ficha')),
                ('competencia', models.CharField(max_length=6)),
                ('cnes', models.CharField(blank=True, max_length=7)),
                ('resultado', models.CharField(choices=[('aceita', 'Aceita'), ('recusada', 'Recusada'), ('repetida', 'Repetida'), ('desconhecida', 'Desconhecida')], max_length=12, verbose_name='resultado')),
                ('fato', models.BigIntegerField(help_text='De `retorno`.', verbose_name='o fato que vale')),
                ('em', models.DateTimeField(verbose_name='em')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='evento',
            name='ficha_evento_fato_conhecido',
        ),
        migrations.AlterField(
            model_name='evento',
            name='fato',
            field=models.CharField(choices=[('conteudo', 'Conteúdo recebido de novo'), ('corrigida', 'Corrigida'), ('reprocessada', 'Reprocessada'), ('trocada', 'Substituída por novo registro'), ('retifica', 'Criada para substituir um registro exportado'), ('recusada', 'Novo conteúdo recusado: já exportada'), ('tardia', 'Conteúdo mais antigo que o atual chegou depois e não o substituiu'), ('descartada', 'Descartada'), ('restaurada', 'Trazida de volta'), ('regenerada', 'Escrita em outra versão do LEDI'), ('voltou', 'Voltou a uma versão anterior'), ('desfeita', 'Mudança em lote desfeita'), ('reaberta', 'Reaberta para ir de novo com o mesmo uuid')], max_length=12, verbose_name='fato'),
        ),
        migrations.AddConstraint(
            model_name='evento',
            constraint=models.CheckConstraint(condition=models.Q(('fato__in', ['conteudo', 'corrigida', 'reprocessada', 'trocada', 'retifica', 'recusada', 'tardia', 'descartada', 'restaurada', 'regenerada', 'voltou', 'desfeita', 'reaberta'])), name='ficha_evento_fato_conhecido'),
        ),
        migrations.AddField(
            model_name='contagemdesfecho',
            name='entidade',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='cadastros.entidade'),
        ),
        migrations.AddField(
            model_name='desfechoatual',
            name='entidade',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='cadastros.entidade'),
        ),
        migrations.AddIndex(
            model_name='contagemdesfecho',
            index=models.Index(fields=['entidade', 'competencia'], name='contagem_desfecho'),
        ),
        migrations.AddIndex(
            model_name='desfechoatual',
            index=models.Index(condition=models.Q(('resultado', 'aceita'), _negated=True), fields=['entidade', 'competencia', 'resultado', 'ficha'], name='desfecho_a_ver'),
        ),
        migrations.AddIndex(
            model_name='desfechoatual',
            index=models.Index(fields=['entidade', 'competencia', 'ficha'], name='desfecho_competencia'),
        ),
        migrations.AddConstraint(
            model_name='desfechoatual',
            constraint=models.CheckConstraint(condition=models.Q(('resultado__in', ['aceita', 'recusada', 'repetida', 'desconhecida'])), name='desfecho_resultado_conhecido'),
        ),
        migrations.RunSQL(COUNT, UNCOUNT),
        migrations.RunSQL(REOPEN, NEVER),
    ]
