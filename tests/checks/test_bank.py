"""How answers are asked, in any exercise: stubs, errors, endless loops, changed inputs, wrong counts, hints."""

import importlib
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

import nnlib
from nnlib.checks import check, exercises, hint
from nnlib.checks.answers import Answer, Wrong, as_array, as_names, as_number, as_parts, brief, require, require_close
from nnlib.checks.registry import BANK, exercise
from tools import clone

ROOT = Path(__file__).parents[2]
NAMES = [entry.id for entry in exercises()]
EXERCISE = re.compile(r"`{3,}\{exercise-start\} (.+)\n:label: ex-([\w-]+)")


@pytest.fixture
def doubling():
    """Put an exercise for these tests into the bank: return twice the array."""

    @exercise("00-test", "Fill: twice", "double(x) -> array", hints=("How often?", "Twice.", "`2 * x`"), seconds=0.3)
    def judge(double: Answer):
        for x in (np.arange(3.0), np.ones((2, 4))):
            require_close(as_array(double(x), "double(x)", x.shape), 2 * x, "double(x)")
        return "It doubles."

    yield "00-test"
    del BANK["00-test"]


def stub(x):
    """Return twice x."""
    ...


def not_implemented(x):
    raise NotImplementedError


@pytest.mark.parametrize("answers", [(), (...,), (None,), (stub,), (not_implemented,)])
def test_an_untouched_stub_is_not_attempted(doubling, answers):
    verdict = check(doubling, *answers)
    assert not verdict.attempted and not verdict.passed and not verdict
    assert repr(verdict).startswith("00-test: not attempted yet.")


def without_return(x):
    result = 2 * x
    print(result)


def without_else(x):
    if x.ndim == 1:
        return 2 * x


@pytest.mark.parametrize("answer", [without_return, without_else])
def test_an_answer_without_return_is_an_attempt(doubling, answer):
    verdict = check(doubling, answer)
    assert verdict.attempted and not verdict.passed
    assert verdict.message == f"{answer.__name__} returns nothing. Does each way through it end in a return?"


@pytest.mark.parametrize(
    "answer", [lambda x: 2 * x, lambda x: x + x, lambda x: (2 * x).tolist(), np.array(2.0).__mul__]
)
def test_a_right_answer_passes(doubling, answer):
    verdict = check(doubling, answer)
    assert verdict.passed and verdict.attempted and verdict and verdict.mistake is None
    assert repr(verdict) == "00-test: right. It doubles."


def crash(x):
    y = x[:, 0, 0]  # too many
    return y


def endless(x):
    while True:
        x = x + 1


def endless_and_deaf(x):
    while True:
        try:
            x = nnlib.activations.sigmoid(x)
        except Exception:
            pass


def change(x):
    x *= 2
    return x


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: 3 * x, "double(x) is 6; it has to be 4, at index (2,)."),
        (lambda x: np.where(x == 2, np.nan, 2 * x), "double(x) is nan; it has to be 4"),
        (lambda x: 2 * x[:1], "double(x) has shape (1,); it needs (3,)."),
        (lambda x: "twice", "double(x) has to be an array of numbers; it is 'twice'."),
        (crash, "crash stops with IndexError: too many indices"),
        (crash, "in your line: y = x[:, 0, 0]  # too many"),
        (endless, "endless was still running after 0.3 seconds. Does its loop end?"),
        (endless_and_deaf, "endless_and_deaf was still running"),
        (change, "change changes what it is given"),
        (3.0, "double has to be a function, without its parentheses; what came is 3."),
    ],
)
def test_what_is_wrong_is_said(doubling, answer, words):
    verdict = check(doubling, answer)
    assert verdict.attempted and not verdict.passed and not verdict
    assert words in verdict.message
    assert repr(verdict).startswith("00-test: not yet.")


def test_an_endless_loop_takes_no_longer_than_said(doubling):
    # No measure of speed: a loop that is not ended never comes here.
    start = time.monotonic()
    check(doubling, endless)
    assert time.monotonic() - start < 30
    assert sys.gettrace() is None


def test_a_result_that_no_judge_expects_is_no_traceback():
    @exercise("00-odd", "Fill: odd", "odd() -> dict", hints=("?",))
    def judge(odd: Answer):
        return odd()["key"]

    try:
        assert "could not be judged: KeyError" in check("00-odd", dict).message
    finally:
        del BANK["00-odd"]


