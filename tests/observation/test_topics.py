"""Topic files: what is read, and what is refused with the file and the place named."""

import json
from pathlib import Path
from typing import Any

import pytest

from leo.errors import TopicsError
from leo.modules import default_modules
from leo.observation import topics as module
from leo.observation.topics import CHILDS_WORLD, ConversationSettings, Topic, Topics, read_topics

FILE: dict[str, Any] = {
    "conversation_topics": [
        {"id": "sea-1", "seed": 3, "theme": "the sea", "prompts": ["Hear it?", "Far away."]},
        {
            "id": "hay_2",
            "seed": 4,
            "theme": "hay",
            "prompts": ["It smells."],
            "target_modules": ["flow"],
        },
    ],
    "conversation_settings": {
        "turns_per_topic": 4,
        "total_conversations": 1,
        "observer_tone": "Softly.",
        "pause_between_topics_sec": 2.5,
        "phase": "one",
        "goal": "to see",
    },
}


def written(tmp_path: Path, **changes: Any) -> Path:
    """Write the file with something changed."""
    path = tmp_path / "topics.json"
    path.write_text(json.dumps({**FILE, **changes}), encoding="utf-8")
    return path


def test_a_topic_file_is_read_whole(tmp_path: Path) -> None:
    """Every field of the schema arrives; those that may be left out have their defaults."""
    found = read_topics(written(tmp_path))

    sea = Topic("sea-1", 3, "the sea", ("Hear it?", "Far away."), ())
    hay = Topic("hay_2", 4, "hay", ("It smells.",), ("flow",))
    settings = ConversationSettings(4, 1, "Softly.", 2.5, "one", "to see")
    assert found == Topics((sea, hay), settings)
    assert found.chosen == (sea,)
    assert read_topics(written(tmp_path, conversation_settings={"turns_per_topic": 2})) == Topics(
        (sea, hay), ConversationSettings(2, None, "", 0.0, "", "")
    )


def test_the_shipped_topics_are_fifteen_of_six_turns() -> None:
    """Every topic has a prompt of its own for every turn, and names modules that exist."""
    chosen = CHILDS_WORLD.chosen
    prompts = [prompt for topic in chosen for prompt in topic.prompts]

    assert len(chosen) >= 15
    assert CHILDS_WORLD.conversation_settings.turns_per_topic == 6
    assert {len(topic.prompts) for topic in chosen} == {6}
    assert len(set(prompts)) == len(prompts)
    assert len({topic.seed for topic in chosen}) == len(chosen)
    known = {one.name for one in default_modules()}
    assert {name for topic in chosen for name in topic.target_modules} <= known
    assert all(topic.target_modules for topic in chosen)
    assert CHILDS_WORLD.conversation_settings.observer_tone


def topic(**changes: Any) -> list[dict[str, Any]]:
    """Give the first topic with something changed, alone."""
    return [{**FILE["conversation_topics"][0], **changes}]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"conversation_topics": topic(id="a b")}, "'a b' may have letters"),
        ({"conversation_topics": topic(id="größe")}, "may have letters"),
        ({"conversation_topics": topic(id="-")}, "may have letters"),
        ({"conversation_topics": topic(prompts=[])}, "sea-1 has no prompts"),
        ({"conversation_topics": topic(prompts=["a", "  "])}, "or an empty one"),
        ({"conversation_topics": topic(seed="three")}, r"\$\.conversation_topics\[0\]\.seed"),
        ({"conversation_topics": topic() * 2}, "two topics have the id sea-1"),
        ({"conversation_topics": []}, "there are no topics"),
        ({"conversation_settings": {}}, "turns_per_topic"),
        ({"conversation_settings": {"turns_per_topic": 0}}, "is 0; it must be at least 1"),
        (
            {"conversation_settings": {"turns_per_topic": 1, "total_conversations": 0}},
            "total_conversations must be at least 1",
        ),
        (
            {"conversation_settings": {"turns_per_topic": 1, "pause_between_topics_sec": -1}},
            "must be a time in seconds",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_file_is_named_with_the_reason(
    tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    """What cannot be talked about is refused, and the message names the file."""
    path = written(tmp_path, **changes)
    with pytest.raises(TopicsError, match=why) as refused:
        read_topics(path)
    assert str(refused.value).startswith(f"{path} is no topic file: ")


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    """A file that is cut off, is no UTF-8 or is not there: each is named."""
    path = tmp_path / "topics.json"
    for text in (b'{"conversation_topics": [', b'{"conversation_topics": "\xff"}', b""):
        path.write_bytes(text)
        with pytest.raises(TopicsError, match=r"topics\.json is no topic file"):
            read_topics(path)
    with pytest.raises(TopicsError, match=r"nowhere\.json cannot be read: No such file"):
        read_topics(tmp_path / "nowhere.json")


def test_a_giant_file_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of more bytes than any topics have is refused by its size."""
    path = written(tmp_path)
    size = path.stat().st_size
    monkeypatch.setattr(module, "LARGEST", size)
    assert read_topics(path).chosen
    monkeypatch.setattr(module, "LARGEST", size - 1)
    with pytest.raises(TopicsError, match=f"has {size} bytes; a topic file has {size - 1}"):
        read_topics(path)
