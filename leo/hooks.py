"""Running the modules' hooks over one turn: in order, each on a copy, each on its own.

This is the one place where a hook's failure is caught: the module is taken out of the rest
of this turn, the fault stands in the Turn and is logged with its traceback. Strict mode
raises it instead. A file that cannot be read is no module's failure, and fails the turn.
"""

import copy
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

from leo.errors import ModuleError, StoreError
from leo.module import Judged, Keep, Kept, Lean, Module, Moment, Revision, Said, SoFar, Voice, Write
from leo.pace import breathe_if_due
from leo.records import Blend, Fault, Influence, Leaning, Note, Percept, Timing, Utterance

__all__ = ["Hooks", "VoiceOf"]

log = logging.getLogger("leo")

AnyModule: TypeAlias = Module[Any]
VoiceOf: TypeAlias = Callable[[str], Voice]
"""Gives a module's own voice by its name."""

ResultT = TypeVar("ResultT", Lean[Any], Revision[Any], Kept[Any], tuple[Write, ...])


class Hooks:
    """One turn's run over the modules.

    Parameters
    ----------
    modules
        The living modules that take part, in order; the hooks run on copies of them.
    moment
        Which turn this is.
    strict
        Raise a module's failure as `ModuleError`.

    Attributes
    ----------
    notes, faults, timings
        What gathered so far.
    """

    def __init__(self, modules: Sequence[AnyModule], moment: Moment, *, strict: bool) -> None:
        self._modules = [copy.copy(module) for module in modules]
        self._moment = moment
        self._strict = strict
        self._failed: set[str] = set()
        self._own: dict[str, Note] = {}
        self.notes: tuple[Note, ...] = ()
        self.faults: tuple[Fault, ...] = ()
        self.timings: tuple[Timing, ...] = ()
        self.leanings: tuple[Leaning, ...] = ()

    async def before(self, percept: Percept, influence: Influence) -> Influence:
        """Let each module lean, hearing how the ones before it lean."""
        for module in self._present():
            so_far = SoFar(self._moment, self.notes, influence)
            lean = await self._run(module, "before", Lean, partial(_before, percept, so_far))
            if lean is not None:
                influence = influence + lean.influence
                self._lean(module.name, lean.influence)
                self._keep(module, lean.note, lean.state)
        return influence

    async def revise(
        self,
        percept: Percept,
        influence: Influence,
        blend: Blend,
        utterance: Utterance,
        voice_of: VoiceOf,
        told: Callable[[Utterance], None],
    ) -> Utterance:
        """Let each module think about what is about to be said; a revision is told at once."""
        for module in self._present():
            said = Said(self._moment, self.notes, influence, blend, utterance)
            call = partial(_revise, percept, said, voice_of(module.name))
            revision = await self._run(module, "revise", Revision, call)
            if revision is not None:
                self._keep(module, revision.note, revision.state)
                if revision.utterance is not None:
                    utterance = revision.utterance
                    told(utterance)
        return utterance

    async def after(self, judge: Callable[[tuple[Note, ...]], Judged], voice_of: VoiceOf) -> None:
        """Let each module learn from what was said."""
        for module in self._present():
            call = partial(_after, judge(self.notes), voice_of(module.name))
            kept = await self._run(module, "after", Kept, call)
            if kept is not None:
                self._keep(module, kept.note, kept.state)

    async def rows(self) -> tuple[Write, ...]:
        """Gather what the modules write in the turn's transaction."""
        writes: tuple[Write, ...] = ()
        for module in self._present():
            found = await self._run(module, "rows", tuple, self._rows_of)
            writes += found or ()
        return writes

    def states(self) -> dict[str, Any]:
        """Give the state each module has after this turn; a failed module keeps its old one."""
        return {module.name: module.state for module in self._present()}

    # ------------------------------------------------------------ one hook of one module

    def _lean(self, name: str, own: Influence) -> None:
        if own != Influence():
            leaning = Leaning(name, own.temperature, own.length, own.wound, own.experts)
            self.leanings += (leaning,)

    def _present(self) -> Iterator[AnyModule]:
        return (module for module in self._modules if module.name not in self._failed)

    async def _rows_of(self, module: AnyModule) -> tuple[Write, ...]:
        return tuple(module.rows(self._own.get(module.name), module.state))

    async def _run(
        self,
        module: AnyModule,
        hook: str,
        kind: type[ResultT],
        call: Callable[[AnyModule], Awaitable[ResultT | None]],
    ) -> ResultT | None:
        await breathe_if_due()
        begun = time.perf_counter()
        try:
            result = await call(module)
            if result is not None and not isinstance(result, kind):
                raise TypeError(f"it returned {result!r}, not {kind.__name__} or None")
        except StoreError:  # the disk failed, not the module: no turn without what is there
            raise
        except Exception as error:  # the boundary: a module fails, Leo does not
            if self._strict:
                raise ModuleError(module.name, hook, error) from error
            self._fault(module.name, hook, error)
            return None
        ms = (time.perf_counter() - begun) * 1000
        self.timings += (Timing(f"{module.name}.{hook}", round(ms, 3)),)
        return result

    def _fault(self, module: str, hook: str, error: Exception) -> None:
        self._failed.add(module)
        log.error("%s.%s failed and sits out the rest of this turn", module, hook, exc_info=error)
        told = "".join(traceback.format_exception(error))
        self.faults += (Fault(module, hook, f"{type(error).__name__}: {error}", told),)

    def _keep(self, module: AnyModule, note: Note | None, state: object) -> None:
        if note is not None:
            self.notes += (note,)
            self._own[module.name] = note
        if not isinstance(state, Keep):
            module.state = state


# The result's type parameter is the module's own state, which only the module knows.


async def _before(percept: Percept, so_far: SoFar, module: AnyModule) -> Lean[Any] | None:
    return await module.before(percept, so_far)


async def _revise(
    percept: Percept, said: Said, voice: Voice, module: AnyModule
) -> Revision[Any] | None:
    return await module.revise(percept, said, voice)


async def _after(judged: Judged, voice: Voice, module: AnyModule) -> Kept[Any] | None:
    return await module.after(judged, voice)
