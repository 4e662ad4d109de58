"""The templates escape every text, and a style sheet holds none but as escapes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.write.html import TEMPLATES, css_text, source

ESCAPE = re.compile(r"\\([0-9a-f]+) ")


@given(st.text(max_size=20) | st.text("</style>\"'\\{};@\n\r\x00\u202e a1", max_size=20))
def test_a_text_in_a_style_sheet_reads_as_it_was_and_ends_nothing(text):
    sheet = css_text(text)
    assert re.fullmatch(r'"(?:[A-Za-z0-9 ]|\\[0-9a-f]{1,6} )*"', sheet)
    assert ESCAPE.sub(lambda found: chr(int(found[1], 16)), sheet[1:-1]) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20))
def test_a_reader_of_style_sheets_finds_the_text(text):
    sheets = pytest.importorskip("tinycss2")
    (rule,) = sheets.parse_stylesheet(f"a{{content:{css_text(text)}}}")
    (declaration,) = sheets.parse_blocks_contents(rule.content)
    (token,) = declaration.value
    assert token.type == "string" and token.value == text


def test_a_source_is_a_hash_as_a_policy_has_it():
    assert source("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.j2")), ids=lambda path: path.name)
def test_no_template_goes_around_the_escaping(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", text)
    for element in re.findall(r"<(?:style|script)>(.*?)</", text):
        assert element in ("{{ css }}", "{{ js }}")
    assert "<!--" not in text
