"""Which optional packages belong to which extra, and how to install them for this installation.

In: the name of a missing package. Out: a sentence that names the extra and the command. Any process.
"""

import os
import sys
from pathlib import Path

from aviator.core.errors import UserMistake

PACKAGES: dict[str, tuple[str, ...]] = {
    "calibrate": ("rapidocr", "onnxruntime"),
    "sim": ("aiohttp",),
    "parquet": ("pyarrow",),
    "excel": ("openpyxl",),
    "postgres": ("psycopg",),
}
"""Extra of pyproject.toml -> the modules that it brings."""
_FOR = {
    "calibrate": "reading and learning an unknown screen",
    "sim": "the simulated bookmakers",
    "parquet": "Parquet files",
    "excel": "Excel files",
    "postgres": "PostgreSQL",
}


def source_folder() -> Path | None:
    """The checkout that this program was installed from; None where that is not known."""
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        return checkout
    from importlib.metadata import PackageNotFoundError, distribution
    from json import loads
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        record = distribution("aviator").read_text("direct_url.json")
    except PackageNotFoundError:
        record = None
    if record is None:
        return None
    url = urlsplit(str(loads(record).get("url", "")))
    return Path(url2pathname(url.path)) if url.scheme == "file" else None


def install_command(*extras: str) -> str:
    """The command that installs AVIATOR with `extras` from this checkout, never from a package index by name."""
    wanted = f"[{','.join(extras)}]" if extras else ""
    folder = source_folder()
    quote = '"' if os.name == "nt" else "'"
    if folder is None:
        return f"{sys.executable} -m pip install {quote}.{wanted}{quote} in the folder of AVIATOR's source code"
    return f"{sys.executable} -m pip install {quote}{folder}{wanted}{quote}"


def missing_sentence(module: str, error: ImportError | None = None) -> str:
    """What to do about a module that cannot be imported. `error`: why, where it may be there but not load."""
    name = module.partition(".")[0]
    if error is not None and not isinstance(error, ModuleNotFoundError):
        return f"The package {name} is installed but cannot be loaded ({' '.join(str(error).split())})."
    for extra, modules in PACKAGES.items():
        if name in modules:
            return f"The extra {extra!r} is not installed, for {_FOR[extra]}: {install_command(extra)}"
    return f"The package {name} is missing: {install_command()}"


def require(*extras: str) -> None:
    """Raise `UserMistake` that names every extra of `extras` that is not installed, before any work is done."""
    from importlib.util import find_spec

    lacking = [extra for extra in extras if any(find_spec(module) is None for module in PACKAGES[extra])]
    if lacking:
        names = " and ".join(map(repr, lacking))
        what = " and ".join(_FOR[extra] for extra in lacking)
        extra = "extra" if len(lacking) == 1 else "extras"
        verb = "is" if len(lacking) == 1 else "are"
        raise UserMistake(f"The {extra} {names} {verb} not installed, for {what}: {install_command(*lacking)}")
