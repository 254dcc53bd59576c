"""What the compiled engine uses of numba's extension interface, which is typed in part only."""

from __future__ import annotations

from typing import Any

from numba.core import cgutils as _cgutils
from numba.core import extending as _extending
from numba.core import types as _types
from numba.core.datamodel import models as _models
from numba.core.typing.templates import AttributeTemplate as _AttributeTemplate
from numba.np import arrayobj as _arrayobj
from numba.np.numpy_support import from_dtype as _from_dtype

cgutils: Any = _cgutils
types: Any = _types
infer_getattr: Any = _extending.infer_getattr
lower_getattr_generic: Any = _extending.lower_getattr_generic
lower_setattr_generic: Any = _extending.lower_setattr_generic
register_model: Any = _extending.register_model
make_array: Any = _arrayobj.make_array
populate_array: Any = _arrayobj.populate_array
from_dtype: Any = _from_dtype
AttributeTemplate: Any = _AttributeTemplate
OpaqueModel: Any = _models.OpaqueModel
Type: Any = _types.Type
