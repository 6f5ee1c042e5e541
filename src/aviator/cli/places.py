"""Which settings and which data folder a command works on.

Settings: the file given with `-c`, else ./aviator.toml, else the user-wide file. Data: `--data-dir`, else the settings'
folder, else the folder of the last run, demo or replay, which each of them writes to the user's state folder.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from aviator.cli.output import echo
from aviator.core.config import Settings, load, replace_data_dir
from aviator.core.errors import UserMistake
from aviator.core.files import make_private_dir, replace_file, user_state_dir

DataDir = Annotated[
    Path | None, typer.Option(help="The folder with aviator.db; else that of the settings, else of the last run or demo.")
]
Config = Annotated[Path, typer.Option("-c", "--config", help="The settings file; else the user-wide one.")]
DEFAULT_CONFIG = Path("aviator.toml")
CONFIG_VARIABLE = "AVIATOR_CONFIG"


def user_config_file() -> Path:
    """The settings file that holds in every folder without an aviator.toml. It may not exist. `AVIATOR_CONFIG` names another."""
    if chosen := os.environ.get(CONFIG_VARIABLE):
        return Path(chosen).absolute()
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA")
        folder = Path(roaming) if roaming else Path.home() / "AppData" / "Roaming"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        configured = os.environ.get("XDG_CONFIG_HOME")
        folder = Path(configured) if configured else Path.home() / ".config"
    return folder / "aviator" / "aviator.toml"


def settings_file(config: Path) -> Path:
    """The settings file that holds: `config`, or the user-wide one where the default file does not exist."""
    if config != DEFAULT_CONFIG or config.exists():
        return config
    own = user_config_file()
    return own if own.is_file() else config


def settings_of(data_dir: Path | None, config: Path) -> Settings:
    """The settings for a command that looks at recorded data. Raises `UserMistake`.

    With `data_dir` these are the defaults for that folder; without settings they are those of the last run or demo.
    """
    if data_dir is not None:
        return replace_data_dir(Settings(), data_dir)
    path = settings_file(config)
    if path.exists() or config != DEFAULT_CONFIG or (last := last_run()) is None:
        return load(path)
    folder, own = last
    echo(f"Data of the last run: {folder}", err=True)
    return load(own) if own is not None and own.is_file() else replace_data_dir(Settings(), folder)


def remember_run(data_dir: Path, settings: Path | None = None) -> None:
    """Note the folder, and the settings file, of a run that starts. A state folder that cannot be written stops nobody."""
    told = {"data_dir": str(data_dir.absolute()), "settings": None if settings is None else str(settings.absolute())}
    with suppress(OSError):
        make_private_dir(user_state_dir())
        replace_file(_last_file(), json.dumps(told).encode(), sync=False)


def last_run() -> tuple[Path, Path | None] | None:
    """The data folder of the last run or demo and its settings file; None where there was none or it is gone."""
    try:
        told = json.loads(_last_file().read_bytes())
        folder, settings = Path(told["data_dir"]), told["settings"]
        if not folder.is_absolute() or not folder.is_dir():
            return None
        return folder, Path(settings) if isinstance(settings, str) else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def existing_folder(data_dir: Path | None, config: Path) -> Path:
    """The data folder, which must exist. Raises `UserMistake`."""
    folder = settings_of(data_dir, config).data_dir
    if not folder.is_dir():
        raise UserMistake(f"There is no data folder {folder}.")
    return folder


def _last_file() -> Path:
    return user_state_dir() / "last-run.json"
