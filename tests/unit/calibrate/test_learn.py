"""A profile learned from pictures of which everything is known."""

from random import Random

import pytest
from tests.unit.calibrate.synthetic import samples
from tests.unit.see.painting import NAMES, profile, written

from aviator.calibrate.learn import infer_format, learn_profile
from aviator.calibrate.readback import read_back
from aviator.calibrate.samples import Sample
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see import regions
from aviator.see.numbers import NumberFormat

NUMBERS = ("1234.56", "1.00", "987654.32", "27.48", "10.05")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", [Field.BALANCE, Field.SCORE, Field.HISTORY, Field.TOTAL_WIN])
def test_the_formats_of_all_six(name, field):
    form = profile(name).fields[field].format
    assert infer_format([written(form, n) for n in NUMBERS]) == form


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["1,234.56x", "1.00x"], NumberFormat(".", ",", (2,), "", "x")),
        (["1.234,56 RSD", "1,00 RSD"], NumberFormat(",", ".", (2,), "", "RSD")),
        (["€ 1 234.56", "€ 1.00"], NumberFormat(".", " ", (2,), "€", "")),
        (["1\u00a0234,56 KM", "1,00 KM"], NumberFormat(",", " ", (2,), "", "KM")),
        (["$1,234,567.89", "$5.00"], NumberFormat(".", ",", (2,), "$", "")),
        (["1.6x", "8x", "1.65x"], NumberFormat(".", "", (0, 1, 2), "", "x")),
        (["91", "355", "7"], NumberFormat(".", "", (0,), "", "")),
        (["1,000", "12,345", "7"], NumberFormat(".", ",", (0,), "", "")),
    ],
)
def test_other_formats(texts, form):
    assert infer_format(texts) == form
    assert all(form.parse(t) is not None for t in texts)


@pytest.fixture(scope="module", params=["admiral", "meridian"])
def pictures(request) -> tuple[str, list[Sample]]:
    return request.param, samples(profile(request.param), 72, Random(request.param))


def test_a_profile_is_learned_and_reads_its_pictures_back(pictures, tmp_path):
    name, taken = pictures
    original, learned = profile(name), learn_profile(name, taken)
    assert (learned.name, learned.window) == (name, original.window)
    assert learned.boxes().keys() == set(Field)
    for field, spec in original.fields.items():
        assert learned.fields[field].format.suffix == spec.format.suffix
        assert learned.fields[field].format.prefix == spec.format.prefix
        assert learned.fields[field].format.decimal == spec.format.decimal
    assert {i.when for i in learned.fields[Field.SCORE].inks} == {"flight", "ended"}
    assert learned.fields[Field.HISTORY].newest == original.fields[Field.HISTORY].newest
    for button, spec in original.buttons.items():
        assert learned.buttons[button].centres == {state: colours[:1] for state, colours in spec.centres.items()}
    agreement = read_back(learned, taken)
    assert agreement.misread == ()
    assert agreement.wrong == 0
    assert agreement.right >= 0.99 * agreement.labelled - len(taken), "all but the oldest on each strip, and next to nothing"
    regions.save(learned, tmp_path / "mine.toml")
    assert read_back(regions.load(tmp_path / "mine.toml"), taken) == agreement


def test_what_is_missing_is_the_users_mistake(pictures):
    name, taken = pictures
    for phase, sentence in (
        ("betting", "No sample shows the phase waiting"),
        ("black", "No sample shows the phase black"),
        ("ended", "no score in flight or none at the end"),
        ("flying", "no score in flight or none at the end"),
    ):
        with pytest.raises(UserMistake, match=sentence):
            learn_profile(name, [s for s in taken[:24] if s.phase != phase])


def test_a_wrong_reading_is_named(pictures):
    """A label that says something else than the picture."""
    name, taken = pictures
    label = dict(taken[0].labels[Field.BALANCE])
    label["text"] = written(profile(name).fields[Field.BALANCE].format, "777.77")
    wrong = Sample(taken[0].pixels, {**taken[0].labels, Field.BALANCE: label})
    agreement = read_back(profile(name), [wrong])
    assert agreement.wrong == 1
    assert agreement.misread[0].startswith("balance 777.77 read as ")
