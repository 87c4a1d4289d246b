import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cadastros', '0007_instalacao_reenviar_mesmo_uuid'),
        ('contas', '0004_validade_dos_tokens'),
        ('exportacao', '0003_itens_sem_conferencia'),
        ('fichas', '0015_desfechos'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Relatorio',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('formato', models.CharField(blank=True, choices=[('pec-inconsistencias', 'Inconsistências do PEC'), ('sisab-validacao', 'Validação do SISAB'), ('siaps-equipe-quadrimestre', 'SIAPS: equipes, por quadrimestre'), ('siaps-visao-competencia', 'SIAPS: visão por competência'), ('marca', 'Importação marcada')], max_length=30, verbose_name='formato')),
                ('estado', models.CharField(choices=[('lendo', 'Sendo lido'), ('previa', 'A confirmar'), ('aplicando', 'Sendo registrado'), ('vale', 'Vale'), ('desfeito', 'Desfeito'), ('deixado', 'Deixado de lado'), ('recusado', 'Recusado')], default='lendo', max_length=9, verbose_name='estado')),
                ('nome', models.CharField(blank=True, max_length=200, verbose_name='nome do arquivo')),
                ('arquivo', models.CharField(blank=True, max_length=80, verbose_name='à espera de leitura, em')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('tamanho', models.BigIntegerField(default=0, verbose_name='tamanho em bytes')),
                ('leitura', models.JSONField(default=dict, verbose_name='como foi lido')),
                ('contexto', models.JSONField(default=dict, verbose_name='o que diz de si')),
                ('totais', models.JSONField(default=dict, verbose_name='contas')),
                ('avisos', models.JSONField(default=list, verbose_name='avisos')),
                ('competencia', models.CharField(blank=True, max_length=6, verbose_name='competência')),
                ('erro', models.CharField(blank=True, max_length=400, verbose_name='erro')),
                ('direto', models.BooleanField(default=False, help_text='Veio pela API: vale logo que é lido.', verbose_name='sem prévia')),
                ('lote', models.CharField(blank=True, max_length=40, verbose_name='lote no PEC')),
                ('data', models.DateField(blank=True, null=True, verbose_name='recebido pelo PEC em')),
                ('criado_em', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='enviado em')),
                ('confirmado_em', models.DateTimeField(null=True, verbose_name='confirmado em')),
                ('desfeito_em', models.DateTimeField(null=True, verbose_name='desfeito em')),
                ('desfeito_por', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entidade', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='relatorios', to='cadastros.entidade')),
                ('exportacao', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='marcas', to='exportacao.exportacao')),
                ('por', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('token', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contas.apitoken')),
            ],
            options={
                'verbose_name': 'relatório de retorno',
            },
        ),
        migrations.CreateModel(
            name='LinhaTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numero', models.PositiveIntegerField(verbose_name='linha')),
                ('cnes', models.CharField(blank=True, max_length=7, verbose_name='CNES')),
                ('ine', models.CharField(blank=True, max_length=10, verbose_name='INE')),
                ('situacao', models.CharField(blank=True, max_length=14, verbose_name='situação')),
                ('texto', models.CharField(blank=True, max_length=200, verbose_name='como está no arquivo')),
                ('total', models.PositiveIntegerField(null=True, verbose_name='fichas')),
                ('dados', models.JSONField(default=dict, verbose_name='o resto')),
                ('relatorio', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='totais_por_linha', to='retorno.relatorio')),
            ],
        ),
        migrations.CreateModel(
            name='Linha',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numero', models.PositiveIntegerField(verbose_name='linha no arquivo')),
                ('uuid', models.CharField(blank=True, db_collation='C', max_length=44, verbose_name='UUID')),
                ('exportacao_id', models.BigIntegerField(null=True, verbose_name='em que exportação foi')),
                ('revisao', models.PositiveIntegerField(null=True, verbose_name='revisão que foi')),
                ('resultado', models.CharField(blank=True, max_length=12, verbose_name='resultado')),
                ('lote', models.CharField(blank=True, max_length=40, verbose_name='lote')),
                ('data', models.DateField(null=True, verbose_name='recebida pelo PEC em')),
                ('tipo_ficha', models.CharField(blank=True, max_length=200, verbose_name='tipo da ficha')),
                ('cnes', models.CharField(blank=True, max_length=7, verbose_name='CNES')),
                ('mensagens', models.JSONField(default=list, verbose_name='mensagens')),
                ('ficha', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='fichas.ficha')),
                ('relatorio', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='linhas', to='retorno.relatorio')),
            ],
        ),
        migrations.CreateModel(
            name='Desfecho',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('posicao', models.BigIntegerField(db_default=0, verbose_name='posição')),
                ('exportacao_id', models.BigIntegerField(verbose_name='exportação')),
                ('revisao', models.PositiveIntegerField(verbose_name='revisão enviada')),
                ('fonte', models.CharField(choices=[('relatorio', 'Relatório do PEC'), ('marcada', 'Importação marcada'), ('transmissao', 'Transmissão ao PEC')], max_length=11, verbose_name='fonte')),
                ('resultado', models.CharField(choices=[('aceita', 'Aceita'), ('recusada', 'Recusada'), ('repetida', 'Repetida'), ('desconhecida', 'Desconhecida')], max_length=12, verbose_name='resultado')),
                ('lote', models.CharField(blank=True, max_length=40, verbose_name='lote')),
                ('data', models.DateField(null=True, verbose_name='dia, segundo o PEC')),
                ('mensagens', models.JSONField(default=list, help_text='Sem CPF nem CNS.', verbose_name='mensagens')),
                ('vale', models.BooleanField(default=True, verbose_name='vale')),
                ('repete', models.BooleanField(default=False, help_text='Outro relatório disse o mesmo antes.', verbose_name='já se sabia')),
                ('em', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='em')),
                ('entidade', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='cadastros.entidade')),
                ('ficha', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='desfechos', to='fichas.ficha')),
                ('relatorio', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='desfechos', to='retorno.relatorio')),
            ],
        ),
        migrations.AddIndex(
            model_name='relatorio',
            index=models.Index(fields=['entidade', '-criado_em'], name='relatorio_criado'),
        ),
        migrations.AddConstraint(
            model_name='relatorio',
            constraint=models.UniqueConstraint(condition=models.Q(('estado__in', ('lendo', 'previa', 'aplicando', 'vale'))), fields=('entidade', 'sha256'), name='relatorio_uma_vez'),
        ),
        migrations.AddConstraint(
            model_name='relatorio',
            constraint=models.UniqueConstraint(condition=models.Q(('estado', 'vale'), ('formato', 'marca')), fields=('exportacao',), name='exportacao_marcada_uma_vez'),
        ),
        migrations.AddConstraint(
            model_name='relatorio',
            constraint=models.CheckConstraint(condition=models.Q(('estado__in', ['lendo', 'previa', 'aplicando', 'vale', 'desfeito', 'deixado', 'recusado'])), name='relatorio_estado_conhecido'),
        ),
        migrations.AddConstraint(
            model_name='linhatotal',
            constraint=models.UniqueConstraint(fields=('relatorio', 'numero'), name='linha_total_unica'),
        ),
        migrations.AddConstraint(
            model_name='linha',
            constraint=models.UniqueConstraint(fields=('relatorio', 'numero'), name='linha_do_relatorio_unica'),
        ),
        migrations.AddIndex(
            model_name='desfecho',
            index=models.Index(fields=['ficha'], name='desfecho_ficha'),
        ),
        migrations.AddIndex(
            model_name='desfecho',
            index=models.Index(fields=['entidade', 'posicao'], name='desfecho_posicao'),
        ),
        migrations.AddIndex(
            model_name='desfecho',
            index=models.Index(condition=models.Q(('relatorio__isnull', False)), fields=['relatorio', 'ficha'], name='desfecho_relatorio'),
        ),
        migrations.AddIndex(
            model_name='desfecho',
            index=models.Index(fields=['exportacao_id', 'ficha'], name='desfecho_exportacao'),
        ),
        migrations.AddConstraint(
            model_name='desfecho',
            constraint=models.CheckConstraint(condition=models.Q(('resultado__in', ['aceita', 'recusada', 'repetida', 'desconhecida'])), name='desfecho_fato_resultado_conhecido'),
        ),
        migrations.AddConstraint(
            model_name='desfecho',
            constraint=models.CheckConstraint(condition=models.Q(('fonte__in', ['relatorio', 'marcada', 'transmissao'])), name='desfecho_fonte_conhecida'),
        ),
        # in the order of commits (travas.DESFECHOS): readers go on from a position and miss nothing
        migrations.RunSQL("CREATE SEQUENCE retorno_posicao", "DROP SEQUENCE retorno_posicao"),
    ]
