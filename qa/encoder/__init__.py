"""Text to vectors: the packaged model, any sentence-transformers model, an object with two methods.

`load` returns a `Model`, whatever is inside. Importing this costs numpy alone: torch or onnxruntime
come with the model that needs them, when it is loaded. Nothing ever asks the network.
"""

from pathlib import Path

from qa.encoder.model import Model
from qa.encoder.vectors import Encoder, TokenEncoder, TokenVectors, unit

__all__ = ["DEFAULT_MODEL", "Encoder", "Model", "TokenEncoder", "TokenVectors", "load", "unit"]

DEFAULT_MODEL = "multilingual-e5-small-q4"


def load(model: str | Path | Encoder | None = None) -> Model:
    """The model of that name or in that folder, the given object, or (`None`) the packaged model.

    Raises:
        EncoderError: It is not on this machine, or is not an encoder.
    """
    if model is None or model == DEFAULT_MODEL:
        from qa.encoder.packaged import Packaged

        packaged = Packaged()
        return Model(DEFAULT_MODEL, packaged, packaged)
    if isinstance(model, str | Path):
        from qa.encoder.sentence_transformer import open_model

        # An index is asked from other folders than it was built in; a name of the hub stays one.
        name = str(Path(model).absolute() if Path(model).is_dir() else model)
        return Model(name, open_model(name))
    if type(model).__module__.startswith("sentence_transformers."):
        from qa.encoder.sentence_transformer import adopt

        return Model(type(model).__qualname__, adopt(model))
    return Model(type(model).__qualname__, model)
