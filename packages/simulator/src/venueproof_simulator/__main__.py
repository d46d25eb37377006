"""``python -m venueproof_simulator VENUE``."""

import sys

from venueproof_simulator.main import main

sys.exit(main())
