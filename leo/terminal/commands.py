"""What a line of the conversation does: a command, or something that is said."""

import sys
from datetime import datetime

from leo.limits import settings_of
from leo.records import Turn
from leo.records.why import why
from leo.sync_leo import LeoField

__all__ = ["Talk", "WrongCommand"]

HELP = """/help     this list
/stats    what he amounts to
/temp X   talk hotter (above 1) or cooler (below); without X, how hot it is
/why      the reasons of the last reply's words
/exit     leave (also Ctrl-D); Ctrl-C stops a reply
Every other line is said to Leo."""


class WrongCommand(Exception):
    """A line that begins with a slash and is no command, or not as it must be."""


class Talk:
    """Understands the lines of one conversation.

    Parameters
    ----------
    leo
        Who is talked with.
    temperature, max_tokens
        As for `leo.LeoField.turn`.
    """

    def __init__(self, leo: LeoField, temperature: float, max_tokens: int) -> None:
        self._leo = leo
        self.temperature = temperature
        self._max_tokens = max_tokens

    def hear(self, line: str) -> bool:
        """Do what a line asks for, and tell whether the conversation goes on.

        Raises
        ------
        WrongCommand
            If it is a command that is not known, or not as it must be; nothing happened.
        """
        if not line.startswith("/"):
            self._say(line)
            return True
        name, *rest = line.split(maxsplit=1)
        match name, rest:
            case "/help", []:
                _show(HELP)
            case "/stats", []:
                _show(_stats(self._leo))
            case "/why", []:
                self._why()
            case "/temp", [*told]:
                self._temp(*told)
            case "/exit", []:
                return False
            case _:
                raise WrongCommand(f"there is no command {line!r}; /help lists them")
        return True

    def _say(self, prompt: str) -> None:
        before = _last(self._leo)
        try:
            turn = self._leo.turn(prompt, temperature=self.temperature, max_tokens=self._max_tokens)
        except KeyboardInterrupt:
            last = _last(self._leo)
            if last is None or last == before:
                raise
            _show("leo: too late to stop; he had said it, and it is kept")
            turn = last
        print(turn.reply, flush=True)
        for fault in turn.faults:
            _show(f"leo: {fault.module} sat this turn out: {fault.hook} raised {fault.error}")

    def _why(self) -> None:
        turn = _last(self._leo)
        if turn is None:
            raise WrongCommand("there is no reply yet; say something first")
        _show("\n".join([f"turn {turn.id}, by {turn.utterance.by}:", *why(turn)]))

    def _temp(self, told: str | None = None) -> None:
        if told is not None:
            try:
                self.temperature = settings_of(float(told), self._max_tokens, ()).temperature
            except ValueError as error:
                raise WrongCommand(f"/temp takes a number, as in /temp 1.2: {error}") from error
        _show(f"temperature {self.temperature:g}")


def _last(leo: LeoField) -> Turn | None:
    return leo.turns[-1] if leo.turns else None


def _stats(leo: LeoField) -> str:
    stats = leo.stats()
    size = stats.totals
    born = datetime.fromtimestamp(stats.born).astimezone().isoformat(" ", "minutes")
    return "\n".join(
        (
            f"file      {stats.path}",
            f"born      {born}, seed {stats.seed}",
            f"turns     {stats.turns}",
            f"heard     {size.tokens} tokens",
            f"words     {size.words}",
            f"bigrams   {size.bigrams}",
            f"trigrams  {size.trigrams}",
            f"pairs     {size.pairs}",
            f"themes    {stats.themes}",
            f"centers   {', '.join(stats.centers)}",
        )
    )


def _show(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
