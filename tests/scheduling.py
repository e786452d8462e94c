"""Which tests pytest-xdist gives to one process: those that share what takes seconds to make."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling


class FolderScheduling(LoadScopeScheduling):
    """Gives a process a folder of tests at a time, so that its networks, exports and pages are made once."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if module == "tests/cli/commands/test_export.py":
            return "tests/mnistcnn/export"  # They look at the same files.
        *folders, name = module.split("/")
        return "/".join(folders[:3]) if len(folders) > 1 else name
