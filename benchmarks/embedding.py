"""How near texts are to each other by word embeddings that come with a package (WordLlama).

Run by `voice.py` in the peers' environment: reads ``{"messages": [...], "replies": [...]}`` and
writes the cosines, a row for each reply. Nothing is downloaded.
"""

import json
import sys
from pathlib import Path

import numpy as np
import wordllama


def units(texts: list[str], model: wordllama.WordLlamaInference) -> np.ndarray:
    vectors = model.embed(texts)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths, lengths, 1)


def main() -> None:
    asked = json.load(sys.stdin)
    here = Path(wordllama.__file__).parent  # its weights and tokenizer lie beside it
    model = wordllama.WordLlama.load(cache_dir=here, disable_download=True)
    near = units(asked["replies"], model) @ units(asked["messages"], model).T
    json.dump(near.tolist(), sys.stdout)


if __name__ == "__main__":
    main()
