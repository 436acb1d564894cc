"""The sentence beside the live chart must follow the curve."""

from engine.progress import ending, sentence


def curve(loss, val):
    steps = [float(i + 1) for i in range(len(val))]
    return {"loss": (steps, loss), "val_loss": (steps, val)}


def test_nothing_yet_says_wait():
    assert sentence({}, {})[0] == "wait"


def test_falling_unseen_loss_is_still_improving():
    mood, words = sentence(curve([1, 0.8, 0.6], [1, 0.85, 0.7]), {})
    assert mood == "good" and words.startswith("Still improving")


def test_rising_unseen_loss_beside_falling_own_loss_is_memorising():
    mood, words = sentence(curve([1, 0.5, 0.4, 0.3, 0.2, 0.1], [1, 0.6, 0.65, 0.7, 0.75, 0.8]), {})
    assert mood == "flat" and "No better for 4 epochs" in words and "memorise" in words


def test_plateau_without_memorising_does_not_claim_it():
    mood, words = sentence(curve([1, 0.5, 0.5, 0.5, 0.5], [1, 0.6, 0.6, 0.6, 0.6]), {})
    assert mood == "flat" and "memorise" not in words


def test_no_better_than_guessing_is_said():
    words = sentence(curve([1, 0.9, 0.8, 0.7], [0.7, 0.8, 0.8, 0.9]), {"baseline": {"loss": 0.65}})[1]
    assert words.endswith("no better than guessing.")


def test_not_a_number_is_bad():
    mood, words = sentence(curve([1, 1, 1], [1, 1, float("nan")]), {})
    assert mood == "bad" and "learning rate" in words


def test_the_learners_own_word_for_a_step_is_used():
    assert "No better for 4 rounds" in sentence(curve([1, 0.5, 0.5, 0.5, 0.5, 0.5], [1, 0.6, 0.6, 0.6, 0.6, 0.6]), {}, "round")[1]


def test_the_ending_names_the_epoch_that_is_kept():
    words = ending(curve([1, 0.5, 0.45, 0.44], [1, 0.6, 0.601, 0.602]), {})
    assert words == "The model of epoch 2 of 4 is kept: it was the best on rows it does not learn from."


def test_the_ending_says_when_more_epochs_may_help():
    assert "more of them may make it better" in ending(curve([1, 0.8, 0.6], [1, 0.85, 0.7]), {})


def test_the_ending_says_when_the_rest_was_memorising():
    words = ending(curve([1, 0.5, 0.4, 0.3, 0.2, 0.1], [1, 0.6, 0.65, 0.7, 0.75, 0.8]), {})
    assert words == "The model of epoch 2 is kept. In the 4 epochs after it, it only memorised."


def test_a_run_that_never_finished_an_epoch_has_no_ending():
    assert ending({}, {}) == ""


def test_learning_once_more_is_said_and_the_model_of_the_best_epoch_is_not_called_kept():
    series, facts = curve([1.0, 0.6, 0.5, 0.3, 0.2], [1.0, 0.8, 0.7, 0.9, 1.1]), {"again": 3}
    assert sentence(series, facts)[1].startswith("How long learning helps is known now: 3 epochs.")
    assert ending(series, facts).startswith("Epoch 3 was the best. The model kept learned so long once more")
    assert ending(series, {"again": 0}).startswith("The model of epoch 3 of 5 is kept")


def test_a_team_that_went_on_counts_its_models_once():
    series, team = curve([], [0.5, 0.4, 0.5, 0.4, 0.3]), {"team": {"ready": 3, "of": 3}}
    assert ending(series, team).startswith("3 models were ready")
