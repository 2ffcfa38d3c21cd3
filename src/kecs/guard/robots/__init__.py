"""The ways of asking whether a person is there, one a file; KECS_ROBOT names one."""
