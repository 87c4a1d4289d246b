"""The kept counts per establishment, beside those of the entidade: docs/adr/0020.

One aggregation of what a statement changed feeds both tables, so the two never disagree.
"""

import django.db.models.deletion
from django.db import migrations, models

KEYS = "entidade_id, competencia, tipo, situacao, especialidade, urgencia"

COUNT = f"""
CREATE OR REPLACE FUNCTION fichas_contar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    WITH d AS (
      SELECT {KEYS}, cnes, count(*) AS n FROM novas GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), areas AS (
      INSERT INTO fichas_contagemdaarea ({KEYS}, cnes, n) SELECT * FROM d
    )
    INSERT INTO fichas_contagem ({KEYS}, n) SELECT {KEYS}, sum(n) FROM d GROUP BY 1, 2, 3, 4, 5, 6;
  ELSIF TG_OP = 'DELETE' THEN
    WITH d AS (
      SELECT {KEYS}, cnes, -count(*) AS n FROM antigas GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), areas AS (
      INSERT INTO fichas_contagemdaarea ({KEYS}, cnes, n) SELECT * FROM d
    )
    INSERT INTO fichas_contagem ({KEYS}, n) SELECT {KEYS}, sum(n) FROM d GROUP BY 1, 2, 3, 4, 5, 6;
  ELSE
    WITH d AS (
      SELECT {KEYS}, cnes, sum(n) AS n FROM (
        SELECT {KEYS}, cnes, 1 AS n FROM novas
        UNION ALL
        SELECT {KEYS}, cnes, -1 FROM antigas
      ) m GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0
    ), areas AS (
      INSERT INTO fichas_contagemdaarea ({KEYS}, cnes, n) SELECT * FROM d
    )
    INSERT INTO fichas_contagem ({KEYS}, n)
    SELECT {KEYS}, sum(n) FROM d GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0;
  END IF;
  RETURN NULL;
END $$;
"""

UNCOUNT = f"""
CREATE OR REPLACE FUNCTION fichas_contar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO fichas_contagem ({KEYS}, n)
    SELECT {KEYS}, count(*) FROM novas GROUP BY 1, 2, 3, 4, 5, 6;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO fichas_contagem ({KEYS}, n)
    SELECT {KEYS}, -count(*) FROM antigas GROUP BY 1, 2, 3, 4, 5, 6;
  ELSE
    INSERT INTO fichas_contagem ({KEYS}, n)
    SELECT {KEYS}, sum(n) FROM (
      SELECT {KEYS}, 1 AS n FROM novas
      UNION ALL
      SELECT {KEYS}, -1 FROM antigas
    ) d GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0;
  END IF;
  RETURN NULL;
END $$;
"""

# nobody writes between the count and the new trigger
FILL = f"""
LOCK TABLE fichas_ficha IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO fichas_contagemdaarea ({KEYS}, cnes, n)
SELECT {KEYS}, cnes, count(*) FROM fichas_ficha GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


class Migration(migrations.Migration):
    dependencies = [("cadastros", "0001_initial"), ("fichas", "0009_descarte_e_ordem")]
    operations = [
        migrations.CreateModel(
            name="ContagemDaArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cnes", models.CharField(blank=True, max_length=7)),
                ("competencia", models.CharField(max_length=6)),
                ("tipo", models.CharField(max_length=4)),
                ("situacao", models.CharField(max_length=13)),
                ("especialidade", models.CharField(max_length=20)),
                ("urgencia", models.BooleanField()),
                ("n", models.BigIntegerField()),
                (
                    "entidade",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="cadastros.entidade",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["entidade", "cnes", "competencia"], name="contagem_area")],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT, UNCOUNT),
    ]
