"""The architectures: one file each."""

from typing import Annotated

from pydantic import PlainValidator, SerializeAsAny

from engine.architectures.base import Architecture, Layer, Shapes
from engine.registry import Family

ARCHITECTURES: Family[Architecture] = Family("engine.architectures", Architecture, "architecture")
AnyArchitecture = Annotated[SerializeAsAny[Architecture], PlainValidator(ARCHITECTURES.parse)]

__all__ = ["ARCHITECTURES", "AnyArchitecture", "Architecture", "Layer", "Shapes"]