def test_wrong_calls_meet_words_of_ours(doubling):
    with pytest.raises(ValueError, match=r"exercise is '00-tset'; the nearest are 00-test"):
        check("00-tset", stub)
    with pytest.raises(ValueError, match=r"00-test takes 1 answers \(double\); there are 2"):
        check(doubling, stub, change)
    with pytest.raises(ValueError, match="exercise is 'x'"):
        hint("x")


def test_hints_climb_and_start_again(doubling):
    assert [hint(doubling).message for _ in range(4)] == ["How often?", "Twice.", "`2 * x`", "How often?"]
    assert repr(hint(doubling)) == "00-test, hint 2 of 3: Twice."


def test_a_function_that_works_in_place_may_change_what_it_is_given():
    def scale(net):
        net.theta *= 2

    net = nnlib.NeuralNetwork(2, 2, 1, rng=0)
    theta = net.theta.copy()
    assert Answer(scale).in_place(net) is None
    np.testing.assert_array_equal(net.theta, 2 * theta)
    with pytest.raises(Wrong, match="scale changes what it is given"):
        Answer(scale)(net)


def test_warnings_are_noted_and_not_shown():
    careless = Answer(lambda x: 1 / (1 + np.exp(-x)))
    careless(np.array([-1000.0]))
    assert any("overflow" in words for words in careless.warned)
    careless(np.array([0.0]))
    assert careless.warned == []


def test_the_small_requirements():
    require(True, "no")
    with pytest.raises(Wrong, match="no"):
        require(False, "no")
    assert as_number([[2]], "a") == 2.0
    with pytest.raises(Wrong, match=r"a has to be one number; it is an array of shape \(2,\)"):
        as_number([1, 2], "a")
    assert as_parts([1, 2], "f", 2) == (1, 2)
    for value in (np.zeros(2), 3, (1, 2, 3)):
        with pytest.raises(Wrong, match="f has to return 2 things"):
            as_parts(value, "f", 2)
    assert brief(np.array([1.0, 2.5])) == "[1. 2.5]" and brief(np.zeros((3, 4))) == "an array of shape (3, 4)"


def test_two_numbers_that_differ_are_shown_different():
    with pytest.raises(Wrong, match=r"x is 0\.365529289; it has to be 0\.365529294\."):
        require_close(0.365529289, 0.365529294, "x", rtol=1e-12, atol=0)


def test_names_come_in_any_collection():
    for names in (["b1", "W1"], ("W1", "b1", "W1"), {"W1", "b1"}, np.array(["W1", "b1"]), (n for n in ("b1", "W1"))):
        assert as_names(names, "f", such_as="W1") == {"W1", "b1"}
    assert as_names([], "f", such_as="W1") == set()
    for value in ("W1", "", 3, [1, 2], [["W1"]], [True, False]):
        with pytest.raises(Wrong, match=r'f has to return a list of names, such as \["W1"\]; it returns'):
            as_names(value, "f", such_as="W1")


def test_a_notebook_shows_the_verdict_and_a_script_prints_it_once():
    program = "from nnlib.checks import check, hint\ncheck('01-gates')\nhint('01-gates')"
    script = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert script.stdout.count("01-gates") == 2
    shown = check("01-gates")._repr_html_()
    assert "<b>01-gates: not attempted yet.</b>" in shown


def test_a_message_cannot_break_the_page(doubling):
    assert "<script>" not in check(doubling, lambda x: "<script>")._repr_html_()


# ---- the bank and the book


def in_the_book():
    """Yield (id, title) of every exercise of the book."""
    for path in clone.chapters():
        for cell in nbformat.read(path, as_version=4).cells:
            yield from ((id, title) for title, id in EXERCISE.findall(cell.source))


def test_the_bank_is_the_book():
    assert dict(in_the_book()) == {entry.id: entry.title for entry in exercises()}


@pytest.mark.parametrize("name", NAMES)
def test_each_exercise_has_hints_right_answers_and_wrong_ones(name):
    module = importlib.import_module(f"tests.checks.test_{BANK[name].judge.__module__.rpartition('.')[2]}")
    assert 2 <= len(BANK[name].hints) <= 3
    assert len(module.RIGHT[name]) >= 2
    assert len(module.WRONG[name]) >= 3
