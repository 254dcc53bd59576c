"""The decorator of kernels, and how Python calls what was compiled."""

from __future__ import annotations

import dis
import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, TypeVar, cast

PACKAGE = __name__.partition(".")[0]
Function = TypeVar("Function", bound=Callable[..., Any])


class Kernel:
    """A function of numbers and arrays that Python calls as machine code.

    The program is loaded, or built, at the first call of any kernel of a process. A call from Python then
    costs about as much as one of a built-in function. A kernel outside this package is compiled by itself.

    Parameters
    ----------
    function : function
        In the subset of Python that numba compiles; reachable as ``py_func``.
    signature : str
        numba signature, for example ``"float64(int64, float64[:, ::1])"``.
    plain : callable, optional
        See `prefer_plain`.
    """

    def __init__(
        self, function: FunctionType, signature: str, plain: Callable[..., Any] | None = None
    ) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function
        self.signature = signature
        self.plain = None if plain is None else _returning(signature, plain)
        self.symbol = symbol_of(function)
        self._call: Callable[..., Any] = self._load
        KERNELS[self.symbol] = self

    def __call__(self, *arguments: Any) -> Any:
        """Run the machine code."""
        return self._call(*arguments)

    def __repr__(self) -> str:
        return f"<kernel {self.symbol}: {self.signature}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _find, (self.symbol,)

    def _load(self, *arguments: Any) -> Any:
        return self.entry()(*arguments)

    def _load_entry(self) -> None:
        if _preferences["plain"] and self.plain is not None:
            self._call = self.plain
        elif self.symbol.startswith(f"{PACKAGE}."):
            from warnpath.compilation.image import machine_code

            self._call = machine_code().entry(self.symbol)
        else:
            self._call = self.dispatcher

    def entry(self) -> Callable[..., Any]:
        """The machine code itself, as a built-in function, for whoever calls it often."""
        if self._call == self._load:
            self._load_entry()
        return self._call

    def forget_entry(self) -> None:
        """Decide anew, at the next call, what is called."""
        self._call = self._load

    @functools.cached_property
    def dispatcher(self) -> Any:
        """The function compiled by numba alone, for other code under numba that calls it."""
        import numba

        njit: Any = numba.njit
        return njit(self.signature)(self.py_func)

    @property
    def _numba_type_(self) -> Any:
        # How numba types a global that other compiled code calls.
        return self.dispatcher._numba_type_


@dataclass(frozen=True)
class Root:
    """A function of the program that is reached from Python and does not state its signature itself.

    Parameters
    ----------
    function : function
        What Python calls; the functions that it calls, and so on, belong to the program.
    signature_of : callable
        Gives the numba signature of it and of every function it calls that is no kernel.
    releases_lock : bool
        Whether other threads may run Python meanwhile.
    """

    function: FunctionType
    signature_of: Callable[[FunctionType], Any]
    releases_lock: bool

    def __call__(self, *arguments: Any) -> Any:
        """Run the machine code."""
        return self.entry()(*arguments)

    def entry(self) -> Callable[..., Any]:
        """The machine code itself, as a built-in function, for whoever calls it often."""
        from warnpath.compilation.image import machine_code

        return machine_code().entry(symbol_of(self.function))


KERNELS: dict[str, Kernel] = {}
"""Every kernel of the imported modules, by symbol."""

ROOTS: dict[str, Root] = {}
"""Every root of the imported modules, by symbol."""

_preferences = {"plain": False}


def prefer_plain(wanted: bool) -> None:
    """Let this process run kernels as plain Python where they have such a form, or as machine code all.

    The results are the same, bit for bit, so it can change at any time. What has no such form is machine code
    always, and is built when it is first called.
    """
    _preferences["plain"] = wanted
    for item in KERNELS.values():
        item.forget_entry()


def plain_is_preferred() -> bool:
    """Whether kernels run as plain Python where they can."""
    return _preferences["plain"]


def kernel(
    signature: str, *, is_plain: bool = False, plain: Callable[..., Any] | None = None
) -> Callable[[Function], Function]:
    """Make a scalar numerical function part of the compiled program.

    Parameters
    ----------
    signature : str
        numba signature; arrays are C-contiguous, numbers int64 or float64.
    is_plain : bool
        The function as it is written is its own form in plain Python; see `prefer_plain`.
    plain : callable, optional
        Its form in plain Python, where numbers of 64 bits wrap round, which those of Python do not.

    Returns
    -------
    Callable
        The decorator; it returns a `Kernel`. The plain function stays reachable as ``.py_func``.
    """

    def decorate(function: Function) -> Function:
        form = function if is_plain else plain
        return cast("Function", Kernel(cast("FunctionType", function), signature, form))

    return decorate


def _returning(signature: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    """A function that returns a number of Python's own, as machine code does, and none of NumPy's."""
    number = {"int64": int, "float64": float}[signature.partition("(")[0]]

    def call(*arguments: Any) -> Any:
        return number(plain(*arguments))

    return call


def program_root(
    function: Function, signature_of: Callable[[FunctionType], Any], *, releases_lock: bool = True
) -> Root:
    """Make a function and all that it calls part of the program; returns what Python calls.

    An argument that is neither number nor array of numbers is a pointer to the bytes of an array.

    Parameters
    ----------
    function : function
    signature_of : callable
        See `Root`.
    releases_lock : bool
        Whether other threads may run Python meanwhile: where it takes long enough that this is worth it.
    """
    root = Root(cast("FunctionType", function), signature_of, releases_lock)
    ROOTS[symbol_of(root.function)] = root
    return root


def symbol_of(function: FunctionType) -> str:
    """Name of a function in the program."""
    return f"{function.__module__}.{function.__name__}"


def callees(function: FunctionType) -> dict[str, Kernel | FunctionType]:
    """Kernels and plain functions that a function names, by the name it uses."""
    used = {item.argval for item in dis.get_instructions(function) if item.opname == "LOAD_GLOBAL"}
    space = function.__globals__
    found = {name: space[name] for name in sorted(used) if name in space}
    return {name: value for name, value in found.items() if isinstance(value, Kernel | FunctionType)}


def _find(symbol: str) -> Kernel:
    import importlib

    importlib.import_module(symbol.rpartition(".")[0])
    return KERNELS[symbol]
