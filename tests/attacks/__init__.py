"""The thief's playbook. `python -m tests.attacks` plays all of it against a served portal; the tests here play it small."""
