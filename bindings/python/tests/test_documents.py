"""The examples of the docstrings and of the pages do what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re

import doorward
import pytest
from conftest import ROOT

#: These need a framework that the module is for; their examples are the pages'.
MODULES = ["doorward"] + [
    f"doorward.{module.name}"
    for module in pkgutil.iter_modules(doorward.__path__)
    if module.name not in ("_doorward", "__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    failed, attempted = doctest.testmod(importlib.import_module(name))
    assert failed == 0
    if name in ("doorward", "doorward.jwt", "doorward.capability", "doorward.origin", "doorward.tickets"):
        assert attempted > 0


@pytest.mark.parametrize("page", ["bindings/python/README.md", "docs/python.md"])
def test_pages(page):
    """Run what a page shows with `>>>`."""
    text = (ROOT / page).read_text()
    shown = "\n".join(re.findall(r"^```pycon\n(.*?)^```", text, re.M | re.S))
    assert shown
    test = doctest.DocTestParser().get_doctest(shown, {}, page, page, 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_every_public_thing_is_explained():
    for name in MODULES:
        module = importlib.import_module(name)
        assert module.__doc__, name
        for word in getattr(module, "__all__", []):
            thing = getattr(module, word)
            assert thing.__doc__ or not callable(thing), f"{name}.{word}"
            if isinstance(thing, type) and thing.__module__.startswith("doorward"):
                for attribute, value in vars(thing).items():
                    if not attribute.startswith("_") and not isinstance(value, (int, str)):
                        assert getattr(value, "__doc__", None), f"{name}.{word}.{attribute}"
