"""Every package stands under the contracts, and none by having been listed by hand."""

import configparser

from tools.import_contracts import as_ini, contracts
from tools.workspace import Workspace


def test_every_exchange_is_held_to_every_contract_of_exchanges() -> None:
    workspace = Workspace()
    by_name = {str(contract["name"]): contract for contract in contracts(workspace)}
    for venue, distribution in workspace.exchanges.items():
        own = [contract for name, contract in by_name.items() if name.startswith(venue)]
        assert len(own) == 4
        (separated,) = (
            contract
            for contract in own
            if contract.get("source_modules") == [f"{distribution.module}.dialect"]
        )
        assert f"{distribution.module}.connector" in separated["forbidden_modules"]
        assert f"{distribution.module}.dialect" not in separated["forbidden_modules"]


def test_nobody_may_import_any_exchange() -> None:
    workspace = Workspace()
    (contract,) = (each for each in contracts(workspace) if "Nobody imports" in str(each["name"]))
    assert set(contract["forbidden_modules"]) == {
        distribution.module for distribution in workspace.exchanges.values()
    }
    assert {"venueproof", "venueproof_core", "venueproof_net"} <= set(contract["source_modules"])


def test_the_text_names_every_package_as_a_root() -> None:
    workspace = Workspace()
    parsed = configparser.ConfigParser()
    parsed.read_string(as_ini(workspace))
    assert parsed["importlinter"]["root_packages"].split() == sorted(
        distribution.module for distribution in workspace.distributions.values()
    )
    assert len(parsed.sections()) == 1 + len(list(contracts(workspace)))
