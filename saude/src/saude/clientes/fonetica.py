"""How a name sounds, so that a search forgives small misspellings.

`saude_fonetica` and `saude_chaves` are immutable SQL functions (migration 0003) under a GIN index over the
folded name: no column to keep, every writer (COPY too) is covered, and no extension is needed. Each key
carries the entidade, so that one municipality never walks the postings of another. Per word of the name:
the whole sound (`w`), its consonants (`c`), its first three (`p`) and last three (`s`) letters: one letter
wrong, missing, doubled or swapped leaves at least one of them as it was.
"""

from django.db import connection

VOWELS = str.maketrans("", "", "AIU")

SOUND = r"""
  regexp_replace(
    translate(
      regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        regexp_replace(regexp_replace(
          upper(nome) COLLATE "C",
          '[^A-Z ]', '', 'g'),
          '\m(DA|DE|DO|DAS|DOS|E|[A-Z])\M', '', 'g'),
        'PH', 'F', 'g'),
        'SCH|[CS]H', 'X', 'g'),
        'SC([EI])|C([EIY])', 'S\1\2', 'g'),
        'QU([EI])', 'K\1', 'g'),
        'GU([EI])', 'G_\1', 'g'),
        'G([EI])', 'J\1', 'g'),
      'CQWYZEOH_', 'KKVISIU'),
    '([A-Z])\1+', '\1', 'g')
"""
# The expression stands in both: an index is built with a bare search_path, where one cannot call the other.
FUNCTIONS = rf"""
CREATE OR REPLACE FUNCTION saude_fonetica(nome text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT {SOUND} $$;
CREATE OR REPLACE FUNCTION saude_chaves(entidade bigint, nome text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT coalesce(array_agg(DISTINCT entidade || k), '{{}}')
  FROM regexp_split_to_table({SOUND}, ' +') AS w,
    unnest(ARRAY['w' || w, 'c' || translate(w, 'AIU', ''), 'p' || left(w, 3), 's' || right(w, 3)]) AS k
  WHERE w <> ''
$$;
"""
# The same keys, at a third of the cost (migration 0004): the index asks for them at every client stored or changed.
# A regular expression with a reference to itself is what is slow: only names with a doubled letter pay for it.
QUICK_KEYS = r"""
CREATE OR REPLACE FUNCTION saude_chaves(entidade bigint, nome text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  som text := upper(nome);
  palavras text[];
  w text;
  i int := 0;
  chaves text[] := '{}';
BEGIN
  IF som COLLATE "C" ~ '[^A-Z ]' THEN
    som := regexp_replace(som COLLATE "C", '[^A-Z ]', '', 'g');
  END IF;
  palavras := string_to_array(som, ' ');
  som := replace(replace(replace(replace(som, 'PH', 'F'), 'SCH', 'X'), 'CH', 'X'), 'SH', 'X');
  som := replace(replace(replace(som, 'SCE', 'SE'), 'SCI', 'SI'), 'CE', 'SE');
  som := replace(replace(som, 'CI', 'SI'), 'CY', 'SY');
  som := replace(replace(replace(replace(som, 'QUE', 'KE'), 'QUI', 'KI'), 'GUE', 'G_E'), 'GUI', 'G_I');
  som := translate(replace(replace(som, 'GE', 'JE'), 'GI', 'JI'), 'CQWYZEOH_', 'KKVISIU');
  IF som ~ 'AA|BB|DD|FF|GG|II|JJ|KK|LL|MM|NN|PP|RR|SS|TT|UU|VV|XX' THEN
    som := regexp_replace(som, '([A-Z])\1+', '\1', 'g');
  END IF;
  FOREACH w IN ARRAY string_to_array(som, ' ') LOOP
    i := i + 1;
    CONTINUE WHEN w = '' OR length(palavras[i]) < 2 OR palavras[i] IN ('DA', 'DE', 'DO', 'DAS', 'DOS');
    chaves := chaves || ARRAY[
      entidade || 'w' || w,
      entidade || 'c' || translate(w, 'AIU', ''),
      entidade || 'p' || left(w, 3),
      entidade || 's' || right(w, 3)
    ];
  END LOOP;
  RETURN chaves;
END $$;
"""
INDEX = """
CREATE INDEX IF NOT EXISTS cliente_chaves ON clientes_cliente
USING gin (saude_chaves(entidade_id, busca)) WHERE mesclado_em_id IS NULL
"""


def words(text: str) -> list[str]:
    """The sounds of a folded text, word by word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT saude_fonetica(%s)", [text])
        sounds: str = cursor.fetchone()[0]
    return sounds.split()


def keys(entidade_id: int, word: str, kinds: str) -> list[str]:
    """The keys of one sound; the same letters as `saude_chaves`."""
    made = {"w": word, "c": word.translate(VOWELS), "p": word[:3], "s": word[-3:]}
    return [f"{entidade_id}{kind}{made[kind]}" for kind in kinds]
