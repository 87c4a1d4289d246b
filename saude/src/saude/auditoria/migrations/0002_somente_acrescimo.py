from django.db import migrations

CREATE = """
CREATE FUNCTION auditoria_evento_imutavel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'auditoria_evento aceita somente acréscimos';
END $$;
CREATE TRIGGER auditoria_evento_imutavel BEFORE UPDATE OR DELETE ON auditoria_evento
    FOR EACH ROW EXECUTE FUNCTION auditoria_evento_imutavel();
"""
DROP = """
DROP TRIGGER auditoria_evento_imutavel ON auditoria_evento;
DROP FUNCTION auditoria_evento_imutavel();
"""


class Migration(migrations.Migration):
    dependencies = [("auditoria", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
