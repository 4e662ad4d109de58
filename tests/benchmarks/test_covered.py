"""Coverage by room: lines and branches together."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_lines_and_branches_of_a_room_are_counted_together():
    spec = importlib.util.spec_from_file_location("covered", ROOT / "benchmarks" / "covered.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def file(lines, run, branches, taken):
        names = ("num_statements", "covered_lines", "num_branches", "covered_branches")
        return {"summary": dict(zip(names, (lines, run, branches, taken), strict=True))}

    found = module.rooms(
        {
            "src/forecast/data/a.py": file(10, 9, 10, 9),
            "/x/src/forecast/data/layouts/b.py": file(20, 20, 0, 0),
            "src/forecast/files.py": file(4, 1, 0, 0),
        }
    )
    assert found["percent"].to_dict() == {"data": 95.0, "files": 25.0, "all": 88.6}
