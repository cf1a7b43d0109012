"""Tests made of answers: right ones, written differently, and wrong ones that students give."""

import pytest

from nnlib.checks import check


def judged(right, wrong):
    """Return two tests: every answer of `right` passes, every answer of `wrong` is told what is wrong.

    right : {exercise: {what it is: answers}}, where answers is a tuple, as `check` takes them
    wrong : {exercise: {what it is: (words of the message, *answers)}}
    """
    right_cases = [pytest.param(id, answers, id=f"{id}: {what}") for id in right for what, answers in right[id].items()]
    wrong_cases = [
        pytest.param(id, words, answers, id=f"{id}: {what}")
        for id in wrong
        for what, (words, *answers) in wrong[id].items()
    ]

    @pytest.mark.parametrize(("exercise", "answers"), right_cases)
    def test_a_right_answer_passes(exercise, answers):
        verdict = check(exercise, *answers)
        assert verdict.passed, verdict.message

    @pytest.mark.parametrize(("exercise", "words", "answers"), wrong_cases)
    def test_a_wrong_answer_is_told_so(exercise, words, answers):
        verdict = check(exercise, *answers)
        assert verdict.attempted and not verdict.passed, verdict.message
        assert words in verdict.message and "could not be judged" not in verdict.message, verdict.message

    return test_a_right_answer_passes, test_a_wrong_answer_is_told_so
