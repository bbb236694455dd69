"""Builds real Piper voices of a few kilobytes: every phoneme sounds as a tone of its own.

The graph takes and gives what those of VITS voices do, so that piper loads it and synthesises.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 16_000
_HOP = 1280
"""Samples of one phoneme at a length scale of 1: 80 ms."""
_LONGEST = 5
"""Length scale that the tones reach for."""
# Everything that espeak-ng writes for Korean, taken apart as piper takes it apart.
PHONEMES = "_^$ ɜɫʊʑ!',-.:;?abcdefghijklmnopqrstuvwxyzæçðøħŋœɐɑɒɔɕəɛɟɡɣɤɥɦɨɪɯɰɲɸɹɾʃʌʔʰʲˈˌː̞̟̠̤̥̩̪̬̯͈̃̊̚͡ᵝ"


def build(path: Path, *, silent: bool = False, durations: bool = False, **described: object) -> Path:
    """Writes the voice; its .onnx file. `durations`: it tells how long each phoneme lasts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(_graph(silent=silent, durations=durations), str(path))
    description = {
        "audio": {"sample_rate": RATE, "quality": "low"},
        "espeak": {"voice": "ko"},
        "language": {"code": "ko_KR"},
        "phoneme_type": "espeak",
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "hop_length": _HOP,
        "phoneme_id_map": {phoneme: [number] for number, phoneme in enumerate(PHONEMES)},
    }
    Path(f"{path}.json").write_text(json.dumps(description | described, ensure_ascii=False), "utf-8")
    return path


def _graph(*, silent: bool, durations: bool) -> onnx.ModelProto:
    seconds = np.arange(_HOP * _LONGEST) / RATE
    tones = np.array([np.sin(2 * np.pi * (200 + 8 * number) * seconds) for number in range(256)], np.float32)
    tones[:3] = 0  # what stands between and around phonemes is a rest
    if silent:
        tones[:] = 0
    constants = {
        "tones": tones,
        "hop": np.array([_HOP], np.float32),
        "zero": np.array([0], np.int64),
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
        "flat": np.array([1, 1, -1], np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["tones", "input"], ["long"]),
        helper.make_node("Slice", ["scales", "one", "two"], ["length_scale"]),
        helper.make_node("Mul", ["length_scale", "hop"], ["samples"]),
        helper.make_node("Cast", ["samples"], ["end"], to=TensorProto.INT64),
        helper.make_node("Slice", ["long", "zero", "end", "two"], ["cut"]),
        helper.make_node("Reshape", ["cut", "flat"], ["output"]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, None])]
    if durations:
        nodes.append(helper.make_node("Cast", ["input"], ["as_float"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", ["as_float", "none"], ["nothing"]))
        nodes.append(helper.make_node("Add", ["nothing", "length_scale"], ["durations"]))
        constants["none"] = np.array([0], np.float32)
        outputs.append(helper.make_tensor_value_info("durations", TensorProto.FLOAT, [1, None]))
    graph = helper.make_graph(
        nodes,
        "voice",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, [1, None]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ],
        outputs,
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model
