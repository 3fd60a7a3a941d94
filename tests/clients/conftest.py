"""One server, one host and two apps for all the clients; a person of its own for each test."""

import itertools
import os

import pytest

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

from house import House  # noqa: E402
from portico import Portico  # noqa: E402
from receiver import Receiver  # noqa: E402


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portico")
    server = Portico(folder / "data", folder / "log").start()
    receiver = Receiver()
    yield House(server, receiver)
    receiver.close()
    assert server.stop() == 0


_numbers = itertools.count(1)


@pytest.fixture
def visitor(house):
    number = next(_numbers)
    return house.new_visitor(f"Person {number}", f"person{number}")
