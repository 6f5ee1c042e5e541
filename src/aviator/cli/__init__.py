"""The commands. Importing this package costs nothing: workers import it too, as part of the program that started them."""


def main() -> None:
    """Entry point of the `aviator` program."""
    from aviator.cli.app import run_app

    run_app()
