"""A scripted talk of forty turns in which every module has its moment."""

from typing import Final

from leo.observation.topics import ConversationSettings, Topic, Topics

__all__ = ["TALK", "TALK_TOPICS"]

TALK: tuple[str, ...] = (
    "Hello. Who are you?",
    "I like the rain on the window.",
    "Do you like the rain too?",
    "Yes.",
    "Yesterday I met a boy called Tomasz near the harbour.",
    "Tomasz is my friend from school. He builds small boats of wood and paper.",
    "What does Tomasz do?",
    "The boats were in the water, and the water was cold.",
    "How much is 12 + 30?",
    "Good.",
    "HELP! HELP! There is a mouse in the kitchen! Run!",
    "It ran under the table, quick, quick, and took the bread!",
    "Let us play a game. You hide, and I count.",
    "Ha ha, you are funny.",
    "My grandmother lives in Reykjavik.",
    "No idea.",
    "My grandmother bakes bread in the morning, and the kitchen smells of it.",
    "Bread and butter and a cup of milk.",
    "What do you do in the morning?",
    "I was alone in a dark house and I waited at the door.",
    "Nobody called my name. The silence hurt.",
    "Are you afraid of the dark, Leo?",
    "The door closed and nobody came. I was small, and I was alone in the silence!",
    "Sit with me. We will light the lamp.",
    "Thank you.",
    "The moon is over the sea tonight.",
    "Why does the moon follow us?",
    "The sea, the boats, the water and the moon.",
    "Perhaps.",
    "Quantum chromodynamics perplexes bewildered accountants.",
    "Zygotic flibbertigibbets yodel incomprehensible syllogisms.",
    "Tell me about the boats again.",
    "I miss Tomasz.",
    "What is 7 times 8?",
    "The rain has stopped, and the birds are singing.",
    "I am so happy, so happy, so happy today!",
    "Where do you go when you sleep?",
    "I dreamed of a door in the hall, and there was light behind it.",
    "Who was standing in the light?",
    "Good night, Leo.",
)
"""What the observer says, in a child's world; two turns are in words nobody there would know."""

FIVE: Final = 5
"""Turns of the talk that are taken for a topic."""

TALK_TOPICS: Final = Topics(
    tuple(
        Topic(
            id=f"talk-{i // FIVE + 1}",
            seed=i // FIVE + 1,
            theme=f"turns {i + 1} to {i + FIVE} of the scripted talk",
            prompts=TALK[i : i + FIVE],
        )
        for i in range(0, len(TALK), FIVE)
    ),
    ConversationSettings(turns_per_topic=FIVE),
)
"""The same talk, for an observer."""
