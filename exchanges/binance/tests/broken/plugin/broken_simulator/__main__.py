"""``python -m venueproof_simulator`` with the mistake named by ``SIMULATOR_MISTAKE``, or with none."""

import os
import sys
from contextlib import nullcontext

from exchanges.binance.tests.broken.table import MISTAKES
from packages.simulator.tests.broken.mistakes import made
from venueproof_simulator.main import main

BY_NAME = {mistake.says: mistake for mistake in MISTAKES}
name = os.environ["SIMULATOR_MISTAKE"]
with made(BY_NAME[name]) if name else nullcontext():
    sys.exit(main())
