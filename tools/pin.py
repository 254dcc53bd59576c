"""Write constraints.txt: one pinned version of everything the package and its extras need.

Run it in an environment that holds the test extra, with the oldest Python the project supports, so
that every version chosen has a chance on the newer ones::

    python tools/pin.py            # write constraints.txt
    python tools/pin.py --check    # only check that constraints.txt still covers every target

Versions are resolved by pip on its default index; what the machine's own pip settings add (extra
indexes, folders of wheels) is left out, so that nothing is pinned which another machine cannot get.
pip evaluates environment markers for the machine it runs on only, so the needs of the other Python
versions and systems are followed here, and then pip is asked whether a wheel exists for each.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
MANYLINUX = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_24", "manylinux2014")


@dataclass(frozen=True)
class Target:
    """A Python version on an operating system and machine that the pins must serve."""

    python: str
    system: str
    machine: str
    platforms: tuple[str, ...]

    def environment(self, extra: str) -> dict[str, str]:
        """Values of the environment markers on this target while `extra` is asked for."""
        windows = self.system == "Windows"
        sys_platform = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}[self.system]
        return {
            "extra": extra,
            "python_version": self.python,
            "python_full_version": f"{self.python}.4",
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.4",
            "platform_python_implementation": "CPython",
            "os_name": "nt" if windows else "posix",
            "sys_platform": sys_platform,
            "platform_system": self.system,
            "platform_machine": self.machine,
            "platform_release": "",
            "platform_version": "",
        }

    def pip_options(self) -> list[str]:
        """Options that make pip choose files for this target instead of this machine."""
        options = ["--only-binary=:all:", "--implementation=cp", f"--python-version={self.python}"]
        return options + [f"--platform={platform}" for platform in self.platforms]

    def __str__(self) -> str:
        return f"Python {self.python} on {self.system} {self.machine}"


SYSTEMS = (
    ("Linux", "x86_64", tuple(f"{name}_x86_64" for name in MANYLINUX)),
    ("Linux", "aarch64", tuple(f"{name}_aarch64" for name in MANYLINUX)),
    ("Darwin", "arm64", ("macosx_14_0_arm64",)),
    ("Windows", "AMD64", ("win_amd64",)),
)
TARGETS = tuple(Target(python, *system) for system in SYSTEMS for python in PYTHONS)


@dataclass(frozen=True)
class Package:
    """One pinned distribution and what it says it needs."""

    name: str
    version: str
    requires: tuple[str, ...]


def needs() -> list[str]:
    """Return every requirement of the project: the package itself and all its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = list(project["dependencies"])
    for extra in project.get("optional-dependencies", {}).values():
        found.extend(extra)
    return sorted(set(found))


def pip_report(arguments: list[str]) -> list[Package]:
    """Ask pip what it would install; nothing is installed.

    Raises
    ------
    SystemExit
        If pip finds no solution; its own words are passed on.
    """
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith("PIP_") or key == "PIP_CERT"
    }
    kept["PIP_CONFIG_FILE"] = os.devnull
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
        command += ["--disable-pip-version-check", "--report=-", f"--target={folder}", *arguments]
        answer = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise SystemExit(f"pip found no solution for {' '.join(arguments)}:\n{answer.stderr}")
    report: dict[str, Any] = json.loads(answer.stdout)
    return [
        Package(
            str(canonicalize_name(item["metadata"]["name"])),
            item["metadata"]["version"],
            tuple(item["metadata"].get("requires_dist", ())),
        )
        for item in report["install"]
    ]


def closure(target: Target, pins: dict[str, Package]) -> tuple[set[str], list[Requirement]]:
    """Follow the project's needs on a target through the pinned packages.

    Returns
    -------
    tuple of set of str and list of Requirement
        Names of the pinned packages this target uses, and the requirements that no pin answers.
    """
    waiting = [(Requirement(text), "") for text in needs()]
    seen: set[tuple[str, str]] = set()
    open_needs: list[Requirement] = []
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate(target.environment(extra)):
            continue
        name = str(canonicalize_name(requirement.name))
        if name not in pins:
            open_needs.append(requirement)
            continue
        package = pins[name]
        if not requirement.specifier.contains(Version(package.version), prereleases=True):
            raise SystemExit(f"{name} is pinned at {package.version}, but {target} needs {requirement}")
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting.extend((Requirement(text), wanted) for text in package.requires)
    return {name for name, _ in seen}, open_needs


def resolve() -> dict[str, Package]:
    """Resolve for the first target, then add what only other targets need.

    pip takes ``--python-version=3.11`` as 3.11.0, so a version that wants a later patch release of
    the oldest Python is not chosen.
    """
    pins = {package.name: package for package in pip_report([*TARGETS[0].pip_options(), *needs()])}
    for target in TARGETS:
        while open_needs := closure(target, pins)[1]:
            requirement = open_needs[0]
            wanted = f"{requirement.name}{requirement.specifier}"
            for package in pip_report([*target.pip_options(), "--no-deps", wanted]):
                pins[package.name] = package
    return pins


def check_wheels(pins: dict[str, Package]) -> None:
    """Ask pip whether each target finds a wheel of everything it needs.

    Raises
    ------
    SystemExit
        If a package is missing from the pins, or a wheel from the index.
    """
    for target in TARGETS:
        names, open_needs = closure(target, pins)
        if open_needs:
            raise SystemExit(f"{target} needs {open_needs[0]}, which is not pinned; run tools/pin.py")
        pip_report([*target.pip_options(), "--no-deps", *(f"{n}=={pins[n].version}" for n in sorted(names))])
        sys.stderr.write(f"{target}: {len(names)} packages, a wheel for each\n")


def read_pins(file: Path) -> dict[str, Package]:
    """Read the pinned versions back, with what each package needs as the index tells it."""
    lines = file.read_text(encoding="utf-8").splitlines()
    exact = [line for line in lines if re.fullmatch(r"[a-z0-9-]+==[^\s;]+", line)]
    pins: dict[str, Package] = {}
    here = {str(canonicalize_name(Requirement(line).name)): line for line in exact}
    for target in TARGETS:
        while open_needs := closure(target, pins)[1]:
            names = {str(canonicalize_name(need.name)) for need in open_needs}
            if missing := sorted(names - set(here)):
                raise SystemExit(f"{target} needs {missing}, not pinned in {file.name}; run tools/pin.py")
            found = pip_report([*target.pip_options(), "--no-deps", *sorted(here[name] for name in names)])
            pins |= {package.name: package for package in found}
    return pins


def main() -> None:
    """Write or check the pins."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true", help="check the pins as they are, write nothing")
    file = ROOT / "constraints.txt"
    if parser.parse_args().check:
        check_wheels(read_pins(file))
        return
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHONS[0]:
        raise SystemExit(f"pin with Python {PYTHONS[0]}, the oldest supported: newer ones may allow too much")
    pins = resolve()
    check_wheels(pins)
    heading = [
        "# Pinned versions of everything the package, its tests and its notebooks need.",
        "# Made by `python tools/pin.py`; not edited by hand. A pin a system does not need does nothing.",
    ]
    lines = [f"{name}=={pins[name].version}" for name in sorted(pins)]
    file.write_text("\n".join(heading + lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
