"""Reference vectors for the test of local embeddings, computed without portavoz and without its libraries' arithmetic.

A forward pass of BERT written in NumPy in 64-bit floats, one text at a time and without padding, from the weights of
`tests/weights/requirements.txt`; only the tokenizer is shared (Python's `tokenizers`). Usage:

    python3 minilm.py <sentence-transformers folder> > minilm.json

Needs the packages numpy, safetensors and tokenizers.
"""

import json
import math
import sys
from pathlib import Path

import numpy
from safetensors.numpy import load_file
from tokenizers import Tokenizer

TEXTS = [
    "María tiene más de tres años de experiencia en inteligencia artificial generativa.",
    "What is María's experience with retrieval-augmented generation?",
    "RAG",
    # Longer than the model reads (256 tokens), so that the cut is proven too.
    " ".join(f"Proyecto {n}: panel de control con {n * 7} peticiones diarias y un {n} % menos de tiempo." for n in range(1, 41)),
]


def normalized(states: numpy.ndarray, weights: dict, name: str, epsilon: float) -> numpy.ndarray:
    """Layer normalisation with the scale and shift called `name`."""
    mean = states.mean(axis=-1, keepdims=True)
    variance = ((states - mean) ** 2).mean(axis=-1, keepdims=True)
    return (states - mean) / numpy.sqrt(variance + epsilon) * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def linear(states: numpy.ndarray, weights: dict, name: str) -> numpy.ndarray:
    """The linear map called `name`."""
    return states @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def embed(ids: list[int], weights: dict, config: dict) -> numpy.ndarray:
    """The mean of the last layer's vectors, scaled to length 1."""
    epsilon, heads = config["layer_norm_eps"], config["num_attention_heads"]
    erf = numpy.vectorize(math.erf)
    states = weights["embeddings.word_embeddings.weight"][ids]
    states = states + weights["embeddings.position_embeddings.weight"][: len(ids)]
    states = states + weights["embeddings.token_type_embeddings.weight"][0]
    states = normalized(states, weights, "embeddings.LayerNorm", epsilon)
    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        parts = [linear(states, weights, f"{layer}.attention.self.{part}") for part in ("query", "key", "value")]
        outputs = []
        for query, key, value in zip(*(numpy.split(part, heads, axis=1) for part in parts)):
            scores = query @ key.T / math.sqrt(query.shape[1])
            scores = numpy.exp(scores - scores.max(axis=1, keepdims=True))
            outputs.append(scores / scores.sum(axis=1, keepdims=True) @ value)
        attended = linear(numpy.concatenate(outputs, axis=1), weights, f"{layer}.attention.output.dense")
        states = normalized(states + attended, weights, f"{layer}.attention.output.LayerNorm", epsilon)
        wide = linear(states, weights, f"{layer}.intermediate.dense")
        wide = wide * 0.5 * (1.0 + erf(wide / math.sqrt(2.0)))
        states = normalized(
            states + linear(wide, weights, f"{layer}.output.dense"), weights, f"{layer}.output.LayerNorm", epsilon
        )
    mean = states.mean(axis=0)
    return mean / numpy.linalg.norm(mean)


def main() -> None:
    """Prints the texts with their token counts and vectors."""
    folder = Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    longest = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    weights = {name: tensor.astype(numpy.float64) for name, tensor in load_file(folder / "model.safetensors").items() if tensor.dtype.kind == "f"}
    cases = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        vector = [round(float(number), 7) for number in embed(ids, weights, config)]
        cases.append({"text": text, "tokens": len(ids), "vector": vector})
    made_by = "NumPy in 64-bit floats; see minilm.py"
    print("{" + f'\n"made_by": {json.dumps(made_by)},\n"cases": [')
    print(",\n".join(json.dumps(case, ensure_ascii=False) for case in cases))
    print("]\n}")


if __name__ == "__main__":
    main()
