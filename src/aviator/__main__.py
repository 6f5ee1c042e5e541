"""`python -m aviator`: the same as the `aviator` program."""

from aviator.cli import main

if __name__ == "__main__":
    main()
