"""Around each case: what it may use, what happened, and the result it ends in."""

import datetime
import os
import shlex
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from venueproof_core.results import CaseMetrics, TestResult
from venueproof_core.scrubbing import Scrubber
from venueproof_core.verdict import Verdict
from venueproof_suite import transcript
from venueproof_suite.credentials import identifiers_of, secrets_of
from venueproof_suite.deadlines import RUNNING
from venueproof_suite.decorator import Case
from venueproof_suite.errors import SecretPrinted, is_unanswered
from venueproof_suite.judgement import Comparison, Judgement, judgement, valid_known_failure
from venueproof_suite.output import CAP_BYTES
from venueproof_suite.preconditions import Refusal, refusal
from venueproof_suite.worker import Worker

if TYPE_CHECKING:
    from venueproof_suite.resources import Resources

_TEARDOWN_S = 8.0
# Above what the control plane has to answer one request, so that the answer that is missing is named.
CLOSES_WITHIN_S = 15.0
_LONGEST_TRACEBACK = 8000


ENVELOPE = pytest.StashKey["Envelope"]()


class Envelope:
    """One case while it runs.

    Attributes:
        problems: Exceptions of its phases so far, in order.
        refused: Why it does not run at all.
    """

    def __init__(
        self, worker: Worker, case: Case, *, case_id: str, module: str, defect: str | None
    ) -> None:
        self.case = case
        self.case_id = case_id
        self.defect = defect
        self.metrics = CaseMetrics()
        self.problems: list[BaseException] = []
        self.comparison: Comparison | None = None
        self.refused: Refusal | None = refusal(case, worker.circumstances)
        self._worker = worker
        self._module = module
        self._resources: Resources | None = None
        self._notes: list[str] = []
        self._started_ns = time.time_ns()
        self._start_ns = time.perf_counter_ns()
        self._memory_kib = worker.memory_before()
        self._traceback: str | None = None
        self._flood: str | None = None

    def begin(self) -> None:
        """The case starts: say so, and guard it."""
        worker = self._worker
        RUNNING.rule_id = self.case_id
        if worker.events is not None:
            worker.events.write(
                "started",
                id=self.case_id,
                defect=self.defect,
                worker=worker.name,
                pid=os.getpid(),
                time_ns=self._started_ns,
            )
        worker.last_words = self._last_words
        self._guard(worker.given.settings.test_timeout)

    @property
    def resources(self) -> "Resources":
        """What the case opens; made by the first use, since not every case opens anything."""
        if self._resources is None:
            from venueproof_suite.resources import Resources

            connector = self._worker.connector_with(self.defect)
            self._resources = Resources(self._worker, self.case, connector)
        return self._resources

    def begin_teardown(self) -> None:
        """Closing gets its own time, also after a case that had to be cancelled."""
        if self._resources is not None:
            self._guard(min(_TEARDOWN_S, 2 * self._worker.given.settings.test_timeout))

    def close(self, captured: str) -> list[BaseException]:
        """Close what the case has opened and look at what was printed.

        Args:
            captured: What pytest has caught, where the worker does not catch it itself.

        Returns:
            What that found.
        """
        found: list[BaseException] = []
        if self._resources is not None:
            found += self._closed(self._resources.close_connectors)
            self._guard(CLOSES_WITHIN_S)
            found += self._closed(self._resources.close_world)
            self._worker.tell_methods(self._resources.client, self._resources.connector)
            if any(is_unanswered(error) for error in (*self.problems, *found)):
                self._worker.forget_target()
        self._notes += [f"task crashed: {text}" for text in self._worker.loop.take_crashes()]
        printed = self._take_output()
        if self._resources is not None:
            texts = [captured, printed, *self._notes, *map(str, self.problems)]
            found += self._secrets_in("\n".join(text for text in texts if text))
        return found

    def finish(self) -> TestResult:
        """Judge the case; nothing of it runs any more."""
        self._worker.watchdog.release()
        self._worker.loop.guard(None)
        result = self._result(self._judged())
        self._worker.last_words = _nothing
        if self._worker.events is not None:
            self._worker.events.write_result(result, **self._exercised(result))
        return result

    def failed(self, error: BaseException, text: str) -> None:
        """A phase has ended with an exception, which pytest shows as ``text``."""
        self.problems.append(error)
        if self._traceback is None:
            self._traceback = text

    # ------------------------------------------------------------ inside

    def _closed(
        self, close: Callable[[], Coroutine[Any, Any, list[BaseException]]]
    ) -> list[BaseException]:
        try:
            return self._worker.loop.run(close())
        except Exception as error:
            return [error]

    def _guard(self, duration_s: float) -> None:
        self._worker.loop.guard(duration_s)
        self._worker.watchdog.guard(duration_s)

    def _judged(self) -> Judgement:
        if self.refused is not None:
            return Judgement(verdict=self.refused[0], reason=self.refused[1])
        known_failure = None
        if self.defect is None and not self._worker.options.is_strict:
            known_failure = valid_known_failure(
                self._worker.connector, self.case_id, datetime.datetime.now(datetime.UTC).date()
            )
        return judgement(
            self.problems,
            case_module=self._module,
            unfired=self._resources.unfired if self._resources is not None else (),
            comparison=self.comparison,
            known_failure=known_failure,
        )

    def _result(self, judged: Judgement) -> TestResult:
        rule = self.case.rule
        lines = self._resources.lines if self._resources is not None else []
        transcript.count(lines, self.metrics)
        self.metrics.memory_growth_kib = self._worker.memory_now() - self._memory_kib
        is_clean = judged.verdict is Verdict.PASSED or self.refused is not None

        world = self._resources.world if self._resources is not None else None
        return TestResult(
            id=self.case_id,
            title=self.case.title,
            area=self.case.area,
            level=rule.level.value,
            verdict=judged.verdict,
            duration_ms=(time.perf_counter_ns() - self._start_ns) / 1e6,
            rule=rule.text,
            rule_reason=rule.reason,
            rule_source=rule.source,
            hunts=[bug.name for bug in rule.hunts],
            needs=list(rule.needs),
            oracle=sorted(world.oracles) if world is not None else [],
            reason=self._scrubbed(judged.reason or self._flood),
            error_class=type(judged.error).__name__ if judged.error is not None else None,
            error_code=judged.error_code,
            expected=self._scrubbed(judged.expected),
            observed=self._scrubbed(judged.observed),
            transcript=[] if is_clean else self._transcript(lines),
            traceback=None if is_clean else self._scrubbed(self._shown_traceback()),
            reproduce=None if is_clean else self._reproduce(),
            metrics=self.metrics,
            defect=self.defect,
            worker=self._worker.name,
            started_time_ns=self._started_ns,
            is_inconclusive=judged.is_inconclusive,
        )

    def _transcript(self, lines: Sequence[transcript.Line]) -> list[str]:
        shown = (*transcript.last_exchanges(lines), *self._notes)
        return (self._scrubbed("\n".join(shown)) or "").splitlines()

    def _shown_traceback(self) -> str | None:
        text = self._traceback
        if text is not None and len(text) > _LONGEST_TRACEBACK:
            text = f"...{text[-_LONGEST_TRACEBACK:]}"
        return text

    def _exercised(self, result: TestResult) -> dict[str, list[str]]:
        if result.verdict is not Verdict.PASSED or self._resources is None:
            return {}
        lines = self._resources.lines
        return {
            "methods": transcript.methods_exercised(lines, self._resources.asked),
            "documented": transcript.documented_exercised(lines),
        }

    def _take_output(self) -> str:
        """What was printed and logged since the last call; a flood leaves a note."""
        parts = [self._worker.log_lines.take()]
        if self._worker.output is not None:
            parts.append(self._worker.output.take())
        flooded = sum(too_many for _, too_many in parts)
        if flooded:
            self._flood = f"printed {flooded} bytes more than the {CAP_BYTES} that are kept"
            self._notes.append(self._flood)
        text = "\n".join(text for text, _ in parts if text)
        if text:
            self._worker.keep_output(self.case_id, self._scrubbed(text) or "")
        return text

    def _scrubbed(self, text: str | None) -> str | None:
        """The text without what opens an account, or names it."""
        if not text or self._resources is None:
            return text
        known = self._resources.credentials
        secrets = [secret for one in known for secret in (*secrets_of(one), *identifiers_of(one))]
        return Scrubber(secrets).text(text)

    def _secrets_in(self, text: str) -> list[BaseException]:
        if self._resources is None or not text:
            return []
        known = self._resources.credentials
        if Scrubber([secret for one in known for secret in secrets_of(one)]).text(text) == text:
            return []
        leak = SecretPrinted("the connector printed a secret, or put it into an error's text")
        self._notes.append(str(leak))
        return [leak]

    def _reproduce(self) -> str:
        options = self._worker.options
        words = ["venueproof", "run", options.venue]
        words += ["--connector", options.connector, "--case", self.case_id]
        if options.target != "simulator":
            words += ["--target", options.target]
        return shlex.join([*words, "--seed", str(options.seed)])

    def _last_words(self) -> None:
        """Called by the watchdog's thread: this process ends now, whatever the case does."""
        if self._worker.events is None:
            return
        frame = sys._current_frames().get(self._worker.main_thread)
        stack = "".join(traceback.format_stack(frame)) if frame is not None else None
        result = self._result(
            Judgement(
                verdict=Verdict.FAILED,
                reason="hangs: blocks its thread, and could be neither cancelled nor interrupted",
            )
        )
        self._worker.events.write_result(
            result.model_copy(update={"error_class": "CaseTimeout", "traceback": stack})
        )


def _nothing() -> None:
    return None
