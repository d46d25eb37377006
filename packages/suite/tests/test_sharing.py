"""Who gets which case, and when: cases that run alone come last, and really run alone."""

from types import SimpleNamespace

import pytest

from venueproof_suite.run_files import Plan, RunDirectory
from venueproof_suite.sharing import AloneLast

_CASES = [f"case-{number}" for number in range(10)]
_ALONE = {8, 9}


class _Node:
    """A worker that runs a case, as xdist's do, only once it knows what comes next."""

    def __init__(self) -> None:
        self.gateway = SimpleNamespace(id="gw")
        self.shutting_down = False
        self.queue: list[int] = []
        self.ran: list[int] = []

    def send_runtest_some(self, indices):
        self.queue += indices

    def shutdown(self):
        self.shutting_down = True


class _Config:
    def getvalue(self, name):
        return {"tx": ["popen", "popen"]}[name]


@pytest.fixture
def scheduler(tmp_path):
    directory = RunDirectory(tmp_path)
    directory.write_plan(Plan(cases=[], alone=len(_ALONE)))
    return AloneLast(_Config(), None, directory)


def _join(scheduler, node):
    scheduler.add_node(node)
    scheduler.add_node_collection(node, _CASES)
    if scheduler.collection_is_completed:
        scheduler.schedule()


def _step(scheduler, node):
    """Let a worker run one case, or end, if it can."""
    if len(node.queue) > 1 or (node.queue and node.shutting_down):
        index = node.queue.pop(0)
        node.ran.append(index)
        scheduler.mark_test_complete(node, index)
    elif node.shutting_down:
        assert scheduler.remove_node(node) is None
    if scheduler.tests_finished:
        for one in scheduler.nodes:
            one.shutdown()


def test_cases_that_run_alone_wait_until_every_other_worker_has_ended(scheduler):
    nodes = [_Node(), _Node()]
    for node in nodes:
        _join(scheduler, node)
    for _ in range(4 * len(_CASES)):
        for node in list(scheduler.nodes):
            _step(scheduler, node)
            given = _ALONE & {*node.queue, *node.ran}
            assert not given or scheduler.nodes in ([node], [])
    assert scheduler.nodes == []
    assert sorted(nodes[0].ran + nodes[1].ran) == list(range(len(_CASES)))
    assert all(node.ran for node in nodes)
    assert any(node.ran[-2:] == sorted(_ALONE) for node in nodes)


def test_what_a_dead_worker_had_goes_to_the_one_in_its_place(scheduler):
    nodes, third = [_Node(), _Node()], _Node()
    for node in nodes:
        _join(scheduler, node)
    while [node.queue for node in scheduler.nodes] != [sorted(_ALONE)]:
        for node in list(scheduler.nodes):
            _step(scheduler, node)
    assert scheduler.remove_node(scheduler.nodes[0]) == "case-8"
    assert not scheduler.tests_finished
    _join(scheduler, third)
    while scheduler.nodes:
        _step(scheduler, third)
    assert third.ran == [9]
