"""One public namespace, cheap to import."""

import subprocess
import sys

import agentcompress


def test_public_names_are_sorted_complete_and_there() -> None:
    assert list(agentcompress.__all__) == sorted(agentcompress.__all__)
    assert set(agentcompress.__all__) == set(agentcompress._HOMES)
    assert all(getattr(agentcompress, name) for name in agentcompress.__all__)


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"torch", "transformers", "langchain", "langchain_core", "numpy", "faiss"}
    code = (
        f"import sys, agentcompress; print(sorted({heavy} & {{name.split('.')[0] for name in sys.modules}}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
