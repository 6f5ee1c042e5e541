"""The size report of `./dev check`: how long files and functions are, against what a reader can take in at once.

In: the Python files under src/aviator. Out: one line of figures each on standard output; exit 1 when a file or a function
is over its limit.
"""

import ast
import statistics
import sys
from pathlib import Path

MAX_FILE = 350
MAX_FUNCTION = 60
MAX_BROAD_EXCEPTS = 8

Sizes = dict[str, int]


def functions(path: Path, tree: ast.AST) -> Sizes:
    """Lines of every function, decorators not counted."""
    return {
        f"{path}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }


def broad_excepts(tree: ast.AST) -> int:
    handlers = (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))
    return sum(h.type is None or (isinstance(h.type, ast.Name) and h.type.id in {"Exception", "BaseException"}) for h in handlers)


def report(what: str, sizes: Sizes, limit: int) -> list[str]:
    """Print the figures of `sizes`; return what is over `limit`."""
    ordered = sorted(sizes.values())
    p90 = ordered[int(0.9 * (len(ordered) - 1))]
    spread = f"median {statistics.median(ordered):g}, 90 % within {p90}, longest {ordered[-1]}"
    print(f"{len(ordered)} {what}: {spread} lines (limit {limit})")
    return [f"{name} has {lines} lines" for name, lines in sizes.items() if lines > limit]


def main() -> int:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(Path("src/aviator").rglob("*.py"))}
    files = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in trees}
    wrong = report("files", {name: lines for name, lines in files.items() if lines > 1}, MAX_FILE)
    wrong += report("functions", {k: v for path, tree in trees.items() for k, v in functions(path, tree).items()}, MAX_FUNCTION)
    broad = sum(map(broad_excepts, trees.values()))
    print(f"{broad} broad excepts (limit {MAX_BROAD_EXCEPTS}); {sum(files.values())} lines in all")
    if broad > MAX_BROAD_EXCEPTS:
        wrong.append(f"{broad} places catch everything")
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
