"""Marking a ficha as exportada touches no index: see Ficha.Meta.indexes and docs/adr/0011."""

import django.db.models.deletion
from django.db import migrations, models

# room for one more version of every row in its own page
ROOM = "ALTER TABLE fichas_ficha SET (fillfactor = 45)"
NO_ROOM = "ALTER TABLE fichas_ficha RESET (fillfactor)"

KEEP = """
CREATE FUNCTION fichas_a_exportar() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gone bigint[];
  come bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO fichas_aexportar (ficha_id, entidade_id, data)
    SELECT id, entidade_id, data FROM novas WHERE situacao = 'processada';
    RETURN NULL;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(id ORDER BY id) INTO gone FROM antigas WHERE situacao = 'processada';
  ELSE
    -- no join: the plan kept from a statement of one row is also that of a statement of a million
    SELECT array_agg(id ORDER BY id) FILTER (WHERE n < 0), array_agg(id) FILTER (WHERE n > 0) INTO gone, come
      FROM (SELECT id, sum(n) AS n FROM (
              SELECT id, entidade_id, data, 1 AS n FROM novas WHERE situacao = 'processada'
              UNION ALL
              SELECT id, entidade_id, data, -1 FROM antigas WHERE situacao = 'processada'
            ) d GROUP BY id, entidade_id, data HAVING sum(n) <> 0) e;
  END IF;
  IF gone IS NOT NULL THEN
    DELETE FROM fichas_aexportar WHERE ficha_id = ANY (gone);
  END IF;
  IF come IS NOT NULL THEN
    INSERT INTO fichas_aexportar (ficha_id, entidade_id, data)
    SELECT id, entidade_id, data FROM novas WHERE id = ANY (come);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER ficha_a_exportar_novas AFTER INSERT ON fichas_ficha
  REFERENCING NEW TABLE AS novas FOR EACH STATEMENT EXECUTE FUNCTION fichas_a_exportar();
CREATE TRIGGER ficha_a_exportar_apagadas AFTER DELETE ON fichas_ficha
  REFERENCING OLD TABLE AS antigas FOR EACH STATEMENT EXECUTE FUNCTION fichas_a_exportar();
CREATE TRIGGER ficha_a_exportar_mudadas AFTER UPDATE ON fichas_ficha
  REFERENCING OLD TABLE AS antigas NEW TABLE AS novas FOR EACH STATEMENT EXECUTE FUNCTION fichas_a_exportar();
"""

FORGET = """
DROP TRIGGER ficha_a_exportar_novas ON fichas_ficha;
DROP TRIGGER ficha_a_exportar_apagadas ON fichas_ficha;
DROP TRIGGER ficha_a_exportar_mudadas ON fichas_ficha;
DROP FUNCTION fichas_a_exportar();
"""

FILL = """
INSERT INTO fichas_aexportar (ficha_id, entidade_id, data)
SELECT id, entidade_id, data FROM fichas_ficha WHERE situacao = 'processada'
"""


class Migration(migrations.Migration):
    dependencies = [("cadastros", "0001_initial"), ("fichas", "0006_indice_rara")]
    operations = [
        migrations.RunSQL(ROOM, NO_ROOM),
        migrations.CreateModel(
            name="AExportar",
            fields=[
                (
                    "ficha",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="a_exportar",
                        serialize=False,
                        to="fichas.ficha",
                    ),
                ),
                ("data", models.DateField(null=True)),
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
                "indexes": [models.Index(fields=["entidade", "data", "ficha"], name="aexportar_data")],
            },
        ),
        migrations.RemoveIndex(model_name="ficha", name="ficha_competencia_situacao"),
        migrations.AddField(
            model_name="ficha",
            name="parada",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(("situacao__in", ["inconsistente", "pendente"])),
                    output_field=models.BooleanField(),
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="ficha",
            index=models.Index(
                condition=models.Q(("parada", True)),
                fields=["entidade", "competencia", "id"],
                name="ficha_parada",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, FORGET),
    ]
