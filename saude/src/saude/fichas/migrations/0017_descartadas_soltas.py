"""Discarded replacements of before stand in no place, as those of today."""

from django.db import migrations

APART = """
UPDATE fichas_descarte d SET substituia_id = f.substitui_id
FROM fichas_ficha f WHERE f.id = d.ficha_id AND f.substitui_id IS NOT NULL;
UPDATE fichas_ficha SET substitui_id = NULL WHERE situacao = 'descartada' AND substitui_id IS NOT NULL;
"""
BACK = """
UPDATE fichas_ficha f SET substitui_id = d.substituia_id
FROM fichas_descarte d WHERE f.id = d.ficha_id AND d.substituia_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM fichas_ficha o WHERE o.substitui_id = d.substituia_id);
"""


class Migration(migrations.Migration):
    dependencies = [("fichas", "0016_trocas_descartadas")]
    operations = [migrations.RunSQL(APART, BACK)]
