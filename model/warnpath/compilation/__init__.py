"""Machine code for kernels and handlers: one program for its sources, in a cache that cannot go stale.

numba translates every function by itself, as `@kernel` or the annotations of a handler say; all of them are
then linked into two modules, each optimised as a whole, so that small functions are inlined wherever they are
called and nothing is compiled twice. What comes out is one file in the user's cache folder, named by a hash
of all sources, of the compilers' versions and of the processor. Loading it takes some hundredths of a second
and needs no numba.

=============  ==================================================================================
`kernels`      the decorator, and what is called from Python
`sources`      which files are part of the program, and where its machine code is kept
`translation`  from functions to LLVM's language (needs numba)
`entries`      from Python objects to the arguments of machine code and back (needs numba)
`program`      all functions to object files (needs numba)
`image`        the object files on disk, and in memory
=============  ==================================================================================
"""

from __future__ import annotations

from warnpath.compilation.kernels import Kernel, kernel, plain_is_preferred, prefer_plain, program_root
from warnpath.compilation.sources import cache_folder, compiled_sources, source_hash

__all__ = [
    "Kernel",
    "cache_folder",
    "compiled_sources",
    "kernel",
    "plain_is_preferred",
    "prefer_plain",
    "program_root",
    "source_hash",
]
