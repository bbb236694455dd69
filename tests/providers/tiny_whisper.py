"""Builds real Whisper models of a few megabytes that say what a test wants them to say.

They are CTranslate2 models like any other: every weight but the two tables of tokens is zero, so whatever
the sound, the decoder sees its last token alone. Each token of the script has a direction of its own, and
the output table leads from it to the next.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ctranslate2.specs import WhisperSpec
from ctranslate2.specs.model_spec import LayerSpec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

VOCABULARY_SIZE = 51_865
EOT, SOT, TRANSCRIBE, NO_SPEECH, _NO_TIMESTAMPS, FIRST_TIMESTAMP = 50_257, 50_258, 50_359, 50_362, 50_363, 50_364
_FIRST_WORD = 1000
"""Ids below are single bytes."""
_MELS = 80
_FRAMES_A_WORD = 25
"""Of the encoder, which makes 50 a second."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """What the model says to any sound."""

    words: Sequence[str] = ("라떼", "한", "잔", "주세요")
    """Each but once. None of them: it hears nothing."""
    or_else: Mapping[str, str] | None = None
    """word -> one that it takes to be nearly as likely."""
    nobody: bool = False
    """It says that nobody speaks, and yet the words: a phantom."""
    for_ever: bool = False
    """It never stops repeating the words."""
    certainty: float = 40.0
    """Logit of each token over all others; at 10 it believes itself by a third."""


def build(folder: Path, script: Script) -> Path:
    """Writes the model; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _tokens(script)
    _tokenizer(tokens).save(str(folder / "tokenizer.json"))
    spec = WhisperSpec(1, 1, 1, 1)
    ids = _path(script)
    width = max(16, -(-(len(ids) + 1) // 8) * 8)
    _silence(spec, width)
    _follow(spec, script, ids, width)
    spec.config.lang_ids = list(range(SOT + 1, SOT + 1 + len(_LANGUAGE_CODES)))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.alignment_heads = [(0, 0)]
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.save(str(folder))
    return folder


def _path(script: Script) -> list[int]:
    """Token ids in the order in which they are said, from the last of the prompt."""
    words = [_FIRST_WORD + index for index in range(len(script.words))]
    end = FIRST_TIMESTAMP + 25 * max(1, len(words))
    return [TRANSCRIBE, FIRST_TIMESTAMP, *words, end] if words else [TRANSCRIBE]


def _follow(spec: WhisperSpec, script: Script, ids: Sequence[int], width: int) -> None:
    embeddings = np.zeros((VOCABULARY_SIZE, width), np.float32)
    outputs = np.zeros((VOCABULARY_SIZE, width), np.float32)
    loud = script.certainty / np.sqrt(width - 1)  # what the last layer norm makes of a single 1
    for place, (here, following) in enumerate(zip(ids, [*ids[1:], EOT], strict=True)):
        embeddings[here, place] = 1
        outputs[following, place] = loud
    others = dict(script.or_else or {})
    for index, word in enumerate(script.words):
        if word in others:
            other = _FIRST_WORD + len(script.words) + list(others).index(word)
            embeddings[other] = embeddings[_FIRST_WORD + index]
            outputs[other] = outputs[_FIRST_WORD + index] * np.float32(0.98)
    if script.for_ever:
        last = len(ids) - 2
        outputs[:, last] = 0
        outputs[_FIRST_WORD, last] = loud
    if script.nobody:
        embeddings[SOT, width - 1] = 1
        outputs[NO_SPEECH, width - 1] = loud
    embeddings[_NO_TIMESTAMPS, 1] = 1  # stands before the first word when words are timed
    spec.decoder.embeddings.weight = embeddings
    spec.decoder.projection.weight = outputs
    _listen_in_order(spec, len(ids), width)


def _listen_in_order(spec: WhisperSpec, places: int, width: int) -> None:
    """Each token attends to a half second of its own, which is where its word is said to sound."""
    frames = np.zeros((1500, width), np.float32)
    frames[np.arange(1500), np.minimum(1 + np.arange(1500) // _FRAMES_A_WORD, places)] = 1
    spec.encoder.position_encodings.encodings = frames
    attention = spec.decoder.layer[0].attention
    attention.linear[0].weight = np.eye(width, dtype=np.float32) * 4
    attention.linear[1].weight = np.concatenate([np.eye(width), np.zeros((width, width))]).astype(np.float32)


def _silence(spec: WhisperSpec, width: int) -> None:
    """Layers that add nothing to what passes through them."""
    spec.encoder.conv1.weight = np.zeros((width, _MELS, 3), np.float32)
    spec.encoder.conv2.weight = np.zeros((width, width, 3), np.float32)
    for convolution in (spec.encoder.conv1, spec.encoder.conv2):
        convolution.bias = np.zeros(width, np.float32)
    spec.decoder.position_encodings.encodings = np.zeros((448, width), np.float32)
    for part in (spec.encoder, spec.decoder):
        _norm(part.layer_norm, width)
        for layer in part.layer:
            _linear(layer.self_attention.linear[0], 3 * width, width)
            _linear(layer.self_attention.linear[1], width, width)
            _linear(layer.ffn.linear_0, 4 * width, width)
            _linear(layer.ffn.linear_1, width, 4 * width)
            _norm(layer.self_attention.layer_norm, width)
            _norm(layer.ffn.layer_norm, width)
    for layer in spec.decoder.layer:
        _linear(layer.attention.linear[0], width, width)
        _linear(layer.attention.linear[1], 2 * width, width)
        _linear(layer.attention.linear[2], width, width)
        _norm(layer.attention.layer_norm, width)


def _linear(spec: LayerSpec, wide: int, from_wide: int) -> None:
    spec.weight = np.zeros((wide, from_wide), np.float32)
    spec.bias = np.zeros(wide, np.float32)


def _norm(spec: LayerSpec, width: int) -> None:
    spec.gamma = np.ones(width, np.float32)
    spec.beta = np.zeros(width, np.float32)


def _tokens(script: Script) -> list[str]:
    """Every token by id, as Whisper's own multilingual vocabulary lays them out."""
    words = [*script.words, *(script.or_else or {}).values()]
    assert len(set(words)) == len(words), "each word leads to one other, so it may stand but once"
    tokens = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens += [f"unused{number}" for number in range(len(tokens), 50_256)]
    for index, word in enumerate(words):
        ((tokens[_FIRST_WORD + index], _),) = pre_tokenizers.ByteLevel(
            add_prefix_space=True, use_regex=False
        ).pre_tokenize_str(word)
    tokens += ["", "<|endoftext|>", "<|startoftranscript|>"]
    tokens += [f"<|{code}|>" for code in _LANGUAGE_CODES[:99]]
    tokens += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    tokens += ["<|notimestamps|>"]
    tokens += [f"<|{step * 0.02:.2f}|>" for step in range(VOCABULARY_SIZE - len(tokens))]
    return tokens


def _tokenizer(tokens: Sequence[str]) -> Tokenizer:
    """One that cuts text into bytes, so that a Korean letter costs three tokens."""
    vocabulary = {token: number for number, token in enumerate(tokens[:50_256])}
    tokenizer = Tokenizer(BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    written = json.loads(tokenizer.to_str())
    written["added_tokens"] = [
        {
            "id": number,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for number, token in enumerate(tokens)
        if number > 50_256
    ]
    # The empty token has no place among those that a text is cut into, but its number must be taken.
    written["model"]["vocab"][""] = 50_256
    return Tokenizer.from_str(json.dumps(written))
