from optuna.trial import TrialState, create_trial

from mnistcnn.sweep.slots import OUTCOME, RETRY_OF, slots_of


def trials(*described):
    """`WAITING`, or a state with user attributes; numbered in this order."""
    made = []
    for number, (state, attributes) in enumerate(described):
        values = {"value": 0.5} if state == TrialState.COMPLETE else {}
        trial = create_trial(state=state, user_attrs=attributes, **values)
        trial.number = number
        made.append(trial)
    return made


WAITING, FAIL, COMPLETE = TrialState.WAITING, TrialState.FAIL, TrialState.COMPLETE


def numbers(slots):
    return [[attempt.number for attempt in slot.attempts] for slot in slots]


def test_what_was_made_beyond_the_last_slot_is_nobodys():
    assert numbers(slots_of(trials((COMPLETE, {}), (WAITING, {}), (WAITING, {})), 2)) == [[0], [1]]


def test_a_retry_takes_the_place_of_the_trial_that_was_lost():
    made = trials((FAIL, {}), (COMPLETE, {}), (FAIL, {RETRY_OF: 0}), (WAITING, {RETRY_OF: 2}), (WAITING, {}))
    slots = slots_of(made, 3)
    assert numbers(slots) == [[0, 2, 3], [1], [4]]
    assert [slot.is_done for slot in slots] == [False, True, False]


def test_of_two_retries_made_in_the_same_instant_the_first_counts():
    made = trials((FAIL, {}), (WAITING, {RETRY_OF: 0}), (WAITING, {RETRY_OF: 0}))
    assert numbers(slots_of(made, 1)) == [[0, 1]]


def test_a_trial_that_kills_every_process_is_given_up():
    made = trials((FAIL, {}), (FAIL, {RETRY_OF: 0}), (FAIL, {RETRY_OF: 1}))
    assert not slots_of(made[:2], 1)[0].is_given_up
    assert slots_of(made[:2], 1)[0].needs_retry
    assert slots_of(made, 1)[0].is_given_up
    assert slots_of(made, 1)[0].is_done


def test_a_trial_that_was_interrupted_is_not_to_blame():
    attributes = {OUTCOME: "interrupted"}
    made = trials((FAIL, attributes), *((FAIL, {RETRY_OF: number, **attributes}) for number in range(5)))
    assert slots_of(made, 1)[0].needs_retry
