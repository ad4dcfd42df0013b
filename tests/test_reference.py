"""The generated reference page is what the code says today."""

from tests.reference_page import PATH, page


def test_the_reference_page_is_up_to_date():
    assert PATH.read_text(encoding="utf-8") == page(), "run 'python3 start.py refresh'"


def test_every_balancer_answers_with_every_nat_and_the_nat_sees_nothing_of_it():
    rows = [line.split(" | ") for line in page().splitlines() if " | instance | " in line or " | gateway | " in line]
    assert len(rows) == 8
    assert all(row[2] == "200 OK" and row[-1] == "0 |" for row in rows)
