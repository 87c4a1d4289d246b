"""Discarding, the order of acknowledgement, and keys that do not tell case.

A uuid kept with capitals becomes the key without case, unless the same ficha is there in small letters already: such a
pair stays as it is, each in its list, and one of them can be discarded.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SMALL = """
UPDATE fichas_ficha f SET uuid = lower(f.uuid) WHERE f.uuid <> lower(f.uuid) AND f.uuid ~ '^[0-9A-Za-z-]{36,44}$'
  AND NOT EXISTS (
    SELECT 1 FROM fichas_ficha o
    WHERE o.entidade_id = f.entidade_id AND o.id <> f.id AND lower(o.uuid) = lower(f.uuid)
  )
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cadastros', '0004_versao_ledi_corrente'),
        ('fichas', '0008_indice_pendente'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE fichas_ordem", "DROP SEQUENCE fichas_ordem"),
        migrations.RunSQL(SMALL, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Descarte',
            fields=[
                ('ficha', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='descarte', serialize=False, to='fichas.ficha')),
                ('motivo', models.CharField(choices=[('teste', 'Registro de teste'), ('duplicada', 'Repete outra ficha'), ('engano', 'Enviada por engano'), ('ilegivel', 'Não há como corrigir'), ('outro', 'Outro motivo')], max_length=12, verbose_name='motivo')),
                ('observacao', models.CharField(blank=True, max_length=200, verbose_name='observação')),
                ('em', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='em')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='evento',
            name='ficha_evento_fato_conhecido',
        ),
        migrations.RemoveConstraint(
            model_name='ficha',
            name='ficha_situacao_conhecida',
        ),
        migrations.RemoveConstraint(
            model_name='ficha',
            name='ficha_inconsistente_tem_erro',
        ),
        migrations.AddField(
            model_name='ficha',
            name='ordem',
            field=models.BigIntegerField(db_default=0, default=0, help_text='Do conteúdo atual, entre todos os confirmados.', verbose_name='ordem de chegada'),
        ),
        migrations.AlterField(
            model_name='evento',
            name='fato',
            field=models.CharField(choices=[('conteudo', 'Conteúdo recebido de novo'), ('corrigida', 'Corrigida'), ('reprocessada', 'Reprocessada'), ('trocada', 'Substituída por novo registro'), ('retifica', 'Criada para substituir um registro exportado'), ('recusada', 'Novo conteúdo recusado: já exportada'), ('tardia', 'Conteúdo mais antigo que o atual chegou depois e não o substituiu'), ('descartada', 'Descartada'), ('restaurada', 'Trazida de volta')], max_length=12, verbose_name='fato'),
        ),
        migrations.AlterField(
            model_name='evento',
            name='situacao',
            field=models.CharField(choices=[('processada', 'Processada'), ('inconsistente', 'Inconsistente'), ('pendente', 'Pendente'), ('exportada', 'Exportada'), ('descartada', 'Descartada')], max_length=13, verbose_name='situação resultante'),
        ),
        migrations.AlterField(
            model_name='ficha',
            name='situacao',
            field=models.CharField(choices=[('processada', 'Processada'), ('inconsistente', 'Inconsistente'), ('pendente', 'Pendente'), ('exportada', 'Exportada'), ('descartada', 'Descartada')], max_length=13, verbose_name='situação'),
        ),
        migrations.AlterField(
            model_name='ficha',
            name='motivo_pendencia',
            field=models.CharField(blank=True, choices=[('aplicativo', 'Sincronizada do aplicativo; aguarda reprocessamento'), ('falha', 'Uma regra falhou ao verificar o registro'), ('sistema', 'O processamento foi interrompido'), ('entrada', 'O arquivo pronto desta ficha se danificou no disco')], max_length=12, verbose_name='motivo da pendência'),
        ),
        migrations.AddConstraint(
            model_name='evento',
            constraint=models.CheckConstraint(condition=models.Q(('fato__in', ['conteudo', 'corrigida', 'reprocessada', 'trocada', 'retifica', 'recusada', 'tardia', 'descartada', 'restaurada'])), name='ficha_evento_fato_conhecido'),
        ),
        migrations.AddConstraint(
            model_name='ficha',
            constraint=models.CheckConstraint(condition=models.Q(('situacao__in', ['processada', 'inconsistente', 'pendente', 'exportada', 'descartada'])), name='ficha_situacao_conhecida'),
        ),
        migrations.AddConstraint(
            model_name='ficha',
            constraint=models.CheckConstraint(condition=models.Q(('situacao', 'pendente'), models.Q(('situacao', 'inconsistente'), ('n_erros__gt', 0)), ('situacao', 'descartada'), models.Q(('situacao__in', ['processada', 'exportada']), ('n_erros', 0)), _connector='OR'), name='ficha_inconsistente_tem_erro'),
        ),
        migrations.AddField(
            model_name='descarte',
            name='entidade',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cadastros.entidade'),
        ),
        migrations.AddField(
            model_name='descarte',
            name='usuario',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='descarte',
            index=models.Index(fields=['entidade', '-em'], name='descarte_em'),
        ),
    ]
