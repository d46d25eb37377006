"""Shares cases out among xdist's workers, and keeps those that measure for the end and for one worker."""

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler.worksteal import WorkStealingScheduling
from xdist.workermanage import WorkerController

from venueproof_suite.child import end_with_parent
from venueproof_suite.run_files import RunDirectory

# A worker runs a case only when it knows the next one, or that there is none; and it should not have to
# wait until it is told.
_FEWEST = 2
_AHEAD = 3


def install(config: pytest.Config, run_dir: Path) -> None:
    """Make this pytest process the one that controls the workers of a run, and ends with its runner."""
    end_with_parent()
    config.pluginmanager.register(Sharing(RunDirectory(run_dir)), "venueproof-sharing")


class Sharing:
    """Plugin of the process that controls the workers of one run."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory

    @pytest.hookimpl
    def pytest_xdist_make_scheduler(
        self, config: pytest.Config, log: Producer
    ) -> WorkStealingScheduling:
        """Take the place of xdist's own way of sharing out."""
        return AloneLast(config, log, self._directory)


class AloneLast(WorkStealingScheduling):
    """Hands out cases a few at a time, in their order.

    Once nothing but the cases that run alone is left, every worker but one is ended; then that one gets them. It
    is the same process with the same simulator, so nothing has to be started anew. What is inherited are the
    books: who collected what, who has what, and what a worker that died leaves behind.
    """

    def __init__(self, config: pytest.Config, log: Producer, directory: RunDirectory) -> None:
        super().__init__(config, log)
        self._directory = directory
        self._alone: list[int] | None = None

    @property
    def tests_finished(self) -> bool:
        """Whether no worker needs to wait for more."""
        return not self._alone and super().tests_finished

    def check_schedule(self) -> None:
        """Give workers what they need; called after everything that changes who has what."""
        if self._alone is None:
            self._alone = self._keep_for_the_end()
        up = [node for node in self.nodes if not node.shutting_down]
        while self.pending and up:
            node = min(up, key=self._load)
            if self._load(node) >= _AHEAD:
                return
            self._send_tests(node, 1)
        if self.pending or not up:
            return  # for a worker that takes the place of one that died
        *others, last = sorted(up, key=self._load)
        for node in others:
            if self._load(node) < _FEWEST:
                node.shutdown()
        if self.nodes == [last]:
            self.pending, self._alone = self._alone, []
            self._send_tests(last, len(self.pending))

    def _load(self, node: WorkerController) -> int:
        return len(self.node2pending[node])

    def _keep_for_the_end(self) -> list[int]:
        plan = self._directory.read_plan()
        first = len(self.pending) - (plan.alone if plan is not None else 0)
        kept = self.pending[first:]
        del self.pending[first:]
        return kept
