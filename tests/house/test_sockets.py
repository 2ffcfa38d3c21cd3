"""No test reaches beyond this machine, and this one proves that the fence stands."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

# An address that is reserved for documentation: nobody answers there, even if the fence were down.
ELSEWHERE = ("192.0.2.1", 80)


@pytest.mark.filterwarnings("ignore:A test tried to use:UserWarning")  # the fence warns as well as refuses
def test_a_connection_to_elsewhere_is_refused():
    with socket.socket() as plug, pytest.raises(SocketConnectBlockedError):
        plug.connect(ELSEWHERE)


def test_a_connection_to_this_machine_is_allowed():
    with socket.socket() as server, socket.socket() as plug:
        server.bind(("127.0.0.1", 0))
        server.listen()
        plug.connect(server.getsockname())
