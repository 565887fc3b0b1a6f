"""The databases of the tests are those where text that is not compared by its bytes gives other rows."""

from __future__ import annotations


def asked(server, expression):
    with server.connect() as connection:
        cursor = connection.cursor()
        cursor.execute(f"SELECT {expression}")
        return cursor.fetchone()[0]


def test_postgresql_orders_texts_as_french_does_unless_told_otherwise(postgres):
    assert asked(postgres, "'é' < 'f' AND 'a' < 'B'") is True
    assert asked(postgres, """'é' < 'f' COLLATE "C" OR 'a' < 'B' COLLATE "C" """) is False


def test_mariadb_takes_texts_for_equal_that_differ_in_case_accent_emoji_and_spaces_at_the_end(mariadb):
    for one, other in (("Abc", "abc"), ("é", "e"), ("a", "a "), ("\U0001f600", "\U0001f648")):
        assert asked(mariadb, f"'{one}' = '{other}'") == 1
        assert asked(mariadb, f"'{one}' = '{other}' COLLATE utf8mb4_nopad_bin") == 0
