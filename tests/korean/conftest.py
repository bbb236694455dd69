"""One analyser for all tests of the evaluator: it takes a second to load."""

import pytest

from kotoserver.providers.kiwi import KiwiAnalyzer
from tests.korean.turns import Judge


@pytest.fixture(scope="session")
def analyzer() -> KiwiAnalyzer:
    return KiwiAnalyzer()


@pytest.fixture(scope="session")
def judge(analyzer: KiwiAnalyzer) -> Judge:
    return Judge(analyzer)
