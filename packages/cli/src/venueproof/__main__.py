"""``python -m venueproof``."""

import sys

from venueproof.main import main

sys.exit(main())
