"""The connector against the simulator, in another process: calm, cut, lied to and ignored."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.steps")
