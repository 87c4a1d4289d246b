"""Batches with their fichas one by one (preview, ticks, outcome, undo), and who has a ficha open to mend it."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadastros', '0006_versao_pec'),
        ('fichas', '0013_sem_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemReprocessamento',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('escolhida', models.BooleanField(default=True, verbose_name='escolhida')),
                ('revisao_antes', models.PositiveIntegerField(verbose_name='revisão antes')),
                ('situacao_antes', models.CharField(max_length=13, verbose_name='situação antes')),
                ('motivo_antes', models.CharField(blank=True, max_length=12, verbose_name='motivo da pendência antes')),
                ('efeito', models.CharField(blank=True, choices=[('', 'A conferir'), ('resolve', 'Resolve'), ('nova', 'Traz outra inconsistência'), ('continua', 'Não resolve'), ('igual', 'Nada muda')], max_length=8, verbose_name='efeito')),
                ('aviso', models.CharField(blank=True, max_length=300, verbose_name='o que a conferência disse')),
                ('feita', models.BooleanField(default=False, verbose_name='feita')),
                ('porque', models.CharField(blank=True, choices=[('', ''), ('mudou', 'mudou depois da prévia'), ('corrigida', 'foi corrigida ou recebida de novo depois do lote'), ('exportada', 'já foi exportada'), ('descartada', 'foi descartada'), ('voltou', 'já não está como o lote a deixou'), ('resolvida', 'já não tem esta inconsistência'), ('falhou', 'não pôde ser processada')], max_length=10, verbose_name='porque não')),
                ('revisao_depois', models.PositiveIntegerField(null=True, verbose_name='revisão depois')),
                ('situacao_depois', models.CharField(blank=True, max_length=13, verbose_name='situação depois')),
            ],
            options={
                'verbose_name': 'ficha de um lote',
            },
        ),
        migrations.CreateModel(
            name='Presenca',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('aba', models.CharField(max_length=32)),
                ('desde', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('vista_em', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='evento',
            name='ficha_evento_fato_conhecido',
        ),
        migrations.RemoveConstraint(
            model_name='reprocessamento',
            name='reprocessamento_estado_conhecido',
        ),
        migrations.AddField(
            model_name='blocoreprocessamento',
            name='conferido_em',
            field=models.DateTimeField(null=True, verbose_name='conferido em'),
        ),
        migrations.AddField(
            model_name='reprocessamento',
            name='acao',
            field=models.CharField(choices=[('reprocessar', 'Reprocessamento'), ('corrigir', 'Correção por causa'), ('descartar', 'Recebimento desfeito'), ('cadastro', 'Correção de cadastro'), ('desfazer', 'Desfazer')], default='reprocessar', max_length=11, verbose_name='o que faz'),
        ),
        migrations.AddField(
            model_name='reprocessamento',
            name='desfaz',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='desfeito_por', to='fichas.reprocessamento', verbose_name='lote que desfaz'),
        ),
        migrations.AddField(
            model_name='reprocessamento',
            name='puladas',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='evento',
            name='fato',
            field=models.CharField(choices=[('conteudo', 'Conteúdo recebido de novo'), ('corrigida', 'Corrigida'), ('reprocessada', 'Reprocessada'), ('trocada', 'Substituída por novo registro'), ('retifica', 'Criada para substituir um registro exportado'), ('recusada', 'Novo conteúdo recusado: já exportada'), ('tardia', 'Conteúdo mais antigo que o atual chegou depois e não o substituiu'), ('descartada', 'Descartada'), ('restaurada', 'Trazida de volta'), ('regenerada', 'Escrita em outra versão do LEDI'), ('voltou', 'Voltou a uma versão anterior'), ('desfeita', 'Mudança em lote desfeita')], max_length=12, verbose_name='fato'),
        ),
        migrations.AlterField(
            model_name='ficha',
            name='motivo_pendencia',
            field=models.CharField(blank=True, choices=[('aplicativo', 'Sincronizada do aplicativo; aguarda reprocessamento'), ('falha', 'Uma regra falhou ao verificar o registro'), ('sistema', 'O processamento foi interrompido'), ('instalacao', 'Os dados da instalação não estão certos; aguarda a correção deles'), ('entrada', 'O arquivo pronto desta ficha se danificou no disco'), ('desfeito', 'O reprocessamento foi desfeito; aguarda outro')], max_length=12, verbose_name='motivo da pendência'),
        ),
        migrations.AlterField(
            model_name='reprocessamento',
            name='estado',
            field=models.CharField(choices=[('montando', 'Em conferência'), ('previa', 'Prévia'), ('espera', 'Na fila'), ('rodando', 'Em andamento'), ('concluido', 'Concluído'), ('falhou', 'Falhou')], default='espera', max_length=9, verbose_name='estado'),
        ),
        migrations.AddConstraint(
            model_name='evento',
            constraint=models.CheckConstraint(condition=models.Q(('fato__in', ['conteudo', 'corrigida', 'reprocessada', 'trocada', 'retifica', 'recusada', 'tardia', 'descartada', 'restaurada', 'regenerada', 'voltou', 'desfeita'])), name='ficha_evento_fato_conhecido'),
        ),
        migrations.AddConstraint(
            model_name='reprocessamento',
            constraint=models.CheckConstraint(condition=models.Q(('estado__in', ['montando', 'previa', 'espera', 'rodando', 'concluido', 'falhou'])), name='reprocessamento_estado_conhecido'),
        ),
        migrations.AddField(
            model_name='itemreprocessamento',
            name='ficha',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='fichas.ficha'),
        ),
        migrations.AddField(
            model_name='itemreprocessamento',
            name='reprocessamento',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='itens', to='fichas.reprocessamento'),
        ),
        migrations.AddField(
            model_name='presenca',
            name='ficha',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='fichas.ficha'),
        ),
        migrations.AddField(
            model_name='presenca',
            name='usuario',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='itemreprocessamento',
            constraint=models.UniqueConstraint(fields=('reprocessamento', 'ficha'), name='item_de_lote_unico'),
        ),
        migrations.AddConstraint(
            model_name='itemreprocessamento',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('feita', True), _negated=True), ('porque', ''), _connector='OR'), name='item_feito_sem_porque'),
        ),
        migrations.AddConstraint(
            model_name='presenca',
            constraint=models.UniqueConstraint(fields=('ficha', 'usuario', 'aba'), name='presenca_unica'),
        ),
    ]
