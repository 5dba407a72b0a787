# SPDX-License-Identifier: Apache-2.0
"""What the checks of ci/ share: the files of the repository, the tools, lists of exceptions, how problems are told."""
import argparse
import os
import pathlib
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(sys.argv[0]).name
LICENCE = "SPDX-License-Identifier: Apache-2.0"


class CannotRun(Exception):
    """The check could not be made; the program ends with exit code 2."""


def say(text):
    print(f"{PROGRAM}: {text}", file=sys.stderr)


def run(main):
    """Runs `main`, ends the program with its result: 0 good, 1 a problem, 2 could not run."""
    try:
        sys.exit(main())
    except CannotRun as error:
        say(error)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def arguments(description):
    return argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


def finish(problems, good, mend=None):
    """Tells the problems and the command that mends them, or that all is good."""
    for problem in problems:
        print(problem)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        say(count + (f"; {mend}" if mend else ""))
        return 1
    say(good)
    return 0


def command(*words, text=True, **options):
    """The output of a command that must succeed."""
    result = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=text, check=False, **options)
    if result.returncode != 0:
        errors = result.stderr if text else result.stderr.decode(errors="replace")
        raise CannotRun(f"{' '.join(map(str, words[:3]))} … failed: {errors.strip()}")
    return result.stdout


def git(*words, **options):
    return command("git", *words, **options)


def tool(name):
    """The path of a tool of ci/requirements.txt, installed if need be."""
    result = subprocess.run([REPOSITORY / "ci/tools.sh", name], stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        raise CannotRun(f"no {name}")
    return result.stdout.strip()


def files(named=()):
    """Paths from the top of the repository: those named, or else every file that git does not ignore. Symbolic links are left out."""
    if named:
        paths = [os.path.relpath(os.path.abspath(name), REPOSITORY) for name in named]
        missing = [path for path in paths if path.startswith("../") or not (REPOSITORY / path).is_file()]
        if missing:
            raise CannotRun(f"no such file in the repository: {', '.join(missing)}")
    else:
        paths = set(git("ls-files", "-z", "-co", "--exclude-standard").split("\0")) - {""}
    return sorted(path for path in paths if (REPOSITORY / path).is_file() and not (REPOSITORY / path).is_symlink())


def text(path):
    """A file's text, or None for one that is not text."""
    octets = (REPOSITORY / path).read_bytes()
    if b"\0" in octets:
        return None
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return None


def language(path):
    """The language of a program: by its suffix, or else by its first line."""
    suffix = pathlib.PurePath(path).suffix
    by_suffix = {".swift": "swift", ".c": "c", ".h": "c", ".sql": "sql", ".py": "python", ".sh": "shell", ".bash": "shell"}
    if suffix or pathlib.PurePath(path).name.startswith("."):
        return by_suffix.get(suffix)
    with open(REPOSITORY / path, "rb") as file:
        first = file.readline(200)
    if not first.startswith(b"#!"):
        return None
    if b"python" in first:
        return "python"
    return "shell" if first.split(b"/")[-1].split()[-1] in (b"bash", b"sh", b"dash") else None


def exceptions(path):
    """A list of exceptions, one a line, `WHAT  REASON`: what to reason. A line without a reason is a mistake."""
    listed = {}
    for number, line in enumerate((REPOSITORY / path).read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            what, _, reason = line.strip().partition("  ")
            if not reason.strip():
                raise CannotRun(f"{path}:{number}: an exception needs a reason, after two spaces")
            listed[what] = reason.strip()
    return listed
