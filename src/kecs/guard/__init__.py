"""The doorkeeper: counts tries against named limits, and asks whether a person is there."""
