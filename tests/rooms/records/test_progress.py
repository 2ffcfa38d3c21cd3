"""How far a long command has come, on a terminal and in a log file."""

import io

from kecs.records.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_file_gets_a_line_now_and_then(monkeypatch):
    clock = iter([0.0, 5.0, 10.0, 12.0, 21.0])
    monkeypatch.setattr("kecs.records.progress.time.monotonic", lambda: next(clock))
    stream = io.StringIO()
    with Progress(total=10_000, stream=stream) as shown:
        shown.resume(4_000)
        for _ in range(4):
            shown.advance(1_000)
    assert stream.getvalue().splitlines() == [
        "6,000 of 10,000 rows, 200 a second, 00:20 left",
        "8,000 of 10,000 rows, 190 a second, 00:10 left",
    ]


def test_a_terminal_gets_a_bar_with_the_rate_and_the_time_left():
    stream = Terminal()
    with Progress(total=10_000, stream=stream) as shown:
        shown.resume(4_000)
        shown.advance(2_000)
    assert "6000/10000" in stream.getvalue()
    assert "rows/s" in stream.getvalue()
