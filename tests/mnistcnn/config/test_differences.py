from mnistcnn.config.differences import differences, flat_config
from mnistcnn.config.schema import Config, load_config


def test_every_key_is_there_by_its_dotted_name():
    flat = flat_config(load_config(None, ["network.fc1=16"]))
    assert flat["network.fc1"] == 16
    assert flat["log_dir"] == "runs"
    assert not any(isinstance(value, dict) for value in flat.values())


def test_differences_give_the_key_and_both_values_in_the_order_of_the_schema():
    other = load_config(None, ["data.source=digits", "learning_rate=1e-3"])
    assert list(differences(Config(), other)) == [("learning_rate", 1e-4, 1e-3), ("data.source", "auto", "digits")]
    assert list(differences(other, other)) == []
