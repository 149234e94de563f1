"""Screens that are lists."""

import importlib
import pkgutil

import screens
from screens.listed import ListScreen

for module in pkgutil.walk_packages(screens.__path__, "screens."):
    importlib.import_module(module.name)


def test_a_list_has_the_look_of_lists() -> None:
    # the styles of a screen's other bases than the first are not read
    lists = [ListScreen]
    for one in lists:
        lists += one.__subclasses__()
    for one in lists[1:]:
        assert ListScreen in one._css_bases(one), f"{one.__name__}: ListScreen stands first among its bases"
