"""The commands. Importing this package costs nothing: workers import it too, as part of the program that started them."""

import sys


def main() -> None:
    """Entry point of the `aviator` program."""
    if sys.argv[1:2] == ["kill"]:
        from aviator.cli.kill import plain_arguments, run_plain

        if (options := plain_arguments(sys.argv[2:])) is not None:
            sys.exit(run_plain(options))

    from aviator.cli.app import run_app

    run_app()
