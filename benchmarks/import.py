"""`python -m benchmarks.import`: benchmarks/importing.py by the name of the command that it measures."""

from benchmarks.importing import main

if __name__ == "__main__":
    main()
