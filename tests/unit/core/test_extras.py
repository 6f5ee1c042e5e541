"""A missing extra is named, and installed from this checkout: a package of that name elsewhere may be anybody's."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from aviator.cli.app import guarded
from aviator.core import extras
from aviator.core.errors import EXIT_CRASH, EXIT_USER_MISTAKE, UserMistake

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("extra", extras.PACKAGES)
def test_a_missing_module_names_its_extra(extra: str, capsys: pytest.CaptureFixture[str]) -> None:
    for module in extras.PACKAGES[extra]:

        def fail(module: str = module) -> None:
            raise ModuleNotFoundError(f"No module named {module!r}", name=f"{module}.part")

        assert guarded(fail) == EXIT_USER_MISTAKE
        said = capsys.readouterr().err
        assert f"{ROOT}[{extra}]" in said
        assert len(said.strip().splitlines()) == 1


def test_a_missing_module_of_our_own_is_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aviator.run.logs import failures

    def fail() -> None:
        raise ModuleNotFoundError("No module named 'aviator.nowhere'", name="aviator.nowhere")

    before = failures.set(tmp_path / "errors.log")
    try:
        assert guarded(fail) == EXIT_CRASH
    finally:
        failures.reset(before)


def test_the_extras_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(extras.PACKAGES) == set(project) - {"dev"}
    for extra, modules in extras.PACKAGES.items():
        assert {re.match(r"[\w-]+", package).group() for package in project[extra]} == set(modules)  # type: ignore[union-attr]


def test_all_missing_extras_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.PACKAGES, "sim", ("no_such_module_1",))
    monkeypatch.setitem(extras.PACKAGES, "calibrate", ("no_such_module_2",))
    with pytest.raises(UserMistake, match=r"'sim' and 'calibrate' are not installed.*\[sim,calibrate\]"):
        extras.require("sim", "calibrate")
    extras.require("parquet")


def test_an_installed_copy_remembers_its_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "lib" / "site-packages" / "aviator" / "core" / "extras.py"))
    assert extras.source_folder() == ROOT
    assert extras.install_command("sim") == f"{sys.executable} -m pip install '{ROOT}[sim]'"


def test_no_hint_names_a_package_of_an_index() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        assert "pip install 'aviator[" not in path.read_text(encoding="utf-8"), path
