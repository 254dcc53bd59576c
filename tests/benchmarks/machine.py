"""What a benchmark ran on: the processor, the number of cores, versions; nothing that names the machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from tests.benchmarks import c_program

LIBRARIES = ("numpy", "numba", "llvmlite", "simpy", "ns.py", "daytone")


def processor() -> str:
    """Name of the processor as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("model name", "Model")):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def system() -> str:
    """Operating system and its version."""
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.machine()}"
    except (OSError, KeyError, AttributeError):
        return f"{platform.system()} {platform.release()}, {platform.machine()}"


def c_compiler() -> str:
    """Name and version of the C compiler."""
    found = c_program.compiler()
    if found is None:
        return "none"
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return answer.stdout.splitlines()[0] if answer.stdout else Path(found).name


def versions() -> dict[str, str]:
    """Versions of the libraries that matter, of those that are installed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def describe() -> list[tuple[str, str]]:
    """Rows of the description."""
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    return [
        ("processor", processor()),
        ("cores", str(cores())),
        ("system", system()),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("libraries", libraries),
        ("C compiler", c_compiler()),
    ]
