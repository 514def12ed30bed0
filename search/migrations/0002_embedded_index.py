"""The full-text index of the embedded engine, in the database's own way."""

from django.db import migrations

MAKE = {
    # An ordinary FTS5 table (SQLite 3.40 cannot delete from a contentless one). The words are cut and folded before
    # they come here, so the tokenizer must not remove marks a second time: «điều» and «diêu» differ in raw_*.
    "sqlite": [
        """CREATE VIRTUAL TABLE search_index USING fts5(
               raw_name, folded_name, raw_body, folded_body,
               tokenize="unicode61 remove_diacritics 0", prefix='2 3')""",
    ],
    # A column that PostgreSQL computes by itself; the labels A to D keep the four word columns apart in one index.
    "postgresql": [
        """ALTER TABLE search_searchdocument ADD COLUMN words tsvector GENERATED ALWAYS AS (
               setweight(to_tsvector('simple', raw_name), 'A') || setweight(to_tsvector('simple', folded_name), 'B') ||
               setweight(to_tsvector('simple', raw_body), 'C') || setweight(to_tsvector('simple', folded_body), 'D')
           ) STORED""",
        "CREATE INDEX search_document_words ON search_searchdocument USING gin (words)",
    ],
}
UNMAKE = {
    "sqlite": ["DROP TABLE search_index"],
    "postgresql": ["DROP INDEX search_document_words", "ALTER TABLE search_searchdocument DROP COLUMN words"],
}


def make(apps, schema_editor):
    for statement in MAKE.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement, params=None)


def unmake(apps, schema_editor):
    for statement in UNMAKE.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(make, unmake, elidable=False)]
