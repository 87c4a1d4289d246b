"""Kept counts and locks that live in the database.

Every statement on fichas_ficha appends its difference to fichas_contagem, inside the same transaction: the panel is
right at every moment and nobody waits for anybody (a counter row updated in place would serialise all writers).
"""

from django.db import migrations

COUNT = """
CREATE FUNCTION fichas_contar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO fichas_contagem (entidade_id, competencia, tipo, situacao, especialidade, urgencia, n)
    SELECT entidade_id, competencia, tipo, situacao, especialidade, urgencia, count(*)
      FROM novas GROUP BY 1, 2, 3, 4, 5, 6;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO fichas_contagem (entidade_id, competencia, tipo, situacao, especialidade, urgencia, n)
    SELECT entidade_id, competencia, tipo, situacao, especialidade, urgencia, -count(*)
      FROM antigas GROUP BY 1, 2, 3, 4, 5, 6;
  ELSE
    INSERT INTO fichas_contagem (entidade_id, competencia, tipo, situacao, especialidade, urgencia, n)
    SELECT entidade_id, competencia, tipo, situacao, especialidade, urgencia, sum(n) FROM (
      SELECT entidade_id, competencia, tipo, situacao, especialidade, urgencia, 1 AS n FROM novas
      UNION ALL
      SELECT entidade_id, competencia, tipo, situacao, especialidade, urgencia, -1 FROM antigas
    ) d GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER ficha_contar_novas AFTER INSERT ON fichas_ficha
  REFERENCING NEW TABLE AS novas FOR EACH STATEMENT EXECUTE FUNCTION fichas_contar();
CREATE TRIGGER ficha_contar_apagadas AFTER DELETE ON fichas_ficha
  REFERENCING OLD TABLE AS antigas FOR EACH STATEMENT EXECUTE FUNCTION fichas_contar();
CREATE TRIGGER ficha_contar_mudadas AFTER UPDATE ON fichas_ficha
  REFERENCING OLD TABLE AS antigas NEW TABLE AS novas FOR EACH STATEMENT EXECUTE FUNCTION fichas_contar();
"""

UNCOUNT = """
DROP TRIGGER ficha_contar_novas ON fichas_ficha;
DROP TRIGGER ficha_contar_apagadas ON fichas_ficha;
DROP TRIGGER ficha_contar_mudadas ON fichas_ficha;
DROP FUNCTION fichas_contar();
"""

LOCK = """
CREATE FUNCTION fichas_recusar_mudanca() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ficha % is exported and locked', OLD.id USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER ficha_exportada_travada BEFORE UPDATE ON fichas_ficha FOR EACH ROW
  WHEN (OLD.situacao = 'exportada' AND (NEW.situacao <> 'exportada' OR NEW.revisao <> OLD.revisao))
  EXECUTE FUNCTION fichas_recusar_mudanca();
"""

UNLOCK = """
DROP TRIGGER ficha_exportada_travada ON fichas_ficha;
DROP FUNCTION fichas_recusar_mudanca();
"""

# already deflated: trying to compress it again costs time at intake and gains nothing
STORE = "ALTER TABLE fichas_entrada ALTER COLUMN dados SET STORAGE EXTERNAL"


class Migration(migrations.Migration):
    dependencies = [("fichas", "0001_initial")]
    operations = [
        migrations.RunSQL(COUNT, UNCOUNT),
        migrations.RunSQL(LOCK, UNLOCK),
        migrations.RunSQL(STORE, migrations.RunSQL.noop),
    ]
