from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadastros', '0006_versao_pec'),
    ]

    operations = [
        migrations.AddField(
            model_name='instalacao',
            name='reenviar_mesmo_uuid',
            field=models.BooleanField(default=False, verbose_name='reenviar com o mesmo uuid a ficha recusada'),
        ),
    ]
