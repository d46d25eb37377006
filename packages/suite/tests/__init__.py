"""Tests of the suite: a package, so that its fake venue is gone when the next package is tested."""
