"""What the compiled engine uses of numba's extension interface, which is typed in part only."""

from __future__ import annotations

from typing import Any

from numba.core import cgutils as _cgutils
from numba.core import extending as _extending
from numba.core import types as _types
from numba.core.datamodel import models as _models
from numba.core.typing.templates import AbstractTemplate as _AbstractTemplate
from numba.core.typing.templates import AttributeTemplate as _AttributeTemplate
from numba.core.typing.templates import infer_global as _infer_global
from numba.core.typing.templates import signature as _signature
from numba.np import arrayobj as _arrayobj

cgutils: Any = _cgutils
types: Any = _types
infer_getattr: Any = _extending.infer_getattr
infer_global: Any = _infer_global
lower_builtin: Any = _extending.lower_builtin
lower_getattr_generic: Any = _extending.lower_getattr_generic
lower_setattr_generic: Any = _extending.lower_setattr_generic
register_model: Any = _extending.register_model
make_array: Any = _arrayobj.make_array
populate_array: Any = _arrayobj.populate_array
signature: Any = _signature
AbstractTemplate: Any = _AbstractTemplate
AttributeTemplate: Any = _AttributeTemplate
OpaqueModel: Any = _models.OpaqueModel
Type: Any = _types.Type
