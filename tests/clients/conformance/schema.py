"""The API as a set of descriptors made from its .proto files: for clients that don't ask reflection."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from service import ROOT  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDES = ["/usr/share/grpc-proto", "/usr/include"]
PROTO = os.path.join(ROOT, "proto")
OTHERS = ["grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto",
          "grpc/reflection/v1alpha/reflection.proto", "google/rpc/status.proto",
          "google/rpc/error_details.proto"]


def api_files():
    folder = os.path.join(PROTO, "beckon/v1")
    return ["beckon/v1/" + name for name in sorted(os.listdir(folder))
            if name.endswith("_service.proto")] + OTHERS


def describe(folder):
    """Writes api.binpb and strange.binpb into the folder; their paths."""
    sets = []
    for name, where, files in (("api", PROTO, api_files()), ("strange", HERE, ["strange.proto"])):
        path = os.path.join(folder, name + ".binpb")
        subprocess.run(["protoc", "--include_imports", "--descriptor_set_out=" + path, "-I", where,
                        *(word for include in INCLUDES for word in ("-I", include)), *files],
                       check=True, timeout=60)
        sets.append(path)
    return sets
