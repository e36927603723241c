"""Writes what pydicom reads: for each DICOM file of its own wheel, of pydicom-data and of the folders named, a line of JSON,
and for a grey picture of one frame its stored values beside it (int32, least byte first).

    python reference.py OUT [FOLDER ...]
"""

import json
import sys
import warnings
from pathlib import Path

import data_store
import numpy as np
import pydicom
import pydicom.data
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

LOSSY = {"4.50", "4.51", "4.53", "4.55", "4.81", "4.91", "4.203", "4.112"}
ROOT = "1.2.840.10008.1.2"


def syntax_of(dataset):
    declared = dataset.file_meta.get("TransferSyntaxUID")
    if declared:
        return declared
    implicit, little = dataset.original_encoding
    guessed = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
    dataset.file_meta.TransferSyntaxUID = guessed
    return guessed


def describe(path, out, number):
    dataset = pydicom.dcmread(path, force=True)
    if "Rows" not in dataset or not any(
        word in dataset for word in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
    ):
        return None
    syntax = syntax_of(dataset)
    line = {
        "file": str(path),
        "syntax": str(syntax),
        "photometric": dataset.get("PhotometricInterpretation", ""),
        "samples": int(dataset.get("SamplesPerPixel", 1)),
        "bits": int(dataset.BitsAllocated),
        "stored": int(dataset.get("BitsStored", dataset.BitsAllocated)),
        "frames": 2 if "NumberOfFrames" in dataset and str(dataset.NumberOfFrames) not in ("1", "0", "None", "") else 1,
        "lossy": str(syntax).removeprefix(ROOT + ".") in LOSSY,
        "values": None,
        "reason": None,
    }
    is_grey = line["samples"] == 1 and line["photometric"].startswith("MONOCHROME")
    if is_grey and line["frames"] == 1 and line["bits"] in (8, 16):
        try:
            values = dataset.pixel_array.astype("<i4")
            line["values"] = f"{number}.i4"
            line["shape"] = list(values.shape)
            values.tofile(out / line["values"])
        except Exception as error:
            line["reason"] = type(error).__name__
    return line


def main():
    warnings.filterwarnings("ignore")
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    folders = [Path(pydicom.data.__file__).parent, Path(data_store.__file__).parent, *map(Path, sys.argv[2:])]
    # A link or a copy in both packages counts once.
    seen = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.dcm")):
            seen.setdefault(path.name, path)
    with open(out / "index.jsonl", "w") as index:
        for number, path in enumerate(seen.values()):
            try:
                line = describe(path, out, number)
            except Exception:
                continue
            if line is not None:
                index.write(json.dumps(line) + "\n")


main()
